"""Points of addresses in the frontier: what a session is spent on first."""

from collections.abc import Sequence

from crawlers.links import Link
from pipeline.sqlite import Database, Row

TABLE = """
CREATE TABLE rank(
    market TEXT NOT NULL, address TEXT NOT NULL, points INTEGER NOT NULL, PRIMARY KEY(market, address)) STRICT, WITHOUT ROWID;
"""
BEST = (
    "SELECT address.id, address.address, address.kind, address.tries FROM rank JOIN address USING(market, address)"
    " WHERE rank.market=? AND address.visit=? AND address.state='waiting' ORDER BY rank.points DESC, address.asked, address.id LIMIT 1"
)
"""The waiting address with most points: of equals one never asked for, then the one asked for longest ago."""


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


def best(database: Database, market: str, visit: str) -> Row | None:
    """The row of the address that a session should be spent on next; None where none has points."""
    return database.row(BEST, market, visit)
