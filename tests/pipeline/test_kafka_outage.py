"""Kafka stopped and killed while stages work, and members that come and go: nothing is lost."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.broker import START
from pipeline.codec import message
from pipeline.errors import BrokerUnavailableError
from pipeline.records import Presence, Record, Sighting
from pipeline.stages import Published, Stage
from pipeline.topics import ASSESSMENTS, LISTINGS
from pipeline.worker import run_forever, run_once
from tests.kafka_logs import LEAVES_SOCKETS, KafkaLog, kafka_log
from tests.servers import server

pytestmark = [LEAVES_SOCKETS, pytest.mark.slow]
SHORT = {"session_s": 6.0}


def sighting(number: int) -> Sighting:
    """The number of a listing's visit: `number` modulo 40 names the listing."""
    time = datetime(2026, 1, 1, tzinfo=UTC)
    return Sighting(
        listing_id=f"l{number % 40}", market="m", visit=str(number), time=time, presence=Presence.PRESENT
    )


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
        except BaseException as error:
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
            patiently(lambda batch=batch: broker.publish(LISTINGS.name, batch))
            time.sleep(0.02)


def patiently(ask: Callable[[], object]) -> object:
    while True:
        try:
            return ask()
        except BrokerUnavailableError:
            time.sleep(0.3)


def settled(log: KafkaLog) -> list[str]:
    """The visits that came through, once the group owes nothing."""
    with closing(log.open()) as broker:
        while patiently(lambda: broker.lag(LISTINGS.name, "assess")):
            time.sleep(0.2)
        return [each.value.decode() for each in broker.read(ASSESSMENTS.name, START)]


def test_nothing_is_lost_when_kafka_is_killed_under_load_while_members_come_and_go(tmp_path: Path) -> None:
    with server("kafka", tmp_path) as kafka, kafka_log(
        LISTINGS.name, ASSESSMENTS.name, LISTINGS.dead, address=f"127.0.0.1:{kafka.port}", **SHORT
    ) as log:
        publisher = threading.Thread(target=publish, args=(log, range(1_500)))
        publisher.start()
        with at_work(log, passing()), at_work(log, passing()):
            for kills in (0, 1, 1):
                with at_work(log, passing()):
                    time.sleep(1.5)
                    print("turn",time.monotonic())
                print("left",time.monotonic())
                for _ in range(kills):
                    kafka.kill()
                    time.sleep(1)
                    kafka.start()
                    print("killed",time.monotonic())
            print("join",time.monotonic()); publisher.join(); print("joined",time.monotonic())
            found = settled(log)
            print('settled',time.monotonic())
    print('out',time.monotonic())
    visits = Counter(each.split('"visit":"')[1].split('"')[0] for each in found)
    assert set(visits) == {str(number) for number in range(1_500)}
