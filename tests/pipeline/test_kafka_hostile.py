"""What others may have put on Kafka: times outside the calendar, names that are no text, transactions."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from kafka import KafkaProducer

from pipeline.broker import START
from pipeline.broker.kafka import KafkaBroker
from pipeline.broker.kafka_messages import parts
from pipeline.codec import Message
from pipeline.errors import CorruptError
from pipeline.stages import Stage
from pipeline.topics import LISTINGS
from pipeline.worker import Tally, run_once
from tests.kafka_logs import LEAVES_SOCKETS, KafkaLog, kafka_log
from tests.patience import PATIENCE_S

pytestmark = LEAVES_SOCKETS
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


def test_a_name_that_is_no_text_is_said_and_not_waited_for(log: KafkaLog, broker: KafkaBroker) -> None:
    put(log, headers=[(Named("x"), b"v")])
    with pytest.raises(CorruptError, match=r"a header's name that is no UTF-8.*--shift-by 1"):
        run_once(STAGE, broker, size=10, wait=0)
    with pytest.raises(CorruptError, match="cannot be read"):
        list(broker.read(LISTINGS.name, START))


def test_working_once_ends_where_a_transaction_ended(log: KafkaLog, broker: KafkaBroker) -> None:
    producer = log.client(KafkaProducer, transactional_id=log.settings.prefix)
    producer.init_transactions()  # type: ignore[attr-defined]
    producer.begin_transaction()  # type: ignore[attr-defined]
    producer.send(log.settings.prefix + LISTINGS.name, b"x", b"k").get(timeout=PATIENCE_S)  # type: ignore[attr-defined]
    producer.commit_transaction()  # type: ignore[attr-defined]
    producer.close()  # type: ignore[attr-defined]
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
