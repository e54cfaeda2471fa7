"""The SQLite log between processes, on disks that fail, and over the years."""

import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from pipeline.broker import START, Position
from pipeline.broker.sqlite import MIGRATIONS, SqliteBroker
from pipeline.codec import Message, decode
from pipeline.errors import CorruptError, LockedError, MalformedError
from pipeline.records import Alert
from pipeline.sqlite import Database
from pipeline.topics import ALERTS, Topic

ROOT = Path(__file__).parents[2]
TOPIC = ALERTS.name
HEAD = """
import resource, sys
from pathlib import Path
from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import Message
from pipeline.errors import HeadstampError
broker = SqliteBroker(Path(sys.argv[1]))
def publish(*values):
    broker.publish("alerts", [Message(key=b"", value=value) for value in values])
"""


@contextmanager
def child(code: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process at work on the log; it is killed at the end of the block."""
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
    return tmp_path / "log.db"


@pytest.fixture
def broker(path: Path) -> Iterator[SqliteBroker]:
    with closing(SqliteBroker(path)) as opened:
        yield opened


def publish(broker: SqliteBroker, *values: bytes, topic: str = TOPIC) -> None:
    broker.publish(topic, [Message(key=b"", value=value) for value in values])


def take(broker: SqliteBroker, size: int = 10_000, topic: str = TOPIC) -> list[bytes]:
    with broker.batch(topic, "readers", size=size, wait=0) as found:
        return [each.value for each in found]


def everything(broker: SqliteBroker, topic: str = TOPIC) -> list[bytes]:
    return [each.value for each in broker.read(topic, START)]


HOLD = """
with broker.batch("alerts", "readers", size=10, wait=0) as found:
    print(len(found), flush=True)
    sys.stdin.readline()
"""


def test_a_second_process_for_a_group_is_told_which_one_works_for_it(broker: SqliteBroker, path: Path) -> None:
    publish(broker, b"1")
    with child(HOLD, path) as process:
        assert said(process) == "1"
        with pytest.raises(LockedError, match=f"stage readers: process {process.pid} does this already"):
            take(broker)
        with broker.batch(TOPIC, "others", size=10, wait=0) as found:
            assert len(found) == 1


def test_a_batch_whose_process_was_killed_is_read_again(broker: SqliteBroker, path: Path) -> None:
    publish(broker, b"1", b"2")
    with child(HOLD, path) as process:
        assert said(process) == "2"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert take(broker) == [b"1", b"2"]


def test_a_closed_broker_leaves_its_groups_to_others(broker: SqliteBroker, path: Path) -> None:
    publish(broker, b"1")
    first = SqliteBroker(path)
    assert take(first) == [b"1"]
    with pytest.raises(LockedError, match=f"process {os.getpid()} "):
        take(broker)
    first.close()
    assert take(broker) == []


PUBLISH = """
for first in range(0, 1_000, 5):
    publish(*(b"TAG%d" % number for number in range(first, first + 5)))
"""


def test_processes_publish_side_by_side_while_another_reads(broker: SqliteBroker, path: Path) -> None:
    seen: list[bytes] = []
    with child(PUBLISH.replace("TAG", "a"), path) as one, child(PUBLISH.replace("TAG", "b"), path) as two:
        while len(seen) < 2_000:
            with broker.batch(TOPIC, "readers", size=100, wait=30) as found:
                assert found, "the publishers have stopped"
                seen += [each.value for each in found]
        assert (one.wait(), two.wait()) == (0, 0)
    for tag in (b"a", b"b"):
        assert [value for value in seen if value.startswith(tag)] == [
            b"%s%d" % (tag, number) for number in range(1_000)
        ]
    assert all(len({value[:1] for value in seen[first : first + 5]}) == 1 for first in range(0, 2_000, 5))


def test_a_full_disk_keeps_what_was_acknowledged(path: Path) -> None:
    code = """
resource.setrlimit(resource.RLIMIT_FSIZE, (2 ** 20, 2 ** 20))
count = 0
try:
    while True:
        publish(*[b"x" * 10_000] * 5)
        count += 5
except HeadstampError as error:
    print(count, error, flush=True)
"""
    with child(code, path) as process:
        count, _, error = said(process).partition(" ")
    assert "check space, quota and health of the disk" in error
    with closing(SqliteBroker(path)) as broker:
        assert broker.lag(TOPIC, "readers") == int(count) > 0
        publish(broker, b"after")
        assert everything(broker)[-1] == b"after"


def test_a_disk_too_full_to_mark_a_batch_read_gives_it_again(path: Path) -> None:
    code = """
publish(*[b"x" * 10_000] * 90)
try:
    with broker.batch("alerts", "readers", size=50, wait=0) as found:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, 4_096))
except HeadstampError as error:
    print(error, flush=True)
"""
    with child(code, path) as process:
        assert "check space" in said(process)
    with closing(SqliteBroker(path)) as broker:
        assert len(take(broker, size=50)) == 50
        assert broker.lag(TOPIC, "readers") == 40


def test_a_damaged_log_says_what_to_do(broker: SqliteBroker, path: Path) -> None:
    publish(broker, *[b"x" * 1_000] * 1_000)
    broker.close()
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 4)
        file.write(os.urandom(path.stat().st_size // 2))
    with closing(SqliteBroker(path)) as damaged, pytest.raises(CorruptError, match="put back a copy"):
        everything(damaged)


def test_reading_holds_few_messages_in_memory(broker: SqliteBroker) -> None:
    for _ in range(20):
        publish(broker, *(os.urandom(10_000) for _ in range(100)))
    tracemalloc.start()
    assert sum(len(each.value) for each in broker.read(TOPIC, START)) == 20_000_000
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5_000_000


class Yesterday(datetime):
    """A clock that was set back a day."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "Yesterday":
        return super().now(tz) - timedelta(days=1)


def test_a_clock_that_was_set_back_hides_nothing_published_since(
    broker: SqliteBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = datetime.now(UTC)
    publish(broker, b"1")
    monkeypatch.setattr("pipeline.broker.sqlite.datetime", Yesterday)
    publish(broker, b"2")
    assert [each.value for each in broker.read(TOPIC, Position(at=before))] == [b"1", b"2"]


KEPT = Topic(name="kept", records=(Alert,), key="", writer="", readers=("readers",), keep_days=30)
FOREVER = Topic(name="for ever", records=(Alert,), key="", writer="", readers=("readers",))


@pytest.fixture
def old(path: Path) -> Iterator[SqliteBroker]:
    """A log with 1,500 messages on each of its topics, which are old where the test says that it is later."""
    with closing(SqliteBroker(path, {KEPT.name: KEPT, FOREVER.name: FOREVER})) as broker:
        for topic in (KEPT.name, FOREVER.name):
            publish(broker, *[b"x"] * 1_500, topic=topic)
            take(broker, topic=topic)
        yield broker


def later(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def test_what_every_group_has_read_is_deleted_when_its_time_is_over(old: SqliteBroker) -> None:
    assert old.retain(later(29)) == 0
    assert old.retain(later(31)) == 1_500
    assert old.retain(later(31)) == 0
    assert everything(old, KEPT.name) == []
    assert len(everything(old, FOREVER.name)) == 1_500


def test_what_a_group_has_not_read_is_never_deleted(old: SqliteBroker) -> None:
    old.rewind(KEPT.name, "slow", Position(offsets={0: 1_200}))
    assert old.retain(later(31)) == 1_200
    assert old.lag(KEPT.name, "slow") == 300


def test_of_a_topic_without_readers_age_alone_decides(path: Path) -> None:
    with closing(SqliteBroker(path, {KEPT.name: KEPT})) as broker:
        publish(broker, b"1", topic=KEPT.name)
        assert broker.retain(later(29)) == 0
        assert broker.retain(later(31)) == 1


def test_a_topic_that_grows_forgets_by_itself_what_is_too_old(path: Path) -> None:
    with closing(SqliteBroker(path, {KEPT.name: KEPT})) as broker:
        publish(broker, b"old", b"older", topic=KEPT.name)
        with closing(Database(path, MIGRATIONS)) as database:
            database.run("UPDATE message SET time=0")
        publish(broker, *[b"new"] * 997, topic=KEPT.name)
        assert len(everything(broker, KEPT.name)) == 999
        publish(broker, b"new", topic=KEPT.name)
        assert everything(broker, KEPT.name) == [b"new"] * 998


def test_offsets_go_on_after_everything_was_deleted(old: SqliteBroker) -> None:
    old.retain(later(31))
    publish(old, b"new", topic=KEPT.name)
    assert [each.offset for each in old.read(KEPT.name, START)] == [1_500]
    assert old.lag(KEPT.name, "new group") == 1
    old.rewind(KEPT.name, "readers", Position(offsets={0: 3}))
    assert take(old, topic=KEPT.name) == [b"new"]


@pytest.mark.parametrize("headers", [b"", b"\xff", b"[]", b'{"schema": 1}', b'{"schema": "\xff"}'])
def test_headers_that_were_damaged_make_one_message_unreadable_and_stop_nothing(
    broker: SqliteBroker, path: Path, headers: bytes
) -> None:
    publish(broker, b"1", b"2")
    with closing(Database(path, MIGRATIONS)) as database:
        database.run("UPDATE message SET headers=? WHERE number=0", headers)
    damaged, sound = broker.read(TOPIC, START)
    assert (damaged.value, sound.headers) == (b"1", {})
    with pytest.raises(MalformedError, match="no schema version"):
        decode(damaged, (Alert,))
