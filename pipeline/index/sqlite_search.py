"""Turns a query into SQL, and rows into listings in their exact order."""

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import groupby, product
from typing import NamedTuple

from pipeline.index import Count, Query, Range, Sort
from pipeline.index.cursor import Cursor
from pipeline.index.places import ALWAYS_CROWDED, bucket, bucket_of, milliseconds, milliseconds_up, places_of
from pipeline.index.query import Term, terms
from pipeline.index.sqlite_layout import EVERY, tag, unpacked
from pipeline.sqlite import Database, Value

MOST_RANKED = 200_000
"""Hits above which relevance falls back to newest: ranking a very common word took seconds on a million listings."""


MOST_WHOLE, MOST_FLOAT = 2**63, 1e308


class Found(NamedTuple):
    """A listing's place, what it is sorted by, and its id."""

    place: int
    key: float
    id: bytes


class Selection(NamedTuple):
    """What a query asks for, in SQL."""

    source: str
    place: str
    """The column of `source` that holds the place."""
    where: str
    bindings: tuple[Value, ...]
    narrow: bool
    """Whether the search index alone knows which listings match."""

    def and_(self, condition: str, *bindings: Value, narrow: bool = True) -> "Selection":
        """The same with one more condition; `narrow` where it is on the place alone."""
        return self._replace(
            where=f"{self.where} AND {condition}", bindings=(*self.bindings, *bindings), narrow=self.narrow and narrow
        )


def selection(query: Query) -> Selection:
    """The listings that match, from the search index where words or filters name them, from their table else."""
    match = _match(terms(query.words), query)
    chosen = (
        Selection("ft CROSS JOIN listing AS l ON l.place = ft.rowid", "ft.rowid", "ft MATCH ?", (match,), narrow=True)
        if match
        else Selection("listing AS l", "l.place", "1", (), narrow=False)
    )
    for name, span in query.ranges.items():
        if (low := _low(span)) is not None:
            chosen = _bounded(chosen, name, ">=", low)
        if (high := _high(span)) is not None:
            chosen = _bounded(chosen, name, "<=", high)
    return chosen


def _bounded(chosen: Selection, name: str, sign: str, bound: float) -> Selection:
    if name == "first_seen" and (places := places_of(int(bound))):
        return chosen.and_(f"{chosen.place} {sign} ?", places[0 if sign == ">=" else -1])
    return chosen.and_(f"l.{name} {sign} ?", bound, narrow=False)


def total(database: Database, chosen: Selection) -> int:
    """How many listings match."""
    source = "ft" if chosen.narrow else chosen.source
    return _whole(database.row(f"SELECT count(*) FROM {source} WHERE {chosen.where}", *chosen.bindings))  # noqa: S608  # no value is part of it


def ordered(database: Database, chosen: Selection, sort: Sort, after: Cursor | None) -> Generator[Found, None, None]:
    """The listings that match, in order, from the one after the cursor on."""
    match sort:
        case Sort.NEWEST | Sort.OLDEST:
            return _by_time(database, chosen, sort, after)
        case Sort.RECENT:
            return _by_column(database, chosen, "last_seen", after)
        case Sort.SCORE:
            return _by_column(database, chosen, "score", after)
        case Sort.RELEVANCE:
            return _by_relevance(database, chosen, after)


def counted(database: Database, chosen: Selection, by: Sequence[str]) -> tuple[Count, ...]:
    """How many match for each combination of values; a listing with several values of a field counts once for each."""
    names = ", ".join(f"l.{name}" for name in by)
    found: Counter[tuple[str, ...]] = Counter()
    for *stored, listings in database.rows(
        f"SELECT {names}, count(*) FROM {chosen.source} WHERE {chosen.where} GROUP BY {names}",  # noqa: S608  # names are fields'
        *chosen.bindings,
    ):
        for values in product(*(unpacked(name, value) for name, value in zip(by, stored, strict=True))):
            found[values] += int(str(listings))
    most_first = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Count(values=values, listings=listings) for values, listings in most_first)


def crowded(database: Database) -> frozenset[int]:
    """The milliseconds whose listings are all of one bucket."""
    return ALWAYS_CROWDED | {int(str(found)) for (found,) in database.rows("SELECT moment FROM crowded")}


def _by_time(database: Database, chosen: Selection, sort: Sort, after: Cursor | None) -> Generator[Found, None, None]:
    newest, full = sort is Sort.NEWEST, crowded(database)
    if after:
        stretch = bucket(int(after.key), after.id, full)
        chosen = chosen.and_(f"{chosen.place} {'<=' if newest else '>='} ?", stretch[-1 if newest else 0])
    rows = database.rows(
        f"SELECT l.place, l.first_seen, l.id FROM {chosen.source} WHERE {chosen.where} ORDER BY {chosen.place} {'DESC' if newest else ''}",  # noqa: S608
        *chosen.bindings,
    )
    for found in _exactly(map(_found, rows), full, newest=newest):
        if after is None or _beyond(found, after, newest=newest):
            yield found


def _exactly(rows: Iterator[Found], full: AbstractSet[int], *, newest: bool) -> Iterator[Found]:
    for _, group in groupby(rows, key=lambda found: bucket_of(found.place, full)):
        yield from sorted(group, key=lambda found: (found.key, found.id), reverse=newest)


def _beyond(found: Found, after: Cursor, *, newest: bool) -> bool:
    here, there = (found.key, found.id), (after.key, bytes.fromhex(after.id))
    return here < there if newest else here > there


def _by_column(
    database: Database, chosen: Selection, column: str, after: Cursor | None
) -> Generator[Found, None, None]:
    if after:
        chosen = chosen.and_(f"(l.{column}, l.id) < (?, ?)", after.key, bytes.fromhex(after.id))
    yield from map(
        _found,
        database.rows(
            f"SELECT l.place, l.{column}, l.id FROM {chosen.source} WHERE {chosen.where} ORDER BY l.{column} DESC, l.id DESC",  # noqa: S608
            *chosen.bindings,
        ),
    )


def _by_relevance(database: Database, chosen: Selection, after: Cursor | None) -> Generator[Found, None, None]:
    ranked = f"SELECT l.place AS place, -bm25(ft, 4, 1, 0) AS key, l.id AS id FROM {chosen.source} WHERE {chosen.where}"  # noqa: S608
    beyond = "WHERE (key, id) < (?, ?)" if after else ""
    bindings = (*chosen.bindings, *((after.key, bytes.fromhex(after.id)) if after else ()))
    yield from map(_found, database.rows(f"SELECT * FROM ({ranked}) {beyond} ORDER BY key DESC, id DESC", *bindings))  # noqa: S608


def _match(asked: Sequence[Term], query: Query) -> str:
    wanted = [f"({_phrase(term)})" for term in asked if not term.excluded]
    wanted += [f"(tags : ({_any(tag(name, value) for value in values)}))" for name, values in query.filters.items()]
    unwanted = [f"({_phrase(term)})" for term in asked if term.excluded]
    if not unwanted:
        return " AND ".join(wanted)
    return f"({' AND '.join(wanted or [f'(tags : {EVERY})'])}) NOT ({_any(unwanted)})"


def _phrase(term: Term) -> str:
    return f'{{title description}} : "{" ".join(term.tokens)}"{" *" if term.prefix else ""}'


def _any(alternatives: Iterator[str] | Sequence[str]) -> str:
    return " OR ".join(alternatives)


def _low(span: Range) -> float | None:
    return milliseconds_up(span.low) if isinstance(span.low, datetime) else _bindable(span.low)


def _high(span: Range) -> float | None:
    return milliseconds(span.high) if isinstance(span.high, datetime) else _bindable(span.high)


def _bindable(bound: float | None) -> float | None:
    """The bound as SQLite takes it, which knows whole numbers of 64 bits."""
    return bound if bound is None or abs(bound) < MOST_WHOLE else float(max(min(bound, MOST_FLOAT), -MOST_FLOAT))


def _found(row: tuple[Value, ...]) -> Found:
    place, key, listing_id = row
    assert isinstance(place, int)
    assert isinstance(key, int | float)
    assert isinstance(listing_id, bytes)
    return Found(place, key, listing_id)


def _whole(row: tuple[Value, ...] | None) -> int:
    assert row is not None
    return int(str(row[0]))
