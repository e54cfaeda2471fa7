"""The one way to SQLite: pragmas, versions, locks, and errors that say what to do."""

import errno
import fcntl
import os
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from io import FileIO
from pathlib import Path
from threading import RLock
from types import TracebackType

import apsw

from pipeline.errors import CorruptError, LockedError, StorageError

Value = int | float | str | bytes | None
Row = tuple[Value, ...]

BUSY_S = 30.0
NAP_S = (0.0005, 0.004)
"""A wait for another process's commit. SQLite's own naps grow to 100 ms and lose nearly every race against a busy
writer: the slowest of a console's commits beside two of them took 1.8 s, with these naps 0.4 s."""
PRAGMAS = {
    "cache_size": -65_536,  # KiB
    "temp_store": "MEMORY",
    "journal_size_limit": 64 * 2**20,  # a WAL that one great transaction swelled is cut again
}
REMEDY = "put back a copy, or move it away and rebuild (docs/operations.md)"
FULL = (errno.ENOSPC, errno.EDQUOT)
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


class Database:
    """One SQLite file: WAL, every commit synced to disk (`synchronous=FULL`).

    `migrations` are SQL scripts; the first makes a new file, each later one brings an older file forward, after a copy
    of it was put beside it. A `derived` file (an index, a cache) is emptied instead, for it can be made again. `remedy`
    is what the error about a damaged file tells an operator to do. Of a file that is not `synced` a loss of power, though no
    kill, takes back the last commits (sqlite.org/pragma.html#pragma_synchronous).

    Threads that share one take turns, and a transaction keeps the others waiting; a thread that reads long opens its own.
    """

    def __init__(
        self, path: Path, migrations: Sequence[str], *, derived: bool = False, remedy: str = REMEDY, synced: bool = True
    ) -> None:
        self.path = path
        self._door = _Door(path, remedy)
        with _files(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        with self._door:
            self._connection = apsw.Connection(str(path))
            self._connection.set_busy_handler(_patience())
            for name, value in (PRAGMAS | {"synchronous": "FULL" if synced else "NORMAL"}).items():
                self._connection.pragma(name, value)
        if self._version() != len(migrations):
            with _files(path), _locked_file(_locks(path) / f"{path.name}.lock", fcntl.LOCK_EX):
                self._migrate(migrations, derived=derived)

    def rows(self, sql: str, *bindings: Value) -> Iterator[Row]:
        """The rows of a query, as they are found; nothing is written until the last was taken or the iterator closed."""
        with self._door:
            cursor = self._connection.execute(sql, bindings)
        while True:
            with self._door:
                row = next(cursor, None)
            if row is None:
                return
            yield row

    def all(self, sql: str, *bindings: Value) -> list[Row]:
        """Every row of a query that has few."""
        with self._door:
            found: list[Row] = self._connection.execute(sql, bindings).fetchall()
        return found

    def row(self, sql: str, *bindings: Value) -> Row | None:
        """The first row of a query, or None."""
        with self._door:
            cursor = self._connection.execute(sql, bindings)
            found: Row | None = cursor.fetchone()
            cursor.close()
        return found

    def run(self, sql: str, *bindings: Value) -> int:
        """Carry out one statement; the number of rows it changed."""
        with self._door:
            self._refuse_while_reading()
            self._connection.execute(sql, bindings)
            return self._connection.changes()

    def many(self, sql: str, bindings: Iterable[Sequence[Value]]) -> None:
        """Carry out one statement for each of the bindings, all or none."""
        with self.transaction():
            self._connection.executemany(sql, bindings)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes of the block or none; on disk when the outermost block is left."""
        with self._door:
            nested = self._connection.in_transaction
            self._refuse_while_reading()
            self._connection.execute("SAVEPOINT inner" if nested else "BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("RELEASE inner" if nested else "COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK TO inner; RELEASE inner" if nested else "ROLLBACK")
                raise

    def fault(self) -> str:
        """What SQLite finds wrong with the file; "" where it is sound. Reads all of it."""
        try:
            with self._door:
                found = str(self._connection.pragma("quick_check", 1))
        except CorruptError as error:
            return str(error)
        return "" if found == "ok" else found

    def close(self) -> None:
        """Let go of the file."""
        with self._door:
            self._connection.close()

    def _refuse_while_reading(self) -> None:
        # SQLite refuses the write where another process wrote since the reading began: rarely, hence never in a test.
        if not self._connection.in_transaction and self._connection.txn_state("main") == apsw.SQLITE_TXN_READ:
            raise RuntimeError(f"{self.path.name}: rows are still being read; take them all, then write")

    def _migrate(self, migrations: Sequence[str], *, derived: bool) -> None:
        version = self._version()
        if version > len(migrations):
            raise StorageError(f"{self.path}: written by a newer Headstamp; upgrade this one, or name another home")
        if 0 < version < len(migrations):
            self._clear() if derived else self._copy(version)
        self._share()
        with self.transaction():
            for script in migrations[self._version() :]:
                self._connection.execute(script)
            self._connection.pragma("user_version", len(migrations))

    def _version(self) -> int:
        with self._door:
            return int(self._connection.pragma("user_version"))

    def _share(self) -> None:
        with self._door:
            mode = self._connection.pragma("journal_mode", "WAL")
        if mode != "wal":
            raise StorageError(f"{self.path}: this file system cannot share a database; put the home on a local disk")

    def _copy(self, version: int) -> None:
        copy = self.path.with_name(f"{self.path.name}.v{version}")
        unfinished = copy.with_name(f"{copy.name}.unfinished")
        unfinished.unlink(missing_ok=True)
        self.run("VACUUM INTO ?", str(unfinished))
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(copy)

    def _clear(self) -> None:
        with self._door:
            _empty(self._connection)


def replace(path: Path, source: Path) -> None:
    """Put what `source` holds in the place of what `path` holds, sound or damaged; who has it open sees it, all at once."""
    with _Door(path), closing(apsw.Connection(str(path))) as old, closing(apsw.Connection(str(source))) as new:
        old.set_busy_handler(_patience())
        try:
            old.pragma("user_version")
        except (apsw.CorruptError, apsw.NotADBError):
            _empty(old)
        with old.backup("main", new, "main") as copy:
            copy.step()
        old.pragma("wal_checkpoint", "TRUNCATE")


def _empty(connection: apsw.Connection) -> None:
    connection.config(apsw.SQLITE_DBCONFIG_RESET_DATABASE, 1)
    try:
        connection.execute("VACUUM")
    finally:
        connection.config(apsw.SQLITE_DBCONFIG_RESET_DATABASE, 0)


@contextmanager
def lock(path: Path, work: str) -> Iterator[None]:
    """Be the only process that does `work` while the block runs; a `LockedError` names the process that does it already."""
    with _files(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b", buffering=0)
    with file:
        with _files(path):
            _claim(file, work)
        try:
            yield
        finally:
            file.truncate(0)


def _claim(file: FileIO, work: str) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read(20).decode() or "unknown"
        raise LockedError(
            f"{work}: process {holder} does this already in this home; stop it, or name another home"
        ) from None
    file.truncate(0)
    file.write(b"%d" % os.getpid())


def _locks(path: Path) -> Path:
    folder = path.parent / "locks"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def _locked_file(path: Path, how: int) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, how)
        yield


def _patience() -> Callable[[int], bool]:
    begun = 0.0

    def again(naps: int) -> bool:
        nonlocal begun
        if naps == 0:
            begun = time.monotonic()
        time.sleep(random.uniform(*NAP_S))  # noqa: S311  # so that processes do not wake in step
        return time.monotonic() - begun < BUSY_S

    return again


class _Door:
    """One thread at a time; what SQLite reports leaves as an error that says what to do."""

    def __init__(self, path: Path, remedy: str = REMEDY) -> None:
        self._path = path
        self._remedy = remedy
        self._turn = RLock()

    def __enter__(self) -> None:
        self._turn.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._turn.release()
        if isinstance(error, apsw.Error) and (told := _told(self._path, error, self._remedy)):
            raise told from error


def _told(path: Path, error: apsw.Error, remedy: str) -> StorageError | None:
    match error:
        case apsw.CorruptError() | apsw.NotADBError():
            return CorruptError(f"{path}: the database file is damaged ({error}); {remedy}")
        case apsw.FullError():
            return _full(path)
        case apsw.ReadOnlyError() | apsw.CantOpenError() | apsw.PermissionsError():
            return _forbidden(path, error)
        case apsw.BusyError() | apsw.ProtocolError():
            return StorageError(f"{path}: another process kept the file for {BUSY_S:.0f} s; stop it, then start again")
        case apsw.IOError():
            return StorageError(f"{path}: {error}; check space, quota and health of the disk, then start again")
    return None


@contextmanager
def _files(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise _full(path) from error
        if error.errno in FORBIDDEN:
            raise _forbidden(path, error) from error
        raise StorageError(f"{path}: {error.strerror}; name a home that can be written (HEADSTAMP_HOME)") from error


def _full(path: Path) -> StorageError:
    return StorageError(f"{path}: the disk is full; free some space, then start again: nothing acknowledged is lost")


def _forbidden(path: Path, error: Exception) -> StorageError:
    return StorageError(
        f"{path}: cannot be written ({error}); make the home writable, or name another with HEADSTAMP_HOME"
    )
