"""A log moves whole: no message is lost or doubled, groups go on where they were, and what was erased stays behind."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline import codec
from pipeline.broker import START, Broker
from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import Message
from pipeline.commands import dead
from pipeline.commands.copying import Moved, copy
from pipeline.errors import BrokerUnavailableError, LockedError, SettingsError, StorageError
from pipeline.records import Action, Alert, AuditEntry, Erasure, Review
from pipeline.topics import ALERTS, ASSESSMENTS, AUDIT, LISTINGS, MEASURES, REVIEWS, TASKS, TOPICS, Topic
from tests.full_log import TIME, erasure, filled, keyed, letter, letters, publish, review, take, told

ROOT = Path(__file__).parents[2]
COPY = """
import sys
from pathlib import Path
from pipeline.broker.sqlite import SqliteBroker
from pipeline.commands.copying import copy

class Told(SqliteBroker):
    def publish(self, topic, messages):
        super().publish(topic, messages)
        print(len(messages), flush=True)

copy(SqliteBroker(Path(sys.argv[1])), Told(Path(sys.argv[2])), size=10, advance=lambda _: None)
"""


class Failing(SqliteBroker):
    """A target that goes away after some batches, or loses what it was given."""

    batches_left = 1_000
    loses = False

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        if messages:
            self.batches_left -= 1
        if self.batches_left < 0:
            raise BrokerUnavailableError("the broker does not answer; start it")
        super().publish(topic, messages[1:] if self.loses else messages)


@pytest.fixture
def source(tmp_path: Path) -> Iterator[SqliteBroker]:
    with closing(SqliteBroker(tmp_path / "log.db")) as opened:
        yield opened


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Failing]:
    with closing(Failing(tmp_path / "far.db")) as opened:
        yield opened


def copied(source: Broker, target: Broker, size: int = 10) -> dict[str, Moved]:
    did = copy(source, target, size=size, advance=lambda _count: None)
    return {each.topic: each for each in did}


def values(broker: Broker, topic: Topic = LISTINGS) -> list[str]:
    return [value.decode() for _, value, _ in told(broker, topic)]


def test_every_topic_arrives_untouched_with_its_times(source: SqliteBroker, target: Failing) -> None:
    odd = Message(key=b"\xff\x00", value=b"{", headers={"schema": "9.0", "ключ": "значение"})
    for number, topic in enumerate(TOPICS):
        if topic != REVIEWS.name:
            source.publish(topic, [odd, *keyed("k", *map(str, range(number))), odd])
    source.publish(REVIEWS.name, keyed("k", "{", schema="1.0"))
    did = copied(source, target)
    for topic in TOPICS:
        assert told(target, topic) == told(source, topic)
        assert [each.time for each in target.read(topic, START)] == [each.time for each in source.read(topic, START)]
        assert did[topic].copied == did[topic].read == len(told(source, topic))


def test_each_group_goes_on_at_the_first_message_that_it_has_not_read(source: SqliteBroker, target: Failing) -> None:
    source.publish(LISTINGS.name, keyed("k", "a", "same", "b", "same", "c", "same"))
    take(source, LISTINGS, "assess", 3)
    take(source, LISTINGS, "forward")
    source.publish(ASSESSMENTS.name, keyed("k", "1"))
    assert copied(source, target)[LISTINGS.name].owed == {"assess": 3, "forward": 0}
    assert take(target, LISTINGS, "assess") == ["same", "c", "same"]
    assert take(target, LISTINGS, "forward") == []
    assert take(target, ASSESSMENTS, "index") == ["1"]
    assert target.places(TASKS.name) == {}


def test_a_log_that_forgot_its_beginning_moves_with_its_places(source: SqliteBroker, target: Failing) -> None:
    source.publish(LISTINGS.name, keyed("k", *map(str, range(9))))
    take(source, LISTINGS, "assess", 7)
    source._database.run("DELETE FROM message WHERE number<5")  # as `retain` does on other topics
    copied(source, target)
    assert values(target) == ["5", "6", "7", "8"]
    assert take(target, LISTINGS, "assess") == ["7", "8"]


def test_what_was_erased_stays_behind_and_no_group_loses_its_place(source: SqliteBroker, target: Failing) -> None:
    source.publish(
        LISTINGS.name, [*keyed("gone", "1"), *keyed("stays", "2"), *keyed("gone", "3"), *keyed("stays", "4")]
    )
    take(source, LISTINGS, "assess", 2)
    source.publish(ASSESSMENTS.name, [*keyed("gone", "5"), *keyed("stays", "6")])
    publish(source, ALERTS, Alert(id="a", kind="k", time=TIME, listing_id="gone"), Alert(id="b", kind="k", time=TIME))
    publish(source, REVIEWS, review("filed", "gone"), review("kept", "stays"), erasure("gone"), review("owed", "gone"))
    take(source, REVIEWS, "settle", 3)
    did = copied(source, target)
    assert (values(target), values(target, ASSESSMENTS)) == (["2", "4"], ["6"])
    assert take(target, LISTINGS, "assess") == ["4"]
    assert [each.id for each in records(target, ALERTS)] == ["b"]
    assert [each.id for each in records(target, REVIEWS)] == ["kept", "erase gone", "owed"]
    assert [codec.decode(each, REVIEWS.records) for each in batch(target, REVIEWS, "settle")] == [
        review("owed", "gone")
    ]
    assert [did[topic.name].erased for topic in (LISTINGS, ASSESSMENTS, ALERTS, REVIEWS)] == [2, 1, 1, 1]


def records(broker: Broker, topic: Topic) -> list[Alert | Review | Erasure]:
    return [codec.decode(each, topic.records) for each in broker.read(topic.name, START)]  # type: ignore[misc]


def batch(broker: Broker, topic: Topic, group: str) -> Iterable[Message]:
    with broker.batch(topic.name, group, size=100, wait=0) as found:
        return found


def test_the_same_letters_wait_afterwards_and_no_replayed_one_comes_back(source: SqliteBroker, target: Failing) -> None:
    publish(source, REVIEWS, erasure("gone"))
    for number, key in enumerate(("gone", "stays", "gone", "stays", "stays")):
        source.publish(LISTINGS.dead, [codec.message(letter(LISTINGS, key, str(number)))])
        if number in {1, 2}:
            dead.replay(source, [dead.find(source, f"listings:{2 * number - 1 if number == 1 else 3}")])
    publish(
        source,
        AUDIT,
        AuditEntry(
            id="a",
            number=1,
            previous="",
            time=TIME,
            analyst="ana",
            action=Action.ERASE,
            subject="gone",
            detail="",
            hash="",
        ),
    )
    assert letters(source) == [("listings", value) for value in (b"0", b"3", b"4")]
    did = copied(source, target)
    assert letters(target) == [("listings", b"3"), ("listings", b"4")]
    assert (did[LISTINGS.dead].read, did[LISTINGS.dead].erased) == (7, 3)
    assert len(told(target, AUDIT)) == 1
    assert dead.replay(target, list(dead.waiting(target))) == 2
    assert values(target)[-2:] == ["3", "4"]


def test_what_a_topic_no_longer_keeps_stays_behind(source: SqliteBroker, target: Failing) -> None:
    now = datetime.now(UTC)
    times = [now - timedelta(days=days) for days in (95, 89.5, 88)]
    told_then = [Message(key=b"m", value=b"%d" % number, time=time) for number, time in enumerate(times)]
    source.publish(MEASURES.name, told_then)
    source.publish(LISTINGS.name, told_then)
    did = copied(source, target)
    assert (values(target, MEASURES), values(target)) == (["2"], ["0", "1", "2"])
    assert (did[MEASURES.name].expired, did[MEASURES.name].copied) == (2, 1)


def test_an_erasure_that_was_set_aside_waits_on_the_target_too(source: SqliteBroker, target: Failing) -> None:
    sent = codec.message(erasure("gone"))
    source.publish(REVIEWS.name, [sent])
    publish(
        source,
        Topic(name=REVIEWS.dead, records=(), key="", writer="", readers=()),
        letter(REVIEWS, "gone", sent.value.decode()),
    )
    copied(source, target)
    assert letters(target) == [("reviews", sent.value)]


def contents(broker: Broker) -> object:
    groups = {topic: dict(broker.places(topic)) for topic in TOPICS}
    return {topic: told(broker, topic) for topic in TOPICS}, groups, letters(broker)


@pytest.mark.parametrize("batches", [1, 3, 8, 13, 19])
def test_a_copy_that_was_broken_off_goes_on_and_ends_as_if_it_had_not(
    source: SqliteBroker, target: Failing, tmp_path: Path, batches: int
) -> None:
    filled(source)
    target.batches_left = batches
    try:
        copied(source, target, size=5)
    except BrokerUnavailableError:
        target.batches_left = 1_000
        did = copied(source, target, size=5)
        assert sum(each.there for each in did.values()) > 0
    with closing(SqliteBroker(tmp_path / "undisturbed.db")) as whole:
        copied(source, whole)
        assert contents(target) == contents(whole)


def test_a_copy_that_is_killed_again_and_again_ends_with_every_message_once(
    source: SqliteBroker, tmp_path: Path
) -> None:
    source.publish(LISTINGS.name, [each for number in range(500) for each in keyed(f"k{number % 9}", str(number))])
    filled(source)
    words = [sys.executable, "-c", COPY, str(tmp_path / "log.db"), str(tmp_path / "far.db")]
    source.close()
    for number in range(5):
        with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(number / 200)
            process.send_signal(signal.SIGKILL)
    with (
        closing(SqliteBroker(tmp_path / "log.db")) as log,
        closing(SqliteBroker(tmp_path / "far.db")) as far,
        closing(SqliteBroker(tmp_path / "undisturbed.db")) as whole,
    ):
        copied(log, far)
        copied(log, whole)
        assert contents(far) == contents(whole)


def test_a_second_copy_changes_nothing(source: SqliteBroker, target: Failing) -> None:
    filled(source)
    copied(source, target)
    before = contents(target)
    did = copied(source, target)
    assert sum(each.copied for each in did.values()) == 0
    assert contents(target) == before


def test_what_was_written_since_the_copy_follows_with_the_next(source: SqliteBroker, target: Failing) -> None:
    source.publish(LISTINGS.name, keyed("k", "1", "2"))
    copied(source, target)
    publish(source, REVIEWS, erasure("new"))
    source.publish(LISTINGS.name, [*keyed("new", "3"), *keyed("other", "4")])
    copied(source, target)
    assert values(target) == ["1", "2", "4"]


@pytest.mark.parametrize("topic", [LISTINGS.name, LISTINGS.dead])
def test_a_copy_that_was_begun_before_an_erasure_is_refused_after_it(
    source: SqliteBroker, target: Failing, topic: str
) -> None:
    source.publish(LISTINGS.name, keyed("other", "1"))
    source.publish(topic, keyed("k", "2") if topic == LISTINGS.name else codec.messages([letter(LISTINGS, "k", "2")]))
    copied(source, target)
    publish(source, REVIEWS, erasure("k"))
    source.publish(LISTINGS.name, keyed("other", "3"))
    with pytest.raises(SettingsError, match=f"holds 1 messages on topic {topic} about listings that were erased since"):
        copied(source, target)
    assert "3" not in values(target)


@pytest.mark.parametrize("topic", [AUDIT, LISTINGS])
def test_a_target_that_holds_anything_else_is_refused_and_left_alone(
    source: SqliteBroker, target: Failing, topic: Topic
) -> None:
    source.publish(LISTINGS.name, keyed("k", "1", "2"))
    target.publish(topic.name, keyed("k", "foreign"))
    with pytest.raises(SettingsError, match=f"1 messages on topic {topic.name}"):
        copied(source, target)
    assert values(target, topic) == ["foreign"]
    assert sum(len(told(target, name)) for name in TOPICS) == 1


def test_more_of_a_message_than_the_source_has_is_foreign(source: SqliteBroker, target: Failing) -> None:
    source.publish(LISTINGS.name, keyed("k", "1"))
    target.publish(LISTINGS.name, keyed("k", "1", "1"))
    with pytest.raises(SettingsError, match="1 messages on topic listings"):
        copied(source, target)


def test_a_target_that_loses_a_message_is_found_out(source: SqliteBroker, target: Failing) -> None:
    source.publish(LISTINGS.name, keyed("k", "1", "2"))
    target.loses = True
    with pytest.raises(StorageError, match="lacks 1 messages of topic listings"):
        copied(source, target)


@pytest.mark.parametrize("side", ["log.db", "far.db"])
def test_stages_must_be_stopped(source: SqliteBroker, target: Failing, tmp_path: Path, side: str) -> None:
    with closing(SqliteBroker(tmp_path / side)) as running:
        take(running, LISTINGS, "assess")
        with pytest.raises(LockedError, match="stage assess"):
            copied(source, target)


def command(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {"HEADSTAMP_HOME": str(home), "PATH": "/usr/bin:/bin"}
    given = [sys.executable, "-m", "headstamp", "copy", *words]
    return subprocess.run(given, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_command_tells_counts(source: SqliteBroker, target: Failing, tmp_path: Path) -> None:
    filled(source)
    source.close()
    target.close()
    done = command("sqlite:///log.db", "sqlite:///far.db", home=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = {row.split()[0]: row.split()[1:] for row in done.stdout.splitlines()}
    assert rows["listings"] == ["65", "0", "55", "10", "0", "assess", "27"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sqlite:///log.db", "sqlite:///./log.db"), "both source and target"),
        (("sqlite:///lgo.db", "sqlite:///far.db"), "there is no log"),
        (("log.db", "sqlite:///far.db"), "is no address"),
    ],
)
def test_a_wrong_address_is_named(source: SqliteBroker, tmp_path: Path, words: Sequence[str], told: str) -> None:
    source.publish(LISTINGS.name, [])
    done = command(*words, home=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr
