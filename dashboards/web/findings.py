"""Lays out what the classifier found in a listing's text: signs with the words that show them, and named things by kind."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from dashboards.web.choices import NAME, Choices
from dashboards.web.letters import Frame
from dashboards.web.questions import ALONE
from dashboards.web.words import kind, place
from pipeline.index import Index
from pipeline.records import Assessment, Classification, Entity, Listing, Neighbour, Sign
from pipeline.taxonomy import CREDIBILITY, INDICATORS, SIGNS, THREATS, Credibility, Entry, Indicator, Open, Threat

MOST_QUOTES, MOST_NAMED, MOST_NEAR = 5, 30, 5
"""How much is shown: stretches of one sign, values of one kind, examples."""
FIELDS = ("title", "description", "vendor", "ships_from_text", "ships_to_text")
"""The fields whose text is shown with marks."""
LABELS = {"ships_from_text": "ships from", "ships_to_text": "ships to"}
GROUPS: dict[type[Open], str] = {
    Threat: "Emerging threat",
    Indicator: "Indicator of trafficking",
    Credibility: "Doubt",
}
COMMON = (Threat.POST, Threat.CONTRACTING)
"""What nearly every market's listings show."""
ORDER = [
    code.value for code in dict.fromkeys((Indicator.HARM, *INDICATORS, *THREATS, *CREDIBILITY)) if code not in COMMON
] + [code.value for code in COMMON]
"""The order of signs: harm to people first, what nearly all show last."""
PLACED = frozenset({"ships_from", "ships_to", "origin"})
"""Kinds of things whose values are codes of places."""


class Quote(NamedTuple):
    """The words that show a sign."""

    text: str
    anchor: str
    label: str
    """What the field is called, where it is no running text."""


class Finding(NamedTuple):
    """One sign, with every stretch that shows it."""

    entry: Entry[Open]
    group: str
    quotes: tuple[Quote, ...]
    more: int
    """How many further stretches show it."""


class Value(NamedTuple):
    """One thing that the text names."""

    text: str
    address: str
    """Of the search for all listings that name it; "" where the index knows no such thing."""


class Named(NamedTuple):
    """What the text names of one kind."""

    kind: str
    values: tuple[Value, ...]
    more: int


class Near(NamedTuple):
    """A labelled example that reads like the listing."""

    example: Neighbour
    known: bool
    """Whether the index holds it, so that it can be opened."""


def signs(classification: Classification) -> list[Entry[Open]]:
    """The different signs that show, most pressing first."""
    shown = {sign.id for sign in classification.signs}
    return [SIGNS[code] for code in ORDER if code in shown]


def findings(current: Assessment) -> list[Finding]:
    """The signs with the words that show them, most pressing first."""
    return [_finding(code, found, current.listing) for code, found in _by_code(current).items()]


def words_of(current: Assessment, code: str) -> tuple[str, ...]:
    """The words that show one sign, each once; none where the text does not show it, or is not kept."""
    stretches = _by_code(current).get(code, ())
    quotes = (_quoted(sign, current.listing) for sign in stretches[:MOST_QUOTES])
    return tuple(dict.fromkeys(filter(None, quotes)))


def frames(current: Assessment) -> dict[str, list[Frame]]:
    """The stretches that show a sign, by field, as the text marks them."""
    found: dict[str, list[Frame]] = {field: [] for field in FIELDS}
    for code, stretches in _by_code(current).items():
        said = SIGNS[code]
        for sign in stretches[:MOST_QUOTES]:
            if sign.field in found:
                name = f"{GROUPS[type(said.id)]}: {said.name}"
                found[sign.field].append(Frame(sign.start, sign.end, name, _anchor(sign)))
    return found


def named(entities: Sequence[Entity]) -> list[Named]:
    """What the text names, by kind in the order of the text, each value once."""
    values: dict[str, dict[Value, None]] = {}
    for entity in entities:
        values.setdefault(entity.kind, {})[_value(entity)] = None
    return [
        Named(kind(code), tuple(found)[:MOST_NAMED], max(0, len(found) - MOST_NAMED)) for code, found in values.items()
    ]


def nearest(index: Index, examples: Sequence[Neighbour]) -> list[Near]:
    """The labelled examples that read most like the listing, nearest first."""
    closest = sorted(examples, key=lambda example: -example.similarity)[:MOST_NEAR]
    return [Near(example, _is_known(index, example.id)) for example in closest]


def _value(entity: Entity) -> Value:
    if entity.kind in PLACED:
        return Value(place(entity.value), "")
    known = entity.kind in ALONE and len(entity.value) <= NAME
    return Value(entity.value, Choices(((entity.kind, entity.value),)).at("/search") if known else "")


def _by_code(current: Assessment) -> dict[str, list[Sign]]:
    """The stretches of each sign that the taxonomy knows, most pressing sign first, each stretch once, title before description."""
    found: dict[str, list[Sign]] = {said.id.value: [] for said in signs(current.classification)}
    shown = {each for sign in current.classification.signs for each in _sides(sign, current.listing)}
    for sign in sorted(shown, key=_place):
        if sign.id in found:
            found[sign.id].append(sign)
    return found


def _sides(sign: Sign, listing: Listing) -> Iterator[Sign]:
    """The sign; one that the field of destinations shows is shown by the field of the origin too."""
    if sign.field == "ships_to_text" and listing.ships_from_text:
        yield replace(sign, field="ships_from_text", start=0, end=len(listing.ships_from_text))
    yield sign


def _place(sign: Sign) -> tuple[int, int, int]:
    return FIELDS.index(sign.field) if sign.field in FIELDS else len(FIELDS), sign.start, sign.end


def _finding(code: str, stretches: Sequence[Sign], listing: Listing) -> Finding:
    said = SIGNS[code]
    quotes = [
        Quote(quote, _anchor(sign), LABELS.get(sign.field, ""))
        for sign in stretches[:MOST_QUOTES]
        if (quote := _quoted(sign, listing))
    ]
    return Finding(said, GROUPS[type(said.id)], tuple(quotes), max(0, len(stretches) - MOST_QUOTES))


def _quoted(sign: Sign, listing: Listing) -> str:
    """The words of a sign; "" where it has none of its own, as when the vendor's other listings show it."""
    text = getattr(listing, sign.field) if sign.field in FIELDS else ""
    return str(text)[sign.start : sign.end] if 0 <= sign.start < sign.end <= len(text) else ""


def _anchor(sign: Sign) -> str:
    return f"{sign.id}-{sign.field}-{sign.start}-{sign.end}".lower()


def _is_known(index: Index, listing_id: str) -> bool:
    hit = index.get(listing_id) if listing_id else None
    return hit is not None and not hit.document.hidden
