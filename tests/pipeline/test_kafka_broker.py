"""What Kafka's log does beyond the contract: partitions, members, sizes, topics as they stand."""

import argparse
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import KafkaProducer

from headstamp import deployment
from pipeline.broker import DAMAGED, START, Position
from pipeline.broker.kafka import KafkaBroker
from pipeline.codec import Message, messages
from pipeline.commands.check import findings
from pipeline.commands.run import assess_again
from pipeline.commands.topics import topics
from pipeline.errors import BrokerUnavailableError, SettingsError, TooLargeError
from pipeline.records import DeadLetter
from pipeline.settings import Kafka, Settings
from pipeline.topics import ALERTS, LISTINGS, TOPICS
from tests.kafka_logs import LEAVES_SOCKETS, KafkaLog, kafka_log
from tests.patience import PATIENCE_S

pytestmark = LEAVES_SOCKETS
TOPIC, GROUP = LISTINGS.name, "readers"
NUMBERS = range(60)


@pytest.fixture
def log() -> Iterator[KafkaLog]:
    with kafka_log(TOPIC, LISTINGS.dead) as found:
        yield found


@pytest.fixture
def broker(log: KafkaLog) -> Iterator[KafkaBroker]:
    with closing(log.open()) as found:
        yield found


def numbered(numbers: range) -> list[Message]:
    """A message a number, of ten keys."""
    return [Message(key=b"%d" % (number % 10), value=b"%d" % number) for number in numbers]


def take(broker: KafkaBroker, size: int = 100) -> list[Message]:
    with broker.batch(TOPIC, GROUP, size=size, wait=0) as found:
        return list(found)


def take_all(broker: KafkaBroker) -> list[Message]:
    found: list[Message] = []
    while more := take(broker):
        found += more
    return found


def values(found: list[Message]) -> list[int]:
    return sorted(int(each.value) for each in found)


def in_order(found: list[Message]) -> bool:
    """Whether the messages of each key come in the order in which they were published."""
    by_key = groupby(sorted(found, key=lambda each: each.key), key=lambda each: each.key)
    return all(numbers == sorted(numbers) for numbers in ([int(each.value) for each in own] for _, own in by_key))


def until_settled(*members: KafkaBroker) -> list[Message]:
    """What the members get in turn until their group owes nothing."""
    found: list[Message] = []
    until = time.monotonic() + PATIENCE_S
    while members[0].lag(TOPIC, GROUP):
        assert time.monotonic() < until
        for member in members:
            found += take(member)
    return found


def test_messages_spread_over_partitions_and_those_of_one_key_keep_their_order(broker: KafkaBroker) -> None:
    broker.publish(TOPIC, numbered(NUMBERS))
    found = take_all(broker)
    assert len({each.partition for each in found}) > 1
    assert (values(found), in_order(found)) == (list(NUMBERS), True)


def test_reading_merges_the_partitions_by_time(broker: KafkaBroker) -> None:
    for number in range(8):
        broker.publish(TOPIC, numbered(range(number, number + 1)))
        time.sleep(0.003)
    first, again = list(broker.read(TOPIC, START)), list(broker.read(TOPIC, START))
    assert [int(each.value) for each in first] == list(range(8))
    assert first == again


@contextmanager
def reading(log: KafkaLog) -> Iterator[list[Message]]:
    """What one more member gets while the block runs, in a thread of its own as in a process."""
    stop, found = threading.Event(), list[Message]()

    def read() -> None:
        with closing(log.open()) as member:
            while not stop.is_set():
                found.extend(take(member))

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield found
    finally:
        stop.set()
        thread.join()


def publish_until(broker: KafkaBroker, done: Callable[[], bool]) -> None:
    """Publish and let the members take it, again until `done`."""
    until = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < until
        broker.publish(TOPIC, numbered(NUMBERS))
        while broker.lag(TOPIC, GROUP):
            time.sleep(0.1)


def test_two_processes_of_a_group_share_its_partitions(log: KafkaLog, broker: KafkaBroker) -> None:
    with reading(log) as one, reading(log) as other:
        publish_until(broker, lambda: bool(one and other))
        one.clear()
        other.clear()
        publish_until(broker, lambda: bool(one and other))
        assert {each.partition for each in one}.isdisjoint(each.partition for each in other)
    assert set(values(one + other)) == set(NUMBERS)


def test_a_member_that_leaves_hands_its_partitions_on(log: KafkaLog, broker: KafkaBroker) -> None:
    with reading(log) as one:
        with reading(log) as other:
            publish_until(broker, lambda: bool(one and other))
        one.clear()
        publish_until(broker, lambda: set(values(one)) == set(NUMBERS))


def test_a_batch_that_outlasts_its_time_marks_nothing_and_another_member_reads_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with kafka_log(TOPIC, batch_s=1.0) as log, closing(log.open()) as slow, closing(log.open()) as other:
        slow.publish(TOPIC, numbered(NUMBERS))
        caplog.set_level("WARNING", "headstamp")
        with slow.batch(TOPIC, GROUP, size=100, wait=5) as held:
            time.sleep(2.5)
            found = until_settled(other)
        assert held
        assert values(found) == list(NUMBERS)
        assert [record.message for record in caplog.records] == ["too late"]
        slow.publish(TOPIC, numbered(range(60, 70)))
        assert set(values(until_settled(slow, other))) == set(range(60, 70))


def test_a_group_is_rewound_while_its_members_look_for_messages(log: KafkaLog) -> None:
    with closing(log.open()) as member, closing(log.open()) as operator:
        member.publish(TOPIC, numbered(NUMBERS))
        assert values(take_all(member)) == list(NUMBERS)
        operator.rewind(TOPIC, GROUP, START)
        assert operator.lag(TOPIC, GROUP) == len(NUMBERS)
        assert values(until_settled(member)) == list(NUMBERS)


def test_a_group_is_rewound_to_a_place_in_each_partition(broker: KafkaBroker) -> None:
    broker.publish(TOPIC, numbered(NUMBERS))
    found = take_all(broker)
    chosen = found[0].partition
    ends = {each.partition: each.offset + 1 for each in broker.read(TOPIC, START)}
    broker.rewind(TOPIC, GROUP, Position(offsets=ends | {chosen: ends[chosen] - 1}))
    assert broker.lag(TOPIC, GROUP) == 1
    assert [each.partition for each in take_all(broker)] == [chosen]


def test_assessing_again_lets_the_group_read_everything_again(tmp_path: Path) -> None:
    with kafka_log() as log:
        settings = Settings(home=str(tmp_path), broker=log.address, kafka=log.settings)
        with closing(log.open()) as broker:
            broker.publish(TOPIC, numbered(NUMBERS))
            with broker.batch(TOPIC, "assess", size=100, wait=0):
                pass
            assert broker.lag(TOPIC, "assess") < len(NUMBERS)
            assess_again(deployment(settings))
            assert broker.lag(TOPIC, "assess") == len(NUMBERS)


def test_a_message_larger_than_its_topic_takes_is_refused_before_any_is_sent() -> None:
    with kafka_log(TOPIC, LISTINGS.dead, message_bytes=2**16) as log, closing(log.open()) as broker:
        large = Message(key=b"k", value=b"\xff" * 2**16)
        with pytest.raises(TooLargeError, match=r"listings takes 65,536 \(kafka.message_bytes\)"):
            broker.publish(TOPIC, [*numbered(NUMBERS), large])
        assert list(broker.read(TOPIC, START)) == []


def test_the_dead_letter_of_the_largest_message_has_room() -> None:
    with kafka_log(TOPIC, LISTINGS.dead, message_bytes=2**16, compression="none") as log, closing(log.open()) as broker:
        largest = Message(key=b"k", value=b"\xff" * (2**16 - 500))
        broker.publish(TOPIC, [largest])
        letter = DeadLetter(
            topic=TOPIC, group="g", key=b"k", value=largest.value, headers=largest.headers, reason="r" * 1_000
        )
        broker.publish(LISTINGS.dead, messages([letter]))
        assert len(list(broker.read(LISTINGS.dead, START))) == 1


def test_a_message_whose_headers_are_no_text_is_given_out_as_damaged(log: KafkaLog, broker: KafkaBroker) -> None:
    producer: Any = log.client(KafkaProducer)
    producer.send(log.settings.prefix + TOPIC, b"1", b"k", [("schema", b"\xff")])
    producer.send(log.settings.prefix + TOPIC, None, b"k", [("empty", b"")])
    producer.close()
    assert [(each.value, each.headers) for each in take_all(broker)] == [(b"1", DAMAGED), (b"", {"empty": ""})]


def test_a_topic_that_is_not_there_is_named_with_the_command_that_creates_it() -> None:
    with kafka_log(TOPIC) as log, closing(KafkaBroker(log.address, log.settings)) as broker:
        for ask in (
            lambda: broker.publish(ALERTS.name, numbered(NUMBERS)),
            lambda: broker.lag(ALERTS.name, GROUP),
            lambda: broker.read(ALERTS.name, START),
        ):
            with pytest.raises(BrokerUnavailableError, match=r"no topic '.*alerts'; `headstamp topics`"):
                ask()


def test_topics_are_created_once_and_never_altered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with kafka_log(TOPIC) as log:
        fewer = {TOPIC: msgspec.structs.replace(LISTINGS, partitions=2, keep_days=1)}
        other = msgspec.structs.replace(log.settings, prefix=log.settings.prefix + "o.")
        with closing(KafkaBroker(log.address, other, fewer)) as broker:
            assert [each.state for each in broker.topics(create=True)] == ["created"]
        settings = Settings(home=str(tmp_path), broker=log.address, kafka=other)
        states = []
        for _ in range(2):
            assert topics(argparse.Namespace(json=True), deployment(settings)) == 0
            states.append({each["topic"]: each for each in json.loads(capsys.readouterr().out)})
        assert {name: each["state"] for name, each in states[0].items()} == dict.fromkeys(TOPICS, "created") | {
            TOPIC: "differs"
        }
        assert {name: each["state"] for name, each in states[1].items()} == dict.fromkeys(TOPICS, "there") | {
            TOPIC: "differs"
        }
        assert states[1][TOPIC]["partitions"] == 2
        assert states[1][TOPIC]["detail"] == "retention.ms is 86400000, -1 asked for; partitions are 2, 6 asked for"
        (found,) = [each for each in findings(deployment(settings)) if each.part == "topics"]
        assert (found.state, "partitions are 2, 6 asked for" in found.detail) == ("failed", True)


def test_more_partitions_than_asked_for_are_as_they_should_be_but_not_of_topics_that_need_one(log: KafkaLog) -> None:
    own = msgspec.structs.replace(log.settings, prefix=log.settings.prefix + "o.")
    more = {
        name: msgspec.structs.replace(TOPICS[name], partitions=TOPICS[name].partitions + 2)
        for name in (TOPIC, LISTINGS.dead)
    }
    with closing(KafkaBroker(log.address, own, more)) as broker:
        broker.topics(create=True)
    with closing(KafkaBroker(log.address, own, log.topics)) as broker:
        assert [(each.state, each.partitions) for each in broker.topics(create=False)] == [
            ("there", 8),
            ("differs", 3),
        ]


def test_more_replicas_than_there_are_brokers_is_a_clear_error(log: KafkaLog) -> None:
    own = msgspec.structs.replace(log.settings, prefix=log.settings.prefix + "o.", replicas=3)
    with (
        closing(KafkaBroker(log.address, own, log.topics)) as broker,
        pytest.raises(SettingsError, match="replication"),
    ):
        broker.topics(create=True)


@pytest.mark.parametrize(
    "address",
    ["kafka://", "kafka://host", "kafka://host:port", "kafka://user:secret@host:1", "kafka://a:1/x", "kafka://a:1,"],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(SettingsError, match=r"write kafka://HOST:PORT") as told:
        KafkaBroker(address, Kafka())
    assert "secret" not in str(told.value)


def test_a_place_in_time_holds_for_every_partition(broker: KafkaBroker) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    old = [msgspec.structs.replace(each, time=now - timedelta(days=3)) for each in numbered(range(30))]
    broker.publish(TOPIC, old)
    broker.publish(TOPIC, numbered(range(30, 60)))
    found = broker.read(TOPIC, Position(at=now - timedelta(days=1)))
    assert values(list(found)) == list(range(30, 60))
