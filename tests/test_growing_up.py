"""docs/growing-up.md, walked: a home that began on files goes on with Kafka, and nobody can tell from its index."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

import headstamp
from pipeline import codec
from pipeline.audit import Audit
from pipeline.broker import START, Broker
from pipeline.codec import Message
from pipeline.commands import dead
from pipeline.deployment import Deployment
from pipeline.index import Query
from pipeline.index.elastic_access import cluster
from pipeline.records import Decision, Erasure, Listing, Review
from pipeline.settings import Elastic, load
from pipeline.topics import ALERTS, AUDIT, LISTINGS, REVIEWS
from tests import elastics
from tests.kafka_logs import LEAVES_SOCKETS, kafka_log

pytestmark = [LEAVES_SOCKETS, pytest.mark.slow]
ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "growing-up.md").read_text(encoding="utf-8")
TIME = datetime(2026, 3, 1, tzinfo=UTC)
KAFKA, ELASTIC = "kafka://kafka.internal:9092", "https://elastic.internal:9200"
TITLES = ("Glock 17 9mm pistol with two mags", "blue dream 10g", "1000 rounds 5.56 ammo", "netflix account")
MOVED = ("audit.db", "activations.db", "wordings")
"""What of the home goes with the stages, as the page says; the test's home has no models and rates of its own."""


class Unit:
    """A home, and where its log and index are."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home, self._environment = home, environment

    def does(self, *words: str) -> str:
        environment = {**os.environ, "HEADSTAMP_HOME": str(self.home), **self._environment}
        given = [sys.executable, "-m", "headstamp", *words]
        done = subprocess.run(given, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def parts(self) -> Deployment:
        return headstamp.deployment(load({"HEADSTAMP_HOME": str(self.home), **self._environment}))

    def documents(self) -> dict[str, object]:
        with closing(self.parts().index()) as index:
            return {hit.document.id: hit.document for hit in index.scan(Query())}

    def erased(self, listing: str) -> object:
        with closing(self.parts().index()) as index:
            hit = index.get(listing)
            return hit and hit.document

    def letters(self) -> list[tuple[str, bytes, str]]:
        with closing(self.parts().broker()) as broker:
            return [(each.topic, each.letter.value, each.letter.reason) for each in dead.waiting(broker)]

    def lags(self) -> list[int]:
        with closing(self.parts().broker()) as broker:
            places = (("listings", "assess"), ("assessments", "index"), ("reviews", "settle"))
            return [broker.lag(topic, group) for topic, group in places]

    def chain(self) -> list[object]:
        with closing(Audit(self.home)) as audit:
            assert audit.verify() is None
            return list(audit.entries())


def rows(begin: int, end: int) -> str:
    lines = [f"m,{number},{TITLES[number % len(TITLES)]} {number},vendor {number % 5}" for number in range(begin, end)]
    return "\n".join(["market,listing_id,title,vendor", *lines]) + "\n"


def review(number: int, listing: Mapping[str, str]) -> Review:
    return Review(
        id=f"r{number}",
        listing_id=listing["id"],
        version=listing["version"],
        decision=Decision.IN_SCOPE,
        analyst="ana",
        time=TIME,
    )


def listings(broker: Broker) -> list[dict[str, str]]:
    readable = [each for each in broker.read(LISTINGS.name, START) if each.key != b"bad"]
    records = [codec.decode(each, LISTINGS.records) for each in readable]
    return [{"id": each.id, "version": each.version} for each in records if isinstance(each, Listing)]


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with work done and owed, reviews filed and owed, letters that wait and one that was replayed, and an erasure."""
    folder = tmp_path_factory.mktemp("worked")
    unit = Unit(folder / "home")
    for name, (begin, end) in {"first.csv": (0, 40), "second.csv": (40, 60)}.items():
        (folder / name).write_text(rows(begin, end))
    unit.does("ingest", str(folder / "first.csv"))
    with closing(unit.parts().broker()) as broker:
        broker.publish(LISTINGS.name, [Message(key=b"bad", value=b"{%d" % number) for number in range(3)])
        unit.does("run", "--once")
        found = listings(broker)
        broker.publish(REVIEWS.name, codec.messages([review(number, found[number]) for number in range(8)]))
        erasure = Erasure(id="e", listing_id=found[3]["id"], analyst="ana", time=TIME, reason="asked for")
        broker.publish(REVIEWS.name, [codec.message(erasure)])
        unit.does("settle", "--once")
        dead.replay(broker, list(dead.waiting(broker))[:1])
        broker.publish(REVIEWS.name, codec.messages([review(number, found[number]) for number in (8, 9)]))
    unit.does("ingest", str(folder / "second.csv"))
    return unit.home


@pytest.fixture
def embedded(worked: Path, tmp_path: Path) -> Unit:
    """A copy of that home."""
    return Unit(shutil.copytree(worked, tmp_path / "embedded"))


@pytest.fixture(params=["sqlite", "elasticsearch"])
def distributed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a deployment on Kafka, its index a fresh file or Elasticsearch."""
    with ExitStack() as stack:
        log = stack.enter_context(kafka_log())
        found = {"HEADSTAMP_BROKER": log.address, "HEADSTAMP_KAFKA_PREFIX": log.settings.prefix}
        if request.param == "elasticsearch":
            at = stack.enter_context(closing(cluster(elastics.address(), Elastic())))
            found["HEADSTAMP_ELASTIC_PREFIX"] = stack.enter_context(elastics.own_prefix(at))
            found["HEADSTAMP_INDEX"] = elastics.address()
        else:
            found["HEADSTAMP_INDEX"] = "sqlite:///index.db"
        yield found


def steps(kafka: str) -> list[list[str]]:
    """The commands of the page's way, in their order, with our Kafka; what runs for ever runs once."""
    way = PAGE.partition("## The way")[2].partition("\n## ")[0]
    lines = [line.strip() for block in re.findall(r"```sh\n(.*?)```", way, re.DOTALL) for line in block.splitlines()]
    assert [line for line in lines if line.startswith("export")] == [
        f"export HEADSTAMP_BROKER={KAFKA}",
        f"export HEADSTAMP_INDEX={ELASTIC}",
    ]
    commands = [line.replace(KAFKA, kafka).split()[1:] for line in lines if line.startswith("headstamp")]
    return [[*words, "--once"] if words[0] in {"run", "forward"} else words for words in commands]


def test_the_page_leads_a_home_from_files_to_kafka_without_a_difference(
    embedded: Unit, distributed: dict[str, str], tmp_path: Path
) -> None:
    before = (embedded.letters(), embedded.lags(), embedded.chain())
    same_home = Unit(embedded.home, **distributed)
    topics, copy, reindex, *looks, run, forward = steps(distributed["HEADSTAMP_BROKER"])
    assert [topics[0], copy[0], reindex[0], [each[0] for each in looks], run[0], forward[0]] == [
        "topics",
        "copy",
        "reindex",
        ["check", "dead"],
        "run",
        "forward",
    ]
    same_home.does(*topics)
    same_home.does(*copy)

    elsewhere = Unit(tmp_path / "elsewhere", **distributed)
    elsewhere.home.mkdir()
    for name in MOVED:
        assert f"`{name}" in PAGE
        found = embedded.home / name
        (shutil.copytree if found.is_dir() else shutil.copy)(found, elsewhere.home / name)
    elsewhere.does(*reindex)
    assert (elsewhere.letters(), elsewhere.lags(), elsewhere.chain()) == before
    assert len(elsewhere.does(*looks[1]).splitlines()) == 1 + len(before[0])
    assert len(before[0]) == 2
    assert before[1] == [21, 0, 2]

    elsewhere.does(*run)
    embedded.does("run", "--once")
    assert elsewhere.documents() == embedded.documents()
    assert len(embedded.documents()) == 59
    (gone,) = [entry.subject for entry in embedded.chain() if entry.action == "erase"]  # type: ignore[attr-defined]
    assert elsewhere.erased(gone) == embedded.erased(gone)
    assert elsewhere.chain() == embedded.chain()
    assert len(embedded.chain()) == 11
    assert elsewhere.lags() == [0, 0, 0]
    assert elsewhere.letters() == embedded.letters()

    with closing(embedded.parts().log()) as log, closing(elsewhere.parts().broker()) as kafka:
        there = len(list(kafka.read(LISTINGS.name, START)))
        log.publish(LISTINGS.name, [Message(key=b"bad", value=b"crawled since")])
        told = json.loads(same_home.does(*forward, "--json"))
        assert told[LISTINGS.name] == {"taken": 1, "published": 1, "dead": 0, "lag": 0}
        assert told[ALERTS.name]["taken"] == 0
        assert len(list(kafka.read(LISTINGS.name, START))) == there + 1
        assert len(list(kafka.read(AUDIT.name, START))) == 11
