"""At least once: what a stage is given, what it says, and what becomes of what it cannot work."""

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from pipeline import codec, logs
from pipeline.broker import START
from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import TRACE, Message
from pipeline.commands import dead
from pipeline.errors import IndexUnavailableError, LockedError, SchemaTooNewError, StorageError, TooLargeError
from pipeline.records import Alert, DeadLetter, Presence, Record, Sighting
from pipeline.stages import Published, Stage
from pipeline.topics import ALERTS, ASSESSMENTS, LISTINGS, Topic
from pipeline.worker import Tally, run_forever, run_once, work_batch

TIME = datetime(2026, 3, 1, tzinfo=UTC)
Work = Callable[[Sequence[Record]], Published]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[SqliteBroker]:
    with closing(SqliteBroker(tmp_path / "log.db")) as opened:
        yield opened


def sighting(name: str) -> Sighting:
    return Sighting(listing_id=name, market="m", visit="v", time=TIME, presence=Presence.PRESENT)


def alert(record: Record) -> Alert:
    assert isinstance(record, Sighting)
    return Alert(id=record.listing_id, kind="seen", time=TIME)


def publish(broker: SqliteBroker, *names: str) -> None:
    broker.publish(LISTINGS.name, codec.messages([sighting(name) for name in names]))


def records(broker: SqliteBroker, topic: Topic) -> list[Record]:
    return [codec.decode(each, topic.records) for each in broker.read(topic.name, START)]


def letters(broker: SqliteBroker) -> list[DeadLetter]:
    found = (codec.decode(each, (DeadLetter,)) for each in broker.read(LISTINGS.dead, START))
    return [letter for letter in found if isinstance(letter, DeadLetter)]


def stage(work: Work) -> Stage:
    return Stage(name="notice", topic=LISTINGS, work=work)


def notice(found: Sequence[Record]) -> Published:
    """Says of every sighting that it was seen."""
    return [(ALERTS, alert(record)) for record in found]


def choke(error: Exception, *, on: str) -> Work:
    """Works like `notice`, and fails at the sighting of one listing."""

    def work(found: Sequence[Record]) -> Published:
        if any(record == sighting(on) for record in found):
            raise error
        return notice(found)

    return work


def once(work: Work, broker: SqliteBroker, size: int = 10) -> Tally:
    return run_once(stage(work), broker, size=size, wait=0)


def ids(broker: SqliteBroker) -> list[str]:
    return [record.id for record in records(broker, ALERTS) if isinstance(record, Alert)]


def test_what_work_returns_is_published_in_its_order(broker: SqliteBroker) -> None:
    publish(broker, "a", "b", "c")
    assert once(notice, broker, size=2) == Tally(taken=3, published=3)
    assert ids(broker) == ["a", "b", "c"]


def test_each_topic_gets_its_records_in_order(broker: SqliteBroker) -> None:
    publish(broker, "a", "b")

    def work(found: Sequence[Record]) -> Published:
        return [pair for record in found for pair in ((ALERTS, alert(record)), (LISTINGS, record))]

    work_batch(stage(work), broker, size=2, wait=0)
    assert ids(broker) == ["a", "b"]
    assert records(broker, LISTINGS) == [sighting(name) for name in "abab"]


def test_once_ends_at_what_was_owed_when_it_began(broker: SqliteBroker) -> None:
    publish(broker, "a", "b", "c")

    def echo(found: Sequence[Record]) -> Published:
        return [(LISTINGS, record) for record in found]

    assert once(echo, broker, size=2).taken == 3
    assert broker.lag(LISTINGS.name, "notice") == 3


def test_once_with_nothing_owed_does_nothing(broker: SqliteBroker) -> None:
    assert once(notice, broker) == Tally()


def test_progress_counts_messages_taken(broker: SqliteBroker) -> None:
    publish(broker, "a", "b", "c")
    steps: list[int] = []
    run_once(stage(notice), broker, size=2, wait=0, advance=steps.append)
    assert steps == [2, 1]


@pytest.mark.parametrize(
    "error",
    [ZeroDivisionError("x"), KeyError("x"), TypeError("x"), ValueError("x"), AttributeError("x"), RecursionError("x")],
)
def test_a_record_that_cannot_be_worked_is_set_aside_and_the_rest_goes_on(
    broker: SqliteBroker, error: Exception
) -> None:
    publish(broker, "a", "bad", "c")
    assert once(choke(error, on="bad"), broker) == Tally(taken=3, published=2, dead=1)
    assert ids(broker) == ["a", "c"]
    (original,) = (each for each in broker.read(LISTINGS.name, START) if each.key == b"bad")
    assert letters(broker) == [
        DeadLetter(
            topic=LISTINGS.name,
            group="notice",
            key=b"bad",
            value=original.value,
            headers=original.headers,
            reason=f"{type(error).__name__}: {error}",
        )
    ]
    assert broker.lag(LISTINGS.name, "notice") == 0


def test_a_batch_that_fails_once_is_tried_whole_again(broker: SqliteBroker) -> None:
    publish(broker, "a", "b")
    sizes: list[int] = []

    def work(found: Sequence[Record]) -> Published:
        sizes.append(len(found))
        if len(sizes) == 1:
            raise ValueError
        return notice(found)

    assert once(work, broker) == Tally(taken=2, published=2)
    assert sizes == [2, 2]


UNREADABLE = [
    Message(key=b"k", value=b"{", headers={"schema": "1.0"}),
    Message(key=b"\xff", value=b"\xff\x00", headers={}),
    Message(key=b"k", value=codec.encode(Alert(id="x", kind="x", time=TIME)), headers={"schema": "1.0"}),
    Message(key=b"k", value=codec.encode(sighting("x")), headers={"schema": "one"}),
    Message(key=b"k", value=codec.encode(sighting("x")), headers={"schema": "9" * 5_000}),
]


@pytest.mark.parametrize(
    "unreadable", UNREADABLE, ids=["no JSON", "no text", "another kind", "no version", "endless version"]
)
def test_an_unreadable_message_is_set_aside_whole(broker: SqliteBroker, unreadable: Message) -> None:
    broker.publish(LISTINGS.name, [unreadable])
    publish(broker, "a")
    assert once(notice, broker) == Tally(taken=2, published=1, dead=1)
    (letter,) = letters(broker)
    assert (letter.key, letter.value, letter.headers) == (unreadable.key, unreadable.value, unreadable.headers)
    assert letter.reason.startswith("MalformedError: no ")


def test_a_batch_of_unreadable_messages_asks_no_work(broker: SqliteBroker) -> None:
    broker.publish(LISTINGS.name, UNREADABLE)

    def work(found: Sequence[Record]) -> Published:
        raise AssertionError(found)

    assert once(work, broker) == Tally(taken=5, dead=5)


def test_an_answer_that_cannot_be_written_is_the_records_fault(broker: SqliteBroker) -> None:
    publish(broker, "a", "bad")

    def work(found: Sequence[Record]) -> Published:
        answers = [alert(record) for record in found]
        return [
            (ALERTS, msgspec.structs.replace(each, detail="\ud800") if each.id == "bad" else each) for each in answers
        ]

    assert once(work, broker) == Tally(taken=2, published=1, dead=1)
    assert "surrogates not allowed" in letters(broker)[0].reason


def test_an_endless_reason_is_cut(broker: SqliteBroker) -> None:
    publish(broker, "bad")
    once(choke(ValueError("\ud800" * 10_000), on="bad"), broker)
    assert len(letters(broker)[0].reason) < 10_000


OPERATORS = [IndexUnavailableError("x"), StorageError("x"), LockedError("x"), MemoryError("x"), OSError("x")]


@pytest.mark.parametrize("error", OPERATORS, ids=lambda error: type(error).__name__)
def test_what_an_operator_must_fix_stops_the_stage_and_marks_nothing_read(
    broker: SqliteBroker, error: Exception
) -> None:
    publish(broker, "a", "bad")
    with pytest.raises(type(error)):
        once(choke(error, on="bad"), broker)
    assert broker.lag(LISTINGS.name, "notice") == 2
    assert letters(broker) == []


def test_a_message_of_a_newer_headstamp_stops_the_stage_and_is_kept(broker: SqliteBroker) -> None:
    publish(broker, "a")
    broker.publish(LISTINGS.name, [Message(key=b"k", value=b"", headers={"schema": "2.0"})])
    with pytest.raises(SchemaTooNewError, match="upgrade"):
        once(notice, broker)
    assert broker.lag(LISTINGS.name, "notice") == 2
    assert (ids(broker), letters(broker)) == ([], [])


def test_what_cannot_be_published_is_not_marked_read(broker: SqliteBroker) -> None:
    publish(broker, "a")
    unknown = Topic(name="nowhere", records=(Alert,), key="", writer="", readers=())

    def work(found: Sequence[Record]) -> Published:
        return [(unknown, alert(record)) for record in found]

    with pytest.raises(Exception, match="unknown topic 'nowhere'"):
        once(work, broker)
    assert broker.lag(LISTINGS.name, "notice") == 1


def test_a_running_stage_works_what_comes_until_it_is_stopped(broker: SqliteBroker, tmp_path: Path) -> None:
    stop = threading.Event()

    def work(found: Sequence[Record]) -> Published:
        if sighting("last") in found:
            stop.set()
        return notice(found)

    publish(broker, "a")
    totals: list[Tally] = []

    def run() -> None:
        with closing(SqliteBroker(tmp_path / "log.db")) as own:
            totals.append(run_forever(stage(work), own, stop, size=10, wait=0.05))

    runner = threading.Thread(target=run)
    runner.start()
    publish(broker, "b")
    publish(broker, "last")
    runner.join()
    assert totals == [Tally(taken=3, published=3)]
    assert ids(broker) == ["a", "b", "last"]


def test_one_line_is_logged_for_a_batch(broker: SqliteBroker, capsys: pytest.CaptureFixture[str]) -> None:
    publish(broker, "a", "bad")
    logs.configure("info")
    try:
        work_batch(stage(choke(ValueError("x"), on="bad")), broker, size=10, wait=0)
        work_batch(stage(notice), broker, size=10, wait=0)
    finally:
        logging.basicConfig(level=logging.WARNING, handlers=[], force=True)
    (line,) = map(json.loads, capsys.readouterr().err.splitlines())
    facts = {name: line[name] for name in ("event", "level", "stage", "taken", "published", "dead")}
    assert facts == {"event": "batch", "level": "warning", "stage": "notice", "taken": 2, "published": 1, "dead": 1}
    assert line["seconds"] >= 0


def traces(broker: SqliteBroker, topic: str) -> list[str]:
    return [each.headers[TRACE] for each in broker.read(topic, START)]


def test_what_is_made_of_a_message_has_its_trace(broker: SqliteBroker) -> None:
    publish(broker, "a", "b")
    publish(broker, "a")
    again = msgspec.structs.replace(sighting("a"), visit="w")
    broker.publish(LISTINGS.name, [codec.message(again)])

    def work(found: Sequence[Record]) -> Published:
        about = [
            (ALERTS, msgspec.structs.replace(alert(each), id=f"x{each.listing_id}", listing_id=each.listing_id))
            for each in found
            if isinstance(each, Sighting)
        ]
        return [*about, *((ASSESSMENTS, each) for each in found)]

    once(work, broker)
    a, b, *_, last = taken = traces(broker, LISTINGS.name)
    assert len({a, b, last}) == 3
    assert traces(broker, ASSESSMENTS.name) == traces(broker, ALERTS.name) == taken


def test_a_message_without_a_trace_hands_on_the_one_that_it_would_have_begun(broker: SqliteBroker) -> None:
    publish(broker, "a")
    old = msgspec.structs.replace(codec.message(sighting("a")), headers={"schema": codec.SCHEMA})
    broker.publish(LISTINGS.name, [old])
    once(lambda found: [(ASSESSMENTS, record) for record in found], broker)
    assert traces(broker, ASSESSMENTS.name) == [codec.message(sighting("a")).headers[TRACE]] * 2


def test_a_dead_letter_has_the_trace_of_its_message(broker: SqliteBroker) -> None:
    publish(broker, "bad")
    once(choke(ValueError("x"), on="bad"), broker)
    assert traces(broker, LISTINGS.dead) == traces(broker, LISTINGS.name)


class Narrow(SqliteBroker):
    """A log that takes short messages only."""

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        if any(b'"visit":"long"' in each.value and topic == ASSESSMENTS.name for each in messages):
            raise TooLargeError("too large")
        super().publish(topic, messages)


def test_an_answer_too_large_for_its_topic_sets_its_message_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    with closing(Narrow(tmp_path / "log.db")) as broker:
        long = msgspec.structs.replace(sighting("long"), visit="long")
        broker.publish(LISTINGS.name, codec.messages([sighting("a"), long, sighting("b")]))
        tally = once(lambda found: [(ASSESSMENTS, record) for record in found], broker)
        assert tally == Tally(taken=3, published=2, dead=1)
        assert [letter.reason for letter in letters(broker)] == ["TooLargeError: too large"]
        assert records(broker, ASSESSMENTS) == [sighting("a"), sighting("b")]


def test_a_server_that_went_away_is_waited_for_with_one_line(
    broker: SqliteBroker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    publish(broker, "a")
    stop, asked = threading.Event(), []

    def work(found: Sequence[Record]) -> Published:
        asked.append(found)
        if len(asked) < 3:
            raise IndexUnavailableError("gone")
        stop.set()
        return notice(found)

    caplog.set_level("WARNING", "headstamp")
    assert run_forever(stage(work), broker, stop, size=10, wait=0) == Tally(taken=1, published=1)
    assert (ids(broker), letters(broker)) == (["a"], [])
    waiting, going_on = caplog.records
    assert (waiting.message, waiting.facts["reason"]) == ("waiting", "gone")  # type: ignore[attr-defined]
    assert going_on.message == "going on"


class Small(SqliteBroker):
    """A log on which no letter has more than 10,000 bytes."""

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        if topic == LISTINGS.dead and any(len(each.value) > 10_000 for each in messages):
            raise TooLargeError("too large")
        super().publish(topic, messages)


@pytest.mark.parametrize(
    "large",
    [
        Message(key=b"k", value=b"x" * 9_000, headers={"schema": "1.2"}),
        Message(key=b"k", value=b"x", headers={"schema": "1.2", "trace": "\x01" * 9_000}),
        Message(key=b"k" * 9_000, value=b"x", headers={"schema": "1.2"}),
    ],
)
def test_what_is_too_large_for_a_letter_is_told_of_without_its_bytes_and_the_stage_goes_on(
    tmp_path: Path, large: Message
) -> None:
    with closing(Small(tmp_path / "log.db")) as broker:
        bad = Message(key=b"k", value=b"no record", headers={"schema": "1.2"})
        broker.publish(LISTINGS.name, [bad, large, *codec.messages([sighting("a")])])
        assert once(lambda found: [(ASSESSMENTS, each) for each in found], broker) == Tally(
            taken=3, published=1, dead=2
        )
        whole, told = letters(broker)
        assert (whole.value, whole.headers) == (bad.value, bad.headers)
        assert (told.value, told.key) == (b"", large.key[:1_000])
        assert hashlib.sha256(large.value).hexdigest() in told.reason
        assert "listings, partition 0, offset 1" in told.reason
        assert dead.replay(broker, dead.waiting(broker)) == 1, "there is nothing to publish of the other"
