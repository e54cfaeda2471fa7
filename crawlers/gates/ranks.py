"""Points of addresses in the frontier: what a session is spent on first."""

from collections.abc import Sequence

from crawlers.links import Link
from pipeline.sqlite import Database, Row

TABLE = """
CREATE TABLE rank(
    market TEXT NOT NULL, address TEXT NOT NULL, points INTEGER NOT NULL, PRIMARY KEY(market, address)) STRICT, WITHOUT ROWID;
"""
BEST = (
    "SELECT address.id, address.address, address.kind, iif(address.visit=?2, address.tries, 0) FROM rank JOIN address USING(market, address)"
    " WHERE rank.market=?1 AND ((address.due=1 AND address.round<?3) OR (address.visit=?2 AND address.state='waiting'))"
    " ORDER BY rank.points DESC, address.asked, address.id LIMIT 1"
)
"""The due or waiting address with most points: of equals one never asked for, then the one asked for longest ago."""


def keep(database: Database, market: str, links: Sequence[Link]) -> None:
    """Remember the points of links, the most that any page gave them."""
    database.many(
        "INSERT INTO rank(market, address, points) VALUES(?,?,?) ON CONFLICT(market, address)"
        " DO UPDATE SET points=max(points, excluded.points)",
        [(market, link.address, link.points) for link in links if link.points],
    )


def points(database: Database, market: str, address: str) -> int:
    """The points of an address."""
    row = database.row("SELECT points FROM rank WHERE market=? AND address=?", market, address)
    return int(str(row[0])) if row else 0


def best(database: Database, market: str, visit: str, number: int) -> Row | None:
    """The row of the address that a session should be spent on next in the visit of this number; None where none has points."""
    return database.row(BEST, market, visit, number)
