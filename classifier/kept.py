"""Outputs of the encoder, kept by the digest of model and text, so that no text is encoded twice."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import msgspec

from pipeline.errors import CorruptError, StorageError
from pipeline.records import digest
from pipeline.sqlite import Database, Row, replace

FILE = "scores.db"
"""Name of the file in the home; whoever deletes it loses nothing but time."""
MIGRATIONS = (
    "CREATE TABLE kept(number INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL UNIQUE, value BLOB NOT NULL) STRICT",
)
GET = "SELECT kept.key, kept.value FROM json_each(?) AS asked CROSS JOIN kept ON kept.key = unhex(asked.value)"
PUT = "INSERT INTO kept(key, value) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value"
FORGET = "DELETE FROM kept WHERE number <= (SELECT max(number) FROM kept) - ?"
CHECK = 8
"""Bytes of the checksum before each value: SQLite does not see a flipped bit in one."""
MOST = 200_000
"""Outputs that are kept; the oldest go first."""


class Kept(Protocol):
    """Outputs by key, of which any may be gone at any time."""

    def get(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Those of the keys that are kept, with their outputs."""

    def put(self, items: Mapping[str, bytes]) -> None:
        """Keep these outputs; what is kept under a key already is replaced."""

    def close(self) -> None:
        """Let go of what is kept."""


def key_of(model: str, text: str) -> str:
    """The key of a text as the encoder reads it: 32 hexadecimal digits, others for another model."""
    return digest("encoded", model, text)


def kept(home: Path | None, most: int = MOST) -> Kept:
    """What is kept in a home, for all its processes; without a home, in this process alone."""
    return OnDisk(home / FILE, most) if home else InMemory(most)


class InMemory:
    """Outputs that end with the process."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: dict[str, bytes] = {}

    def get(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Those of the keys that are kept, with their outputs."""
        return {key: self._known[key] for key in keys if key in self._known}

    def put(self, items: Mapping[str, bytes]) -> None:
        """Keep these outputs; the oldest beyond the bound are let go."""
        self._known |= items
        while len(self._known) > self._most:
            del self._known[next(iter(self._known))]

    def close(self) -> None:
        """Let go of all."""
        self._known.clear()


class OnDisk:
    """Outputs in one file for several processes. A damaged file is emptied, and one that cannot be used is done without."""

    def __init__(self, path: Path, most: int = MOST) -> None:
        self._path, self._most = path, most
        self._database = self._opened()
        self._instead = InMemory(most)
        """What is kept in this process alone while the file cannot be used."""

    def get(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Those of the keys that are kept, with their outputs."""
        found = self._instead.get(keys)
        asked = msgspec.json.encode([key for key in keys if key not in found]).decode()
        with self._mended():
            if self._database:
                found |= _sound(self._database.all(GET, asked))
        return found

    def put(self, items: Mapping[str, bytes]) -> None:
        """Keep these outputs; the oldest beyond the bound are let go."""
        with self._mended():
            if self._database and items:
                with self._database.transaction():
                    self._database.many(PUT, [_row(key, value) for key, value in items.items()])
                    self._database.run(FORGET, self._most)
                return
        self._instead.put(items)

    def close(self) -> None:
        """Let go of the file."""
        if self._database:
            self._database.close()
            self._database = None
        self._instead.close()

    @contextmanager
    def _mended(self) -> Iterator[None]:
        """Let the block use the file: one that is damaged is made anew, one that cannot be used is given up."""
        try:
            yield
        except CorruptError:
            self._database = self._renewed()
        except StorageError:
            self._database = None

    def _opened(self) -> Database | None:
        try:
            return self._open()
        except CorruptError:
            return self._renewed()
        except StorageError:
            return None

    def _renewed(self) -> Database | None:
        """An empty file in the place of the damaged one, for whoever has that open too."""
        try:
            with TemporaryDirectory(dir=self._path.parent, prefix="scores-") as folder:
                Database(Path(folder) / FILE, MIGRATIONS).close()
                replace(self._path, Path(folder) / FILE)
            return self._open()
        except (StorageError, OSError):
            return None

    def _open(self) -> Database:
        return Database(self._path, MIGRATIONS, derived=True, synced=False)


def _row(key: str, value: bytes) -> tuple[bytes, bytes]:
    raw = bytes.fromhex(key)
    return raw, _check(raw, value) + value


def _sound(rows: Sequence[Row]) -> dict[str, bytes]:
    """The outputs by key, without those that are not what they were."""
    pairs = [(key, value) for key, value in rows if isinstance(key, bytes) and isinstance(value, bytes)]
    return {key.hex(): value[CHECK:] for key, value in pairs if _check(key, value[CHECK:]) == value[:CHECK]}


def _check(key: bytes, value: bytes) -> bytes:
    return blake2b(value, digest_size=CHECK, key=key).digest()
