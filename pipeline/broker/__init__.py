"""The log between the stages: ordered, durable messages per topic, read by named groups."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

import msgspec

from pipeline.codec import Message


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a topic: the first message at or after a time, or an offset per partition; the start where neither is given."""

    at: datetime | None = None
    offsets: Mapping[int, int] = msgspec.field(default_factory=dict)


START = Position()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST_MS = (datetime(9999, 1, 1, tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)
AT_ONCE = 8 * 2**20
"""Bytes of keys, values and headers that a batch has at most, unless its first message alone has more: what a process holds, and what must arrive at once."""
DAMAGED = {"schema": "damaged"}
"""Headers of a message whose own cannot be read: no schema, so that the message is set aside and the next go on."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a topic stands beside what pipeline/topics.py asks for."""

    topic: str
    state: Literal["created", "there", "differs", "missing"]
    partitions: int = 0
    detail: str = ""
    """What differs, in words; "" where nothing does."""


class Broker(Protocol):
    """An ordered, durable log of messages per topic, read by named groups."""

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Append messages in their order; returns once all are durable, and without any once the log answers.

        After an error none is there, or on Kafka some: publishing them again is the remedy, and repeats do no harm.
        A message larger than the topic takes is a `TooLargeError`, and none is sent.
        A message that was on a log before keeps its `time`, as far as that is not in the future.
        """

    def batch(self, topic: str, group: str, *, size: int, wait: float) -> AbstractContextManager[Sequence[Message]]:
        """The next messages for a group, at most `size` and `AT_ONCE` bytes, none after `wait` seconds without any; marked read only if the block succeeds."""

    def read(self, topic: str, since: Position) -> Iterator[Message]:
        """The messages of a topic from a place to its present end, each with the time at which it was published, for no group."""

    def lag(self, topic: str, group: str) -> int:
        """How many messages of the topic the group has not marked read."""

    def rewind(self, topic: str, group: str, to: Position) -> None:
        """Let the group read again from a place."""

    def topics(self, *, create: bool) -> Sequence[Standing]:
        """How each topic stands, missing ones made first if `create` says so; nothing where topics need no making."""

    def places(self, topic: str) -> Mapping[str, Position]:
        """Where each group that has read the topic reads on: an offset per partition in which it marked something read."""

    def hold(self, topic: str, group: str) -> AbstractContextManager[None]:
        """Read for the group alone while the block runs; a `LockedError` where another process reads for it."""

    def close(self) -> None:
        """Let go of the log."""


def milliseconds(time: datetime) -> int:
    """Whole milliseconds from 1970 to a time."""
    return (time - EPOCH) // timedelta(milliseconds=1)


def moment(since_1970: int) -> datetime:
    """The time so many milliseconds after 1970; what no clock can have said is moved to 1970 or 9999, for one message must not stop a topic."""
    return EPOCH + timedelta(milliseconds=min(max(since_1970, 0), LATEST_MS))
