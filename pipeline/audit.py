"""Who decided what, as a hash-chained record in which any change is seen."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from pathlib import Path

import msgspec

from pipeline.records import Action, AuditEntry, Decision, Erasure, Review
from pipeline.sqlite import Database, Value
from pipeline.taxonomy import Act

FILE = "audit.db"
FIRST = "0" * 64
"""What the first entry names as the hash of the one before."""
REMEDY = "put back a copy of the home; the topic `audit` holds every entry as well (docs/operations.md)"
MIGRATIONS = (
    """
    CREATE TABLE entry(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, content BLOB NOT NULL, hash TEXT NOT NULL) STRICT;
    CREATE TABLE head(only INTEGER PRIMARY KEY CHECK(only=1), number INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
    """,
)


class Audit:
    """The audit of one home. Any process may file; entries are numbered from 1 in the order they were filed.

    The head (number and hash of the newest entry) is kept beside the chain, so that a cut end is seen too. Who can
    rewrite the whole file can rewrite the head: only a head that was noted elsewhere proves that nobody did.
    """

    def __init__(self, home: Path) -> None:
        self._database = Database(home / FILE, MIGRATIONS, remedy=REMEDY)

    def file(self, records: Sequence[Review | Erasure]) -> list[AuditEntry]:
        """One entry per record, on disk; a record whose id was filed before gets the entry it had then."""
        with self._database.transaction():
            return [self._filed(record.id) or self._append(record) for record in records]

    def head(self) -> tuple[int, str]:
        """Number and hash of the newest entry; 0 and 64 zeros before the first."""
        found = self._database.row("SELECT number, hash FROM head")
        return (int(str(found[0])), str(found[1])) if found else (0, FIRST)

    def entries(self) -> Iterator[AuditEntry]:
        """Every entry, oldest first, as it stands in the file."""
        for content, digest in self._database.rows("SELECT content, hash FROM entry ORDER BY number"):
            yield _read(content, digest)

    def second(self, told: Iterable[AuditEntry]) -> AuditEntry | None:
        """Of the entries that a log tells of the first that belongs to another chain than the rest, or than this one; None where there is one chain.

        A home that has no chain, since it runs no settle, is at odds with none.
        """
        chain: dict[int, str] = {}
        is_empty = not self.head()[0]
        for entry in told:
            if chain.setdefault(entry.number, entry.hash) != entry.hash or not (is_empty or self._holds(entry)):
                return entry
        return None

    def _holds(self, entry: AuditEntry) -> bool:
        return self._database.row("SELECT 1 FROM entry WHERE number=? AND hash=?", entry.number, entry.hash) is not None

    def verify(self) -> str | None:
        """Which entry is wrong, and how; None where the whole chain holds."""
        number, previous = 0, FIRST
        for found, id_, content, digest in self._database.rows(
            "SELECT number, id, content, hash FROM entry ORDER BY number"
        ):
            number += 1
            if found != number:
                return f"entry {number} is missing"
            if not _holds(content, digest, number=number, id=id_, previous=previous):
                return f"entry {number} was changed after it was filed, or stands in another's place"
            previous = str(digest)
        if (number, previous) != self.head():
            return f"entry {number} is the last, but the chain once ended with entry {self.head()[0]}"
        return None

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _filed(self, id_: str) -> AuditEntry | None:
        found = self._database.row("SELECT content, hash FROM entry WHERE id=?", id_)
        return _read(*found) if found else None

    def _append(self, record: Review | Erasure) -> AuditEntry:
        number, previous = self.head()
        entry = _entry(record, number + 1, previous)
        self._database.run("INSERT INTO entry VALUES(?,?,?,?)", entry.number, entry.id, canonical(entry), entry.hash)
        self._database.run("INSERT OR REPLACE INTO head VALUES(1,?,?)", entry.number, entry.hash)
        return entry


def canonical(entry: AuditEntry) -> bytes:
    """What the hash is taken over: all fields but the hash, as JSON without spaces, names sorted, times in UTC."""
    fields = msgspec.structs.asdict(entry)
    del fields["hash"]
    return msgspec.json.encode(fields, order="sorted")


def _entry(record: Review | Erasure, number: int, previous: str) -> AuditEntry:
    unsealed = AuditEntry(
        id=record.id,
        number=number,
        previous=previous,
        time=record.time.astimezone(UTC),
        analyst=record.analyst,
        action=_action(record),
        subject=record.listing_id,
        detail=_detail(record),
        hash="",
    )
    return msgspec.structs.replace(unsealed, hash=_hash(canonical(unsealed)))


def _action(record: Review | Erasure) -> Action:
    if isinstance(record, Erasure):
        return Action.ERASE
    return Action.UNDO if record.decision is Decision.UNDO else Action.REVIEW


def _detail(record: Review | Erasure) -> str:
    told = ("id", "listing_id", "analyst", "time")
    fields = msgspec.structs.asdict(record).items()
    rest = {name: value for name, value in fields if name not in told and value and value is not Act.OFFER}
    return msgspec.json.encode(rest, order="sorted").decode()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read(content: Value, digest: Value) -> AuditEntry:
    assert isinstance(content, bytes)
    return msgspec.convert({**msgspec.json.decode(content), "hash": digest}, AuditEntry)


def _holds(content: Value, digest: Value, **expected: Value) -> bool:
    assert isinstance(content, bytes)
    if _hash(content) != digest:
        return False
    try:
        entry = _read(content, digest)
    except msgspec.DecodeError:
        return False
    return canonical(entry) == content and all(getattr(entry, name) == value for name, value in expected.items())
