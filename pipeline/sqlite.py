"""The one way to SQLite: pragmas, versions, locks, and errors that say what to do."""

import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import apsw

from pipeline.errors import CorruptError, LockedError, StorageError

Value = int | float | str | bytes | None
Row = tuple[Value, ...]

BUSY_MS = 30_000
CACHE_KIB = 65_536


class Database:
    """One SQLite file, opened for one thread: WAL, every commit synced to disk (`synchronous=FULL`).

    `migrations` are SQL scripts; the first makes a new file, each later one brings an older file forward, after a copy
    of it was put beside it. A `derived` file (an index, a cache) is emptied instead, for it can be made again.
    """

    def __init__(self, path: Path, migrations: Sequence[str], *, derived: bool = False) -> None:
        self.path = path
        with _translated(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = apsw.Connection(str(path))
            self._connection.set_busy_timeout(BUSY_MS)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", f"cache_size=-{CACHE_KIB}", "temp_store=MEMORY"):
                self._connection.pragma(*pragma.split("="))
        self._migrate(migrations, derived=derived)

    def rows(self, sql: str, *bindings: Value) -> Iterator[Row]:
        """The rows of a query, as they are found."""
        with _translated(self.path):
            yield from self._connection.execute(sql, bindings)

    def row(self, sql: str, *bindings: Value) -> Row | None:
        """The first row of a query, or None."""
        return next(self.rows(sql, *bindings), None)

    def run(self, sql: str, *bindings: Value) -> int:
        """Carry out one statement; the number of rows it changed."""
        with _translated(self.path):
            self._connection.execute(sql, bindings)
            return self._connection.changes()

    def many(self, sql: str, bindings: Iterable[Sequence[Value]]) -> None:
        """Carry out one statement for each of the bindings."""
        with _translated(self.path):
            self._connection.executemany(sql, bindings)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes of the block or none; on disk when the block is left."""
        with _translated(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            with _translated(self.path):
                self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def fault(self) -> str:
        """What SQLite finds wrong with the file; "" where it is sound."""
        with _translated(self.path):
            found = str(self._connection.pragma("quick_check(1)"))
        return "" if found == "ok" else found

    def close(self) -> None:
        """Let go of the file."""
        with _translated(self.path):
            self._connection.close()

    def _migrate(self, migrations: Sequence[str], *, derived: bool) -> None:
        version = self._version()
        if version == len(migrations):
            return
        if version > len(migrations):
            raise StorageError(f"{self.path}: written by a newer Headstamp; upgrade this one, or name another home")
        if version > 0:
            self._clear() if derived else self._copy(version)
        with self.transaction():
            for script in migrations[self._version() :]:
                with _translated(self.path):
                    self._connection.execute(script)
            self.run(f"PRAGMA user_version={len(migrations)}")

    def _version(self) -> int:
        with _translated(self.path):
            return int(self._connection.pragma("user_version"))

    def _copy(self, version: int) -> None:
        copy = self.path.with_name(f"{self.path.name}.v{version}")
        copy.unlink(missing_ok=True)
        self.run("VACUUM INTO ?", str(copy))

    def _clear(self) -> None:
        with _translated(self.path):
            self._connection.config(apsw.SQLITE_DBCONFIG_RESET_DATABASE, 1)
            self._connection.execute("VACUUM")
            self._connection.config(apsw.SQLITE_DBCONFIG_RESET_DATABASE, 0)


@contextmanager
def lock(path: Path, work: str) -> Iterator[None]:
    """Be the only process that does `work` while the block runs; a `LockedError` names the process that does it already."""
    with _translated(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockedError(
                f"{work}: process {_holder(file)} does this already in this home; stop it, or name another home"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _holder(file: IO[str]) -> str:
    file.seek(0)
    return file.read(20) or "unknown"


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise CorruptError(
            f"{path}: the database file is damaged ({error}); put back a copy, or move it away and rebuild (docs/operations.md)"
        ) from error
    except apsw.FullError as error:
        raise StorageError(
            f"{path}: the disk is full; free some space, then start again: nothing acknowledged is lost"
        ) from error
    except (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError, PermissionError) as error:
        raise StorageError(
            f"{path}: cannot be written; make the home writable or name another with HEADSTAMP_HOME"
        ) from error
    except apsw.BusyError as error:
        raise StorageError(
            f"{path}: another process kept the file for {BUSY_MS // 1000} s; stop it, then start again"
        ) from error
    except (apsw.IOError, OSError) as error:
        raise StorageError(f"{path}: {error}; check the disk of the home") from error
