"""The same listings give the same answers on SQLite and on Elasticsearch."""

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from pipeline.index import Index, Mergeable, Query, Range, Sort
from pipeline.index.fields import FACETS
from pipeline.index.sqlite import SqliteIndex
from pipeline.records import Decision
from tests.contracts import test_index as contract
from tests.elastics import elastic_index

LISTINGS = 20_000
Both = tuple[Index, Index]


def told() -> list[Mergeable]:
    draw = random.Random(11)
    found: list[Mergeable] = []
    for number in range(LISTINGS):
        one = contract.made(number, draw)
        found.append(one)
        if number % 5 == 0:
            found.append(contract.review(one, draw.choice(list(Decision)), number))
        if number % 7 == 0:
            found.append(contract.sighting(one, contract.moment(draw.randint(0, 10**9))))
        if number % 100 == 0:
            found.append(contract.erasure(one))
    return found


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Both indexes, filled with the same records."""
    folder: Path = tmp_path_factory.mktemp("parity")
    records = told()
    with elastic_index() as elastic, closing(SqliteIndex(folder / "index.db")) as sqlite:
        for index in (elastic, sqlite):
            for start in range(0, len(records), 2_000):
                index.merge(records[start : start + 2_000])
        yield elastic, sqlite


MONTH = Range(low=contract.START, high=contract.START + timedelta(days=3))
QUERIES = {
    "all": Query(),
    "a word": Query(words="glock"),
    "words": Query(words="blue boxes rare"),
    "a phrase": Query(words='"blue lot"'),
    "a prefix": Query(words="gl*"),
    "a phrase that goes on": Query(words='"blue bo"*'),
    "excluded": Query(words="lot -zoo -glock"),
    "only excluded": Query(words="-lot"),
    "other scripts": Query(words="пистолет 手枪"),
    "a calibre": Query(words="7.62 x 39"),
    "a filter": Query(filters={"category": ("FA", "PC")}),
    "filters": Query(filters={"market": ("practice",), "verdict": ("flagged", "review"), "ships_from": ("DE",)}),
    "a queue": Query(filters={"review": ("open",), "verdict": ("flagged",)}, sort=Sort.SCORE),
    "an odd value": Query(filters={"vendor": ("'; DROP TABLE listing; --", "\u0001")}),
    "a time": Query(ranges={"first_seen": MONTH}, sort=Sort.OLDEST),
    "odd times": Query(ranges={"last_seen": Range(high=contract.START)}, sort=Sort.RECENT),
    "prices": Query(ranges={"price_cents": Range(low=50, high=10**30)}),
    "all at once": Query(words="lot", filters={"language": ("en",)}, ranges={"score": Range(low=0.5)}, sort=Sort.SCORE),
}
named = pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)


def paged(index: Index, query: Query) -> list[str]:
    return [hit.id for page in islice(contract.pages(index, query), 4) for hit in page.hits]


@named
def test_the_same_listings_in_the_same_order_are_counted_and_paged(both: Both, query: Query) -> None:
    elastic, sqlite = both
    assert elastic.search(query).total == sqlite.search(query).total
    assert paged(elastic, query) == paged(sqlite, query)


@named
def test_a_scan_gives_the_same_documents(both: Both, query: Query) -> None:
    elastic, sqlite = both
    assert list(elastic.scan(query)) == list(sqlite.scan(query))


@named
def test_every_facet_has_the_same_counts(both: Both, query: Query) -> None:
    elastic, sqlite = both
    for field in FACETS:
        assert elastic.count([field], query) == sqlite.count([field], query), field


@pytest.mark.parametrize("by", [["month", "category", "ships_from"], ["vendor", "market"], ["ships_from", "ships_to"]])
def test_fields_together_have_the_same_counts(both: Both, by: list[str]) -> None:
    elastic, sqlite = both
    for query in (QUERIES["all"], QUERIES["a word"], QUERIES["filters"]):
        assert elastic.count(by, query) == sqlite.count(by, query)


def test_relevance_finds_the_same_listings(both: Both) -> None:
    elastic, sqlite = both
    query = Query(words="glock zoo", sort=Sort.RELEVANCE, size=10_000)
    assert {hit.id for hit in elastic.search(query).hits} == {hit.id for hit in sqlite.search(query).hits}
