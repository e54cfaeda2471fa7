"""SQLite in the hands of several threads and processes, on disks that fail."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from pipeline import sqlite
from pipeline.errors import CorruptError, LockedError, StorageError
from pipeline.sqlite import Database, lock

ROOT = Path(__file__).parents[2]
FIRST = "CREATE TABLE thing(name TEXT NOT NULL) STRICT"
SECOND = "ALTER TABLE thing ADD COLUMN size INTEGER NOT NULL DEFAULT 1"
HEAD = """
import os, resource, sys, time
from pathlib import Path
from pipeline.errors import HeadstampError
from pipeline.sqlite import Database, lock
path, first = Path(sys.argv[1]), "CREATE TABLE thing(name TEXT NOT NULL) STRICT"
"""


@contextmanager
def child(code: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process at work on `path`; it is killed at the end of the block."""
    words = [sys.executable, "-c", HEAD + code, str(path)]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "things.db"


@pytest.fixture
def things(path: Path) -> Iterator[Database]:
    with closing(Database(path, (FIRST,))) as database:
        yield database


def names(database: Database) -> list[object]:
    return [name for (name,) in database.rows("SELECT name FROM thing ORDER BY rowid")]


def add(database: Database, *found: str) -> None:
    database.many("INSERT INTO thing VALUES(?)", [(name,) for name in found])


def test_a_commit_is_synced_and_readers_do_not_wait(things: Database) -> None:
    assert things.row("PRAGMA journal_mode") == ("wal",)
    assert things.row("PRAGMA synchronous") == (2,)


def test_a_file_may_leave_it_to_the_system_when_a_commit_reaches_the_disk(things: Database) -> None:
    with closing(Database(things.path, (FIRST,), synced=False)) as same:
        assert same.row("PRAGMA synchronous") == (1,)
        add(same, "a")
    assert names(things) == ["a"]


def test_a_failed_transaction_leaves_nothing(things: Database) -> None:
    def work() -> None:
        with things.transaction():
            add(things, "a")
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert names(things) == []


def test_a_failed_inner_transaction_takes_back_only_itself(things: Database) -> None:
    def inner() -> None:
        with things.transaction():
            add(things, "inner")
            raise KeyError

    with things.transaction():
        add(things, "before")
        with pytest.raises(KeyError):
            inner()
        add(things, "after")
    assert names(things) == ["before", "after"]


def test_an_inner_transaction_falls_with_the_outer_one(things: Database) -> None:
    def outer() -> None:
        with things.transaction():
            with things.transaction():
                add(things, "inner")
            raise KeyError

    with pytest.raises(KeyError):
        outer()
    assert names(things) == []


def test_many_is_all_or_nothing_and_leaves_foreign_errors_alone(things: Database) -> None:
    def bindings() -> Iterator[tuple[str]]:
        yield ("a",)
        raise FileNotFoundError("rows.csv")

    with pytest.raises(FileNotFoundError):
        things.many("INSERT INTO thing VALUES(?)", bindings())
    assert names(things) == []


def test_writing_while_rows_are_read_is_refused(things: Database) -> None:
    add(things, "a", "b")
    reading = things.rows("SELECT name FROM thing")
    next(reading)
    with pytest.raises(RuntimeError, match="still being read"):
        add(things, "c")
    with pytest.raises(RuntimeError, match="still being read"):
        things.run("DELETE FROM thing")
    assert list(reading) == [("b",)]
    add(things, "c")
    assert names(things) == ["a", "b", "c"]


def test_threads_that_share_a_database_take_turns(things: Database) -> None:
    add(things, "0")

    def count_up() -> None:
        for _ in range(20):
            with things.transaction():
                row = things.row("SELECT name FROM thing")
                assert row is not None
                things.run("UPDATE thing SET name=?", str(int(str(row[0])) + 1))

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names(things) == ["80"]


def test_another_thread_never_sees_half_a_transaction(things: Database) -> None:
    written, seen = threading.Event(), []

    def look() -> None:
        written.wait()
        seen.extend(names(things))

    thread = threading.Thread(target=look)
    thread.start()
    with things.transaction():
        add(things, "a")
        written.set()
        thread.join(0.05)
        add(things, "b")
    thread.join()
    assert seen == ["a", "b"]


def test_an_older_file_is_brought_forward_beside_a_copy(things: Database, path: Path) -> None:
    add(things, "a")
    things.close()
    path.with_name("things.db.v1.unfinished").write_text("left by a crash")
    with closing(Database(path, (FIRST, SECOND))) as database:
        assert list(database.rows("SELECT * FROM thing")) == [("a", 1)]
    with closing(Database(path.with_name("things.db.v1"), (FIRST,))) as copy:
        assert names(copy) == ["a"]
    assert not path.with_name("things.db.v1.unfinished").exists()


def test_a_migration_that_fails_changes_nothing(things: Database, path: Path) -> None:
    add(things, "a")
    things.close()
    with pytest.raises(Exception, match="nonsense"):
        Database(path, (FIRST, f"{SECOND}; nonsense"))
    with closing(Database(path, (FIRST,))) as database:
        assert names(database) == ["a"]


def test_a_derived_file_of_an_older_version_is_emptied(path: Path) -> None:
    with closing(Database(path, (FIRST,), derived=True)) as database:
        add(database, *"a" * 1_000)
    with closing(Database(path, ("CREATE TABLE other(x)", FIRST), derived=True)) as database:
        assert names(database) == []
        assert database.row("PRAGMA journal_mode") == ("wal",)
    assert not path.with_name("things.db.v1").exists()


@pytest.mark.parametrize("derived", [False, True])
def test_a_file_of_a_newer_version_is_refused_and_kept(things: Database, path: Path, *, derived: bool) -> None:
    add(things, "a")
    things.close()
    Database(path, (FIRST, SECOND)).close()
    with pytest.raises(StorageError, match="newer Headstamp; upgrade"):
        Database(path, (FIRST,), derived=derived)
    with closing(Database(path, (FIRST, SECOND))) as database:
        assert names(database) == ["a"]


def test_processes_that_make_a_file_at_once_make_it_once(path: Path) -> None:
    code = "sys.stdin.readline(); Database(path, (first,)).run('INSERT INTO thing VALUES(1)'); print('ok', flush=True)"
    with child(code, path) as one, child(code, path) as two, child(code, path) as three:
        for process in (one, two, three):
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        assert [said(one), said(two), said(three)] == ["ok"] * 3
    with closing(Database(path, (FIRST,))) as database:
        assert len(names(database)) == 3


def test_a_file_that_is_no_database_says_what_to_do(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 1_000)
    with pytest.raises(CorruptError, match=r"is damaged.*put back a copy"):
        Database(path, (FIRST,))


@pytest.fixture
def damaged(things: Database, path: Path) -> Iterator[Database]:
    add(things, *(f"{number:0500}" for number in range(400)))
    things.close()
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(os.urandom(16_384))
    with closing(Database(path, (FIRST,))) as database:
        yield database


def test_damage_met_while_rows_are_read_says_what_to_do(damaged: Database) -> None:
    reading = damaged.rows("SELECT name FROM thing")
    assert next(reading) == (f"{0:0500}",)
    with pytest.raises(CorruptError, match="put back a copy"):
        list(reading)


def test_a_search_for_faults_finds_the_damage(damaged: Database) -> None:
    assert damaged.fault()


def test_a_search_for_faults_finds_none_in_a_sound_file(things: Database) -> None:
    add(things, "a")
    assert things.fault() == ""


def test_a_damaged_file_says_its_own_remedy(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 1_000)
    with pytest.raises(CorruptError, match=r"is damaged .*; ask for another"):
        Database(path, (FIRST,), remedy="ask for another")


@pytest.mark.parametrize("sound", [True, False], ids=["sound", "damaged"])
def test_a_file_is_replaced_under_those_who_have_it_open(things: Database, path: Path, *, sound: bool) -> None:
    add(things, "old")
    with closing(Database(path.with_name("new.db"), (FIRST,))) as new:
        add(new, "new")
    if not sound:
        things.close()
        path.write_bytes(b"not a database" * 1_000)
    sqlite.replace(path, path.with_name("new.db"))
    if sound:
        assert names(things) == ["new"]
        add(things, "more")
    with closing(Database(path, (FIRST,))) as again:
        assert names(again) == (["new", "more"] if sound else ["new"])
        assert again.fault() == ""


def test_a_full_disk_says_so_and_keeps_what_was_acknowledged(things: Database) -> None:
    add(things, "a")
    things.run("PRAGMA max_page_count=20")
    with pytest.raises(StorageError, match="disk is full; free some space"):
        add(things, *("x" * 1_000 for _ in range(1_000)))
    things.run("PRAGMA max_page_count=100000")
    add(things, "b")
    assert names(things) == ["a", "b"]


def test_a_write_that_the_disk_refuses_says_so_and_keeps_what_was_acknowledged(path: Path) -> None:
    code = """
database = Database(path, (first,))
database.run("INSERT INTO thing VALUES('a')")
resource.setrlimit(resource.RLIMIT_FSIZE, (2 ** 20, 2 ** 20))
try:
    database.many("INSERT INTO thing VALUES(?)", [("x" * 1_000,) for _ in range(20_000)])
except HeadstampError as error:
    print(error, flush=True)
sys.stdin.readline()
"""
    with child(code, path) as process:
        assert "check space, quota and health of the disk" in said(process)
    with closing(Database(path, (FIRST,))) as database:
        assert names(database) == ["a"]


def test_a_home_below_a_file_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="name a home that can be written"):
        Database(tmp_path / "file" / "home" / "things.db", (FIRST,))


@pytest.mark.parametrize("made", [False, True], ids=["empty", "made before"])
def test_a_folder_that_cannot_be_written_says_what_to_do(*, made: bool) -> None:
    code = """
import tempfile
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    Database(path, (first,)).run("INSERT INTO thing VALUES('b')")
except HeadstampError as error:
    print(error, flush=True)
"""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "things.db"
        if made:
            Database(path, (FIRST,)).close()
        for each in (path, Path(folder)):
            if each.exists():
                each.chmod(0o555)
        with child(code, path) as process:
            assert "make the home writable" in said(process)
        Path(folder).chmod(0o755)


def test_a_file_that_another_process_keeps_says_so(
    things: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = """
database = Database(path, (first,))
with database.transaction():
    print("held", flush=True)
    sys.stdin.readline()
"""
    monkeypatch.setattr(sqlite, "BUSY_S", 0.1)
    with child(code, path) as process:
        assert said(process) == "held"
        with closing(Database(path, (FIRST,))) as impatient, pytest.raises(StorageError, match="another process kept"):
            add(impatient, "a")
    add(things, "b")
    assert names(things) == ["b"]


def test_a_process_killed_in_a_transaction_leaves_nothing_of_it(things: Database, path: Path) -> None:
    code = """
database = Database(path, (first,))
with database.transaction():
    database.many("INSERT INTO thing VALUES(?)", [("x" * 1_000,) for _ in range(100_000)])
    print("written", flush=True)
    sys.stdin.readline()
"""
    add(things, "a")
    with child(code, path) as process:
        assert said(process) == "written"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert names(things) == ["a"]
    assert things.fault() == ""


HOLD = """
with lock(path, "the work"):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_second_process_is_told_which_one_holds_the_lock(path: Path) -> None:
    with child(HOLD, path) as process:
        assert said(process) == "held"
        with (
            pytest.raises(LockedError, match=f"the work: process {process.pid} does this already"),
            lock(path, "the work"),
        ):
            pass


def test_a_killed_process_leaves_no_lock(path: Path) -> None:
    with child(HOLD, path) as process:
        assert said(process) == "held"
        process.send_signal(signal.SIGKILL)
        process.wait()
    with lock(path, "the work"):
        assert path.read_text() == str(os.getpid())
    assert path.read_text() == ""


def test_a_lock_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="name a home that can be written"), lock(tmp_path / "file" / "a.lock", "it"):
        pass


def test_a_lock_that_the_disk_refuses_says_what_to_do(path: Path) -> None:
    code = """
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
try:
    with lock(path, "the work"):
        pass
except HeadstampError as error:
    print(error, flush=True)
"""
    with child(code, path) as process:
        assert "name a home that can be written" in said(process)
    with lock(path, "the work"):
        pass
