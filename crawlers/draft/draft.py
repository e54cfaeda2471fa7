"""The profile that saved pages suggest: a pure function."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import parsel

from crawlers.draft.addresses import (
    CATEGORIES,
    LISTINGS,
    PAGING,
    VENDORS,
    Shapes,
    follow_rule,
    fragment,
    links,
    listing_rule,
    said,
    sound,
)
from crawlers.draft.descriptions import description
from crawlers.draft.gates import Told, standing_before, telling
from crawlers.draft.guess import Guess, Scored, guess
from crawlers.draft.kinds import Kind, Seen, seen, shapes
from crawlers.draft.others import READERS, lesser, methods
from crawlers.draft.places import places
from crawlers.draft.prices import price
from crawlers.draft.relations import Beside, beside
from crawlers.draft.sample import Sample, flat
from crawlers.draft.shelves import shelves
from crawlers.draft.titles import title
from crawlers.draft.vendors import vendor
from crawlers.page import Page
from crawlers.profile import Gate, select

MOST_ROWS = 60
"""Rows of all result pages that are looked at."""
MOST_PAGES = 60
FALLBACK = "/listing/{key}"
MOST_RULES = 12
STANDING = 0.5
"""Confidence in a rule by nothing but where its links stand."""


@dataclass(frozen=True)
class Rule:
    """A rule for addresses, with the links that it means."""

    rule: str
    links: int
    pages: int
    confidence: float


@dataclass(frozen=True)
class Draft:
    """What saved pages suggest."""

    kinds: dict[str, Kind]
    """Of every page that could be read, by its name."""
    rows: str
    listing: Rule
    follow: tuple[Rule, ...]
    guesses: tuple[Guess, ...]
    gates: Mapping[str, Gate]
    """What general signs take for no page of the market, by its name."""
    told: tuple[Told, ...]
    """By what a profile may tell these pages."""


def draft(pages: Sequence[tuple[str, Page]]) -> Draft:
    """What the pages suggest; without a guess where none shows an offer."""
    pages = pages[:MOST_PAGES]
    gates = standing_before(pages)
    samples = [one for name, page in pages if name not in gates and (one := _sample(name, page))]
    known = shapes(samples)
    found = seen(samples, known)
    listings = [page.sample for page in found if page.kind is Kind.LISTING]
    results = [page for page in found if page.kind is Kind.RESULTS]
    rows, offers = ("", listings) if listings else _rows(results)
    shape = _offer_shape(results, samples, known)
    return Draft(
        kinds={page.sample.page: page.kind for page in found} | dict.fromkeys(gates, Kind.GATE),
        rows=rows,
        listing=_listing(shape, samples, known),
        follow=_follow(shape, [page.sample for page in results] or samples, samples, known),
        guesses=tuple(_guesses(offers, shape)) if offers else (),
        gates=gates,
        told=telling(pages, gates),
    )


def _sample(name: str, page: Page) -> Sample | None:
    document = page.document
    if not isinstance(document, parsel.Selector):
        return None
    return Sample(document, name, flat(document.css("title::text").get("")))


def _rows(results: Sequence[Seen]) -> tuple[str, list[Sample]]:
    """The selector of the rows that most pages have, and the rows."""
    counted = Counter(page.cards.selector for page in results if page.cards)
    if not counted:
        return "", []
    rows = counted.most_common(1)[0][0]
    each = [[Sample(node, page.sample.page, row=True) for node in select(page.sample.node, rows)] for page in results]
    most = max(2, MOST_ROWS // len(each))
    return rows, [one for found in each for one in found[:most]]


def _offer_shape(results: Sequence[Seen], samples: Sequence[Sample], known: Shapes) -> str:
    """The shape of links to offers: that of the rows, or one that says so."""
    counted = Counter(page.cards.shape for page in results if page.cards and sound(page.cards.shape))
    if counted:
        return counted.most_common(1)[0][0]
    all_links = Counter(known.shape(link.address) for sample in samples for link in links(sample.node.root))
    named = [
        ((-shape.count("="), -shape.count("{"), number), shape)
        for shape, number in all_links.items()
        if "{" in shape and sound(shape) and said(shape) & LISTINGS and not said(shape) & VENDORS
    ]
    return max(named, default=((0, 0, 0), ""))[1]


def _listing(shape: str, samples: Sequence[Sample], known: Shapes) -> Rule:
    where = (
        [[link.address for link in links(sample.node.root) if known.shape(link.address) == shape] for sample in samples]
        if shape
        else []
    )
    addresses = [address for found in where for address in found]
    rule = listing_rule(shape, addresses) if addresses else ""
    if not rule:
        return Rule(FALLBACK, 0, 0, 0.05)
    return Rule(rule, len(addresses), sum(map(bool, where)), 0.95 if said(shape) & LISTINGS else 0.7)


def _follow(offer: str, results: Sequence[Sample], samples: Sequence[Sample], known: Shapes) -> tuple[Rule, ...]:
    """Rules for links to categories and further result pages: by what their addresses say, else by where they stand."""
    named = {shape: rule for shape, rule in _rules(results, known).items() if shape != offer and _worth(shape)}
    standing = {shape for shape in shelves(samples, known) if _shelf(shape, offer)}
    others = {shape: rule for shape, rule in _rules(samples, known).items() if shape in standing} if standing else {}
    return tuple(sorted((others | named).values(), key=lambda one: (-one.confidence, -one.links))[:MOST_RULES])


def _rules(samples: Sequence[Sample], known: Shapes) -> dict[str, Rule]:
    """A rule for each shape that could be one."""
    counted: Counter[str] = Counter()
    pages: Counter[str] = Counter()
    for sample in samples:
        told = [known.shape(link.address) for link in links(sample.node.root)]
        counted.update(told)
        pages.update(set(told))
    return {
        shape: Rule(follow_rule(shape), number, pages[shape], _worth(shape) or STANDING)
        for shape, number in counted.items()
        if "{" in shape and sound(shape)
    }


def _shelf(shape: str, offer: str) -> bool:
    """Whether an address that stands among categories may be one: it is no offer's, and no vendor's."""
    return shape != offer and not said(shape) & (VENDORS | LISTINGS - CATEGORIES)


def _worth(shape: str) -> float:
    words = said(shape)
    if words & VENDORS or not words & (CATEGORIES | PAGING):
        return 0.0
    return 0.8 if words & PAGING else 0.7


def _guesses(offers: Sequence[Sample], shape: str) -> list[Guess]:
    told: dict[Beside, None] = {}
    for sample in offers[:: max(1, len(offers) // 6)][:6]:
        told |= dict.fromkeys(beside(sample))
    beside_labels = list(told)
    found: list[Guess | None] = [_key(offers, shape)] if offers[0].row else []
    found += [_guess(name, best(), offers) for name, best in _fields(offers, beside_labels, shape)]
    if ways := methods(offers):
        found.append(Guess("shipping", ways, 0.5, *_count(offers, ways), ""))
    return [one for one in found if one is not None]


def _fields(
    offers: Sequence[Sample], told: Sequence[Beside], shape: str
) -> list[tuple[str, Callable[[], Scored | None]]]:
    key_links = f"a[href*='{fragment(shape)}']" if offers[0].row and fragment(shape) else ""
    return [
        ("title", lambda: title(offers, told, key_links)),
        ("vendor", lambda: vendor(offers, told)),
        ("price", lambda: price(offers, told)),
        ("description", lambda: None if offers[0].row else description(offers, told)),
        ("ships_from", lambda: places("ships_from", offers, told)),
        ("ships_to", lambda: places("ships_to", offers, told)),
        *((name, lambda name=name: lesser(name, offers, told)) for name in READERS),
    ]


LEAST = {"ships_from": 0.25, "ships_to": 0.25, "title": 0.0, "vendor": 0.1, "price": 0.0, "description": 0.1}


def _guess(name: str, best: Scored | None, offers: Sequence[Sample]) -> Guess | None:
    if best is None or best.score < LEAST.get(name, 0.1):
        return None
    return guess(name, best, offers, min(1.0, best.quality) * (0.85 + best.candidate.prior / 2))


def _key(offers: Sequence[Sample], shape: str) -> Guess:
    """The link to the offer in each row, else its title."""
    part = fragment(shape)
    selector = f"a[href*='{part}']::attr(href)" if part else "a::attr(href)"
    filled, of = _count(offers, selector)
    return Guess("key", selector, 0.9 if part else 0.4, filled, of, offers[0].first(selector))


def _count(offers: Sequence[Sample], selector: str) -> tuple[int, int]:
    return sum(bool(sample.first(selector)) for sample in offers), len(offers)
