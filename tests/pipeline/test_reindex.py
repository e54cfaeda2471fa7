"""The index, built again from the log."""

import argparse
import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import headstamp
from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import Message, messages
from pipeline.commands.reindex import Rebuilt, rebuild, reindex
from pipeline.errors import LockedError
from pipeline.index import Query
from pipeline.index.sqlite import SqliteIndex, SqliteRebuild
from pipeline.records import (
    Assessment,
    Capture,
    Classification,
    Decision,
    Erasure,
    Listing,
    Presence,
    Review,
    Sighting,
)
from pipeline.settings import Settings
from pipeline.sqlite import lock
from pipeline.taxonomy import Category, Track, Verdict
from pipeline.topics import ASSESSMENTS, REVIEWS

START = datetime(2024, 5, 1, tzinfo=UTC)


def assessment(number: int, time: datetime = START) -> Assessment:
    capture = Capture(time=time, url="http://a.onion/1", visit="v", page="00", profile="p", activation=1)
    return Assessment(
        listing=Listing(market="practice", key=str(number), title=f"Lot {number}", provenance=capture),
        classification=Classification(score=0.5, category=Category.OTHER, model="m", activation=1),
        verdicts={Track.OFFERS: Verdict.CLEAR},
        policy="p",
    )


def review(of: Assessment) -> Review:
    return Review(
        id="r", listing_id=of.id, version=of.listing.version, decision=Decision.IN_SCOPE, analyst="ana", time=START
    )


@pytest.fixture
def home(settings: Settings) -> Path:
    """A home whose log tells of 20 listings, one of them reviewed, one erased, one seen again."""
    every = [assessment(number) for number in range(20)]
    seen = Sighting(
        listing_id=every[3].id, market="practice", visit="w", time=START + timedelta(days=1), presence=Presence.PRESENT
    )
    erased = Erasure(id="e", listing_id=every[5].id, analyst="ana", time=START, reason="order")
    with closing(SqliteBroker(settings.root / "log.db")) as broker:
        broker.publish(ASSESSMENTS.name, [*messages(every), *messages([seen])])
        broker.publish(REVIEWS.name, messages([review(every[2]), erased]))
    return settings.root


def built(home: Path) -> Rebuilt:
    with closing(SqliteBroker(home / "log.db")) as broker:
        return rebuilt(broker, home, lambda _steps: None)


def rebuilt(broker: SqliteBroker, home: Path, advance: Callable[[int], None]) -> Rebuilt:
    path = home / "index.db"
    with closing(SqliteRebuild(path)) as building:
        return rebuild(broker, building, lambda: SqliteIndex(path), advance)


def documents(home: Path) -> list[object]:
    with closing(SqliteIndex(home / "index.db")) as index:
        return [hit.document for hit in index.scan(Query())]


def test_the_index_is_what_the_log_tells(home: Path) -> None:
    assert built(home) == Rebuilt(messages=23, unreadable=0, listings=19)
    with closing(SqliteIndex(home / "index.db")) as index:
        assert index.search(Query(filters={"review": ("in_scope",)})).total == 1
        hit = index.get(assessment(3).id)
        assert hit is not None
        assert hit.document.last_seen == START + timedelta(days=1)


def test_building_again_changes_nothing(home: Path) -> None:
    built(home)
    before = documents(home)
    built(home)
    assert documents(home) == before


def test_a_damaged_index_is_built_again(home: Path) -> None:
    (home / "index.db").write_bytes(b"no database" * 1_000)
    assert built(home).listings == 19


def test_what_the_log_does_not_know_is_gone(home: Path) -> None:
    with closing(SqliteIndex(home / "index.db")) as index:
        index.merge([assessment(99)])
    assert built(home).listings == 19


def test_what_comes_while_it_is_built_is_not_lost(home: Path) -> None:
    with closing(SqliteBroker(home / "log.db")) as broker, closing(SqliteIndex(home / "index.db")) as live:

        def meanwhile(_steps: int) -> None:
            """What the stages do: append to the log, merge into the index that serves."""
            if live.search(Query()).total == 0:
                broker.publish(ASSESSMENTS.name, messages([assessment(77)]))
                live.merge([assessment(77)])

        found = rebuilt(broker, home, meanwhile)
        assert found.listings == 20
        assert live.get(assessment(77).id) is not None


def test_unreadable_messages_are_passed_over_and_counted(home: Path) -> None:
    timeless = assessment(98, START.replace(tzinfo=None))
    with closing(SqliteBroker(home / "log.db")) as broker:
        broker.publish(ASSESSMENTS.name, [Message(key=b"k", value=b"{"), *messages([timeless, assessment(50)])])
    assert built(home) == Rebuilt(messages=26, unreadable=2, listings=20)


def test_the_command_prints_what_it_did(home: Path, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert reindex(argparse.Namespace(json=True, fewer=False), headstamp.deployment(settings)) == 0
    assert json.loads(capsys.readouterr().out) == {"messages": 23, "unreadable": 0, "listings": 19}
    assert reindex(argparse.Namespace(json=False, fewer=False), headstamp.deployment(settings)) == 0
    assert capsys.readouterr().out == "messages: 23\nunreadable: 0\nlistings: 19\n"


def test_one_process_builds_at_a_time(home: Path, settings: Settings) -> None:
    with lock(home / "locks" / "reindex.lock", "reindex"), pytest.raises(LockedError, match="reindex"):
        reindex(argparse.Namespace(json=True, fewer=False), headstamp.deployment(settings))
