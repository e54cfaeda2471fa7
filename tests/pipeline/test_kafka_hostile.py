"""What others may have put on Kafka: times outside the calendar, names that are no text, transactions."""

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from kafka import KafkaProducer
from kafka.errors import CorruptRecordError

from pipeline.broker import DAMAGED, START
from pipeline.broker.kafka import KafkaBroker
from pipeline.broker.kafka_client import Cluster
from pipeline.broker.kafka_messages import parts
from pipeline.codec import Message, decode
from pipeline.errors import CorruptError
from pipeline.records import DeadLetter
from pipeline.settings import Kafka
from pipeline.stages import Stage
from pipeline.topics import LISTINGS
from pipeline.worker import Tally, run_once
from tests.kafka_logs import LEAVES_SOCKETS, KafkaLog, kafka_log
from tests.patience import PATIENCE_S

pytestmark = LEAVES_SOCKETS
WITH_ITS_END = 2
"""Places on the log that a transaction of one message takes."""
STAGE = Stage(name="assess", topic=LISTINGS, work=lambda _found: [])


@pytest.fixture
def log() -> Iterator[KafkaLog]:
    with kafka_log(LISTINGS.name, LISTINGS.dead) as found:
        yield found


@pytest.fixture
def broker(log: KafkaLog) -> Iterator[KafkaBroker]:
    with closing(log.open()) as found:
        yield found


class Named(str):
    """A header's name that is no UTF-8, as producers in other languages may write it."""

    __slots__ = ()

    def encode(self, *_words: str, **_more: str) -> bytes:
        return b"\xff\xfe"


def put(log: KafkaLog, **message: object) -> None:
    producer = log.client(KafkaProducer)
    producer.send(log.settings.prefix + LISTINGS.name, b"x", b"k", **message).get(timeout=PATIENCE_S)  # type: ignore[attr-defined]
    producer.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("time", [-62_135_596_800_001, -1, 0])
def test_a_message_of_an_impossible_time_is_read_and_worked_like_any_other(
    log: KafkaLog, broker: KafkaBroker, time: int
) -> None:
    put(log, timestamp_ms=time)
    assert [each.time.year for each in broker.read(LISTINGS.name, START) if each.time] == [1970]
    assert run_once(STAGE, broker, size=10, wait=0) == Tally(taken=1, dead=1)


@pytest.mark.parametrize("compression", [None, "gzip"])
def test_a_name_that_is_no_text_is_set_aside_and_what_was_sent_with_it_is_read(
    log: KafkaLog, broker: KafkaBroker, compression: str | None
) -> None:
    producer: Any = log.client(KafkaProducer, linger_ms=5_000, compression_type=compression)
    name = log.settings.prefix + LISTINGS.name
    for number, headers in enumerate([[], [(Named("x"), b"v"), ("schema", b"1.2")], [("é", b"v")]]):  # of one batch
        producer.send(name, b"%d" % number, b"k", headers)
    producer.close()
    found = list(broker.read(LISTINGS.name, START))
    assert [(each.value, each.offset, each.headers) for each in found] == [
        (b"0", 0, {}),
        (b"1", 1, DAMAGED),
        (b"2", 2, {"é": "v"}),
    ]
    taken: list[Message] = []
    with broker.batch(LISTINGS.name, STAGE.name, size=10, wait=10) as batch:
        taken += batch
    assert [each.value for each in taken] == [b"0", b"1", b"2"]
    broker.rewind(LISTINGS.name, STAGE.name, START)
    assert run_once(STAGE, broker, size=1, wait=0) == Tally(taken=3, dead=3)
    letters = [decode(each, (DeadLetter,)) for each in broker.read(LISTINGS.dead, START)]
    assert [each.reason for each in letters if isinstance(each, DeadLetter) and each.value == b"1"] == [
        "MalformedError: no schema version: 'damaged'"
    ]


def test_what_is_damaged_on_the_disk_is_said_and_not_waited_for() -> None:
    cluster = Cluster("kafka://127.0.0.1:9", Kafka())
    with pytest.raises(CorruptError, match=r"crc.*damage on its disk.*pass over"), cluster.told():
        raise CorruptRecordError("failed crc check")


def test_working_once_ends_where_a_transaction_ended(log: KafkaLog, broker: KafkaBroker) -> None:
    producer = log.client(KafkaProducer, transactional_id=log.settings.prefix)
    producer.init_transactions()  # type: ignore[attr-defined]
    producer.begin_transaction()  # type: ignore[attr-defined]
    producer.send(log.settings.prefix + LISTINGS.name, b"x", b"k").get(timeout=PATIENCE_S)  # type: ignore[attr-defined]
    producer.commit_transaction()  # type: ignore[attr-defined]
    producer.close()  # type: ignore[attr-defined]
    until = time.monotonic() + PATIENCE_S
    while broker.lag(LISTINGS.name, "another") < WITH_ITS_END and time.monotonic() < until:
        time.sleep(0.05)  # Kafka says that a transaction ended before it writes so
    assert run_once(STAGE, broker, size=10, wait=0) == Tally(taken=1, dead=1)
    assert broker.lag(LISTINGS.name, STAGE.name) == 0


def test_headers_that_no_letter_holds_stop_no_stage(log: KafkaLog, broker: KafkaBroker) -> None:
    broker.publish(LISTINGS.name, [Message(key=b"k", value=b"x", headers={"schema": "1.2", "trace": "\x01" * 2**21})])
    assert run_once(STAGE, broker, size=10, wait=0) == Tally(taken=1, dead=1)
    (letter,) = broker.read(LISTINGS.dead, START)
    assert b"too large for a letter" in letter.value


def test_messages_are_sent_in_parts_that_arrive_in_time() -> None:
    sent = [Message(key=b"k", value=b"x" * size) for size in (5_000_000, 3_000_000, 1_000_000, 9_000_000, 10, 20)]
    assert [[len(each.value) for each in part] for part in parts(sent)] == [
        [5_000_000, 3_000_000],
        [1_000_000],
        [9_000_000],
        [10, 20],
    ]
