"""What waits for an operator, and how long sessions lasted: one small file of the home."""

import statistics
from datetime import datetime
from pathlib import Path

import msgspec

from crawlers.profile import Gate
from pipeline.sqlite import Database

FILE = "gates.db"
MIGRATIONS = (
    """
CREATE TABLE task(
    market TEXT NOT NULL, gate TEXT NOT NULL, since TEXT NOT NULL, seen TEXT NOT NULL, url TEXT NOT NULL,
    visit TEXT NOT NULL, visits INTEGER NOT NULL DEFAULT 1, whole INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(market, gate)) STRICT, WITHOUT ROWID;
CREATE TABLE session(
    number INTEGER PRIMARY KEY, market TEXT NOT NULL, opened TEXT NOT NULL, ended TEXT NOT NULL DEFAULT '',
    pages INTEGER NOT NULL DEFAULT 0, how TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX session_market ON session(market, ended);
""",
)


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """A task that waits for an operator."""

    market: str
    gate: Gate
    since: str
    seen: str
    visits: int
    """In how many visits the gate was met."""
    url: str
    whole: bool
    """Whether all that waits in the market waits behind it."""


class Length(msgspec.Struct, frozen=True, kw_only=True):
    """How long the sessions of a market last: the medians of those that ended by themselves."""

    sessions: int
    pages: float
    minutes: float


class Desk:
    """The tasks and the session lengths of one home."""

    def __init__(self, home: Path) -> None:
        self._database = Database(home / FILE, MIGRATIONS)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def met(self, market: str, gate: Gate, visit: str, url: str, now: datetime) -> None:
        """Note that a gate stands before a market."""
        self._database.run(
            "INSERT INTO task(market, gate, since, seen, url, visit) VALUES(?1,?2,?3,?3,?4,?5) ON CONFLICT(market, gate)"
            " DO UPDATE SET seen=excluded.seen, url=excluded.url, visit=excluded.visit, visits=visits+(visit<>excluded.visit),"
            " whole=whole*(visit=excluded.visit)",
            *(market, gate, _text(now), url, visit),
        )

    def paused(self, market: str, gate: Gate) -> None:
        """Note that the whole market waits behind a gate, whatever of it was asked for."""
        self._database.run("UPDATE task SET whole=1 WHERE market=? AND gate=?", market, gate)

    def passed(self, market: str, visit: str) -> None:
        """Close the tasks of gates that a whole visit no longer met."""
        self._database.run("DELETE FROM task WHERE market=? AND visit<>?", market, visit)

    def handed(self, market: str) -> None:
        """Note that a session was handed over: the next whole visit closes the tasks of gates that it does not meet."""
        self._database.run("UPDATE task SET visit='' WHERE market=?", market)

    def tasks(self) -> list[Open]:
        """Every open task, by market."""
        rows = self._database.all(
            "SELECT market, gate, since, seen, visits, url, whole FROM task ORDER BY market, since"
        )
        return [
            Open(
                market=str(row[0]),
                gate=Gate(str(row[1])),
                since=str(row[2]),
                seen=str(row[3]),
                visits=int(str(row[4])),
                url=str(row[5]),
                whole=bool(row[6]),
            )
            for row in rows
        ]

    def begun(self, market: str, now: datetime) -> int:
        """The number of a session that begins; one that was still open is replaced."""
        with self._database.transaction():
            self.ended(market, now, "replaced")
            self._database.run("INSERT INTO session(market, opened) VALUES(?,?)", market, _text(now))
            row = self._database.row("SELECT max(number) FROM session")
        assert row is not None
        return int(str(row[0]))

    def used(self, number: int, pages: int) -> None:
        """Note pages read inside a session."""
        self._database.run("UPDATE session SET pages=pages+? WHERE number=?", pages, number)

    def ended(self, market: str, now: datetime, how: str) -> None:
        """Note that a market's session ended, and how: spent, replaced or forgotten."""
        self._database.run("UPDATE session SET ended=?, how=? WHERE market=? AND ended=''", _text(now), how, market)

    def length(self, market: str) -> Length | None:
        """How long sessions of the market last; None before one has ended by itself."""
        rows = self._database.all("SELECT pages, opened, ended FROM session WHERE market=? AND how='spent'", market)
        if not rows:
            return None
        spans = [datetime.fromisoformat(str(row[2])) - datetime.fromisoformat(str(row[1])) for row in rows]
        return Length(
            sessions=len(rows),
            pages=statistics.median(int(str(row[0])) for row in rows),
            minutes=round(statistics.median(span.total_seconds() / 60 for span in spans), 1),
        )


def _text(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
