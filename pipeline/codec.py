"""Records become messages, and messages records again."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter

import msgspec

from pipeline.errors import MalformedError, SchemaTooNewError
from pipeline.records import (
    Alert,
    Assessment,
    AuditEntry,
    DeadLetter,
    Erasure,
    Listing,
    Measure,
    Record,
    Review,
    Sighting,
    Task,
)

SCHEMA = "1.2"
"""Major and minor version of the records, in the header `schema`. A new optional field raises the minor one only."""

TRACE, TRACE_LENGTH = "trace", 16
"""The header by which what is made of a message is followed through the topics, and its length in hexadecimal digits."""
LONGEST_VERSION = 10

KEYS = {
    Listing: attrgetter("id"),
    Sighting: attrgetter("listing_id"),
    Assessment: attrgetter("id"),
    Review: attrgetter("listing_id"),
    Erasure: attrgetter("listing_id"),
    Task: attrgetter("market"),
    Alert: attrgetter("id"),
    AuditEntry: attrgetter("id"),
    DeadLetter: attrgetter("topic"),
    Measure: attrgetter("name"),
}
"""What keeps one thing's records in order."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes on a topic; `partition` and `offset` say where it stands once it is there, `time` when it came there."""

    key: bytes
    value: bytes
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    partition: int = 0
    offset: int = -1
    time: datetime | None = None


_encoder = msgspec.json.Encoder()


def encode(record: Record) -> bytes:
    """The record as JSON (RFC 8259) with its kind under `record`; equal records give equal bytes."""
    return _encoder.encode(record)


def key(record: Record) -> str:
    """What keeps the records of one thing in order."""
    name: str = KEYS[type(record)](record)
    return name


def message(record: Record, trace: str = "") -> Message:
    """The message that carries the record, under a trace that it shares with what it was made from; without one it begins its own."""
    value = encode(record)
    return Message(key=key(record).encode(), value=value, headers={"schema": SCHEMA, TRACE: trace or begun(value)})


def begun(value: bytes) -> str:
    """The trace of a message that was made from no other: equal messages have equal ones."""
    return hashlib.sha256(value).hexdigest()[:TRACE_LENGTH]


def messages(records: Sequence[Record]) -> list[Message]:
    """The messages that carry the records, in their order."""
    return [message(record) for record in records]


def decode(found: Message, kinds: tuple[type[Record], ...]) -> Record:
    """The record in a message; `MalformedError` where it is none of `kinds`, `SchemaTooNewError` where a newer program wrote it."""
    schema = found.headers.get("schema", SCHEMA)
    if _major(schema) > _major(SCHEMA):
        raise SchemaTooNewError(
            f"a message has schema {schema}, this Headstamp reads {SCHEMA}: upgrade it, then start the stage again"
        )
    try:
        return _decoder(kinds).decode(found.value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(f"no {' or '.join(kind.__name__ for kind in kinds)}: {error}") from error


def _major(schema: str) -> int:
    head = schema.partition(".")[0]
    if not (head.isascii() and head.isdigit() and len(head) < LONGEST_VERSION):
        raise MalformedError(f"no schema version: {schema[:20]!r}")
    return int(head)


@cache
def _decoder(kinds: tuple[type[Record], ...]) -> msgspec.json.Decoder[Record]:
    union: type[Record] = kinds[0]
    for kind in kinds[1:]:
        union = union | kind  # type: ignore[assignment]  # a union of types is a type to msgspec
    return msgspec.json.Decoder(union)
