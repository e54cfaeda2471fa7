"""Messages as Kafka's client takes and gives them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from pipeline.broker import AT_ONCE, DAMAGED, milliseconds, moment
from pipeline.broker.kafka_consumer import ILLEGIBLE
from pipeline.codec import Message

OVERHEAD = 64
"""Bytes that Kafka adds to a message at most, and to each of its headers (a record's lengths, numbers and batch: KIP-98)."""


def message(record: Any) -> Message:  # Any: the client has no types
    """The message in a record; one whose headers are no text comes with headers that no stage reads."""
    return Message(
        key=record.key or b"",
        value=record.value or b"",
        headers=_headers(record.headers),
        partition=record.partition,
        offset=record.offset,
        time=moment(record.timestamp),
    )


def headers(found: Message) -> list[tuple[str, bytes]]:
    """The headers as Kafka takes them."""
    return [(name, value.encode()) for name, value in found.headers.items()]


def stamp(time: datetime | None, now: datetime) -> int:
    """Milliseconds since 1970 that the message is stamped with: its own time, as far as that is not in the future, else now."""
    return milliseconds(min(time or now, now))


def size(found: Message) -> int:
    """Bytes that the message takes uncompressed, at most."""
    named = sum(len(name.encode()) + len(value.encode()) + OVERHEAD for name, value in found.headers.items())
    return len(found.key) + len(found.value) + named + OVERHEAD


def parts(found: Sequence[Message]) -> Iterator[Sequence[Message]]:
    """The messages in their order, in parts of at most `AT_ONCE` bytes; a larger message is a part of its own."""
    begin, taken = 0, 0
    for place, each in enumerate(found):
        if place > begin and taken + size(each) > AT_ONCE:
            yield found[begin:place]
            begin, taken = place, 0
        taken += size(each)
    yield found[begin:]


def _headers(pairs: Any) -> dict[str, str]:  # Any: the client has no types
    try:
        found = {name: (value or b"").decode() for name, value in pairs}
    except UnicodeDecodeError:
        return DAMAGED
    return DAMAGED if ILLEGIBLE in "".join(found) else found
