"""What the index in one file promises beyond the contract of every index."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.errors import CorruptError, StorageError
from pipeline.index import Query, Range, Sort, places
from pipeline.index.places import ALWAYS_CROWDED, bucket, bucket_of
from pipeline.index.sqlite import SqliteIndex, SqliteRebuild
from pipeline.index.sqlite_layout import LAYOUTS
from pipeline.records import Assessment, Capture, Classification, Erasure, Listing, Presence, Review, Sighting, digest
from pipeline.records.review import Decision
from pipeline.sqlite import Database
from pipeline.taxonomy import Category, Track, Verdict

START = datetime(2024, 5, 1, tzinfo=UTC)
LAYOUT = {2: "85b3813d"}
"""Each layout's number with the digest of its tables."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index.db"


@pytest.fixture
def index(path: Path) -> Iterator[SqliteIndex]:
    with closing(SqliteIndex(path)) as found:
        yield found


def assessment(
    key: object = 1, *, title: str = "Lot A", seconds: float = 0, model: int = 1, text: str = ""
) -> Assessment:
    time = START + timedelta(seconds=seconds)
    capture = Capture(time=time, url="http://a.onion/1", visit="v", page="00", profile="p", activation=1)
    return Assessment(
        listing=Listing(market="practice", key=str(key), title=title, description=text, provenance=capture),
        classification=Classification(score=0.5, category=Category.OTHER, model="m", activation=model),
        verdicts={Track.OFFERS: Verdict.CLEAR},
        policy="p",
    )


def sighting(of: Assessment, seconds: float) -> Sighting:
    time = START + timedelta(seconds=seconds)
    return Sighting(listing_id=of.id, market="practice", visit="w", time=time, presence=Presence.PRESENT)


def on_disk(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))


def test_records_merged_again_write_nothing(index: SqliteIndex, path: Path) -> None:
    records = (assessment(1), assessment(2), sighting(assessment(1), 5))
    index.merge(records)
    log = path.with_name("index.db-wal")
    before = log.read_bytes()
    index.merge(records[::-1])
    assert log.read_bytes() == before


def test_nothing_of_an_erased_text_stays_on_disk(index: SqliteIndex, path: Path) -> None:
    erased = assessment("e", title="plainword", text="secretphone secretmail")
    earlier = assessment("e", title="formerword", seconds=-9)
    review = Review(
        id="r",
        listing_id=erased.id,
        version="v",
        decision=Decision.UNSURE,
        analyst="ana",
        time=START,
        reason="quietreason",
    )
    for number in range(300):
        index.merge([assessment(number, seconds=number, text=f"other{number}")])
    index.merge([earlier])
    index.merge([erased, review])
    for number in range(300, 400):
        index.merge([assessment(number, seconds=number, text=f"other{number}")])
    assert b"secretphone" in on_disk(path)
    index.merge([Erasure(id="e", listing_id=erased.id, analyst="ana", time=START, reason="order")])
    for word in (b"plainword", b"formerword", b"secretphone", b"secretmail", b"quietreason"):
        assert word not in on_disk(path)
    assert index.search(Query(words="other7")).total == 1


def test_an_erased_stub_leaves_no_text_on_disk(index: SqliteIndex, path: Path) -> None:
    review = Review(
        id="r",
        listing_id="ab" * 16,
        version="v",
        decision=Decision.UNSURE,
        analyst="ana",
        time=START,
        reason="quietreason",
    )
    index.merge([review])
    index.merge([Erasure(id="e", listing_id="ab" * 16, analyst="ana", time=START, reason="order")])
    assert b"quietreason" not in on_disk(path)


def test_a_full_bucket_makes_its_millisecond_crowded_and_the_order_stays_exact(
    index: SqliteIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "SLOT_BITS", 1)
    monkeypatch.setattr(places, "MOMENT_BITS", 13)
    every = [assessment(number) for number in range(900)]
    for start in range(0, 900, 300):
        index.merge(every[start : start + 300])
    index.merge([sighting(one, -1) for one in every[:450]])
    index.merge([assessment(number) for number in range(900, 1_000)])
    now, before = sorted(one.id for one in every[450:]), sorted((one.id for one in every[:450]), reverse=True)
    now = sorted([*now, *(assessment(number).id for number in range(900, 1_000))], reverse=True)
    found = [hit.id for hit in index.search(Query(size=500)).hits]
    after = index.search(Query(size=500)).next
    found += [hit.id for hit in index.search(Query(size=500, after=after)).hits]
    assert found == [*now, *before]
    assert [hit.id for hit in index.scan(Query(words="lot", sort=Sort.OLDEST))] == found[::-1]


def test_a_crowded_millisecond_uses_every_place_before_it_is_full(
    index: SqliteIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "SLOT_BITS", 1)
    monkeypatch.setattr(places, "MOMENT_BITS", 13)
    early = datetime(1970, 1, 1, tzinfo=UTC) - START
    every = [assessment(number, seconds=early.total_seconds()) for number in range(2**13)]
    index.merge(every[:-1])
    index.merge([Erasure(id="e", listing_id=every[7].id, analyst="ana", time=START, reason="order")])
    index.merge([every[-1]])
    assert index.search(Query(words="lot")).total == 2**13 - 1
    index.merge([assessment("more", seconds=early.total_seconds())])
    with pytest.raises(StorageError, match="can take no more"):
        index.merge([assessment("one more", seconds=early.total_seconds())])


def test_places_follow_time_and_then_the_id() -> None:
    ordered = [
        bucket(946_684_800_000, "f" * 32, ALWAYS_CROWDED),
        bucket(946_684_800_001, "0" * 32, ALWAYS_CROWDED),
        bucket(946_684_800_001, "001" + "0" * 29, ALWAYS_CROWDED),
        bucket(946_684_800_002, "0" * 32, ALWAYS_CROWDED),
        bucket(10**14, "0" * 32, ALWAYS_CROWDED),
    ]
    assert ordered[0][0] == -(2**63)
    assert ordered[-1][-1] == 2**63 - 1
    assert all(one[-1] < other[0] for one, other in pairwise(ordered))
    assert all(bucket_of(place, ALWAYS_CROWDED) == one[0] for one in ordered for place in (one[0], one[-1]))


def test_other_processes_read_while_one_writes(index: SqliteIndex, path: Path) -> None:
    index.merge([assessment("first")])
    code = (
        "import sys; from pathlib import Path; from pipeline.index import Query; from pipeline.index.sqlite import SqliteIndex\n"
        "index = SqliteIndex(Path(sys.argv[1])); print(index.search(Query()).total, flush=True); sys.stdin.readline()\n"
        "print(index.search(Query()).total)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "1\n"
        index.merge([assessment("second")])
        assert reader.communicate("\n")[0] == "2\n"


def test_a_scan_sees_what_was_there_when_it_began(index: SqliteIndex, path: Path) -> None:
    index.merge([assessment(number, seconds=number) for number in range(1_200)])
    scan = index.scan(Query())
    next(scan)
    with closing(SqliteIndex(path)) as other:
        other.merge([assessment("later", seconds=9_999)])
    assert sum(1 for _ in scan) == 1_199


def test_threads_search_one_index_side_by_side(index: SqliteIndex) -> None:
    index.merge([assessment(number, seconds=number) for number in range(100)])
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(index.search(Query(words="lot")).total)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [100] * 8


def test_relevance_of_a_very_common_word_falls_back_to_newest(
    index: SqliteIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.index.sqlite.MOST_RANKED", 3)
    every = [assessment(number, title="lot" if number % 2 else "lot lot", seconds=number) for number in range(5)]
    index.merge(every)
    page = index.search(Query(words="lot", sort=Sort.RELEVANCE, size=3))
    rest = index.search(Query(words="lot", sort=Sort.RELEVANCE, size=3, after=page.next))
    assert [hit.id for hit in (*page.hits, *rest.hits)] == [one.id for one in every[::-1]]


@pytest.mark.parametrize(
    "query",
    [
        Query(),
        Query(words="lot"),
        Query(words="lot -blue", filters={"market": ("practice",)}),
        Query(filters={"category": ("OTH", "FA")}, ranges={"first_seen": Range(low=START + timedelta(seconds=20))}),
        Query(words="lot", ranges={"score": Range(high=0.5)}),
    ],
)
@pytest.mark.parametrize("field", ["category", "ships_from", "month", "vendor", "present"])
def test_values_are_counted_one_by_one_or_by_rows_with_one_result(
    index: SqliteIndex, monkeypatch: pytest.MonkeyPatch, query: Query, field: str
) -> None:
    index.merge([assessment(number, title=f"lot {number % 3 and 'blue'}", seconds=number) for number in range(60)])
    index.merge([Erasure(id="e", listing_id=assessment(9).id, analyst="ana", time=START, reason="order")])
    monkeypatch.setattr("pipeline.index.sqlite_search.MANY", 0)
    one_by_one = index.count([field], query)
    monkeypatch.setattr("pipeline.index.sqlite_search.MANY", 10**9)
    assert one_by_one == index.count([field], query)
    assert sum(count.listings for count in one_by_one) >= index.search(query).total > 0


def test_a_damaged_index_says_how_to_build_it_again(path: Path) -> None:
    path.write_bytes(b"no database" * 1_000)
    with pytest.raises(CorruptError, match="headstamp reindex"):
        SqliteIndex(path)


@pytest.mark.parametrize("damage", [b"no database" * 1_000, b"", None])
def test_a_rebuilt_index_takes_the_place_of_one_that_is_damaged_or_missing(path: Path, damage: bytes | None) -> None:
    if damage is not None:
        path.write_bytes(damage)
    with closing(SqliteRebuild(path)) as building:
        building.index.merge([assessment("new")])
        assert building.serve()
        building.finish()
    with closing(SqliteIndex(path)) as index:
        assert index.search(Query(words="lot")).total == 1
    assert sorted(file.name for file in path.parent.iterdir() if file.is_file()) == ["index.db"]


def test_an_index_in_use_shows_what_was_rebuilt(index: SqliteIndex, path: Path) -> None:
    index.merge([assessment("old")])
    with closing(SqliteRebuild(path)) as building:
        building.index.merge([assessment("new"), assessment("newer")])
        assert index.search(Query()).total == 1
        assert building.serve()
    assert index.search(Query(words="lot")).total == 2
    index.merge([assessment("newest")])
    assert index.search(Query(words="lot")).total == 3


def test_a_rebuilding_that_fails_leaves_the_index_as_it_was(index: SqliteIndex, path: Path) -> None:
    index.merge([assessment("old")])
    with closing(SqliteRebuild(path)) as building, pytest.raises(UnicodeEncodeError):
        building.index.merge([assessment("new", title="\ud800")])
    assert index.search(Query()).total == 1


def test_tables_that_change_have_a_new_number() -> None:
    assert LAYOUT[len(LAYOUTS)] == digest("layout", *LAYOUTS)[:8], (
        "raise the number of LAYOUTS, so that old files are emptied"
    )


def test_the_search_index_is_sound_after_all_kinds_of_changes(index: SqliteIndex, path: Path) -> None:
    every = [assessment(number, seconds=number) for number in range(50)]
    index.merge(every)
    index.merge([sighting(one, -5) for one in every[:10]])
    index.merge([assessment(number, title="Other", seconds=number + 100, model=2) for number in range(20, 30)])
    index.merge([Erasure(id="e", listing_id=every[40].id, analyst="ana", time=START, reason="order")])
    with closing(Database(path, LAYOUTS)) as database:
        database.run("INSERT INTO ft(ft) VALUES('integrity-check')")
        assert database.fault() == ""
        tables = [database.row(f"SELECT count(*) FROM {table}") for table in ("listing", "body", "ft")]
        assert tables == [(49,)] * 3


def test_a_document_that_was_damaged_asks_for_the_index_to_be_built_again(index: SqliteIndex, path: Path) -> None:
    index.merge([assessment(1)])
    with closing(Database(path, LAYOUTS)) as database:
        database.run("UPDATE body SET document=X'7B22'")
    for ask in (lambda: index.search(Query()), lambda: index.merge([assessment(1, seconds=1)])):
        with pytest.raises(CorruptError, match="headstamp reindex"):
            ask()
