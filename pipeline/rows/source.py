"""The lines of a file, gzipped or not, of bounded length and numbered as an editor counts them."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import cast

from pipeline.errors import MalformedError, SettingsError

LONGEST_LINE = 4 * 2**20
"""Bytes of one line that are looked at."""
LARGEST_RECORD = 8 * 2**20
"""Characters that the lines of one record may hold."""

_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_CHUNK = 2**20


class TooLargeError(Exception):
    """The lines of one record hold more than `LARGEST_RECORD` characters."""


class Lines:
    """The lines of one open file as text. What is no UTF-8 is replaced and counted; the rest of an over-long line is passed over.

    A record's lines are remembered from `begin` on, so that `again` can give back all but the first.
    """

    def __init__(self, file: BufferedReader, path: Path) -> None:
        self._file, self._path = file, path
        self._waiting: list[str] = []
        self._record: list[str] = []
        self._size = 0
        self.number = 0
        """Number of the line given last."""
        self.replaced = 0
        """Characters put for bytes that are no UTF-8, so far."""
        self.cut = 0
        """Lines that were over-long, so far."""

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        if self._size > LARGEST_RECORD:
            raise TooLargeError
        line = self._waiting.pop() if self._waiting else self._read()
        self.number += 1
        self._record.append(line)
        self._size += len(line)
        return line

    def begin(self) -> int:
        """Forget the record before; the number of the line that comes next."""
        self._record.clear()
        self._size = 0
        return self.number + 1

    def peek(self) -> str:
        """The first line that is not blank, which comes again; "" where there is none."""
        self.begin()
        found = next((line for line in self if not line.isspace()), "")
        self._waiting.extend(reversed(self._record))
        self.number -= len(self._record)
        return found

    @property
    def first(self) -> str:
        """The record's first line."""
        return self._record[0]

    def again(self) -> None:
        """Give the lines of this record again, but for its first: what an unclosed quote swallowed may be good rows."""
        self._waiting.extend(reversed(self._record[1:]))
        self.number -= len(self._record[1:])
        del self._record[1:]

    def _read(self) -> str:
        raw = self._raw(LONGEST_LINE)
        if not raw:
            raise StopIteration
        if len(raw) == LONGEST_LINE and raw[-1:] != b"\n":
            raw = self._shortened(raw)
        if self.number == 0:
            raw = self._begun(raw)
        try:
            return raw.decode()
        except UnicodeDecodeError:
            text = raw.decode(errors="replace")
            self.replaced += text.count("\ufffd") - raw.count("\ufffd".encode())
            return text

    def _begun(self, raw: bytes) -> bytes:
        """The first line without its byte order mark."""
        if raw.startswith(_UTF_16):
            raise MalformedError(f"{self._path}: is UTF-16; save it as UTF-8")
        return raw.removeprefix(_BOM)

    def _shortened(self, head: bytes) -> bytes:
        """The line's beginning, with its quotes as many, evenly or oddly, as in the whole line, so that CSV finds its next record."""
        self.cut += 1
        quotes = head.count(b'"')
        kept = head
        while head and head[-1:] != b"\n":
            head = self._raw(_CHUNK)
            quotes += head.count(b'"')
        return kept + b'"' * ((quotes - kept.count(b'"')) % 2) + b"\n"

    def _raw(self, size: int) -> bytes:
        try:
            return self._file.readline(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise MalformedError(
                f"{self._path}: the gzip stream is damaged after line {self.number} ({error}); fetch the file again. The rows before were read"
            ) from error


@contextmanager
def opened(path: Path) -> Iterator[Lines]:
    """The lines of a file while the block runs."""
    with _file(path) as file:
        yield Lines(file, path)


def digest_of(path: Path) -> str:
    """SHA-256 of the file as it lies there, in hexadecimal."""
    with _plain_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def line_count(paths: Sequence[Path]) -> int | None:
    """How many lines the files have, for a progress bar; None where one is gzipped, for only reading it would tell."""
    total = 0
    for path in paths:
        with _plain_file(path) as file:
            chunk = file.read(_CHUNK)
            if chunk.startswith(_GZIP):
                return None
            while chunk:
                total += chunk.count(b"\n")
                chunk = file.read(_CHUNK)
    return total


@contextmanager
def _file(path: Path) -> Iterator[BufferedReader]:
    with _plain_file(path) as plain:
        zipped = plain.read(len(_GZIP)) == _GZIP
        plain.seek(0)
        if not zipped:
            yield plain
            return
        with gzip.GzipFile(fileobj=plain) as file:
            yield cast("BufferedReader", file)  # it reads lines alike


@contextmanager
def _plain_file(path: Path) -> Iterator[BufferedReader]:
    with _open(path) as file:
        yield file


def _open(path: Path) -> BufferedReader:
    """The open file. It is read more than once, which a pipe or a device cannot be."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise SettingsError(f"{path}: is no file that can be read twice; save it as a file first")
        return path.open("rb")
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such file") from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
