"""The capture record: all that is said of one answer, beside its bytes."""

import hashlib
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

FORMAT = "headstamp capture 1"
Headers = tuple[tuple[str, str], ...]
Time = Annotated[datetime, msgspec.Meta(tz=True)]


class Kind(StrEnum):
    """What of an answer is kept."""

    RESPONSE = "response"
    REVISIT = "revisit"
    """Headers only: the body is that of an earlier record."""
    REFUSED = "refused"
    """Nothing but this record: the answer was not taken."""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request and what came of it, before it is kept."""

    market: str
    visit: str
    url: str
    requested: datetime
    received: datetime
    request_headers: Sequence[tuple[bytes, bytes]]
    status: int = 0
    response_headers: Sequence[tuple[bytes, bytes]] = ()
    wire: "Digests"
    """Of the body as it was transferred, before it was unpacked."""
    body: bytes = field(default=b"", repr=False)
    """The body, unpacked."""
    content_type: str = ""
    parent: str = ""
    """Record of the page that led there; "" where it is not known."""
    lane: str = ""
    tor: str = ""
    refused: str = ""
    """Why the answer was not taken."""
    detail: str = ""


class Digests(msgspec.Struct, frozen=True, kw_only=True):
    """Size in bytes and digests, in hexadecimal, of some bytes."""

    size: int = 0
    sha256: str = ""
    sha512: str = ""

    @classmethod
    def of(cls, content: bytes) -> "Digests":
        """The digests of these bytes."""
        return cls(
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            sha512=hashlib.sha512(content).hexdigest(),
        )


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Which programs and rules made a record."""

    crawler: str = ""
    profile: str = ""
    """Digest of the market profile."""
    settings: str = ""
    """Digest of the settings of crawls."""
    authority: str = ""
    """Id of the record of the legal basis."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """The record that has the body of a revisit."""

    id: str
    url: str
    date: str
    segment: str
    offset: int
    length: int


class CaptureRecord(msgspec.Struct, frozen=True, kw_only=True):
    """All that is said of one answer."""

    format: str = FORMAT
    kind: Kind
    id: str
    """UUIDv7 (RFC 9562)."""
    number: int
    """Place among all records of the home, from 1."""
    previous: str
    """Hash of the record before."""
    market: str
    visit: str
    url: str
    parent: str
    """Record of the page that led there; "" where it is not known."""
    requested: Time
    received: Time
    written: Time
    clock_offset_ms: int
    """By how much the clock ran away from the machine's own steady one since the crawl started."""
    clock_set_back: bool
    """Whether the clock stands before the time of the record before."""
    tor: str
    lane: str
    """Key under which tor built circuits for this request; never which relays."""
    status: int
    request_headers: Headers
    response_headers: Headers
    wire: Digests
    """What was received, as it was transferred."""
    page: Digests
    """What was received, unpacked."""
    stored: Digests
    """What is kept: the page without the pictures inside it."""
    stored_type: str
    pictures_cut: int
    picture_bytes: int
    segment: str
    """File of the archive."""
    offset: int
    """Where this record's members begin in it."""
    source: Source | None = None
    refused: str = ""
    detail: str = ""
    origin: Origin = Origin()

    @property
    def name(self) -> str:
        """By which others name this record."""
        return f"{self.segment}#{self.id}"


def uuid7(now: datetime) -> str:
    """A UUID that begins with the time in milliseconds (RFC 9562, section 5.7)."""
    stamp = int(now.timestamp() * 1000).to_bytes(6, "big")
    random = bytearray(os.urandom(10))
    random[0] = random[0] & 0x0F | 0x70
    random[2] = random[2] & 0x3F | 0x80
    return str(uuid.UUID(bytes=stamp + bytes(random)))
