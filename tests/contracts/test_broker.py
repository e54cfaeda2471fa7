"""What every broker promises, asked of each implementation."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.broker import AT_ONCE, START, Broker, Position
from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import Message
from pipeline.errors import HeadstampError, LockedError
from pipeline.topics import ALERTS
from tests.kafka_logs import LEAVES_SOCKETS, kafka_log

pytestmark = LEAVES_SOCKETS

TOPIC, OTHER = ALERTS.name, ALERTS.dead
"""Topics of one partition: what is promised about order holds for the whole of them."""
GROUP = "readers"
Open = Callable[[], Broker]


IMPLEMENTATIONS = ["sqlite", "kafka"] if "HEADSTAMP_TEST_KAFKA" in os.environ else ["sqlite"]


@pytest.fixture(params=IMPLEMENTATIONS)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens one more connection to the log of this test; all are closed at its end."""
    with ExitStack() as stack:
        log = stack.enter_context(kafka_log(TOPIC, OTHER)) if request.param == "kafka" else None

        def one_more() -> Broker:
            found: Broker = log.open() if log else SqliteBroker(tmp_path / "log.db")
            stack.callback(found.close)
            return found

        yield one_more


@pytest.fixture
def broker(opened: Open) -> Broker:
    return opened()


def values(found: object) -> list[bytes]:
    return [each.value for each in found]  # type: ignore[attr-defined]


def numbered(*numbers: int) -> list[Message]:
    return [Message(key=b"key", value=b"%d" % number) for number in numbers]


def take(broker: Broker, size: int = 100, group: str = GROUP) -> list[bytes]:
    with broker.batch(TOPIC, group, size=size, wait=0) as found:
        return values(found)


def fail(broker: Broker, size: int, group: str = GROUP) -> list[bytes]:
    """What a group gets in a batch whose work then fails."""
    got: list[bytes] = []

    def work() -> None:
        with broker.batch(TOPIC, group, size=size, wait=0) as found:
            got.extend(values(found))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    return got


def test_every_implementation_is_asked() -> None:
    if "kafka" not in IMPLEMENTATIONS:
        pytest.skip("HEADSTAMP_TEST_KAFKA names no Kafka: the broker's contract was NOT asked of it")


def test_what_is_published_is_read_whole_and_in_its_order(broker: Broker) -> None:
    sent = [
        Message(key=b"\x00\xff", value=b"", headers={}),
        Message(key=b"", value=b"\x00" * 300_000, headers={"schema": "1.0", "ключ": "значение"}),
        Message(key=b"last", value=b"1"),
    ]
    broker.publish(TOPIC, sent)
    found = list(broker.read(TOPIC, START))
    assert [(each.key, each.value, each.headers) for each in found] == [
        (each.key, each.value, each.headers) for each in sent
    ]


def test_a_message_tells_when_it_was_published(broker: Broker) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    broker.publish(TOPIC, numbered(1))
    (read,) = broker.read(TOPIC, START)
    with broker.batch(TOPIC, GROUP, size=1, wait=0) as (taken,):
        assert taken.time == read.time
    assert read.time is not None
    assert before <= read.time <= datetime.now(UTC)


def test_a_message_that_comes_from_another_log_keeps_its_time_unless_that_is_yet_to_come(broker: Broker) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    times = [now - timedelta(days=40), now - timedelta(days=2), now + timedelta(days=9)]
    broker.publish(TOPIC, [Message(key=b"key", value=b"1", time=time) for time in times])
    *kept, cut = (each.time for each in broker.read(TOPIC, START))
    assert kept == times[:-1]
    assert cut is not None
    assert now <= cut <= datetime.now(UTC)


def test_topics_do_not_mix(broker: Broker) -> None:
    broker.publish(TOPIC, numbered(1))
    broker.publish(OTHER, numbered(2))
    assert values(broker.read(TOPIC, START)) == [b"1"]
    assert values(broker.read(OTHER, START)) == [b"2"]


def test_publishing_nothing_changes_nothing(broker: Broker) -> None:
    broker.publish(TOPIC, [])
    assert list(broker.read(TOPIC, START)) == []


def test_an_unknown_topic_is_named_with_the_nearest_known_one(broker: Broker) -> None:
    with pytest.raises(HeadstampError, match=r"'alert'.*'alerts'"):
        broker.publish("alert", numbered(1))
    with pytest.raises(HeadstampError, match=r"'alert'.*'alerts'"):
        broker.read("alert", START)


def test_what_one_connection_publishes_another_reads(opened: Open) -> None:
    opened().publish(TOPIC, numbered(1, 2))
    assert take(opened()) == [b"1", b"2"]


def test_offsets_rise_and_never_repeat(broker: Broker) -> None:
    broker.publish(TOPIC, numbered(1, 2))
    broker.publish(TOPIC, numbered(3))
    offsets = [each.offset for each in broker.read(TOPIC, START)]
    assert offsets == sorted(set(offsets))


def test_a_group_reads_on_where_it_left(broker: Broker) -> None:
    broker.publish(TOPIC, numbered(1, 2, 3))
    assert [take(broker, size=2), take(broker, size=2), take(broker, size=2)] == [[b"1", b"2"], [b"3"], []]


def test_a_group_reads_on_where_it_left_after_it_was_opened_again(opened: Open) -> None:
    first = opened()
    first.publish(TOPIC, numbered(1, 2, 3))
    assert take(first, size=2) == [b"1", b"2"]
    first.close()
    assert take(opened()) == [b"3"]


def test_groups_read_apart(broker: Broker) -> None:
    broker.publish(TOPIC, numbered(1, 2))
    assert take(broker, size=1, group="one") == [b"1"]
    assert take(broker, group="two") == [b"1", b"2"]
    assert take(broker, group="one") == [b"2"]


def test_a_failed_batch_is_read_again(broker: Broker) -> None:
    broker.publish(TOPIC, numbered(1, 2))
    assert fail(broker, size=1) == [b"1"]
    assert take(broker) == [b"1", b"2"]


def test_an_empty_batch_marks_nothing(broker: Broker) -> None:
    assert take(broker) == []
    broker.publish(TOPIC, numbered(1))
    assert take(broker) == [b"1"]


def test_what_is_published_inside_a_batch_is_there_at_once(broker: Broker) -> None:
    broker.publish(TOPIC, numbered(1))
    with broker.batch(TOPIC, GROUP, size=1, wait=0):
        broker.publish(OTHER, numbered(2))
        assert values(broker.read(OTHER, START)) == [b"2"]


def test_a_waiting_group_gets_what_comes_meanwhile(opened: Open) -> None:
    late = opened()

    def publish_later() -> None:
        time.sleep(0.05)
        late.publish(TOPIC, numbered(1))

    publisher = threading.Thread(target=publish_later)
    publisher.start()
    with opened().batch(TOPIC, GROUP, size=10, wait=30) as found:
        assert values(found) == [b"1"]
    publisher.join()


def test_lag_counts_what_the_group_has_not_marked_read(broker: Broker) -> None:
    broker.publish(TOPIC, numbered(1, 2, 3))
    assert broker.lag(TOPIC, GROUP) == 3
    with broker.batch(TOPIC, GROUP, size=2, wait=0):
        assert broker.lag(TOPIC, GROUP) == 3
    assert broker.lag(TOPIC, GROUP) == 1
    assert broker.lag(TOPIC, "others") == 3


def test_the_places_of_the_groups_that_read_are_told(broker: Broker) -> None:
    assert broker.places(TOPIC) == {}
    broker.publish(TOPIC, numbered(1, 2, 3))
    take(broker, size=2, group="one")
    take(broker, group="two")
    second, third = list(broker.read(TOPIC, START))[1:]
    assert dict(broker.places(TOPIC)) == {
        "one": Position(offsets={second.partition: second.offset + 1}),
        "two": Position(offsets={third.partition: third.offset + 1}),
    }
    assert broker.places(OTHER) == {}


def test_a_group_that_another_process_reads_for_cannot_be_held(opened: Open) -> None:
    reader, operator = opened(), opened()
    reader.publish(TOPIC, numbered(1))
    take(reader)
    with pytest.raises(LockedError, match=GROUP), operator.hold(TOPIC, GROUP):
        pass
    reader.close()
    with operator.hold(TOPIC, GROUP):
        assert operator.lag(TOPIC, GROUP) == 0


def test_a_rewound_group_reads_again(broker: Broker) -> None:
    broker.publish(TOPIC, numbered(1, 2, 3))
    take(broker)
    broker.rewind(TOPIC, GROUP, START)
    assert broker.lag(TOPIC, GROUP) == 3
    assert take(broker) == [b"1", b"2", b"3"]


def test_a_group_is_rewound_to_an_offset(broker: Broker) -> None:
    broker.publish(TOPIC, numbered(1, 2, 3))
    second = list(broker.read(TOPIC, START))[1]
    take(broker)
    broker.rewind(TOPIC, GROUP, Position(offsets={second.partition: second.offset}))
    assert take(broker) == [b"2", b"3"]


@pytest.mark.parametrize("offset", [-5, 99])
def test_a_place_outside_the_topic_is_its_nearer_end(broker: Broker, offset: int) -> None:
    broker.publish(TOPIC, numbered(1, 2))
    broker.rewind(TOPIC, GROUP, Position(offsets={0: offset}))
    assert broker.lag(TOPIC, GROUP) == (2 if offset < 0 else 0)
    broker.publish(TOPIC, numbered(3))
    assert take(broker)[-1] == b"3"


def test_a_rewind_during_a_batch_stands(opened: Open) -> None:
    broker, operator = opened(), opened()
    broker.publish(TOPIC, numbered(1, 2))
    take(broker, size=1)
    with broker.batch(TOPIC, GROUP, size=1, wait=0) as found:
        assert values(found) == [b"2"]
        operator.rewind(TOPIC, GROUP, START)
    assert take(broker) == [b"1", b"2"]


def test_reading_from_a_time_starts_with_the_first_message_since(broker: Broker) -> None:
    broker.publish(TOPIC, numbered(1, 2))
    time.sleep(0.01)
    between = datetime.now(UTC)
    time.sleep(0.01)
    broker.publish(TOPIC, numbered(3))
    assert values(broker.read(TOPIC, Position(at=between))) == [b"3"]
    assert values(broker.read(TOPIC, Position(at=between - timedelta(days=1)))) == [b"1", b"2", b"3"]
    assert values(broker.read(TOPIC, Position(at=between + timedelta(days=1)))) == []


def test_a_group_is_rewound_to_a_time(broker: Broker) -> None:
    broker.publish(TOPIC, numbered(1))
    time.sleep(0.01)
    between = datetime.now(UTC)
    broker.publish(TOPIC, numbered(2))
    take(broker)
    broker.rewind(TOPIC, GROUP, Position(at=between))
    assert take(broker) == [b"2"]


def test_reading_ends_at_the_end_of_when_it_began(broker: Broker) -> None:
    broker.publish(TOPIC, numbered(*range(250)))
    reading = broker.read(TOPIC, START)
    broker.publish(TOPIC, numbered(250))
    assert values(reading) == [b"%d" % number for number in range(250)]


def test_reading_needs_no_group_and_moves_none(broker: Broker) -> None:
    broker.publish(TOPIC, numbered(1))
    list(broker.read(TOPIC, START))
    assert take(broker) == [b"1"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(st.tuples(st.sampled_from(["publish", "take", "fail"]), st.integers(1, 4)), max_size=20))
def test_a_group_sees_every_message_once_whatever_fails(broker: Broker, steps: list[tuple[str, int]]) -> None:
    group = f"group-{time.monotonic_ns()}"
    before = len(list(broker.read(TOPIC, START)))
    sent = before
    seen: list[bytes] = []
    for step, size in steps:
        if step == "publish":
            broker.publish(TOPIC, numbered(*range(sent, sent + size)))
            sent += size
        elif step == "take":
            seen += take(broker, size=size, group=group)
        else:
            fail(broker, size, group)
    while found := take(broker, group=group):
        seen += found
    assert seen == [b"%d" % number for number in range(sent)]


def test_a_batch_of_large_messages_is_bounded_by_their_bytes_and_what_was_read_stays_read(broker: Broker) -> None:
    large = [Message(key=b"key", value=b"%d" % number * 400_000) for number in range(60)]
    broker.publish(TOPIC, large)
    batches: list[list[bytes]] = []
    while found := take(broker):
        batches.append(found)
    assert [each for batch in batches for each in batch] == values(large)
    assert len(batches) > 1
    assert max(sum(map(len, batch)) for batch in batches) <= 2 * AT_ONCE


def test_a_message_larger_than_a_batch_may_be_comes_alone(tmp_path: Path) -> None:
    with closing(SqliteBroker(tmp_path / "log.db")) as broker:
        broker.publish(TOPIC, [Message(key=b"key", value=each) for each in (b"1", b"2" * (AT_ONCE + 1), b"3")])
        assert [[each[:1] for each in take(broker)] for _ in range(4)] == [[b"1"], [b"2"], [b"3"], []]
