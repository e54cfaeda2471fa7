"""Turns a query into SQL, and rows into listings in their exact order."""

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import groupby, product
from typing import NamedTuple

from pipeline.index import Count, Query, Range, Sort
from pipeline.index.cursor import Cursor
from pipeline.index.fields import FACETS
from pipeline.index.places import ALWAYS_CROWDED, bucket, bucket_of, milliseconds, milliseconds_up, places_of
from pipeline.index.query import Term, terms
from pipeline.index.sqlite_layout import EVERY, tag, unpacked
from pipeline.sqlite import Database, Value

MOST_RANKED = 200_000
"""Hits above which relevance falls back to newest: ranking a very common word took seconds on a million listings."""


MANY = 10_000
"""Listings from which values are counted one by one in the search index: below, grouping the rows was faster."""
MOST_TAGS = 64
PAGE = 50
"""Hits for which an order by score is walked rather than sorted: by then, it has met about as many listings as match."""
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
    """Whether places and the search index alone know which listings match."""

    def and_(self, condition: str, *bindings: Value, narrow: bool = True) -> "Selection":
        """The same with one more condition; `narrow` where it is on the place alone."""
        return self._replace(
            where=f"{self.where} AND {condition}", bindings=(*self.bindings, *bindings), narrow=self.narrow and narrow
        )


def selection(query: Query) -> Selection:
    """The listings that match, from the search index where words or filters name them, from their table else."""
    match = _match(terms(query.words), query)
    return _within(query, _matching(match) if match else _TABLE)


def _matching(match: str) -> Selection:
    source = "ft CROSS JOIN listing AS l ON l.place = ft.rowid"
    return Selection(source, "ft.rowid", "ft MATCH ?", (match,), narrow=True)


_TABLE = Selection("listing AS l", "l.place", "1", (), narrow=False)


def _likeliest(query: Query) -> Selection:
    """The same listings from their table, for a walk from the highest score down."""
    chosen = _TABLE._replace(source="listing AS l INDEXED BY by_score")
    for name, values in query.filters.items():
        marks = ",".join("?" * len(values))
        one = f"EXISTS(SELECT 1 FROM json_each(l.{name}) WHERE value IN ({marks}))"  # noqa: S608  # names are fields'
        condition = one if FACETS[name].many else f"l.{name} IN ({marks})"
        chosen = chosen.and_(condition, *(value.encode(errors="replace").decode() for value in values))
    return _within(query, chosen)


def _within(query: Query, chosen: Selection) -> Selection:
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


def ordered(
    database: Database, query: Query, matching: int, sort: Sort, after: Cursor | None
) -> Generator[Found, None, None]:
    """The listings that match, `matching` in number, in order, from the one after the cursor on."""
    chosen = selection(query)
    match sort:
        case Sort.NEWEST | Sort.OLDEST:
            return _by_time(database, chosen, sort, after)
        case Sort.RECENT:
            return _by_column(database, chosen, "last_seen", after)
        case Sort.SCORE:
            walk = not query.words and matching**2 > PAGE * total(database, _TABLE)
            return _by_column(database, _likeliest(query) if walk else chosen, "score", after)
        case Sort.RELEVANCE:
            return _by_relevance(database, chosen, after)


def counted(database: Database, query: Query, by: Sequence[str]) -> tuple[Count, ...]:
    """How many match for each combination of values; a listing with several values of a field counts once for each."""
    chosen = selection(query)
    values = _known_values(database, by)
    plain = chosen.narrow or chosen is _TABLE
    if values and plain and total(database, chosen) >= MANY:
        found = _by_tags(database, chosen, by[0], values)
    else:
        found = _by_groups(database, chosen, by)
    most_first = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Count(values=values, listings=listings) for values, listings in most_first if listings)


def _known_values(database: Database, by: Sequence[str]) -> list[str]:
    """The values of a single field, where they are few enough to be counted one by one."""
    if len(by) > 1:
        return []
    found = database.all("SELECT value FROM value WHERE field=? LIMIT ?", by[0], MOST_TAGS + 1)
    return [str(value) for (value,) in found] if len(found) <= MOST_TAGS else []


def _by_tags(database: Database, chosen: Selection, field: str, values: Sequence[str]) -> Counter[tuple[str, ...]]:
    found: Counter[tuple[str, ...]] = Counter()
    for value in values:
        tagged = tag(field, value)
        if chosen is _TABLE:
            found[value,] = total(database, _matching(tagged))
        else:
            both = f"({chosen.bindings[0]!s}) AND {tagged}"
            found[value,] = total(database, chosen._replace(bindings=(both, *chosen.bindings[1:])))
    return found


def _by_groups(database: Database, chosen: Selection, by: Sequence[str]) -> Counter[tuple[str, ...]]:
    names = ", ".join(f"l.{name}" for name in by)
    found: Counter[tuple[str, ...]] = Counter()
    for *stored, listings in database.all(
        f"SELECT {names}, count(*) FROM {chosen.source} WHERE {chosen.where} GROUP BY {names}",  # noqa: S608  # names are fields'
        *chosen.bindings,
    ):
        for values in product(*(unpacked(name, value) for name, value in zip(by, stored, strict=True))):
            found[values] += int(str(listings))
    return found


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
    # Without column filters: words and tags cannot meet, and the filters cost a fifth of the time of a common word.
    wanted = [_phrase(term) for term in asked if not term.excluded]
    wanted += [f"({' OR '.join(tag(name, value) for value in values)})" for name, values in query.filters.items()]
    unwanted = [_phrase(term) for term in asked if term.excluded]
    if not unwanted:
        return " AND ".join(wanted)
    return f"({' AND '.join(wanted or [EVERY])}) NOT ({' OR '.join(unwanted)})"


def _phrase(term: Term) -> str:
    return f'"{" ".join(term.tokens)}"{" *" if term.prefix else ""}'


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
