"""The whole of at-least-once: read a batch, work it, publish, and only then mark it read."""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from threading import Event

import msgspec

from pipeline.broker import Broker
from pipeline.codec import Message, decode, message
from pipeline.errors import MalformedError
from pipeline.logs import line
from pipeline.meter import Meter
from pipeline.patience import AWAY, Patience
from pipeline.records import DeadLetter, Record
from pipeline.stages import Stage

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
LONGEST_REASON = 1_000

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
    stage: Stage, broker: Broker, *, size: int, wait: float, advance: Callable[[int], None] = lambda _taken: None
) -> Tally:
    """Work what the stage owes now, not what is published meanwhile; dead letters count as worked."""
    total, owed = Tally(), broker.lag(stage.topic.name, stage.name)
    while owed > 0:
        tally = work_batch(stage, broker, size=min(size, owed), wait=wait)
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
        readable, letters = _decoded(stage, found)
        answer, failed = _worked(stage, readable)
        letters += failed
        _publish(broker, answer + [(stage.topic.dead, message(letter)) for letter in letters])
    tally = Tally(taken=len(found), published=len(answer), dead=len(letters))
    seconds = time.monotonic() - begun
    if meter:
        meter.worked(**msgspec.structs.asdict(tally), seconds=seconds)
    _say(stage, tally, seconds)
    return tally


def _decoded(stage: Stage, found: Sequence[Message]) -> tuple[list[tuple[Message, Record]], list[DeadLetter]]:
    readable: list[tuple[Message, Record]] = []
    letters: list[DeadLetter] = []
    for each in found:
        try:
            readable.append((each, decode(each, stage.topic.records)))
        except MalformedError as error:
            letters.append(_letter(stage, each, _reason(error)))
    return readable, letters


def _worked(stage: Stage, readable: Sequence[tuple[Message, Record]]) -> tuple[Answer, list[DeadLetter]]:
    records = [record for _, record in readable]
    for _ in range(2 if records else 0):
        answer = _attempt(stage, records)
        if not isinstance(answer, str):
            return answer, []
    return _worked_singly(stage, readable)


def _worked_singly(stage: Stage, readable: Sequence[tuple[Message, Record]]) -> tuple[Answer, list[DeadLetter]]:
    whole: Answer = []
    letters: list[DeadLetter] = []
    for each, record in readable:
        answer = _attempt(stage, [record])
        if isinstance(answer, str):
            letters.append(_letter(stage, each, answer))
        else:
            whole += answer
    return whole, letters


def _attempt(stage: Stage, records: Sequence[Record]) -> Answer | str:
    # Why it failed is returned as text: an exception would keep the frames of the work alive, and what they hold open.
    try:
        return [(topic.name, message(record)) for topic, record in stage.work(records)]
    except DATA_FAULTS as error:
        return _reason(error)


def _publish(broker: Broker, answer: Answer) -> None:
    by_topic: defaultdict[str, list[Message]] = defaultdict(list)
    for topic, each in answer:
        by_topic[topic].append(each)
    for topic, messages in by_topic.items():
        broker.publish(topic, messages)


def _letter(stage: Stage, found: Message, reason: str) -> DeadLetter:
    return DeadLetter(
        topic=stage.topic.name,
        group=stage.name,
        key=found.key,
        value=found.value,
        headers=found.headers,
        reason=reason,
    )


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
