"""Which saved pages show one offer, which show many, and which neither."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from crawlers.draft.addresses import Shapes, links
from crawlers.draft.cards import Cards, cards, priced
from crawlers.draft.labels import label
from crawlers.draft.relations import spoken
from crawlers.draft.sample import Element, Sample, whole
from crawlers.draft.zones import apart, frame, within

BUYS = re.compile(
    r"\b(buy|order|purchase|cart|basket|checkout|kaufen|bestellen|warenkorb|acheter|commander|panier|comprar|carrito|acquista|купить|заказать|satın al|sepet|kopen|koop|kup|购买)\b",
    re.IGNORECASE,
)
LIKENESS = 0.5
"""Share of names that two rows of one kind have in common."""
SIGNS, FEW_SIGNS = 5, 3
"""Signs of one offer that outweigh rows, and those that do where the rows are said to be others' or there are none."""
TELLING = frozenset({"vendor", "ships_from", "ships_to", "stock", "description", "price", "sold", "category_path"})


class Kind(StrEnum):
    """What a saved page shows."""

    LISTING = "listing"
    RESULTS = "results"
    OTHER = "other"
    GATE = "gate"


@dataclass(frozen=True)
class Seen:
    """A saved page with what it shows."""

    sample: Sample = field(repr=False)
    kind: Kind
    cards: Cards | None = field(repr=False)


def seen(samples: Sequence[Sample], shapes: Shapes) -> list[Seen]:
    """Every page with its kind; one with a single row shows results where most pages have rows, and else one offer."""
    found = [(sample, cards(sample, shapes)) for sample in samples]
    known: dict[str, set[str]] = {}
    for _, one in found:
        if one:
            known.setdefault(one.selector, make(one.members[0]))
    few = [None if one else _few(sample, shapes, known) for sample, one in found]
    rowed = sum(bool(one) for _, one in found) >= sum(bool(one) for one in few)
    pages = [
        Seen(sample, Kind.RESULTS, rest) if rest and rowed else Seen(sample, _kind(sample, one), one)
        for (sample, one), rest in zip(found, few, strict=True)
    ]
    return pages if any(page.kind is not Kind.OTHER for page in pages) else [_any(page) for page in pages]


def _few(sample: Sample, shapes: Shapes, known: Mapping[str, set[str]]) -> Cards | None:
    """One or two offers in a group that other pages have more of, and made as they are there."""
    one = cards(sample, shapes, 1, known) if known else None
    if one is None:
        return None
    here, there = make(one.members[0]), known[one.selector]
    return one if len(here & there) >= LIKENESS * len(here | there) else None


def make(element: Element) -> set[str]:
    """What an element is made of: the names of the elements in it."""
    return {f"{one.tag}.{one.get('class') or ''}" for one in element.iterdescendants() if isinstance(one.tag, str)}


def _kind(sample: Sample, found: Cards | None) -> Kind:
    inside = set(found.members) if found else set()
    outside = evidence(sample, inside)
    enough = FEW_SIGNS if found and apart(found.members[0]) else SIGNS
    if found and len(found.members) >= 3 and outside < enough:  # noqa: PLR2004
        return Kind.RESULTS
    if outside >= FEW_SIGNS:
        return Kind.LISTING
    return Kind.RESULTS if found else Kind.OTHER


def evidence(sample: Sample, inside: set[Element]) -> int:
    """How many signs of one offer a page shows outside its rows; 0 without a price."""
    prices = [one for one in priced(sample) if not frame(one, sample) and not within(one, inside)]
    return 1 + len(labelled(sample, inside)) + 2 * _sells(sample, inside) if prices else 0


def labelled(sample: Sample, inside: set[Element]) -> set[str]:
    """Fields of one offer that a page has labels for outside its rows."""
    told = set()
    for element, behind, text in sample.texts:
        found = label(text) if len(text) < 80 else None  # noqa: PLR2004
        owner = element.getparent() if behind else element
        if (
            found
            and not found.weak
            and not _asks(owner)
            and found.fields[0] in TELLING
            and not frame(owner, sample)
            and not within(owner, inside)
        ):
            told.add(found.fields[0])
    told |= {name for element, name in spoken(sample) if name in TELLING and not within(element, inside)}
    return told


def _asks(owner: Element) -> bool:
    """Whether a label stands before something to fill in, as in a search."""
    following = owner.getnext()
    return "for" in owner.attrib or (following is not None and following.tag in ("select", "input"))


def _sells(sample: Sample, inside: set[Element]) -> bool:
    """Whether a page has a control to buy what it shows; Headstamp only looks at it."""
    root = sample.node.root
    if any(
        not within(one, inside)
        for one in root.xpath(
            ".//input[contains(@name, 'qty') or contains(@name, 'quant') or contains(@name, 'amount')]"
        )[:20]
    ):
        return True
    controls = root.xpath(
        ".//button | .//input[@type='submit'] | .//a[contains(@class, 'btn') or contains(@class, 'button')]"
    )[:200]
    return any(
        BUYS.search(whole(one) or one.get("value") or "") and not within(one, inside) and not frame(one, sample)
        for one in controls
    )


def _any(page: Seen) -> Seen:
    """Where no page is known to show an offer, one with a price or with labels may."""
    may = priced(page.sample) or len(labelled(page.sample, set())) > 1
    return Seen(page.sample, Kind.LISTING if may else Kind.OTHER, page.cards)


def shapes(samples: Sequence[Sample]) -> Shapes:
    """The shapes of all addresses that the pages link to."""
    return Shapes(link.address for sample in samples for link in links(sample.node.root))
