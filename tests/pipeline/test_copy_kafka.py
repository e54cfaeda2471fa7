"""`headstamp copy` between a file and a real Kafka, where topics have partitions and groups have members."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.broker import START, Broker
from pipeline.broker.kafka import KafkaBroker
from pipeline.broker.sqlite import SqliteBroker
from pipeline.commands.copying import Moved, copy
from pipeline.errors import LockedError, SettingsError
from pipeline.forward import CRAWLED
from pipeline.topics import LISTINGS, REVIEWS, TASKS, TOPICS, Topic
from tests.full_log import filled, keyed, letters, take
from tests.kafka_logs import LEAVES_SOCKETS, KafkaLog, kafka_log
from tests.patience import PATIENCE_S

pytestmark = LEAVES_SOCKETS
ROOT = Path(__file__).parents[2]


@pytest.fixture
def source(tmp_path: Path) -> Iterator[SqliteBroker]:
    with closing(SqliteBroker(tmp_path / "log.db")) as opened:
        yield opened


@pytest.fixture
def log() -> Iterator[KafkaLog]:
    with kafka_log() as found:
        yield found


@pytest.fixture
def kafka(log: KafkaLog) -> Iterator[KafkaBroker]:
    with closing(log.open()) as opened:
        yield opened


def copied(source: Broker, target: Broker) -> dict[str, Moved]:
    return {each.topic: each for each in copy(source, target, size=50, advance=lambda _count: None)}


def by_key(broker: Broker, topic: str) -> dict[bytes, list[bytes]]:
    """The values of each key in their order."""
    found: dict[bytes, list[bytes]] = {}
    for each in broker.read(topic, START):
        found.setdefault(each.key, []).append(each.value)
    return found


def command(log: KafkaLog, home: Path, *words: str) -> dict[str, object]:
    """How to start a command of this home."""
    environment = {
        **os.environ,
        "HEADSTAMP_HOME": str(home),
        "HEADSTAMP_BROKER": log.address,
        "HEADSTAMP_KAFKA_PREFIX": log.settings.prefix,
        "HEADSTAMP_RUN_BATCH": "50",
    }
    return {"args": [sys.executable, "-m", "headstamp", *words], "env": environment, "cwd": ROOT, "text": True}


def ran(log: KafkaLog, home: Path, *words: str) -> str:
    done = subprocess.run(**command(log, home, *words), capture_output=True, check=False)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def rest(broker: Broker, topic: Topic, group: str) -> list[bytes]:
    """All that a group has still to read."""
    found: list[bytes] = []
    while broker.lag(topic.name, group):
        with broker.batch(topic.name, group, size=500, wait=1) as messages:
            found += [each.value for each in messages]
    return found


def test_a_file_moves_to_kafka_and_back_with_groups_and_letters(
    source: SqliteBroker, kafka: KafkaBroker, tmp_path: Path
) -> None:
    filled(source)
    with closing(SqliteBroker(tmp_path / "same.db")) as same, closing(SqliteBroker(tmp_path / "back.db")) as back:
        copied(source, same)
        did = copied(source, kafka)
        copied(kafka, back)
        for topic in TOPICS:
            assert by_key(kafka, topic) == by_key(same, topic) == by_key(back, topic)
        assert letters(kafka) == letters(same) == letters(back)
        owed = Counter(rest(same, LISTINGS, "assess"))
        assert Counter(rest(kafka, LISTINGS, "assess")) == owed
        assert did[LISTINGS.name].owed == {"assess": owed.total()}
        assert owed <= Counter(rest(back, LISTINGS, "assess"))
        assert TASKS.name not in {topic for topic in TOPICS if kafka.places(topic)}


@pytest.mark.slow
def test_a_copy_to_kafka_killed_at_any_moment_goes_on_and_doubles_nothing(
    source: SqliteBroker, log: KafkaLog, kafka: KafkaBroker, tmp_path: Path
) -> None:
    dice = random.Random(2)
    source.publish(LISTINGS.name, [each for number in range(4_000) for each in keyed(f"k{number % 40}", str(number))])
    with closing(SqliteBroker(tmp_path / "log.db")) as other:
        filled(other)
    for _ in range(4):
        with subprocess.Popen(**command(log, tmp_path, "copy", "sqlite:///log.db", log.address)) as process:  # type: ignore[call-overload]
            begun = time.monotonic()
            there = kafka.lag(LISTINGS.name, "none")
            while kafka.lag(LISTINGS.name, "none") == there < 4_000 and process.poll() is None:
                assert time.monotonic() < begun + PATIENCE_S
            time.sleep(dice.uniform(0, 0.05))
            process.send_signal(signal.SIGKILL)
    ran(log, tmp_path, "copy", "sqlite:///log.db", log.address)
    with closing(SqliteBroker(tmp_path / "same.db")) as same:
        copied(source, same)
        for topic in TOPICS:
            assert by_key(kafka, topic) == by_key(same, topic)
        assert letters(kafka) == letters(same)
        assert Counter(rest(kafka, LISTINGS, "assess")) == Counter(rest(same, LISTINGS, "assess"))


def test_a_home_that_was_copied_forwards_only_what_came_since(
    source: SqliteBroker, log: KafkaLog, kafka: KafkaBroker, tmp_path: Path
) -> None:
    with closing(SqliteBroker(tmp_path / "log.db")) as other:
        filled(other)
    ran(log, tmp_path, "copy", "sqlite:///log.db", log.address)
    assert [source.lag(topic.name, "forward") for topic in CRAWLED] == [0, 0, 0, 0]
    source.publish(LISTINGS.name, keyed("k9", "new"))
    before = kafka.lag(LISTINGS.name, "none")
    ran(log, tmp_path, "forward", "--once")
    assert kafka.lag(LISTINGS.name, "none") == before + 1
    assert by_key(kafka, LISTINGS.name)[b"k9"] == [b"new"]


def test_a_kafka_that_holds_anything_else_is_refused(source: SqliteBroker, kafka: KafkaBroker) -> None:
    source.publish(LISTINGS.name, keyed("k", "1"))
    kafka.publish(REVIEWS.name, keyed("k", "foreign"))
    with pytest.raises(SettingsError, match=r"1 messages on topic reviews.*kafka\.prefix"):
        copied(source, kafka)
    assert kafka.lag(LISTINGS.name, "none") == 0


def test_a_stage_that_runs_on_kafka_must_be_stopped(source: SqliteBroker, log: KafkaLog, kafka: KafkaBroker) -> None:
    source.publish(LISTINGS.name, keyed("k", "1"))
    kafka.publish(LISTINGS.name, keyed("k", "1"))
    with closing(log.open()) as running:
        assert take(running, LISTINGS, "assess") == ["1"]
        with pytest.raises(LockedError, match="assess"):
            copied(source, kafka)
