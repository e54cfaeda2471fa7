"""Where each body was kept first, so that the same one is not kept twice; a cache, which may be lost."""

from contextlib import suppress
from pathlib import Path

import msgspec

from crawlers.evidence.record import Source
from pipeline.sqlite import Database

FILE = "archive.db"
AT_ONCE = 200
"""Bodies that are noted together: a lost note costs a second copy of a page, a commit a page would cost more."""
MIGRATIONS = (
    "CREATE TABLE body(place TEXT PRIMARY KEY, id TEXT NOT NULL, source BLOB NOT NULL) STRICT, WITHOUT ROWID;",
)


class Seen:
    """The bodies of one home."""

    def __init__(self, home: Path) -> None:
        self._database = Database(home / FILE, MIGRATIONS, derived=True)
        self._database.all("PRAGMA secure_delete=ON")  # what is forgotten after an erasure is overwritten
        self._fresh: dict[str, Source] = {}

    def of(self, market: str, body: str) -> Source | None:
        """The record that has a market's body, by the body's digest."""
        place = f"{market} {body}"
        if place in self._fresh:
            return self._fresh[place]
        found = self._database.row("SELECT source FROM body WHERE place=?", place)
        if not (found and isinstance(found[0], bytes)):
            return None
        with suppress(msgspec.DecodeError, UnicodeDecodeError):  # a changed cache costs a copy, and nothing else
            return msgspec.json.decode(found[0], type=Source)
        return None

    def note(self, market: str, body: str, source: Source) -> None:
        """That a record on disk has the body."""
        self._fresh[f"{market} {body}"] = source
        if len(self._fresh) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Keep what was noted."""
        rows = [(place, source.id, msgspec.json.encode(source)) for place, source in self._fresh.items()]
        self._database.many("INSERT OR REPLACE INTO body VALUES(?,?,?)", rows)
        self._fresh.clear()

    def forget(self, id_: str) -> None:
        """Refer to a record no more."""
        self._database.run("DELETE FROM body WHERE id=?", id_)

    def close(self) -> None:
        """Let go of the file."""
        self.flush()
        self._database.close()
