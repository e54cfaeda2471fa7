"""The table of fields that a listing can be searched, filtered, sorted, counted and exported by."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from pipeline.index.document import Document
from pipeline.records import Assessment, Decision, Item
from pipeline.taxonomy import Act, Category, Credibility, Goods, Indicator, Open, Subtype, Threat, Track, Verdict

MOST_NAMED = 20
"""Most makes, and most calibres, by which one listing is found."""
Content = str | tuple[str, ...] | datetime | float | int | bool | None


class Kind(StrEnum):
    """What a field holds, and so what can be asked of it."""

    KEYWORD = "keyword"
    """Exact values; "" where the listing has none."""
    TEXT = "text"
    """Words to search."""
    DATE = "date"
    NUMBER = "number"
    MONEY = "money"
    """Whole US cents at the capture date."""
    FLAG = "flag"
    """`true` or `false`."""


RANGED = frozenset({Kind.DATE, Kind.NUMBER, Kind.MONEY})


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table."""

    name: str
    kind: Kind
    meaning: str
    get: Callable[[Document, Assessment], Content]
    """The content for a document, given the assessment in force."""
    facet: bool = False
    """Whether listings are filtered and counted by it."""
    many: bool = False
    """Whether a listing may have several values; each of them counts it once."""
    endless: bool = False
    """Whether it is free text of the page, so that its values have no end and go with their listings."""

    closed: tuple[str, ...] = ()
    """All values it can have, where their list is closed."""

    @property
    def ranged(self) -> bool:
        """Whether listings are filtered by a range of it."""
        return self.kind in RANGED

    def values(self, content: Content) -> tuple[str, ...]:
        """A facet's content as the values it is filtered and counted by: each once, in order; "" alone where there is none."""
        if isinstance(content, tuple):
            return tuple(sorted(set(content))) if len(content) > 1 else content or ("",)
        return (_text(content),)


def flat(document: Document) -> dict[str, str]:
    """Every field as text, by name, for a table or a CSV file; all but the id are "" for a hidden document."""
    current = document.current
    if current is None:
        return dict.fromkeys(FIELDS, "") | {"id": document.id}
    return {field.name: _text(field.get(document, current)) for field in FIELDS.values()}


def _text(content: Content) -> str:
    match content:
        case str():
            return content
        case bool():
            return "true" if content else "false"
        case None:
            return ""
        case tuple():
            return " ".join(content)
        case datetime():
            return content.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case _:
            return str(content)


def _keyword(
    name: str,
    meaning: str,
    get: Callable[[Document, Assessment], Content],
    *,
    facet: bool = True,
    many: bool = False,
    endless: bool = False,
    closed: Iterable[str] = (),
) -> Field:
    return Field(
        name=name,
        kind=Kind.KEYWORD,
        meaning=meaning,
        get=get,
        facet=facet,
        many=many,
        endless=endless,
        closed=tuple(map(str, closed)),
    )


def _month(document: Document, _current: Assessment) -> str:
    return f"{document.first_seen.year:04}-{document.first_seen.month:02}" if document.first_seen else ""


def _reviewed(document: Document, _current: Assessment) -> str:
    return document.review.decision.value if document.review else "open"


def _signs(kind: type[Open]) -> Callable[[Document, Assessment], Content]:
    codes = frozenset(code.value for code in kind) - {"unknown"}

    def get(_document: Document, current: Assessment) -> Content:
        return tuple(sorted({sign.id for sign in current.classification.signs} & codes))

    return get


def _named(kind: str, said: Callable[[Item], str]) -> Callable[[Document, Assessment], Content]:
    """What the text names of a kind; where it names nothing, the market's own word."""

    def get(_document: Document, current: Assessment) -> Content:
        found = {entity.value for entity in current.classification.entities if entity.kind == kind and entity.value}
        word = said(current.listing.item)
        return tuple(sorted(found)[:MOST_NAMED]) or ((word,) if word else ())

    return get


_TABLE = (
    _keyword("id", "the listing's id: digest of market and key", lambda document, _: document.id, facet=False),
    _keyword("market", "the market that shows it", lambda _, current: current.listing.market),
    _keyword("key", "the market's own name for the offer", lambda _, current: current.listing.key, facet=False),
    _keyword("venue", "what kind of place the market is", lambda _, current: current.listing.venue.value),
    _keyword(
        "vendor", "the seller's name as the market shows it", lambda _, current: current.listing.vendor, endless=True
    ),
    Field(name="title", kind=Kind.TEXT, meaning="the title", get=lambda _, current: current.listing.title),
    Field(
        name="description",
        kind=Kind.TEXT,
        meaning="the description",
        get=lambda _, current: current.listing.description,
    ),
    _keyword(
        "market_category",
        "the first step of the market's own category path",
        lambda _, current: current.listing.category_path[0] if current.listing.category_path else "",
        endless=True,
    ),
    _keyword(
        "category",
        "what is offered, in the model's opinion: a category of the taxonomy",
        lambda _, current: current.classification.category.value,
        closed=Category,
    ),
    _keyword(
        "subtype",
        "what is offered, more closely: a subtype of the taxonomy",
        lambda _, current: current.classification.subtype.value,
        closed=Subtype,
    ),
    _keyword(
        "goods",
        "what is offered where it is no arms: drugs, documents …",
        lambda _, current: current.classification.goods.value,
        closed=Goods,
    ),
    _keyword("threats", "emerging threats that the text shows", _signs(Threat), many=True, closed=Threat),
    _keyword(
        "indicators", "indicators of trafficking that the text shows", _signs(Indicator), many=True, closed=Indicator
    ),
    _keyword("credibility", "doubts that the text raises", _signs(Credibility), many=True, closed=Credibility),
    _keyword("make", "makes that it names", _named("make", lambda item: item.make), many=True, endless=True),
    _keyword(
        "calibre", "calibres that it names", _named("calibre", lambda item: item.calibre), many=True, endless=True
    ),
    Field(
        name="score",
        kind=Kind.NUMBER,
        meaning="probability, 0 to 1, that it offers something in scope",
        get=lambda _, current: current.classification.score,
    ),
    Field(
        name="screened",
        kind=Kind.FLAG,
        meaning="whether the linear screen alone scored it",
        get=lambda _, current: current.classification.screened,
        facet=True,
        closed=("true", "false"),
    ),
    _keyword(
        "verdict",
        "what the policy asks for, over all tracks: clear, review or flagged",
        lambda _, current: current.verdict.value,
        closed=Verdict,
    ),
    _keyword("track", "the track of that verdict", lambda _, current: current.track.value, closed=Track),
    _keyword(
        "review",
        "open, or the decision that counts: in_scope, out_of_scope, unsure",
        _reviewed,
        closed=("open", *(decision for decision in Decision if decision is not Decision.UNDO)),
    ),
    _keyword(
        "act",
        "what the text does: offer, request, feedback …",
        lambda _, current: current.classification.act.value,
        closed=Act,
    ),
    _keyword("language", "the text's language", lambda _, current: current.classification.language),
    _keyword("ships_from", "countries it is sent from", lambda _, current: current.listing.ships_from, many=True),
    _keyword("ships_to", "countries it is sent to", lambda _, current: current.listing.ships_to, many=True),
    Field(
        name="price_cents",
        kind=Kind.MONEY,
        meaning="the price in US cents at the capture date",
        get=lambda _, current: current.dollars.cents if current.dollars else None,
    ),
    _keyword(
        "currency",
        "the currency of the price as offered",
        lambda _, current: current.listing.price.currency if current.listing.price else "",
    ),
    Field(
        name="present",
        kind=Kind.FLAG,
        meaning="whether the latest visit found it",
        get=lambda document, _: document.present,
        facet=True,
        closed=("true", "false"),
    ),
    Field(
        name="first_seen",
        kind=Kind.DATE,
        meaning="earliest capture or sighting",
        get=lambda document, _: document.first_seen,
    ),
    Field(
        name="last_seen",
        kind=Kind.DATE,
        meaning="latest capture or sighting",
        get=lambda document, _: document.last_seen,
    ),
    _keyword("month", "year and month of first_seen, as 2024-05", _month),
    Field(
        name="versions",
        kind=Kind.NUMBER,
        meaning="how many different versions the history holds",
        get=lambda document, _: len({seen.version for seen in document.history}),
    ),
)

FIELDS: Mapping[str, Field] = {field.name: field for field in _TABLE}
FACETS: Mapping[str, Field] = {name: field for name, field in FIELDS.items() if field.facet}
RANGES: Mapping[str, Field] = {name: field for name, field in FIELDS.items() if field.ranged}
