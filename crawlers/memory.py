"""What was last said of each listing, so that only news is said again."""

from collections.abc import Iterator, Sequence

from crawlers.news import Said
from pipeline.records import Presence
from pipeline.sqlite import Database

TABLE = """
CREATE TABLE listing(
    market TEXT NOT NULL, key TEXT NOT NULL, address TEXT NOT NULL, statement TEXT NOT NULL, version TEXT NOT NULL,
    presence TEXT NOT NULL, visit TEXT NOT NULL, PRIMARY KEY(market, key)) STRICT, WITHOUT ROWID;
CREATE INDEX listing_address ON listing(market, address);
"""
COLUMNS = "key, address, statement, version, presence, visit"
VISITS = 8
"""Visits back to which it is known whether a listing was seen: a bit each in `seen`, the lowest for visit `number`."""
LED_AWAY = "SELECT address FROM address WHERE market=? AND visit=? AND state='rejected' AND reason='redirected'"
BY_ADDRESS = "INDEXED BY listing_address"
"""Left to itself SQLite walks over all listings of the market: 0.1 s of a million."""
KEEP = (
    f"INSERT INTO listing(market, {COLUMNS}, number, seen) VALUES(?,?,?,?,?,?,?,?,?) ON CONFLICT(market, key) DO UPDATE SET"  # our own words
    " address=excluded.address, statement=excluded.statement, version=excluded.version, presence=excluded.presence,"
    f" visit=excluded.visit, number=excluded.number, seen=(seen << (excluded.number-number) | excluded.seen) & {2**VISITS - 1}"
)


class Memory:
    """What was last said of the listings of one market."""

    def __init__(self, database: Database, market: str, number: int = 0) -> None:
        self._database = database
        self._market = market
        self._number = number

    def of(self, key: str) -> Said | None:
        """What was last said of a listing; None where it was never seen."""
        return next(self._found("key=?", key), None)

    def at(self, address: str) -> list[Said]:
        """What was last said of the listings that an address showed."""
        return list(self._found("address=?", address, by=BY_ADDRESS))

    def missing(self, visit: str) -> list[Said]:
        """The listings held to be present that this visit did not see."""
        return list(self._found("presence=? AND visit<>?", Presence.PRESENT, visit))

    def led_away(self, visit: str) -> list[Said]:
        """The listings held to be present whose own address led elsewhere in this visit."""
        return list(
            self._found(
                f"presence=? AND visit<>? AND address IN ({LED_AWAY})", Presence.PRESENT, visit, self._market, visit
            )
        )

    def keep(self, said: Sequence[Said]) -> None:
        """Remember what is said now."""
        self._database.many(
            KEEP,
            [
                (
                    *(self._market, one.key, one.address, one.statement, one.version, one.presence, one.visit),
                    *(self._number, int(one.presence is Presence.PRESENT)),
                )
                for one in said
            ],
        )

    def _found(self, condition: str, *values: str, by: str = "") -> Iterator[Said]:
        sql = f"SELECT {COLUMNS} FROM listing {by} WHERE market=? AND {condition} ORDER BY key"  # noqa: S608  # our own conditions
        for row in self._database.rows(sql, self._market, *values):
            key, address, told, version, presence, visit = map(str, row)
            yield Said(
                key=key, address=address, statement=told, version=version, presence=Presence(presence), visit=visit
            )
