"""Kafka stopped and killed while stages work, and members that come and go: nothing is lost."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial

import pytest

from pipeline.broker import START, kafka_client
from pipeline.broker import kafka as kafka_broker
from pipeline.codec import Message, decode, message
from pipeline.errors import BrokerUnavailableError
from pipeline.records import Presence, Record, Sighting
from pipeline.stages import Published, Stage
from pipeline.topics import ASSESSMENTS, LISTINGS
from pipeline.worker import run_forever, run_once
from tests.kafka_logs import LEAVES_SOCKETS, KafkaLog, kafka_log
from tests.servers import Server, server

pytestmark = [LEAVES_SOCKETS, pytest.mark.slow]


def sighting(number: int) -> Sighting:
    """The number of a listing's visit: `number` modulo 40 names the listing."""
    time = datetime(2026, 1, 1, tzinfo=UTC)
    return Sighting(listing_id=f"l{number % 40}", market="m", visit=str(number), time=time, presence=Presence.PRESENT)


def passing() -> Stage:
    """A stage that passes on what it reads."""

    def work(records: list[Record]) -> Published:
        time.sleep(0.01)
        return [(ASSESSMENTS, record) for record in records]

    return Stage(name="assess", topic=LISTINGS, work=work)  # type: ignore[arg-type]


@contextmanager
def at_work(log: KafkaLog, stage: Stage) -> Iterator[None]:
    """One more process's worth of the stage, in a thread, while the block runs."""
    stop, failed = threading.Event(), []

    def run() -> None:
        try:
            with closing(log.open()) as broker:
                run_forever(stage, broker, stop, size=50, wait=0.2)
        except Exception as error:  # noqa: BLE001  # told at the end, in the test's thread
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        assert failed == []


def publish(log: KafkaLog, numbers: range) -> None:
    """Publish sightings, 20 at once, again where Kafka did not answer."""
    with closing(log.open()) as broker:
        for first in range(numbers.start, numbers.stop, 20):
            batch = [message(sighting(number)) for number in range(first, min(first + 20, numbers.stop))]
            patiently(partial(broker.publish, LISTINGS.name, batch))
            time.sleep(0.02)


def patiently(ask: Callable[[], object]) -> object:
    while True:
        try:
            return ask()
        except BrokerUnavailableError:
            time.sleep(0.3)


def settled(log: KafkaLog) -> list[Record]:
    """What came through, once the group owes nothing."""
    with closing(log.open()) as broker:
        while patiently(lambda: broker.lag(LISTINGS.name, "assess")):
            time.sleep(0.2)
        return [decode(each, ASSESSMENTS.records) for each in broker.read(ASSESSMENTS.name, START)]


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Kafka to stop and kill, which runs between the tests."""
    with server("kafka", tmp_path_factory.mktemp("kafka")) as found:
        yield found


@pytest.fixture
def log(kafka: Server) -> Iterator[KafkaLog]:
    address = f"127.0.0.1:{kafka.port}"
    with kafka_log(LISTINGS.name, ASSESSMENTS.name, LISTINGS.dead, address=address, session_s=6.0) as found:
        yield found


def visits(found: list[Record]) -> Counter[str]:
    return Counter(record.visit for record in found if isinstance(record, Sighting))


def test_nothing_is_lost_when_kafka_is_killed_under_load_while_members_come_and_go(
    kafka: Server, log: KafkaLog
) -> None:
    publisher = threading.Thread(target=publish, args=(log, range(1_500)))
    publisher.start()
    with at_work(log, passing()), at_work(log, passing()):
        for _ in range(3):
            with at_work(log, passing()):
                time.sleep(1)
        kafka.kill()
        kafka.start()
        with at_work(log, passing()):
            time.sleep(1)
        publisher.join()
        found = settled(log)
    assert set(visits(found)) == {str(number) for number in range(1_500)}


def test_a_stage_that_starts_before_kafka_waits_with_one_line_and_then_works(
    kafka: Server, log: KafkaLog, caplog: pytest.LogCaptureFixture
) -> None:
    publish(log, range(40))
    kafka.stop()
    caplog.set_level("WARNING", "headstamp")
    with at_work(log, passing()):
        time.sleep(10)
        kafka.start()
        found = settled(log)
    assert visits(found).keys() == {str(number) for number in range(40)}
    waiting = [record for record in caplog.records if record.message == "waiting"]
    assert len(waiting) == 1 + waiting[-1].facts["seconds"] // 60  # type: ignore[attr-defined]
    assert "does not answer" in waiting[0].facts["reason"]  # type: ignore[attr-defined]
    assert "going on" in [record.message for record in caplog.records]


def test_working_once_ends_with_the_reason_where_kafka_is_away(kafka: Server, log: KafkaLog) -> None:
    kafka.kill()
    try:
        with closing(log.open()) as broker, pytest.raises(BrokerUnavailableError, match=r"refused.*start it"):
            run_once(passing(), broker, size=10, wait=0)
    finally:
        kafka.start()


def test_a_kafka_that_hangs_is_said_to_be_away_and_what_was_sent_does_not_come_later(
    kafka: Server, log: KafkaLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_broker, "DELIVER_MS", kafka_client.ANSWER_MS + 1_000)
    sent = [Message(key=b"%d" % number, value=b"x" * 20_000) for number in range(300)]
    with closing(log.open()) as broker:
        broker.publish(LISTINGS.name, sent[:5])
        os.kill(kafka.pid, signal.SIGSTOP)
        try:
            with pytest.raises(BrokerUnavailableError, match=r"does not answer .*start it"):
                broker.publish(LISTINGS.name, sent[5:])
        finally:
            os.kill(kafka.pid, signal.SIGCONT)
        broker.publish(LISTINGS.name, sent[5:])
        assert {each.key for each in broker.read(LISTINGS.name, START)} >= {each.key for each in sent}
