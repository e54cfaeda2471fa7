"""A home's log is carried to the broker: nothing is lost, nothing changes its place, nothing waits for another topic."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline import codec
from pipeline import forward as forwarding
from pipeline.broker import START, Broker, sqlite
from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import Message
from pipeline.errors import BrokerUnavailableError, LockedError, TooLargeError
from pipeline.forward import CRAWLED, Forward
from pipeline.metrics.at_work import unready
from pipeline.metrics.beat import Beat, Kept
from pipeline.records import DeadLetter, Measure
from pipeline.topics import ALERTS, AUDIT, LISTINGS, MEASURES, REVIEWS, TASKS, TOPICS

ROOT = Path(__file__).parents[2]
TIME = datetime(2026, 3, 1, tzinfo=UTC)
LARGEST = 1_000
FORWARD = """
import sys, threading
from pathlib import Path
from pipeline.broker.sqlite import SqliteBroker
from pipeline.forward import Forward

class Told(SqliteBroker):
    def publish(self, topic, messages):
        super().publish(topic, messages)
        print(len(messages), flush=True)

Forward(SqliteBroker(Path(sys.argv[1])), Told(Path(sys.argv[2])), size=10).forever(threading.Event())
"""


class Moody(SqliteBroker):
    """A broker that is away while it is told to be, and takes no large message; it knows which topic each batch was of."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.away = threading.Event()
        self.batches: list[str] = []

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        if self.away.is_set():
            raise BrokerUnavailableError("the broker does not answer; start it")
        if any(len(each.value) > LARGEST for each in messages):
            raise TooLargeError(f"larger than {LARGEST} bytes")
        self.batches.append(topic)
        super().publish(topic, messages)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteBroker]:
    with closing(SqliteBroker(tmp_path / "log.db")) as opened:
        yield opened


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Moody]:
    with closing(Moody(tmp_path / "far.db")) as opened:
        yield opened


def numbered(count: int, keys: int = 7, begin: int = 0) -> list[Message]:
    return [
        Message(key=b"key %d" % (number % keys), value=b"%d" % number, headers={"schema": "1.0"})
        for number in range(begin, begin + count)
    ]


def told(broker: Broker, topic: str = LISTINGS.name) -> list[tuple[bytes, bytes, dict[str, str]]]:
    return [(each.key, each.value, each.headers) for each in broker.read(topic, START)]


def by_key(broker: Broker) -> dict[bytes, list[int]]:
    """What came of each key, each once, in the order in which it first came."""
    found: dict[bytes, dict[int, None]] = {}
    for key, value, _ in told(broker):
        found.setdefault(key, {})[int(value)] = None
    return {key: list(values) for key, values in found.items()}


def in_order(count: int, keys: int = 7) -> dict[bytes, list[int]]:
    return {b"key %d" % key: list(range(key, count, keys)) for key in range(keys)}


def carried(log: SqliteBroker, broker: Broker) -> Forward:
    forward = Forward(log, broker, size=100)
    forward.once()
    return forward


def test_what_a_crawl_wrote_arrives_untouched_whoever_could_read_it(log: SqliteBroker, broker: Moody) -> None:
    sent = [
        Message(key=b"\xff\x00", value=b"{", headers={"schema": "9.0", "trace": "ключ"}),
        Message(key=b"", value=b"", headers={}),
        Message(key=b"k", value=b"1", headers={"schema": "0.1"}),
    ]
    for topic in CRAWLED:
        log.publish(topic.name, sent)
    carried(log, broker)
    for topic in CRAWLED:
        assert told(broker, topic.name) == [(each.key, each.value, each.headers) for each in sent]
        assert [each.time for each in broker.read(topic.name, START)] == [
            each.time for each in log.read(topic.name, START)
        ]


def test_what_is_no_crawls_stays_at_home(log: SqliteBroker, broker: Moody) -> None:
    at_home = TOPICS.keys() - {LISTINGS.name, TASKS.name, ALERTS.name, MEASURES.name}
    assert {REVIEWS.name, AUDIT.name, LISTINGS.dead} <= at_home
    for topic in at_home:
        log.publish(topic, numbered(2))
    carried(log, broker)
    assert [topic for topic in TOPICS if told(broker, topic)] == []


def test_what_was_carried_is_not_carried_again(log: SqliteBroker, broker: Moody) -> None:
    log.publish(LISTINGS.name, numbered(250))
    carried(log, broker)
    log.publish(LISTINGS.name, numbered(5, begin=250))
    did = carried(log, broker).did()
    assert (did[LISTINGS.name].taken, did[LISTINGS.name].published, did[LISTINGS.name].lag) == (5, 5, 0)
    assert [int(value) for _, value, _ in told(broker)] == list(range(255))


def test_no_topic_waits_until_another_is_through(log: SqliteBroker, broker: Moody) -> None:
    log.publish(LISTINGS.name, numbered(1_000))
    log.publish(ALERTS.name, numbered(150))
    carried(log, broker)
    assert broker.batches == ["listings", "alerts", "listings", "alerts", *["listings"] * 8]


def test_a_broker_that_is_away_is_waited_for_and_nothing_is_lost(log: SqliteBroker, broker: Moody) -> None:
    stop = threading.Event()
    log.publish(LISTINGS.name, numbered(250))
    broker.away.set()
    runner = threading.Thread(target=Forward(log, broker, size=100).forever, args=(stop,))
    runner.start()
    time.sleep(0.2)
    assert log.lag(LISTINGS.name, "forward") == 250
    broker.away.clear()
    while log.lag(LISTINGS.name, "forward"):
        time.sleep(0.01)
    stop.set()
    runner.join()
    assert [int(value) for _, value, _ in told(broker)] == list(range(250))


def test_a_broker_that_is_away_is_told_of_although_there_is_nothing_to_carry(
    log: SqliteBroker, broker: Moody, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forwarding, "ASK_EVERY_S", 0.05)
    caplog.set_level("WARNING", "headstamp")
    stop, forward = threading.Event(), Forward(log, broker, size=100)
    beat = Beat(meters=[forward.meter], reads=lambda: log, publishes=lambda: broker, index=None)
    beat.look(Kept(lambda: log), None)
    runner = threading.Thread(target=forward.forever, args=(stop,))
    runner.start()
    try:
        for away in (False, True, False):
            (broker.away.set if away else broker.away.clear)()
            while bool(unready(beat)) is not away:
                time.sleep(0.01)
            assert away is ("broker" in forward.meter.did().away)
    finally:
        stop.set()
        runner.join()
    assert [record.message for record in caplog.records] == ["waiting", "going on"]


def test_once_says_that_the_broker_is_away(log: SqliteBroker, broker: Moody) -> None:
    log.publish(LISTINGS.name, numbered(1))
    broker.away.set()
    with pytest.raises(BrokerUnavailableError):
        carried(log, broker)
    assert log.lag(LISTINGS.name, "forward") == 1


def test_what_the_broker_can_never_take_is_set_aside_at_home_and_the_rest_goes_on(
    log: SqliteBroker, broker: Moody
) -> None:
    large = Message(key=b"large", value=b"x" * (LARGEST + 1), headers={"schema": "1.1"})
    log.publish(LISTINGS.name, [*numbered(150), large, *numbered(150, begin=150)])
    did = carried(log, broker).did()[LISTINGS.name]
    assert (did.taken, did.published, did.dead, did.lag) == (301, 300, 1, 0)
    assert [int(value) for _, value, _ in told(broker)] == list(range(300))
    (letter,) = (codec.decode(each, (DeadLetter,)) for each in log.read(LISTINGS.dead, START))
    assert isinstance(letter, DeadLetter)
    assert (letter.topic, letter.group, letter.key, letter.value, letter.headers) == (
        "listings",
        "forward",
        large.key,
        large.value,
        large.headers,
    )
    assert "larger than" in letter.reason


def test_a_message_with_headers_that_no_headstamp_writes_stays_at_home(log: SqliteBroker, broker: Moody) -> None:
    foreign = Message(key=b"k", value=b"x", headers={"schema": "1.2", "trace": "\x01" * 10_000})
    log.publish(LISTINGS.name, [*numbered(2), foreign, *numbered(2, begin=2)])
    did = carried(log, broker).did()[LISTINGS.name]
    assert (did.published, did.dead, did.lag) == (4, 1, 0)
    assert [int(value) for _, value, _ in told(broker)] == list(range(4))
    (letter,) = (codec.decode(each, (DeadLetter,)) for each in log.read(LISTINGS.dead, START))
    assert isinstance(letter, DeadLetter)
    assert (letter.value, letter.headers) == (foreign.value, foreign.headers)
    assert "no Headstamp writes" in letter.reason


def test_large_messages_are_carried_a_few_at_once(
    log: SqliteBroker, broker: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "AT_ONCE", 2_000)
    log.publish(LISTINGS.name, [Message(key=b"k", value=b"%03d" % number * 300) for number in range(10)])
    carried(log, broker)
    assert len(broker.batches) == 5
    assert [int(value[:3]) for _, value, _ in told(broker)] == list(range(10))


def test_a_home_has_one_forward(log: SqliteBroker, broker: Moody, tmp_path: Path) -> None:
    log.publish(LISTINGS.name, numbered(1))
    carried(log, broker)
    log.publish(LISTINGS.name, numbered(1))
    with closing(SqliteBroker(tmp_path / "log.db")) as second, pytest.raises(LockedError, match="forward: process"):
        carried(second, broker)


def test_a_log_forgets_measures_once_they_were_carried_and_without_a_forward_as_before(
    log: SqliteBroker, broker: Moody
) -> None:
    def measures() -> None:
        log.publish(
            MEASURES.name,
            codec.messages([Measure(name="m", value=1, time=TIME + timedelta(number)) for number in range(9)]),
        )

    later = datetime.now(UTC) + timedelta(days=91)
    measures()
    with log.batch(MEASURES.name, "chart", size=99, wait=0):
        pass
    assert log.retain(later) == 9
    measures()
    carried(log, broker)
    assert log.retain(later) == 0, "chart has not read them"
    with log.batch(MEASURES.name, "chart", size=99, wait=0):
        pass
    measures()
    assert log.retain(later) == 9
    assert log.lag(MEASURES.name, "forward") == 9


def test_a_forward_killed_again_and_again_carries_every_message_in_its_order(tmp_path: Path) -> None:
    home, far = tmp_path / "log.db", tmp_path / "far.db"
    words = [sys.executable, "-c", FORWARD, str(home), str(far)]
    kills, count = 6, 600
    with closing(SqliteBroker(home)) as log, closing(SqliteBroker(far)) as broker:
        for number in range(kills):
            log.publish(LISTINGS.name, numbered(count // kills, begin=number * count // kills))
            with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as forward:
                assert forward.stdout is not None
                forward.stdout.readline()
                time.sleep(number / 500)
                forward.send_signal(signal.SIGKILL)
        carried(log, broker)
        assert by_key(broker) == in_order(count)
        assert len(told(broker)) <= count + kills * 10


def command(*words: str, home: Path, broker: str) -> subprocess.CompletedProcess[str]:
    environment = {"HEADSTAMP_HOME": str(home), "HEADSTAMP_BROKER": broker, "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [sys.executable, "-m", "headstamp", "forward", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("address", ["sqlite:///log.db", "sqlite:///other.db"])
def test_a_broker_that_is_a_file_is_refused_with_what_to_do(tmp_path: Path, address: str) -> None:
    done = command("--once", home=tmp_path, broker=address)
    assert done.returncode == 2
    assert address in done.stderr
    assert "HEADSTAMP_BROKER=kafka://" in done.stderr
    assert not (tmp_path / "log.db").exists()
