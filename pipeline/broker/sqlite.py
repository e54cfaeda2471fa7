"""The log in one SQLite file: one order per topic, named groups, one process per group."""

import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

import msgspec

from pipeline.broker import AT_ONCE, DAMAGED, Position, Standing, milliseconds, moment
from pipeline.codec import Message
from pipeline.sqlite import Database, Row, Value, lock
from pipeline.topics import TOPICS, Topic, known

# `message` is an ordinary table on purpose: WITHOUT ROWID stores every value over 1 KB in overflow pages, three times the disk.
MIGRATIONS = (
    """
    CREATE TABLE topic(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, next INTEGER NOT NULL) STRICT;
    CREATE TABLE message(topic INTEGER NOT NULL, number INTEGER NOT NULL, time INTEGER NOT NULL,
        key BLOB NOT NULL, value BLOB NOT NULL, headers BLOB NOT NULL) STRICT;
    CREATE UNIQUE INDEX message_place ON message(topic, number);
    CREATE TABLE place(topic INTEGER NOT NULL, reader TEXT NOT NULL, next INTEGER NOT NULL,
        PRIMARY KEY(topic, reader)) STRICT, WITHOUT ROWID;
    """,
)
REMEDY = (
    "put back a copy of the home; without one, move the file away, then crawl and ingest again (docs/operations.md)"
)
PAGE = 100
"""Messages that `read` holds in memory, fewer where they have more than `AT_ONCE` bytes."""
FORGET = 1_000
"""Messages that `retain` deletes at once, so that publishers get their turn; as many new ones of a topic call for it."""
FIRST_LOOK_S, LAST_LOOK_S = 0.005, 0.1
"""How long a reader without messages sleeps between looks: at first, and at most."""

_encode = msgspec.json.encode
_headers = msgspec.json.Decoder(dict[str, str])


class SqliteBroker:
    """A `Broker` on one file. Any number of processes publish at once; one process at a time reads for a group.

    The lock of a group is taken at its first batch and kept until `close`. Offsets count from 0 without gaps, in the
    order in which publishers committed, and never repeat.
    """

    def __init__(self, path: Path, topics: Mapping[str, Topic] = TOPICS) -> None:
        self._database = Database(path, MIGRATIONS, remedy=REMEDY)
        self._topics = topics
        self._ids: dict[str, int] = {}
        self._held: set[tuple[str, str]] = set()
        self._locks = ExitStack()

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Append messages in their order; returns once they are on disk, all of them or none."""
        id_ = self._id(topic)
        if not messages:
            return
        with self._database.transaction():
            number = self._next(id_)
            times = _times(messages, self._ahead(id_, number))
            self._database.many(
                "INSERT INTO message VALUES(?,?,?,?,?,?)",
                (
                    (id_, offset, time_, message.key, message.value, _encode(message.headers))
                    for offset, (time_, message) in enumerate(zip(times, messages, strict=True), number)
                ),
            )
            self._database.run("UPDATE topic SET next=? WHERE id=?", number + len(messages), id_)
        if number // FORGET != (number + len(messages)) // FORGET:
            self._prune(self._topics[topic], datetime.now(UTC))

    @contextmanager
    def batch(self, topic: str, group: str, *, size: int, wait: float) -> Iterator[Sequence[Message]]:
        """The next messages for a group, see `Broker`."""
        id_ = self._id(topic)
        self._hold(topic, group)
        place = self._place(id_, group)
        found = self._await(id_, place, size, wait)
        yield found
        if found:
            # Only from where the batch began: a rewind in the meantime stands.
            self._database.run(
                "UPDATE place SET next=? WHERE topic=? AND reader=? AND next=?",
                found[-1].offset + 1,
                id_,
                group,
                place,
            )

    def read(self, topic: str, since: Position) -> Iterator[Message]:
        """The messages of a topic from a place to its present end, for no group."""
        id_ = self._id(topic)
        return self._pages(id_, self._number(id_, since), self._next(id_))

    def lag(self, topic: str, group: str) -> int:
        """How many messages of the topic the group has not marked read."""
        return self._count(
            "SELECT next - max("
            "  coalesce((SELECT place.next FROM place WHERE place.topic=topic.id AND reader=?), 0),"
            "  coalesce((SELECT number FROM message WHERE message.topic=topic.id ORDER BY number LIMIT 1), next)"
            ") FROM topic WHERE id=?",
            group,
            self._id(topic),
        )

    def rewind(self, topic: str, group: str, to: Position) -> None:
        """Let the group read again from a place, even while its process runs."""
        id_ = self._id(topic)
        number = self._number(id_, to)
        self._database.run(
            "INSERT INTO place VALUES(?,?,?) ON CONFLICT DO UPDATE SET next=excluded.next", id_, group, number
        )

    def places(self, topic: str) -> Mapping[str, Position]:
        """Where each group that has read the topic reads on."""
        found = self._database.all("SELECT reader, next FROM place WHERE topic=?", self._id(topic))
        return {str(group): Position(offsets={0: _whole((number,))}) for group, number in found}

    @contextmanager
    def hold(self, topic: str, group: str) -> Iterator[None]:
        """Read for the group alone while the block runs, and until `close`; a `LockedError` where another process reads for it."""
        self._hold(topic, group)
        yield

    def retain(self, now: datetime) -> int:
        """Delete what is older than its topic keeps it and every known group has read; how many messages that were.

        Of a topic that no group reads, age alone decides. It is also done at each thousandth message of a topic.
        """
        return sum(self._prune(topic, now) for topic in self._topics.values())

    def topics(self, *, create: bool) -> Sequence[Standing]:  # noqa: ARG002  # a topic is there once it is used
        """Nothing: the file needs no making of topics."""
        return ()

    def close(self) -> None:
        """Let go of the file and of the locks of the groups."""
        self._locks.close()
        self._database.close()

    def _id(self, topic: str) -> int:
        known(topic, self._topics)
        if topic not in self._ids:
            if not self._database.row("SELECT id FROM topic WHERE name=?", topic):
                self._database.run("INSERT INTO topic(name, next) VALUES(?, 0) ON CONFLICT DO NOTHING", topic)
            self._ids[topic] = self._count("SELECT id FROM topic WHERE name=?", topic)
        return self._ids[topic]

    def _hold(self, topic: str, group: str) -> None:
        if (topic, group) not in self._held:
            path = self._database.path
            file = path.parent / "locks" / f"{path.name}.{topic}.{group}.lock"
            self._locks.enter_context(lock(file, f"stage {group}"))
            self._held.add((topic, group))
            self._database.run("INSERT INTO place VALUES(?,?,0) ON CONFLICT DO NOTHING", self._id(topic), group)

    def _await(self, id_: int, number: int, size: int, wait: float) -> list[Message]:
        end, pause = time.monotonic() + wait, FIRST_LOOK_S
        while not (found := self._page(id_, number, size)) and (left := end - time.monotonic()) > 0:
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, LAST_LOOK_S)
        return found

    def _pages(self, id_: int, number: int, end: int) -> Iterator[Message]:
        while number < end and (page := self._page(id_, number, min(PAGE, end - number))):
            yield from page
            number = page[-1].offset + 1

    def _page(self, id_: int, number: int, size: int) -> list[Message]:
        rows = self._database.all(
            "SELECT number, time, key, value, headers FROM message WHERE topic=? AND number>=? ORDER BY number LIMIT ?",
            id_,
            number,
            self._fitting(id_, number, size),
        )
        return [_message(*row) for row in rows]

    def _fitting(self, id_: int, number: int, size: int) -> int:
        """How many messages from a number on make a page: `size`, or as many as have `AT_ONCE` bytes, but one at least."""
        lengths = self._database.all(
            "SELECT length(key) + length(value) + length(headers) FROM message"
            " WHERE topic=? AND number>=? ORDER BY number LIMIT ?",
            id_,
            number,
            size,
        )
        return max(bisect_right(list(accumulate(map(_whole, lengths))), AT_ONCE), min(len(lengths), 1))

    def _number(self, id_: int, position: Position) -> int:
        first, end = self._first(id_), self._next(id_)
        if position.at is None:
            return min(max(position.offsets.get(0, first), first), end)
        return self._since(id_, position.at, first, end)

    def _since(self, id_: int, at: datetime, first: int, end: int) -> int:
        return first + bisect_left(range(first, end), milliseconds(at), key=lambda number: self._time(id_, number))

    def _time(self, id_: int, number: int) -> int:
        return self._count("SELECT time FROM message WHERE topic=? AND number=?", id_, number)

    def _ahead(self, id_: int, number: int) -> int:
        """The time of the message before a number; 0 where there is none."""
        row = self._database.row("SELECT time FROM message WHERE topic=? AND number=?", id_, number - 1)
        return _whole(row) if row else 0

    def _first(self, id_: int) -> int:
        row = self._database.row("SELECT number FROM message WHERE topic=? ORDER BY number LIMIT 1", id_)
        return _whole(row) if row else self._next(id_)

    def _next(self, id_: int) -> int:
        return self._count("SELECT next FROM topic WHERE id=?", id_)

    def _place(self, id_: int, group: str) -> int:
        return self._count("SELECT next FROM place WHERE topic=? AND reader=?", id_, group)

    def _prune(self, topic: Topic, now: datetime) -> int:
        if topic.keep_days is None:
            return 0
        return self._forget(self._id(topic.name), now - timedelta(days=topic.keep_days))

    def _forget(self, id_: int, before: datetime) -> int:
        first, end = self._first(id_), self._next(id_)
        slowest = self._count("SELECT coalesce(min(next), ?) FROM place WHERE topic=?", end, id_)
        end = max(first, min(slowest, self._since(id_, before, first, end)))
        for number in range(first, end, FORGET):
            self._database.run(
                "DELETE FROM message WHERE topic=? AND number>=? AND number<?", id_, number, min(number + FORGET, end)
            )
        return end - first

    def _count(self, sql: str, *bindings: Value) -> int:
        row = self._database.row(sql, *bindings)
        assert row is not None, sql
        return _whole(row)


def _times(messages: Sequence[Message], ahead: int) -> Iterator[int]:
    # Never before the message ahead, whatever the clock does: a place in time is found by halving.
    now = milliseconds(datetime.now(UTC))
    for message in messages:
        ahead = max(ahead, min(now, milliseconds(message.time)) if message.time else now)
        yield ahead


def _whole(row: Row) -> int:
    assert isinstance(row[0], int), "the column is an INTEGER of a STRICT table"
    return row[0]


def _message(number: Value, time: Value, key: Value, value: Value, headers: Value) -> Message:
    assert isinstance(number, int)
    assert isinstance(time, int)
    assert isinstance(key, bytes)
    assert isinstance(value, bytes)
    assert isinstance(headers, bytes)
    return Message(key=key, value=value, headers=_read(headers), offset=number, time=moment(time))


def _read(headers: bytes) -> dict[str, str]:
    try:
        return _headers.decode(headers)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return DAMAGED
