"""What an index in Elasticsearch does beside the contract of every index."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import islice
from pathlib import Path

import pytest
from msgspec.structs import replace

from pipeline.errors import IndexUnavailableError, MalformedError
from pipeline.index import LISTINGS, Query, Range, Sort
from pipeline.index.document import Document
from pipeline.index.elastic import ElasticIndex
from pipeline.index.elastic_client import Cluster
from pipeline.index.elastic_layout import SHORT, Source, mapping
from pipeline.index.elastic_setup import Shelf, make, remove
from pipeline.index.merge import merge
from pipeline.index.sqlite import SqliteIndex
from pipeline.records import Assessment, Capture, Classification, Decision, Dollars, Erasure, Listing, Review
from pipeline.taxonomy import Category, Track, Verdict
from tests.elastics import opened

START = datetime(2024, 5, 1, tzinfo=UTC)


def assessment(number: object, *, title: str = "", vendor: str = "alpine", activation: int = 1) -> Assessment:
    capture = Capture(
        time=START + timedelta(seconds=activation),
        url="http://a.onion/1",
        visit="v",
        page="00",
        profile="p",
        activation=1,
    )
    listing = Listing(
        market="practice", key=str(number), title=title or f"Lot {number}", vendor=vendor, provenance=capture
    )
    return Assessment(
        listing=listing,
        classification=Classification(score=0.5, category=Category.OTHER, model="m", activation=activation),
        verdicts={Track.OFFERS: Verdict.CLEAR},
        policy="p",
    )


def review(of: Assessment, number: int = 1) -> Review:
    decision = Decision.IN_SCOPE
    return Review(
        id=f"r{number}", listing_id=of.id, version=of.listing.version, decision=decision, analyst="ana", time=START
    )


def erasure(of: Assessment) -> Erasure:
    return Erasure(id="e1", listing_id=of.id, analyst="ana", time=START, reason="order")


@pytest.fixture
def index(prefix: str) -> Iterator[ElasticIndex]:
    with closing(opened(prefix)) as found:
        yield found


def test_who_only_reads_makes_no_index(index: ElasticIndex, at: Cluster, prefix: str) -> None:
    assert index.search(Query()).total == 0
    assert index.get(assessment(1).id) is None
    assert list(index.scan(Query())) == []
    assert at.ask("GET", f"/{prefix}*/_alias", dict[str, object]) == {}


def test_setting_up_makes_what_is_missing_and_then_nothing(index: ElasticIndex, prefix: str) -> None:
    assert index.set_up() == {f"{prefix}listings": "created"}
    index.merge([assessment(1)])
    assert index.set_up() == {f"{prefix}listings": "unchanged"}
    assert index.search(Query()).total == 1


def test_a_document_without_news_is_not_written(index: ElasticIndex, at: Cluster, prefix: str) -> None:
    every = [assessment(number) for number in range(20)]
    index.merge(every)
    index.merge(every)
    index.merge([*every[:5], *every[:5], replace(every[9], classification=every[9].classification)])
    assert versions(at, prefix, every) == [1] * 20


def test_a_batch_that_takes_several_requests_is_not_begun_where_it_cannot_be_ended(
    index: ElasticIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.index.elastic_write.A_PART", 10)
    every = [assessment(number) for number in range(35)]
    with pytest.raises(UnicodeEncodeError):
        index.merge([*every, replace(assessment("broken"), policy="\ud800")])
    assert index.search(Query()).total == 0
    index.merge(every)
    assert {hit.id for hit in index.scan(Query())} == {one.id for one in every}


def test_search_text_stays_with_its_text_and_goes_with_it(index: ElasticIndex, at: Cluster, prefix: str) -> None:
    one = assessment(1, title="Blue pistols")
    index.merge([one])
    for news in ([assessment(1, title="Blue pistols", activation=2)], [review(one)]):
        index.merge(news)
        stored = at.ask("GET", f"/{prefix}listings/_source/{one.id}", dict[str, object])
        assert (stored["title"], stored["title_words"], stored["description_words"]) == (
            "Blue pistols",
            "blue pistol",
            "",
        )
        assert index.search(Query(words="pistol")).total == 1
    index.merge([assessment(1, title="Red boxes", activation=3)])
    assert index.search(Query(words="pistol")).total == 0
    assert index.search(Query(words="box")).total == 1


def versions(at: Cluster, prefix: str, every: list[Assessment]) -> list[int]:
    body = {"ids": [one.id for one in every]}
    found = at.ask("POST", f"/{prefix}listings/_mget", dict[str, list[dict[str, object]]], body)
    return [int(str(one["_version"])) for one in found["docs"]]


def test_what_people_decide_is_seen_at_once_by_everybody(index: ElasticIndex, prefix: str) -> None:
    one = assessment(1)
    index.merge([one])
    index.merge([review(one)])
    with closing(opened(prefix)) as other:
        assert other.search(Query(filters={"review": ("in_scope",)})).total == 1


def test_what_stages_merge_is_seen_by_others_within_moments(index: ElasticIndex, prefix: str) -> None:
    index.merge([assessment(1)])
    with closing(opened(prefix)) as other:
        assert any(other.search(Query()).total for _ in range(2_000))


def test_two_processes_that_merge_the_same_listings_lose_nothing(prefix: str, index: ElasticIndex) -> None:
    index.set_up()
    code = (
        "import sys; from contextlib import closing; from tests.elastics import opened\n"
        "from tests.pipeline.test_elastic_index import told\n"
        "with closing(opened(sys.argv[1])) as index:\n"
        "    records = told(int(sys.argv[2]))\n"
        "    for start in range(0, len(records), 40): index.merge(records[start:start + 40])\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    running = [subprocess.Popen([sys.executable, "-c", code, prefix, part], env=environment) for part in ("0", "1")]
    assert [one.wait() for one in running] == [0, 0]
    for number in range(30):
        of = [record for part in (0, 1) for record in told(part) if subject_of(record) == assessment(number).id]
        hit = index.get(assessment(number).id)
        assert hit is not None
        assert hit.document == reduce(merge, of, Document(id=hit.id))
        assert len(hit.document.history) == 12


def told(part: int) -> list[Assessment | Review]:
    """What one of two stages reads: captures and reviews of the same thirty listings."""
    seen = [assessment(number, activation=2 * turn + part + 1) for turn in range(6) for number in range(30)]
    return [record for one in seen for record in (one, review(one, part))]


def subject_of(record: Assessment | Review) -> str:
    return record.listing_id if isinstance(record, Review) else record.id


def test_a_document_that_is_refused_is_named_and_the_others_are_merged(at: Cluster, prefix: str) -> None:
    narrow = mapping()
    properties = narrow["properties"]
    assert isinstance(properties, dict)
    properties["price_cents"] = {"type": "integer"}
    make(at, Shelf(alias=prefix + LISTINGS, mapping=narrow), 1, behind_alias=True)
    dear = replace(assessment("dear"), dollars=Dollars(cents=10**12, rate_date=""))
    with closing(opened(prefix)) as index:
        with pytest.raises(MalformedError, match=r"refuses 1 documents: .*price_cents"):
            index.merge([assessment(1), dear, assessment(2)])
        assert index.search(Query()).total == 2
        assert index.get(dear.id) is None


def test_an_index_of_other_fields_is_not_merged_into(at: Cluster, prefix: str) -> None:
    other: Source = {"dynamic": "strict", "_meta": {"layout": "of yesterday"}, "properties": {}}
    make(at, Shelf(alias=prefix + LISTINGS, mapping=other), 1, behind_alias=True)
    with closing(opened(prefix)) as index, pytest.raises(IndexUnavailableError, match="headstamp reindex"):
        index.merge([assessment(1)])


@pytest.mark.parametrize("block", ["read_only_allow_delete", "write"])
def test_an_index_that_takes_no_writes_says_what_to_do_and_goes_on_when_it_does(
    index: ElasticIndex, at: Cluster, prefix: str, block: str
) -> None:
    index.merge([assessment(1)])
    at.ask("PUT", f"/{prefix}listings/_settings", object, {f"index.blocks.{block}": True})
    with pytest.raises(IndexUnavailableError, match="free disk space"):
        index.merge([assessment(2)])
    assert index.search(Query()).total == 1
    at.ask("PUT", f"/{prefix}listings/_settings", object, {f"index.blocks.{block}": None})
    index.merge([assessment(2)])
    assert index.search(Query()).total == 2


def test_an_index_that_was_deleted_is_said_to_be_missing(index: ElasticIndex, at: Cluster, prefix: str) -> None:
    index.merge([assessment(1)])
    remove(at, f"{prefix}listings-v1")
    with pytest.raises(IndexUnavailableError, match="headstamp reindex"):
        index.merge([assessment(2)])


def test_a_scan_sees_what_was_there_when_it_began(
    index: ElasticIndex, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.index.elastic_search.AT_ONCE", 10)
    index.merge([assessment(number) for number in range(35)])
    scan = index.scan(Query())
    first = list(islice(scan, 5))
    with closing(opened(prefix)) as other:
        other.merge([assessment(number) for number in range(100, 120)])
        other.search(Query())
    assert len({hit.id for hit in (*first, *scan)}) == 35


def test_a_scan_whose_view_was_lost_goes_on_where_it_was(
    index: ElasticIndex, at: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.index.elastic_search.AT_ONCE", 10)
    views: list[str] = []

    def noted(at: Cluster, alias: str) -> str:
        views.append(str(at.ask("POST", f"/{alias}/_pit", dict[str, object], keep_alive="1m")["id"]))
        return views[-1]

    monkeypatch.setattr("pipeline.index.elastic_search._view", noted)
    index.merge([assessment(number) for number in range(35)])
    scan = index.scan(Query(sort=Sort.OLDEST))
    found = [next(scan).id]
    at.ask("DELETE", "/_pit", object, {"id": views[0]})
    found += [hit.id for hit in scan]
    assert found == sorted(assessment(number).id for number in range(35))
    assert len(views) == 2


LONG = "long word " * 4_000


def test_extreme_texts_are_found_as_in_sqlite(index: ElasticIndex, tmp_path: Path) -> None:
    every = [
        assessment("long", title="x" * 40_000, vendor=LONG),
        assessment("longer", title=LONG, vendor=LONG + "!"),
        assessment("nul", title="z\0o", vendor="a\0b"),
        assessment("plane", title="\U0001d7d8" * 300 + " 𐐷" * 9, vendor="𐐷" * SHORT),
        assessment("mark", title="a\u0300" * 300, vendor="<b>"),
    ]
    with closing(SqliteIndex(tmp_path / "index.db")) as other:
        for both in (index, other):
            both.merge(every)
        for query in (
            Query(filters={"vendor": (LONG,)}),
            Query(filters={"vendor": (LONG + "!", "a\0b")}),
            Query(filters={"vendor": ("\ud800",)}),
            Query(words="long word"),
            Query(words="x" * 1_000),
            Query(words="x*"),
            Query(words='"long word long wo"*'),
            Query(words="𐐷"),
            Query(words="z\0o"),
            Query(ranges={"price_cents": Range(low=-(10**400))}),
            Query(ranges={"score": Range(low=float("-inf"), high=float("inf"))}),
            Query(ranges={"score": Range(low=float("nan"))}),
            Query(ranges={"price_cents": Range(high=float("nan"))}),
        ):
            assert [hit.id for hit in index.search(query).hits] == [hit.id for hit in other.search(query).hits], query
        counted = {count.values[0]: count.listings for count in index.count(["vendor"], Query())}
        assert len(counted) == 5
        assert sum(len(value) > SHORT for value in counted) == 0


def test_an_erased_listing_leaves_no_text_in_its_document(index: ElasticIndex, at: Cluster, prefix: str) -> None:
    one = assessment(1, title="Rare blue boxes")
    index.merge([one])
    index.merge([erasure(one)])
    stored = at.ask("GET", f"/{prefix}listings/_source/{one.id}", dict[str, object])
    assert set(stored) == {"id", "hidden", "document"}
    assert "blue" not in str(stored)
