"""What the pages ask the index."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

from dashboards.web.choices import CURSOR, NAME, WORDS, Choices, Rule, day, kinds, member, text
from pipeline.index import Count, Hit, Index, Page, Query, Range, Sort
from pipeline.index.document import Observation
from pipeline.records import Decision, Listing
from pipeline.taxonomy import Act, Category, Credibility, Goods, Indicator, Subtype, Threat, Track, Verdict

PAGE = 50
NEAR = 200
"""How far into the review queue a listing's place is looked for."""
SIBLINGS = 10
URGENT = (Verdict.FLAGGED, Verdict.REVIEW)
"""The verdicts that ask for a review, most urgent first."""
WAITING = "open"
"""What the index says of a listing that nobody has reviewed."""
NONE, MAYBE_NONE = "none", ("ships_from", "language")
"""How an address asks for listings without a value, and of which fields it can."""
DECIDED = (Decision.IN_SCOPE, Decision.OUT_OF_SCOPE, Decision.UNSURE)

FACETS = {
    "market": "Market",
    "category": "Category",
    "subtype": "Subtype",
    "verdict": "Verdict",
    "review": "Review",
    "indicators": "Indicators of trafficking",
    "threats": "Emerging threats",
    "credibility": "Doubts",
    "act": "What the text does",
    "goods": "Other goods",
    "ships_from": "Ships from",
    "language": "Language",
    "present": "At the latest visit",
}
SEVERAL = frozenset({"ships_from", "indicators", "threats", "credibility"})
"""Facets of which a listing can have several values."""
ALONE = ("vendor", "make", "calibre")
"""What a search can ask for, although no list of its values is shown: there is no end of them."""
UNSAID = {
    "subtype": "unknown",
    "act": "unknown",
    "goods": "unknown",
    "indicators": "",
    "threats": "",
    "credibility": "",
}
"""The values that say nothing, which the lists of values leave out."""
FIELDS = 4
"""Most fields that an index counts by at once."""
ORDERS = (Sort.SCORE, Sort.NEWEST)
"""The orders of the review queue within a verdict, the usual one first."""
QUEUE: dict[str, Rule] = {
    "track": Rule(kinds(Track)),
    "category": Rule(kinds(Category)),
    "market": Rule(text(NAME)),
    "sort": Rule(member(*ORDERS)),
}
SEARCH: dict[str, Rule] = {
    "words": Rule(text(WORDS)),
    "market": Rule(text(NAME), many=True),
    "category": Rule(kinds(Category), many=True),
    "subtype": Rule(kinds(Subtype), many=True),
    "act": Rule(kinds(Act), many=True),
    "goods": Rule(kinds(Goods), many=True),
    "threats": Rule(kinds(Threat), many=True),
    "indicators": Rule(kinds(Indicator), many=True),
    "credibility": Rule(kinds(Credibility), many=True),
    "verdict": Rule(kinds(Verdict), many=True),
    "review": Rule(member(WAITING, *DECIDED), many=True),
    "ships_from": Rule(text(NAME), many=True),
    "language": Rule(text(NAME), many=True),
    "present": Rule(member("true", "false"), many=True),
    "vendor": Rule(text(NAME)),
    "make": Rule(text(NAME)),
    "calibre": Rule(text(NAME)),
    "since": Rule(day),
    "until": Rule(day),
    "sort": Rule(kinds(Sort)),
}
PAGING = {"after": Rule(text(CURSOR))}


class Queue(NamedTuple):
    """One page of the review queue."""

    hits: tuple[Hit, ...]
    waiting: dict[Verdict, int]
    next: str


class Place(NamedTuple):
    """Where a listing stands in the review queue."""

    number: int
    """1 for the first; 0 where it is not among the next 200."""
    total: int
    next: str
    """Id of the listing to look at after it, or ""."""


class Facet(NamedTuple):
    """The values of one field among the listings found."""

    field: str
    name: str
    counts: Sequence[Count]


class Change(NamedTuple):
    """Captures one after the other that show the same."""

    first: Observation
    last: Observation
    captures: int


def queue(index: Index, choices: Choices, size: int = PAGE) -> Queue:
    """The waiting listings: flagged ones, then those for review, each likeliest or newest first."""
    counted = index.count(["verdict"], _waiting(choices, *URGENT))
    waiting = {Verdict(count.values[0]): count.listings for count in counted}
    verdict, _, after = choices.one("after").partition(":")
    hits: tuple[Hit, ...] = ()
    if verdict != Verdict.REVIEW:
        page = index.search(_waiting(choices, Verdict.FLAGGED, size=size, after=after))
        if page.next:
            return Queue(page.hits, waiting, f"{Verdict.FLAGGED}:{page.next}")
        hits, after = page.hits, ""
    if len(hits) == size:
        return Queue(hits, waiting, f"{Verdict.REVIEW}:" if waiting.get(Verdict.REVIEW) else "")
    page = index.search(_waiting(choices, Verdict.REVIEW, size=size - len(hits), after=after))
    return Queue(hits + page.hits, waiting, page.next and f"{Verdict.REVIEW}:{page.next}")


def place(index: Index, choices: Choices, listing_id: str) -> Place:
    """Where a listing stands in the queue of these choices."""
    found = queue(index, choices.only(QUEUE), NEAR)
    ids = [hit.id for hit in found.hits]
    others = [other for other in ids if other != listing_id]
    following = dict(pairwise(ids)).get(listing_id) or next(iter(others), "")
    number = ids.index(listing_id) + 1 if listing_id in ids else 0
    return Place(number, sum(found.waiting.values()), following)


def queue_facets(index: Index, choices: Choices) -> list[Facet]:
    """The values by which the queue can be narrowed."""
    names = {"track": "Track", "category": "Category", "market": "Market"}
    return [
        Facet(field, name, index.count([field], _waiting(choices.without(field), *URGENT)))
        for field, name in names.items()
    ]


def search(index: Index, choices: Choices) -> Page:
    """One page of the listings that match."""
    return index.search(_found(choices, size=PAGE))


def facets(index: Index, choices: Choices) -> list[Facet]:
    """The values of every facet, each counted without its own choice."""
    counts: dict[str, Sequence[Count]] = {}
    for fields in _together(choices):
        counts |= _each(fields, index.count(fields, _found(choices.without(*fields))))
    return [Facet(field, name, _said(field, counts[field])) for field, name in FACETS.items()]


def _said(field: str, counts: Sequence[Count]) -> Sequence[Count]:
    unsaid = UNSAID.get(field)
    return [count for count in counts if count.values != (unsaid,)]


def siblings(index: Index, listing: Listing) -> Page:
    """The other listings of a listing's vendor on its market, newest first."""
    if not listing.vendor:
        return Page(hits=(), total=0)
    same = {"market": (listing.market,), "vendor": (listing.vendor,)}
    page = index.search(Query(filters=same, size=SIBLINGS + 1))
    others = tuple(hit for hit in page.hits if hit.id != listing.id)[:SIBLINGS]
    return Page(hits=others, total=max(page.total - 1, len(others)))


def changes(history: Sequence[Observation]) -> list[Change]:
    """A listing's history, newest first, with captures that show the same taken together."""
    found: list[Change] = []
    for seen in history:
        same = found and (found[-1].last.version, found[-1].last.title) == (seen.version, seen.title)
        if same:
            found[-1] = found[-1]._replace(last=seen, captures=found[-1].captures + 1)
        else:
            found.append(Change(seen, seen, 1))
    return found[::-1]


def _together(choices: Choices) -> list[tuple[str, ...]]:
    """The facets that one count can answer: those nobody chose in, as long as a listing has one value of each."""
    free = [field for field in FACETS if field not in SEVERAL and not choices.all(field)]
    shared = [tuple(free[start : start + FIELDS]) for start in range(0, len(free), FIELDS)]
    return shared + [(field,) for field in FACETS if field not in free]


def _each(fields: Sequence[str], counts: Sequence[Count]) -> dict[str, Sequence[Count]]:
    found: dict[str, Counter[str]] = {field: Counter() for field in fields}
    for count in counts:
        for field, value in zip(fields, count.values, strict=True):
            found[field][value] += count.listings
    return {field: _most_first(values) for field, values in found.items()}


def _most_first(values: Counter[str]) -> list[Count]:
    ordered = sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))
    return [Count(values=(value,), listings=listings) for value, listings in ordered]


def _waiting(choices: Choices, *verdicts: Verdict, size: int = PAGE, after: str = "") -> Query:
    narrowed = {name: choices.all(name) for name in QUEUE if name != "sort" and choices.all(name)}
    filters = {**narrowed, "review": (WAITING,), "verdict": tuple(map(str, verdicts))}
    return Query(filters=filters, sort=Sort(choices.one("sort", ORDERS[0])), size=size, after=after)


def _found(choices: Choices, size: int = PAGE) -> Query:
    filters = {name: _values(choices, name) for name in (*FACETS, *ALONE) if choices.all(name)}
    return Query(
        words=choices.one("words"),
        filters=filters,
        ranges=_seen(choices),
        sort=Sort(choices.one("sort", Sort.NEWEST)),
        size=size,
        after=choices.one("after"),
    )


def _values(choices: Choices, name: str) -> tuple[str, ...]:
    return tuple("" if value == NONE and name in MAYBE_NONE else value for value in choices.all(name))


def _seen(choices: Choices) -> dict[str, Range]:
    since, until = choices.one("since"), choices.one("until")
    if not (since or until):
        return {}
    low = datetime.combine(datetime.fromisoformat(since), time.min, UTC) if since else None
    end = datetime.combine(datetime.fromisoformat(until), time.min, UTC) if until else None
    return {"first_seen": Range(low=low, high=end and end + timedelta(days=1, milliseconds=-1))}
