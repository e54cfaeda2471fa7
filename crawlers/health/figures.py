"""The figures of a market's last visit, read from its frontier."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from statistics import median

import msgspec

from crawlers.health.coverage import Coverage, coverage
from crawlers.health.filled import ALL, UNREAD
from crawlers.memory import VISITS
from crawlers.outcome import State
from crawlers.profile import MarketProfile
from pipeline.sqlite import Database, Row

USUAL_OF = 9
"""Finished visits before the last whose median is the usual."""
CLOSE = timedelta(days=7)
"""Days between two visits within which what both saw says how complete they are (literature: crawls at most 7 days apart)."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """In how many of the listings a field was read."""

    field: str
    filled: float
    expected: float


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What a visit came to, beside what was to be expected."""

    market: str
    visit: str
    started: str
    finished: str
    pages: int
    listings: int
    """Listings that were there."""
    usual: float | None
    """Median of the listings of the finished visits before; None for the first."""
    usual_of: int
    fields: tuple[Field, ...]
    shown: int
    """Listings that pages showed, read or not."""
    unread: int
    """Those without a title or a key, so that nothing of them was read."""
    gated: int
    failures: Mapping[str, int]
    """Addresses of the visit that could not be read, by reason."""
    asked: int
    """Addresses of the visit that were asked for."""
    coverage: Coverage

    @property
    def basis(self) -> str:
        """From which visits it is known what is usual."""
        return "the one visit before" if self.usual_of == 1 else f"median of {self.usual_of} visits"


def figures(database: Database, profile: MarketProfile) -> Figures | None:
    """The figures of the market's newest visit; None before the first."""
    row = database.row(
        "SELECT id, started, finished, pages, sightings-gone, filled, number FROM visit WHERE market=? ORDER BY number DESC LIMIT 1",
        profile.market,
    )
    if row is None:
        return None
    visit, number = str(row[0]), int(str(row[6]))
    filled = msgspec.json.decode(str(row[5]), type=dict[str, int])
    before = _before(database, profile.market, number)
    states = _states(database, profile.market, visit)
    return Figures(
        market=profile.market,
        visit=visit,
        started=str(row[1]),
        finished=str(row[2]),
        pages=int(str(row[3])),
        listings=int(str(row[4])),
        usual=median(before) if before else None,
        usual_of=len(before),
        fields=tuple(_fields(filled, profile)),
        shown=filled.get(ALL, 0),
        unread=filled.get(UNREAD, 0),
        gated=sum(count for (state, _), count in states.items() if state == State.GATED),
        failures={reason: count for (state, reason), count in states.items() if state == State.REJECTED},
        asked=sum(count for (state, _), count in states.items() if state not in (State.WAITING, State.REFUSED)),
        coverage=_coverage(database, profile.market, number, row),
    )


def _before(database: Database, market: str, number: int) -> list[int]:
    rows = database.all(
        "SELECT sightings-gone FROM visit WHERE market=? AND number<? AND finished<>'' ORDER BY number DESC LIMIT ?",
        *(market, number, USUAL_OF),
    )
    return [int(str(count)) for (count,) in rows]


def _fields(filled: Mapping[str, int], profile: MarketProfile) -> list[Field]:
    """Each expected field's share of the listings that were read; the title's of all, for a listing without one is not read."""
    shown, read = filled.get(ALL, 0), filled.get(ALL, 0) - filled.get(UNREAD, 0)
    totals = {name: shown if name == "title" else read for name in profile.expect}
    return [
        Field(field=name, filled=filled.get(name, 0) / total, expected=profile.expect[name])
        for name, total in totals.items()
        if total
    ]


def _states(database: Database, market: str, visit: str) -> dict[tuple[str, str], int]:
    rows = database.rows(
        "SELECT state, reason, count(*) FROM address WHERE market=? AND visit=? GROUP BY 1, 2", market, visit
    )
    return {(str(state), str(reason)): int(str(count)) for state, reason, count in rows}


def _coverage(database: Database, market: str, number: int, row: Row) -> Coverage:
    """From the listings' bits; visits further apart than a week have too little in common by their nature."""
    rows = database.rows(
        "SELECT (seen << (?1-number)) & ?2, count(*) FROM listing WHERE market=?3 GROUP BY 1",
        *(number, 2**VISITS - 1, market),
    )
    masks = {int(str(mask)): int(str(count)) for mask, count in rows}
    earlier = database.row("SELECT started FROM visit WHERE market=? AND number=?", market, number - 1)
    close = earlier and datetime.fromisoformat(str(row[1])) - datetime.fromisoformat(str(earlier[0])) <= CLOSE
    return coverage(masks) if close else Coverage(listings=None, share=None, unseen=None)
