"""`headstamp forward` on a real Kafka: killed at any moment, with a Kafka that dies, with what Kafka never takes."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from pipeline import topics as pipeline_topics
from pipeline.broker import START, Broker
from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import Message
from pipeline.settings import Kafka
from pipeline.topics import ALERTS, LISTINGS, MEASURES, TASKS
from tests.kafka_logs import LEAVES_SOCKETS, KafkaLog, kafka_log
from tests.patience import PATIENCE_S
from tests.servers import server

pytestmark = LEAVES_SOCKETS
ROOT = Path(__file__).parents[2]
TOPICS = [topic.name for topic in (LISTINGS, TASKS, ALERTS, MEASURES)]
KEYS = 50


@pytest.fixture
def home(tmp_path: Path) -> Iterator[SqliteBroker]:
    """The log that the crawls of a home write."""
    with closing(SqliteBroker(tmp_path / "log.db")) as opened:
        yield opened


def words(log: KafkaLog, home: Path, *more: str, **further: str) -> dict[str, object]:
    """How to start the command."""
    environment = {
        **os.environ,
        "HEADSTAMP_HOME": str(home),
        "HEADSTAMP_BROKER": log.address,
        "HEADSTAMP_KAFKA_PREFIX": log.settings.prefix,
        **further,
    }
    return {
        "args": [sys.executable, "-m", "headstamp", "forward", *more],
        "env": environment,
        "cwd": ROOT,
        "text": True,
    }


@contextmanager
def running(log: KafkaLog, home: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(**words(log, home, "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.kill()


def once(log: KafkaLog, home: Path, **further: str) -> dict[str, dict[str, int]]:
    done = subprocess.run(**words(log, home, "--once", "--json", **further), capture_output=True, check=False)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, int]] = json.loads(done.stdout)
    return found


def numbered(count: int, begin: int = 0) -> list[Message]:
    return [
        Message(key=b"key %d" % (number % KEYS), value=b"%d" % number, headers={"schema": "1.2"})
        for number in range(begin, begin + count)
    ]


def by_key(broker: Broker) -> dict[bytes, list[int]]:
    """What came of each key, each once, in the order in which it first came."""
    found: dict[bytes, dict[int, None]] = {}
    for each in broker.read(LISTINGS.name, START):
        found.setdefault(each.key, {})[int(each.value)] = None
    return {key: list(values) for key, values in found.items()}


def in_order(count: int) -> dict[bytes, list[int]]:
    return {b"key %d" % key: list(range(key, count, KEYS)) for key in range(KEYS)}


def wait_below(home: SqliteBroker, lag: int) -> None:
    while home.lag(LISTINGS.name, "forward") >= lag:
        time.sleep(0.005)


def test_twenty_thousand_messages_arrive_once_and_in_the_order_of_their_keys(
    home: SqliteBroker, tmp_path: Path
) -> None:
    home.publish(LISTINGS.name, numbered(20_000))
    odd = Message(key=b"\xff", value=b"{", headers={"schema": "9.0", "ключ": "значение"})
    home.publish(ALERTS.name, [odd])
    with kafka_log(*TOPICS) as log, closing(log.open()) as broker:
        did = once(log, tmp_path)
        assert did["listings"] == {"taken": 20_000, "published": 20_000, "dead": 0, "lag": 0}
        found = list(broker.read(LISTINGS.name, START))
        assert len(found) == 20_000
        assert by_key(broker) == in_order(20_000)
        (alert,) = broker.read(ALERTS.name, START)
        assert (alert.key, alert.value, alert.headers) == (odd.key, odd.value, odd.headers)
        assert alert.time == next(iter(home.read(ALERTS.name, START))).time


@pytest.mark.slow
def test_a_forward_killed_at_any_moment_loses_nothing_and_keeps_the_order(home: SqliteBroker, tmp_path: Path) -> None:
    kills, count, dice = 5, 5_000, random.Random(1)
    with kafka_log(*TOPICS) as log, closing(log.open()) as broker:
        for number in range(kills):
            home.publish(LISTINGS.name, numbered(count // kills, begin=number * count // kills))
            owed = home.lag(LISTINGS.name, "forward")
            with running(log, tmp_path) as process:
                wait_below(home, owed)
                time.sleep(dice.uniform(0, 0.02))
                process.send_signal(signal.SIGKILL)
        once(log, tmp_path)
        assert by_key(broker) == in_order(count)
        assert len(list(broker.read(LISTINGS.name, START))) <= count + kills * 500


@pytest.mark.slow
def test_a_kafka_that_is_away_and_dies_is_waited_for_and_sigterm_ends_in_order(
    home: SqliteBroker, tmp_path: Path
) -> None:
    folder = tmp_path / "kafka"
    folder.mkdir()
    with server("kafka", folder) as kafka:
        log = KafkaLog(f"kafka://127.0.0.1:{kafka.port}", Kafka(), pipeline_topics.TOPICS)
        with closing(log.open()) as broker:
            broker.topics(create=True)
        kafka.kill()
        home.publish(LISTINGS.name, numbered(500))
        with running(log, tmp_path) as process:
            assert process.stderr is not None
            assert json.loads(process.stderr.readline())["event"] == "waiting"
            kafka.start()
            wait_below(home, 500)
            kafka.kill()
            home.publish(LISTINGS.name, numbered(3_000, begin=500))
            time.sleep(1)
            kafka.start()
            wait_below(home, 1)
            process.send_signal(signal.SIGTERM)
            told, said = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, said
        assert json.loads(told)["listings"]["lag"] == 0
        assert json.loads(said.splitlines()[0])["event"] == "going on"
        with closing(log.open()) as broker:
            assert by_key(broker) == in_order(3_500)


def test_what_kafka_never_takes_is_set_aside_at_home_where_it_can_be_replayed(
    home: SqliteBroker, tmp_path: Path
) -> None:
    large = Message(key=b"key 0", value=b"0" * 2_000_000, headers={"schema": "1.2"})
    home.publish(LISTINGS.name, [*numbered(100), large, *numbered(100, begin=100)])
    with kafka_log(*TOPICS, message_bytes=1_000_000) as log, closing(log.open()) as broker:
        did = once(log, tmp_path, HEADSTAMP_KAFKA_MESSAGE_BYTES="1000000")
        assert did["listings"] == {"taken": 201, "published": 200, "dead": 1, "lag": 0}
        assert by_key(broker) == in_order(200)
    local = {**os.environ, "HEADSTAMP_HOME": str(tmp_path), "HEADSTAMP_BROKER": "sqlite:///log.db"}
    listed = [sys.executable, "-m", "headstamp", "dead", "list"]
    told = subprocess.run(listed, env=local, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "listings:0" in told
    assert "kafka.message_bytes" in told


def test_a_topic_that_is_not_there_yet_is_named(home: SqliteBroker, tmp_path: Path) -> None:
    home.publish(TASKS.name, numbered(1))
    with kafka_log(LISTINGS.name) as log:
        done = subprocess.run(**words(log, tmp_path, "--once"), capture_output=True, check=False)  # type: ignore[call-overload]
    assert done.returncode == 1
    assert "headstamp topics" in done.stderr
    assert home.lag(TASKS.name, "forward") == 1
