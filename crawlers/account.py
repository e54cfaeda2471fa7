"""What the frontier knows of visits and addresses, in numbers and words."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from crawlers.frontier import Visit
from crawlers.hours import Pause
from crawlers.outcome import State
from crawlers.profile import Gate
from crawlers.reason import MEANING, Reason
from crawlers.route.mirror_health import remembered
from pipeline.sqlite import Database


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What a visit came to."""

    market: str
    visit: str
    finished: bool
    unreachable: bool
    """Whether it ended because no mirror answered."""
    pages: int
    listings: int
    """Listings that were there."""
    news: int
    """Listings that were new, or said something new."""
    gone: int
    """Listings known before that were not there any more."""
    sightings: int
    waiting: int
    """Addresses left for the next time."""
    held: str = ""
    """Why the market was not asked to the end; "" where it was."""
    until: str = ""
    """From when on it may be asked again."""
    rejected: Mapping[str, int]
    gated: Mapping[str, int]
    refused: Mapping[str, int]
    unread: Mapping[str, int] = {}
    """Texts that stand for a value and could not be read, by field, since the process began or took the visit up."""

    @property
    def interrupted(self) -> bool:
        """Whether a signal ended the crawl before the visit was over."""
        return not (self.finished or self.unreachable or self.held)


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """How far an address is, and why."""

    market: str
    address: str
    state: str
    sum: str
    """Which part of the sum it is in: fetched, failed, held, refused or pending."""
    reason: str
    detail: str
    meaning: str
    asked: str
    """When it was last asked for; "" for never."""
    visit: str


class Mirror(msgspec.Struct, frozen=True, kw_only=True):
    """How one mirror of a market did."""

    mirror: str
    answers: str
    """Share of the last twenty or so requests that it answered."""
    seconds: float
    """Time to an answer's headers, on average; 0 where it never answered."""
    failures: int
    """Failures in a row."""
    last_failure: str
    """When it last failed; "" for never."""
    reason: str


def tally(
    database: Database,
    visit: Visit,
    *,
    unreachable: bool = False,
    paused: Pause | None = None,
    gate: Gate | None = None,
    unread: Mapping[str, int] | None = None,
) -> Tally:
    """What a visit came to, all its parts together where it was interrupted."""
    row = database.row("SELECT pages, listings, sightings, gone, finished FROM visit WHERE id=?", visit.id)
    assert row is not None, "the visit was begun"
    pages, news, sightings, gone = (int(str(value)) for value in row[:4])
    left = _left(database, visit)
    over = Reason.PAGES_PER_VISIT if row[4] and left else ""
    return Tally(
        market=visit.market,
        visit=visit.id,
        finished=bool(row[4]),
        unreachable=unreachable,
        pages=pages,
        listings=sightings - gone,
        news=news,
        gone=gone,
        sightings=sightings,
        waiting=left,
        held=paused.reason if paused else gate or over,
        until=f"{paused.until:%Y-%m-%d %H:%M} UTC" if paused else "",
        rejected=_reasons(database, visit, State.REJECTED) | _rows(database, visit),
        gated=_reasons(database, visit, State.GATED),
        refused=_reasons(database, visit, State.REFUSED),
        unread=dict(sorted((unread or {}).items())),
    )


def mirrors(database: Database, market: str) -> list[Mirror]:
    """How the mirrors of a market did when they were last asked, the best first."""
    return [
        Mirror(
            mirror=one.mirror,
            answers=f"{one.share:.0%}",
            seconds=round(one.latency_s, 1),
            failures=one.in_row,
            last_failure=datetime.fromtimestamp(one.last_failure, UTC).isoformat("T", "seconds")
            if one.last_failure
            else "",
            reason=one.reason,
        )
        for one in remembered(database, market)
    ]


def why(database: Database, address: str, markets: Sequence[str] = ()) -> list[Why]:
    """What is known of an address, in these markets or in all."""
    rows = database.rows(
        "SELECT market, address, state, reason, detail, asked, visit FROM address WHERE address=? ORDER BY market",
        address,
    )
    return [
        Why(
            market=market,
            address=address,
            state=state,
            sum=part(state, told),
            reason=told,
            detail=detail,
            meaning=meaning(state, told),
            asked=asked,
            visit=visit,
        )
        for market, address, state, reason, detail, asked, visit in (map(str, row) for row in rows)
        if not markets or market in markets
        for told in [held(database, market) or reason if state == State.WAITING else reason]
    ]


def meaning(state: str, reason: str) -> str:
    """What a state and its reason mean to an operator."""
    if state == State.GATED:
        return f"a page stood before the market ({reason}): see `headstamp gate list` for what to do"
    if reason in MEANING:
        return MEANING[Reason(reason)]
    return STATES[State(state)]


def part(state: str, reason: str) -> str:
    """Which part of the sum an address is in; with a reason, one that waits is held."""
    if state == State.WAITING and reason in HOLDING:
        return "held"
    return PARTS[State(state)]


def held(database: Database, market: str) -> str:
    """Why the waiting addresses of a market are not asked for now; "" where a visit is under way, or interrupted."""
    row = database.row("SELECT reason FROM pause WHERE market=?", market)
    if row is not None:
        return str(row[0])
    under_way = database.row("SELECT 1 FROM visit WHERE market=? AND finished='' LIMIT 1", market)
    return "" if under_way else Reason.PAGES_PER_VISIT


HOLDING = frozenset(
    {
        Reason.PAGES_PER_VISIT,
        Reason.PAGES_PER_DAY,
        Reason.OUTSIDE_HOURS,
        Reason.UNKNOWN_PAGES,
        Reason.AUTHORITY_ENDED,
    }
)
"""Reasons that hold a whole market."""
PARTS = {
    State.WAITING: "pending",
    State.TAKEN: "pending",
    State.DONE: "fetched",
    State.REJECTED: "failed",
    State.GATED: "held",
    State.REFUSED: "refused",
}
"""fetched + failed + held + refused + pending = known: every state is in one part."""
STATES = {
    State.WAITING: "it will be asked for in the visit under way, or in the next one",
    State.TAKEN: "it is being asked for; if no crawl runs, the next one asks again",
    State.DONE: "it was read, and what it showed is published",
    State.REJECTED: "it was read, but was no page that could be used",
    State.GATED: "a page stood before the market",
    State.REFUSED: "it is not asked for",
}


def _left(database: Database, visit: Visit) -> int:
    """Addresses that the visit would still ask for."""
    found = database.row(
        "SELECT count(*) FROM address WHERE market=? AND due=1 AND (round<? OR state='waiting')",
        visit.market,
        visit.number,
    )
    return int(str(found[0])) if found else 0


def _reasons(database: Database, visit: Visit, state: State) -> dict[str, int]:
    rows = database.rows(
        "SELECT reason, count(*) FROM address WHERE market=? AND visit=? AND state=? GROUP BY 1 ORDER BY 2 DESC, 1",
        *(visit.market, visit.id, state),
    )
    return {str(reason): int(str(number)) for reason, number in rows}


def _rows(database: Database, visit: Visit) -> dict[str, int]:
    """Rows of result pages that were rejected while others of their page were read."""
    rows = database.rows(
        "SELECT 'row_' || rejected.reason, count(*) FROM rejected JOIN address ON address.id=rejected.address"
        " WHERE rejected.visit=? AND address.state='done' GROUP BY 1 ORDER BY 2 DESC, 1",
        visit.id,
    )
    return {str(reason): int(str(number)) for reason, number in rows}
