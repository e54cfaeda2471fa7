"""All that is known of one market's addresses, and what became of each: nothing disappears."""

from collections import Counter
from datetime import datetime

import msgspec

from crawlers.account import Mirror, held, meaning, mirrors, part
from crawlers.health.watch import Standing, standing
from crawlers.leave import next_time
from crawlers.outcome import State
from crawlers.profile import MarketProfile
from pipeline.broker import START, Broker
from pipeline.codec import decode
from pipeline.records import Task
from pipeline.sqlite import Database
from pipeline.topics import TASKS

VISITS = 10
TASKS_SHOWN = 20


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many addresses of a market are in one state for one reason."""

    sum: str
    """Which part of the sum they are in."""
    state: str
    reason: str
    addresses: int
    meaning: str


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """Every address known of a market, in five parts that together are all."""

    known: int
    fetched: int
    failed: int
    held: int
    refused: int
    pending: int

    @property
    def line(self) -> str:
        """The sum as a line."""
        return (
            f"{self.fetched:,} fetched + {self.failed:,} failed + {self.held:,} held + {self.refused:,} refused"
            f" + {self.pending:,} pending = {self.known:,} known"
        )


class Visited(msgspec.Struct, frozen=True, kw_only=True):
    """One visit in figures."""

    visit: str
    started: str
    finished: str
    pages: int
    listings: int
    news: int
    gone: int


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a market."""

    market: str
    sum: Sum
    addresses: tuple[Count, ...]
    next: str
    """From when on the market may be asked, by its hours and budget; "" where it has no profile."""
    mirrors: tuple[Mirror, ...]
    """The best first."""
    refused: str
    """Why no crawl may ask it at all; "" where its authority allows one."""
    visits: tuple[Visited, ...]
    """The newest first."""
    tasks: tuple[Task, ...]
    """What operators were asked to do since the last visit began."""
    alerts: tuple[Standing, ...]


def overview(
    database: Database, log: Broker, market: str, profile: MarketProfile | None, now: datetime, *, refused: str = ""
) -> Overview | None:
    """All that is known of a market; None where nothing is."""
    counted, visits = counts(database, market), visited(database, market)
    if not counted and not visits:
        return None
    since = visits[0].started if visits else ""
    return Overview(
        market=market,
        sum=summed(counted, _known(database, market)),
        addresses=tuple(counted),
        next=f"{next_time(database, profile, now):%Y-%m-%d %H:%M} UTC" if profile else "",
        mirrors=tuple(mirrors(database, market)),
        refused=refused,
        visits=tuple(visits),
        tasks=tuple(tasks(log, market, since)),
        alerts=tuple(standing(database, market)),
    )


def counts(database: Database, market: str) -> list[Count]:
    """Every address of a market by state and reason: together they are all that is known."""
    rows = database.all("SELECT state, reason, count(*) FROM address WHERE market=? GROUP BY 1, 2", market)
    holding = held(database, market)
    counted: Counter[tuple[str, str]] = Counter()
    for state, reason, number in rows:
        told = holding or str(reason) if state == State.WAITING else str(reason)
        counted[str(state), told] += int(str(number))
    found = [
        Count(sum=part(*key), state=key[0], reason=key[1], addresses=number, meaning=meaning(*key))
        for key, number in counted.items()
    ]
    return sorted(found, key=lambda one: (one.state, -one.addresses, one.reason))


def summed(counted: list[Count], known: int) -> Sum:
    """The sum of the parts beside the number of all that is known."""
    parts: Counter[str] = Counter()
    for one in counted:
        parts[one.sum] += one.addresses
    return Sum(
        known=known,
        fetched=parts["fetched"],
        failed=parts["failed"],
        held=parts["held"],
        refused=parts["refused"],
        pending=parts["pending"],
    )


def visited(database: Database, market: str) -> list[Visited]:
    """The last visits of a market."""
    rows = database.all(
        "SELECT id, started, finished, pages, sightings-gone, listings, gone FROM visit WHERE market=? ORDER BY number DESC LIMIT ?",
        *(market, VISITS),
    )
    return [
        Visited(
            visit=str(row[0]),
            started=str(row[1]),
            finished=str(row[2]),
            pages=int(str(row[3])),
            listings=int(str(row[4])),
            news=int(str(row[5])),
            gone=int(str(row[6])),
        )
        for row in rows
    ]


def tasks(log: Broker, market: str, since: str) -> list[Task]:
    """The tasks of a market made since a moment, each once, the newest last."""
    found: dict[str, Task] = {}
    for message in log.read(TASKS.name, START):
        task = decode(message, TASKS.records)
        if (
            isinstance(task, Task)
            and task.market == market
            and (not since or task.time >= datetime.fromisoformat(since))
        ):
            found[task.id] = task
    return list(found.values())[-TASKS_SHOWN:]


def _known(database: Database, market: str) -> int:
    row = database.row("SELECT count(*) FROM address WHERE market=?", market)
    return int(str(row[0])) if row else 0
