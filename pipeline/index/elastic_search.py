"""Turns a query into Elasticsearch's words, and its answers into listings in their exact order."""

import math
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from pipeline.index import Count, Hit, Query, Range, Sort
from pipeline.index.cursor import Cursor
from pipeline.index.document import Document
from pipeline.index.elastic_client import Cluster, RefusedError, part
from pipeline.index.elastic_layout import Source, kept
from pipeline.index.fields import RANGES, Kind
from pipeline.index.places import milliseconds, milliseconds_up
from pipeline.index.query import Term, terms

AT_ONCE = 1_000
"""Listings, or groups of them, fetched by one request."""
GROUPS_AT_ONCE = 10_000
KEEP_ALIVE = "5m"
"""How long a scan's view of the index is kept between two requests."""
MOST_ENDINGS = 100_000
"""Different words that the prefix at the end of a phrase may stand for."""
TITLE_WEIGHT = 4
LEAST_WHOLE, MOST_WHOLE, MOST_FLOAT = -(2**63), 2**63 - 1, 1e308
GONE = 404
NOTHING: Source = {"match_none": {}}
ORDERS: Mapping[Sort, tuple[str, str]] = {
    Sort.NEWEST: ("first_seen", "desc"),
    Sort.OLDEST: ("first_seen", "asc"),
    Sort.RECENT: ("last_seen", "desc"),
    Sort.SCORE: ("score", "desc"),
    Sort.RELEVANCE: ("_score", "desc"),
}


class Found(NamedTuple):
    """A listing, and what it is sorted by."""

    hit: Hit
    key: float


class _Source(msgspec.Struct, frozen=True):
    document: Document


class _Hit(msgspec.Struct, frozen=True):
    source: _Source = msgspec.field(name="_source")
    sort: list[int | float | str]


class _Total(msgspec.Struct, frozen=True):
    value: int


class _Hits(msgspec.Struct, frozen=True, kw_only=True):
    total: _Total = _Total(0)
    hits: list[_Hit] = []


class _Bucket(msgspec.Struct, frozen=True):
    key: dict[str, str]
    doc_count: int


class _Groups(msgspec.Struct, frozen=True, kw_only=True):
    buckets: list[_Bucket]
    after_key: dict[str, str] | None = None


class _Groupings(msgspec.Struct, frozen=True):
    groups: _Groups


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    hits: _Hits
    pit_id: str = ""
    aggregations: _Groupings | None = None


class _Pit(msgspec.Struct, frozen=True):
    id: str


def selection(query: Query) -> Source:
    """The listings that match; those that have its words are ranked by them."""
    asked = terms(query.words)
    wanted = [_clause(term) for term in asked if not term.excluded]
    unwanted = [_clause(term) for term in asked if term.excluded]
    chosen: list[Source] = [{"term": {"hidden": "false"}}]
    chosen += [{"terms": {name: [_keyword(one) for one in values]}} for name, values in query.filters.items()]
    chosen += [_within(name, span) for name, span in query.ranges.items()]
    return {"bool": {"must": wanted, "must_not": unwanted, "filter": chosen}}


def total(cluster: Cluster, alias: str, query: Query) -> int:
    """How many listings match."""
    return _ask(cluster, alias, {"size": 0, "query": selection(query), "track_total_hits": True}).hits.total.value


def page(cluster: Cluster, alias: str, query: Query, sort: Sort, after: Cursor | None) -> tuple[list[Found], int]:
    """The first `size` listings after the cursor and one more, where there are as many; and how many match in all."""
    if query.size == 0:
        return [], total(cluster, alias, query)
    found: list[Found] = []
    matching, wanted = 0, query.size + 1
    while len(found) < wanted:
        step = min(wanted - len(found), AT_ONCE)
        body = _body(query, sort, after, step) | {"track_total_hits": not found}
        answer = _ask(cluster, alias, body)
        matching = matching if found else answer.hits.total.value
        some = [_found(hit) for hit in answer.hits.hits]
        found += some
        if len(some) < step:
            break
        after = Cursor(sort, some[-1].key, some[-1].hit.id)
    return found, matching


def every(cluster: Cluster, alias: str, query: Query, sort: Sort, after: Cursor | None) -> Generator[Hit, None, None]:
    """All listings after the cursor, in order, as they were when it began.

    Where its reader takes more than five minutes between two of them, it goes on in the index as that is then.
    """
    view = ""
    try:
        while True:
            view = view or _view(cluster, alias)
            body = _body(query, sort, after, AT_ONCE) | {"track_total_hits": False}
            try:
                answer = _ask(cluster, "", body | {"pit": {"id": view, "keep_alive": KEEP_ALIVE}})
            except RefusedError as error:
                if error.status != GONE:
                    raise
                view = ""
                continue
            view = answer.pit_id
            some = [_found(hit) for hit in answer.hits.hits]
            yield from (one.hit for one in some)
            if len(some) < AT_ONCE:
                return
            after = Cursor(sort, some[-1].key, some[-1].hit.id)
    finally:
        _leave(cluster, view)


def counted(cluster: Cluster, alias: str, query: Query, by: Sequence[str]) -> tuple[Count, ...]:
    """How many match for each combination of values, most first; a listing with several values of a field counts once for each."""
    groups = sorted(_groups(cluster, alias, query, by), key=lambda one: (-one.listings, one.values))
    return tuple(groups)


def _groups(cluster: Cluster, alias: str, query: Query, by: Sequence[str]) -> Iterator[Count]:
    composite: Source = {"size": GROUPS_AT_ONCE, "sources": [{name: {"terms": {"field": name}}} for name in by]}
    body: Source = {"size": 0, "query": selection(query), "track_total_hits": False}
    while True:
        answer = _ask(cluster, alias, body | {"aggs": {"groups": {"composite": composite}}})
        assert answer.aggregations is not None, "what was asked for is answered"
        groups = answer.aggregations.groups
        for bucket in groups.buckets:
            yield Count(values=tuple(bucket.key[name] for name in by), listings=bucket.doc_count)
        if len(groups.buckets) < GROUPS_AT_ONCE:
            return
        composite |= {"after": groups.after_key}


def _ask(cluster: Cluster, alias: str, body: Source) -> _Answer:
    # With a view of its own, a search names no index. Half an answer, where a shard is away, is none.
    where = f"/{part(alias)}/_search" if alias else "/_search"
    return cluster.ask("POST", where, _Answer, body, allow_partial_search_results="false")


def _body(query: Query, sort: Sort, after: Cursor | None, size: int) -> Source:
    field, direction = ORDERS[sort]
    body: Source = {
        "size": size,
        "query": selection(query),
        "sort": [{field: direction}, {"id": direction}],
    }
    return body | ({"search_after": [after.key, after.id]} if after else {})


def _view(cluster: Cluster, alias: str) -> str:
    return cluster.ask("POST", f"/{part(alias)}/_pit", _Pit, keep_alive=KEEP_ALIVE).id


def _leave(cluster: Cluster, view: str) -> None:
    if view:
        try:
            cluster.ask("DELETE", "/_pit", object, {"id": view})
        except RefusedError as error:
            if error.status != GONE:
                raise


def _found(hit: _Hit) -> Found:
    key = hit.sort[0]
    assert not isinstance(key, str), "listings are sorted by numbers and times"
    return Found(Hit(id=hit.source.document.id, document=hit.source.document), key)


def _clause(term: Term) -> Source:
    both = [_in_field("title_words", term, TITLE_WEIGHT), _in_field("description_words", term, 1)]
    return {"bool": {"should": both, "minimum_should_match": 1}}


def _in_field(field: str, term: Term, weight: int) -> Source:
    text = " ".join(term.tokens)
    match len(term.tokens) > 1, term.prefix:
        case False, False:
            return {"term": {field: {"value": text, "boost": weight}}}
        case False, True:
            return {"prefix": {field: {"value": text, "boost": weight}}}
        case True, False:
            return {"match_phrase": {field: {"query": text, "boost": weight}}}
        case _:
            asked = {"query": text, "boost": weight, "max_expansions": MOST_ENDINGS}
            return {"match_phrase_prefix": {field: asked}}


def _keyword(value: str) -> str:
    return kept(value.encode(errors="replace").decode())


def _within(name: str, span: Range) -> Source:
    if span.low is None and span.high is None:
        return {"match_all": {}}
    low, high = span.low, span.high
    if RANGES[name].kind is Kind.DATE:
        return _range(name, _moment(low, milliseconds_up), _moment(high, milliseconds))
    assert not isinstance(low, datetime), "the query was checked"
    assert not isinstance(high, datetime), "the query was checked"
    if low != low or high != high:  # noqa: PLR0124  # a bound that is no number has nothing above or below it
        return NOTHING
    if RANGES[name].kind is Kind.MONEY:
        if (low is not None and not low <= MOST_WHOLE) or (high is not None and not high >= LEAST_WHOLE):
            return NOTHING
        return _range(name, _whole(low, math.ceil), _whole(high, math.floor))
    return _range(name, _float(low), _float(high))


def _range(name: str, low: float | None, high: float | None) -> Source:
    bounds = {"gte": low, "lte": high}
    return {"range": {name: {word: bound for word, bound in bounds.items() if bound is not None}}}


def _moment(bound: object, rounded: Callable[[datetime], int]) -> int | None:
    return rounded(bound) if isinstance(bound, datetime) else None


def _whole(bound: float | None, rounded: Callable[[float], int]) -> int | None:
    return None if bound is None else rounded(min(max(bound, LEAST_WHOLE), MOST_WHOLE))


def _float(bound: float | None) -> float | None:
    return None if bound is None else float(min(max(bound, -MOST_FLOAT), MOST_FLOAT))
