"""What repeats on a page: groups of alike elements that each show one offer."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from crawlers.actions import acts
from crawlers.draft.addresses import CATEGORIES, LISTINGS, VENDORS, Link, Shapes, links, said
from crawlers.draft.labels import label
from crawlers.draft.names import HASHED, WORD, classes
from crawlers.draft.sample import Element, Sample, flat, whole
from crawlers.draft.zones import alike, frame
from pipeline.values import money

FEWEST = 3
MOST_LETTERS = 80
CURRENCY = re.compile(r"\b(USD|EUR|GBP|AUD|CAD|RUB|BTC|XMR|LTC|ETH)\b")
NUMBER = re.compile(r"\d[\d., ]*")
DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class Cards:
    """Alike elements of one page, each with a price and a link to one offer."""

    selector: str
    shape: str
    """Of the links to the offers."""
    members: Sequence[Element] = field(repr=False)
    letters: int
    """How much they say."""
    depth: int


def priced(sample: Sample) -> set[Element]:
    """The smallest elements of a sample whose text has a price."""
    if "priced" not in sample.__dict__:
        sample.__dict__["priced"] = _priced(sample)
    return sample.__dict__["priced"]  # type: ignore[no-any-return]  # kept beside the frozen fields


def _priced(sample: Sample) -> set[Element]:
    found = set()
    for element, behind, text in sample.texts:
        owner = element.getparent() if behind else element
        if owner is None or not DIGIT.search(text) or len(text) > MOST_LETTERS:
            continue
        if money(text):
            found.add(owner)
        elif (parent := owner.getparent()) is not None:
            found |= {
                one
                for one in (owner, parent)
                if len(around := whole(one, 4 * MOST_LETTERS)) <= MOST_LETTERS and money(around)
            }
    return found | set(_columned(sample.node.root))


def _columned(root: Element) -> Iterator[Element]:
    """Bare numbers under a heading that tells a price and its currency."""
    for head in root.xpath(".//tr[1]/*[self::td or self::th]")[:MOST_LETTERS]:
        text = whole(head, MOST_LETTERS)
        told = label(text) if CURRENCY.search(text) else None
        if told and not told.rest and told.fields[0] == "price":
            place = 1 + len(list(head.itersiblings(preceding=True)))
            cells = head.xpath(f"ancestor::table[1]//tr/td[position()={place}]")
            yield from (cell for cell in cells[:MOST_LETTERS] if NUMBER.fullmatch(whole(cell, MOST_LETTERS)))


def cards(sample: Sample, shapes: Shapes, fewest: int = FEWEST, known: Collection[str] = ()) -> Cards | None:
    """The group of offers that says most; of wrappers that say the same, the inmost.

    With `known` selectors only those count.
    """
    named = [group for group in _groups(sample, fewest).items() if not known or group[0] in known]
    groups = [one for group in named if (one := _cards(*group, shapes, fewest))]
    if not groups:
        return None
    most = max(one.letters for one in groups)
    near = [one for one in groups if one.letters >= 0.95 * most]
    members = max(len(one.members) for one in near)
    same = [one for one in near if len(one.members) == members]
    full = max(one.letters for one in same)
    return max((one for one in same if one.letters >= 0.999 * full), key=lambda one: one.depth)


def _groups(sample: Sample, fewest: int) -> dict[str, list[Element]]:
    """Elements with a price and a link in them, by what they are called."""
    root = sample.node.root
    holding: dict[Element, None] = {}
    for element in priced(sample):
        if frame(element, sample) or alike(element, sample):
            continue
        holding |= dict.fromkeys((element, *element.iterancestors()))
    groups: dict[str, list[Element]] = defaultdict(list)
    for element in root.iter():
        if (
            element in holding
            and element.tag not in ("html", "body", "a")
            and (element.find(".//a[@href]") is not None)
        ):
            groups[signature(element)].append(element)
    found = {name: members for name, members in groups.items() if len(members) >= fewest and name}
    return {name: _outermost(members) for name, members in found.items()}


def _outermost(members: list[Element]) -> list[Element]:
    inside = set(members)
    return [one for one in members if not any(outer in inside for outer in one.iterancestors())]


def signature(element: Element) -> str:
    """A selector of everything called as the element is."""
    if (name := element.get("id") or "") and WORD.fullmatch(name) and not re.search(r"\d", name):
        return f"#{name}"
    named = classes(element)
    good = [name for name in named if not HASHED.search(name)] or named
    if good:
        return ".".join((element.tag, *good[:2]))
    parent = element.getparent()
    if parent is None or not isinstance(parent.tag, str) or parent.tag in ("body", "html"):
        return element.tag if element.tag not in ("div", "span", "p") else ""
    outer = signature(parent)
    return f"{outer} > {element.tag}" if outer and outer.count(">") < 3 else f"{parent.tag} > {element.tag}"  # noqa: PLR2004


def _cards(selector: str, members: Sequence[Element], shapes: Shapes, fewest: int) -> Cards | None:
    each = [links(member)[:40] for member in members]
    shape = offer_shape(each, shapes)
    if not shape:
        return None
    keys = [dict.fromkeys(link.address for link in one if shapes.shape(link.address) == shape) for one in each]
    single = sum(len(found) == 1 for found in keys)
    first = {next(iter(found)) for found in keys if found}
    if single < 0.3 * len(members) or len(first) < max(fewest, 0.6 * len(members)):
        return None
    letters = sum(len(whole(member)) for member, found in zip(members, keys, strict=True) if found)
    return Cards(
        selector,
        shape,
        [member for member, found in zip(members, keys, strict=True) if found],
        letters,
        _depth(members[0]),
    )


def _depth(element: Element) -> int:
    return sum(1 for _ in element.iterancestors())


def offer_shape(each: Sequence[Sequence[Link]], shapes: Shapes) -> str:
    """The shape of links that nearly every member has, and that lead elsewhere from each; "" for none."""
    addresses: dict[str, list[set[str]]] = defaultdict(list)
    texts: dict[str, int] = defaultdict(int)
    for found in each:
        mine: dict[str, set[str]] = defaultdict(set)
        for link in found:
            mine[shape := shapes.shape(link.address)].add(link.address)
            texts[shape] += len(flat(whole(link.element)))
        for shape, told in mine.items():
            addresses[shape].append(told)
    scored = [
        (_rank(shape, told, len(each), texts[shape]), shape)
        for shape, told in addresses.items()
        if "{" in shape and not acts(shape)
    ]
    rank, shape = max(scored, default=(0.0, ""))
    return shape if rank > 0.8 else ""  # noqa: PLR2004


def _rank(shape: str, told: Sequence[set[str]], of: int, letters: int) -> float:
    share = len(told) / of
    different = len({min(one) for one in told}) / len(told)
    words = said(shape)
    hints = (
        0.4 * bool(words & LISTINGS)
        - 0.5 * bool(words & VENDORS and not words & LISTINGS)
        - 0.2 * bool(words & CATEGORIES and not words & LISTINGS)
    )
    return share + different + hints + min(letters / of, 60) / 200 - 0.8
