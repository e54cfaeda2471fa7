"""The whole of at-least-once: read a batch, work it, publish, and only then mark it read."""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from threading import Event

import msgspec

from pipeline.broker import Broker
from pipeline.codec import Message, decode, message
from pipeline.errors import MalformedError, TooLargeError
from pipeline.letters import LONGEST_REASON, Fault, set_aside
from pipeline.logs import line
from pipeline.meter import Meter
from pipeline.patience import AWAY, Patience
from pipeline.records import Record
from pipeline.stages import Stage
from pipeline.traces import Taken, Traces, trace

DATA_FAULTS = (
    # What code raises over one record that it cannot work: that record is set aside, the next goes on. Anything else
    # (what an operator must fix, no memory, a fault in SQL) would strike the next record too, and stops the stage.
    ArithmeticError,
    AttributeError,
    LookupError,
    MalformedError,
    RecursionError,
    TypeError,
    ValueError,
)
Answer = list[tuple[str, Message]]
"""What to publish: names of topics with messages, in order."""


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages a stage took, published and set aside."""

    taken: int = 0
    published: int = 0
    dead: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            taken=self.taken + other.taken,
            published=self.published + other.published,
            dead=self.dead + other.dead,
        )


def run_once(
    stage: Stage,
    broker: Broker,
    *,
    size: int,
    wait: float,
    advance: Callable[[int], None] = lambda _taken: None,
    meter: Meter | None = None,
) -> Tally:
    """Work what the stage owes now, not what is published meanwhile; dead letters count as worked."""
    total, owed = Tally(), broker.lag(stage.topic.name, stage.name)
    while owed > 0:
        tally = work_batch(stage, broker, size=min(size, owed), wait=wait, meter=meter)
        total += tally
        advance(tally.taken)
        left = owed - tally.taken
        # Nothing came although something is owed: another process of the group may have taken it.
        owed = left if tally.taken else min(left, broker.lag(stage.topic.name, stage.name))
    return total


def run_forever(
    stage: Stage, broker: Broker, stop: Event, *, size: int, wait: float, meter: Meter | None = None
) -> Tally:
    """Work what comes until `stop` is set; the batch in hand is finished, and a server that went away is waited for."""
    total, patience = Tally(), Patience(stage.name)
    meter = meter or Meter(stage.name, [stage.topic.name])
    meter.opened()
    while not stop.is_set():
        try:
            total += work_batch(stage, broker, size=size, wait=wait, meter=meter)
        except AWAY as error:
            meter.away(error)
            patience.wait(error, stop)
        else:
            meter.turned()
            patience.over()
    return total


def work_batch(stage: Stage, broker: Broker, *, size: int, wait: float, meter: Meter | None = None) -> Tally:
    """Work the next messages of the stage's group, if any; they are marked read once all of it is published."""
    with broker.batch(stage.topic.name, stage.name, size=size, wait=wait) as found:
        if not found:
            return Tally()
        begun = time.monotonic()
        readable, unreadable = _decoded(stage, found)
        published, letters = _answered(stage, broker, readable)
        set_aside(broker, stage.topic, stage.name, unreadable + letters)
        for each, _ in unreadable + letters:
            line("set aside", level=logging.DEBUG, stage=stage.name, trace=trace(each))
    tally = Tally(taken=len(found), published=published, dead=len(unreadable) + len(letters))
    seconds = time.monotonic() - begun
    if meter:
        meter.worked(**msgspec.structs.asdict(tally), seconds=seconds)
    _say(stage, tally, seconds)
    return tally


def _decoded(stage: Stage, found: Sequence[Message]) -> tuple[list[tuple[Message, Record]], list[Fault]]:
    readable: list[tuple[Message, Record]] = []
    faults: list[Fault] = []
    for each in found:
        line("read", level=logging.DEBUG, stage=stage.name, trace=trace(each))
        try:
            readable.append((each, decode(each, stage.topic.records)))
        except MalformedError as error:
            faults.append((each, _reason(error)))
    return readable, faults


def _answered(stage: Stage, broker: Broker, readable: Taken) -> tuple[int, list[Fault]]:
    """Work and publish a batch; one that fails twice, or whose answer no topic takes, is worked message by message."""
    for _ in range(2 if readable else 0):
        answer = _attempt(stage, readable)
        if not isinstance(answer, str):
            try:
                return _publish(broker, answer), []
            except TooLargeError:
                break
    return _answered_singly(stage, broker, readable)


def _answered_singly(stage: Stage, broker: Broker, readable: Taken) -> tuple[int, list[Fault]]:
    published = 0
    faults: list[Fault] = []
    for each in readable:
        answer = _attempt(stage, [each])
        if isinstance(answer, str):
            faults.append((each[0], answer))
            continue
        try:
            published += _publish(broker, answer)
        except TooLargeError as error:
            faults.append((each[0], _reason(error)))
    return published, faults


def _attempt(stage: Stage, readable: Taken) -> Answer | str:
    # Why it failed is returned as text: an exception would keep the frames of the work alive, and what they hold open.
    try:
        traces = Traces(readable)
        return [
            (topic.name, message(record, traces.of(topic.name, record)))
            for topic, record in stage.work([record for _, record in readable])
        ]
    except DATA_FAULTS as error:
        return _reason(error)


def _publish(broker: Broker, answer: Answer) -> int:
    by_topic: defaultdict[str, list[Message]] = defaultdict(list)
    for topic, each in answer:
        by_topic[topic].append(each)
    for topic, messages in by_topic.items():
        broker.publish(topic, messages)
    return len(answer)


def _reason(error: Exception) -> str:
    text = f"{type(error).__name__}: {error}"[:LONGEST_REASON]
    return text.encode("utf-8", "backslashreplace").decode()


def _say(stage: Stage, tally: Tally, seconds: float) -> None:
    line(
        "batch",
        level=logging.WARNING if tally.dead else logging.INFO,
        stage=stage.name,
        **msgspec.structs.asdict(tally),
        seconds=round(seconds, 3),
    )
