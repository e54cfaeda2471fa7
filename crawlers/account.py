"""What the frontier knows of visits and addresses, in numbers and words."""

from collections.abc import Mapping, Sequence

import msgspec

from crawlers.frontier import Visit
from crawlers.outcome import State
from crawlers.reason import MEANING, Reason
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
    rejected: Mapping[str, int]
    gated: Mapping[str, int]
    refused: Mapping[str, int]
    unread: Mapping[str, int] = {}
    """Texts that stand for a value and could not be read, by field, since the process began or took the visit up."""


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """How far an address is, and why."""

    market: str
    address: str
    state: str
    reason: str
    detail: str
    meaning: str
    asked: str
    """When it was last asked for; "" for never."""
    visit: str


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many addresses of a market are in one state for one reason."""

    state: str
    reason: str
    addresses: int
    meaning: str


def tally(
    database: Database, visit: Visit, *, unreachable: bool = False, unread: Mapping[str, int] | None = None
) -> Tally:
    """What a visit came to, all its parts together where it was interrupted."""
    row = database.row("SELECT pages, listings, sightings, gone, finished FROM visit WHERE id=?", visit.id)
    assert row is not None, "the visit was begun"
    pages, news, sightings, gone = (int(str(value)) for value in row[:4])
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
        waiting=sum(_reasons(database, visit, State.WAITING).values()),
        rejected=_reasons(database, visit, State.REJECTED) | _rows(database, visit),
        gated=_reasons(database, visit, State.GATED),
        refused=_reasons(database, visit, State.REFUSED),
        unread=dict(sorted((unread or {}).items())),
    )


def counts(database: Database, market: str) -> list[Count]:
    """Every address of a market by state and reason: together they are all that is known."""
    rows = database.rows(
        "SELECT state, reason, count(*) FROM address WHERE market=? GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2", market
    )
    return [
        Count(
            state=str(state), reason=str(reason), addresses=int(str(number)), meaning=meaning(str(state), str(reason))
        )
        for state, reason, number in rows
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
            reason=reason,
            detail=detail,
            meaning=meaning(state, reason),
            asked=asked,
            visit=visit,
        )
        for market, address, state, reason, detail, asked, visit in (map(str, row) for row in rows)
        if not markets or market in markets
    ]


def meaning(state: str, reason: str) -> str:
    """What a state and its reason mean to an operator."""
    if state == State.GATED:
        return f"a page stood before the market ({reason}): pass it by hand; see topic tasks"
    if reason in MEANING:
        return MEANING[Reason(reason)]
    return STATES[State(state)]


STATES = {
    State.WAITING: "it will be asked for in the visit under way, or in the next one",
    State.TAKEN: "it is being asked for; if no crawl runs, the next one asks again",
    State.DONE: "it was read, and what it showed is published",
    State.REJECTED: "it was read, but was no page that could be used",
    State.GATED: "a page stood before the market",
    State.REFUSED: "it is not asked for",
}


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
