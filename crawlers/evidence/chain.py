"""The chain: one line a record of the home, each with the hash of the one before."""

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from crawlers.evidence.files import Log, reading, storage
from pipeline.errors import CorruptError

FOLDER = "chain"
FIRST = "0" * 64
"""What the first record names as the hash of the one before."""
PER_FILE = 100_000
"""Lines of one file."""
LONGEST = 64 * 1024
"""Bytes of a line: an address has 2,000 characters at most."""


Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Count = Annotated[int, Meta(ge=1, le=2**48)]
"""What nobody's archive reaches; more is no line of ours."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What the chain holds of a record."""

    number: Count
    id: Annotated[str, Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
    time: Annotated[datetime, Meta(tz=True)]
    """When it was written."""
    segment: Annotated[str, Meta(pattern=r"^[a-z0-9_-]+/[a-z0-9_-]+\.warc\.gz\Z")]
    """Its file, relative to the archive, and never another one."""
    offset: Annotated[int, Meta(ge=0, le=2**48)]
    length: Count
    digest: Digest
    """SHA-256 over its bytes in the segment, compressed as they are, in hexadecimal."""
    url: Digest
    """SHA-256 over its address, so that the address itself can be erased."""
    previous: Digest
    hash: str = ""
    """SHA-256 over all the other fields."""

    def sealed(self) -> "Link":
        """The link with its hash."""
        return msgspec.structs.replace(self, hash=self.computed())

    def computed(self) -> str:
        """What its hash must be: over its JSON without spaces, fields in this order, `hash` empty."""
        return hashed(encode(msgspec.structs.replace(self, hash="")))

    @property
    def market(self) -> str:
        """The market whose segment it is in."""
        return self.segment.partition("/")[0]

    @property
    def end(self) -> int:
        """Where it ends in its segment."""
        return self.offset + self.length


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A link, and the address it is about; "" for the head of a segment and for what was erased."""

    link: Link
    url: str


encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Line)


def hashed(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def file_of(number: int) -> str:
    """The file of the chain that has a record's line."""
    return f"{FOLDER}/{(number - 1) // PER_FILE:08d}.jsonl"


def decode(line: bytes) -> Line | None:
    """The line, or None for what is no line of a chain."""
    try:
        return _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def files(archive: Path) -> list[Path]:
    """The files of the chain, in their order."""
    return sorted((archive / FOLDER).glob("*.jsonl"))


def lines(archive: Path, since: int = 1) -> Iterator[Line]:
    """The lines of the chain, from a record's number on; what is no line is left to `verify`."""
    for path in files(archive):
        if path.name < Path(file_of(since)).name:
            continue
        with reading(path), path.open("rb") as file:
            while raw := file.readline(LONGEST):
                line = decode(raw)
                if line and line.link.number >= since:
                    yield line


def newest(archive: Path) -> Link | None:
    """The last whole line's link, for those who only look; a `CorruptError` where it is none."""
    for path in reversed(files(archive)):
        with reading(path), path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LONGEST))
            tail = file.read(LONGEST)
        if whole := tail[: tail.rfind(b"\n") + 1]:
            return _last(path, whole)
    return None


class Chain:
    """The chain of one home, for those who add to it; all but `sync` under the archive's lock."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._log: Log | None = None
        self._head: Link | None = None
        self._size = -1

    def head(self) -> Link | None:
        """The newest link, whichever process put it there."""
        known = files(self._archive) if self._log is None else [self._log.path, *self._newer()]
        if known and (self._log is None or known[-1] != self._log.path):
            self._open(known[-1])
        if self._log and self._log.size != self._size:
            self._head, self._size = self._newest(self._log), self._log.size
        return self._head

    def _newer(self) -> Iterator[Path]:
        """Files that another process began since."""
        number = self._head.number if self._head else 0
        while (path := self._archive / file_of(number + 1)).exists():
            yield path
            number += PER_FILE

    def append(self, line: Line) -> None:
        """Put a line at the end."""
        path = self._archive / file_of(line.link.number)
        if self._log is None or self._log.path != path:
            self._open(path)
        assert self._log is not None, "it was opened"
        self._log.append(encode(line) + b"\n")
        self._head, self._size = line.link, self._log.size

    def take_back(self, line: Line, before: Link | None) -> None:
        """Take off the line that was put there last."""
        assert self._log is not None, "a line was put there"
        self._log.cut(self._log.size - len(encode(line)) - 1)
        self._head, self._size = before, self._log.size

    def sync(self) -> None:
        """Return when it is on disk."""
        if self._log:
            self._log.sync()

    def close(self) -> None:
        """Let go of the file."""
        if self._log:
            self._log.close()
            self._log = None

    def _open(self, path: Path) -> None:
        self.close()
        self._log, self._size = Log(path), -1

    def _newest(self, log: Log) -> Link | None:
        """The last whole line's link; what a loss of power left of a line is cut off."""
        with storage(log.path):
            size = log.size
            with log.path.open("rb") as file:
                file.seek(max(0, size - LONGEST), os.SEEK_SET)
                tail = file.read()
        whole = tail[: tail.rfind(b"\n") + 1]
        if len(whole) < len(tail):
            log.cut(size - len(tail) + len(whole))
        if not whole:
            return self._before(log)
        return _last(log.path, whole)

    def _before(self, log: Log) -> Link | None:
        """The last link of the file before, where this one has none yet."""
        known = files(self._archive)
        place = known.index(log.path)
        if place == 0:
            return None
        with known[place - 1].open("rb") as file:
            last = decode(file.read().rstrip(b"\n").rpartition(b"\n")[2])
        return last.link if last else None


def _last(path: Path, whole: bytes) -> Link:
    line = decode(whole.rstrip(b"\n").rpartition(b"\n")[2])
    if line is None:
        raise CorruptError(f"{path}: the last line cannot be read; `headstamp verify` says more")
    return line.link
