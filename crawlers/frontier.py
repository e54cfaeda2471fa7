"""Every address of every market and how far it is: what a visit asks for next, whatever killed the one before."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crawlers import memory
from crawlers.gates import ranks
from crawlers.links import Kind, Link
from crawlers.memory import Memory
from crawlers.news import Said
from crawlers.outcome import Outcome, Place, State
from crawlers.profile import Gate
from crawlers.reason import Reason
from pipeline.records import Presence
from pipeline.sqlite import Database, Value

MIGRATIONS = (
    """
CREATE TABLE visit(
    id TEXT PRIMARY KEY, market TEXT NOT NULL, started TEXT NOT NULL, finished TEXT NOT NULL DEFAULT '',
    pages INTEGER NOT NULL DEFAULT 0, listings INTEGER NOT NULL DEFAULT 0, sightings INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX visit_market ON visit(market, started);
CREATE TABLE address(
    id INTEGER PRIMARY KEY, market TEXT NOT NULL, address TEXT NOT NULL, kind TEXT NOT NULL, visit TEXT NOT NULL,
    state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', detail TEXT NOT NULL DEFAULT '',
    tries INTEGER NOT NULL DEFAULT 0, asked TEXT NOT NULL DEFAULT '', UNIQUE(market, address)) STRICT;
CREATE INDEX address_next ON address(market, visit, state, asked, id);
CREATE TABLE rejected(
    visit TEXT NOT NULL, address INTEGER NOT NULL, number INTEGER NOT NULL, reason TEXT NOT NULL,
    detail TEXT NOT NULL, PRIMARY KEY(visit, address, number)) STRICT, WITHOUT ROWID;
"""
    + memory.TABLE,
    ranks.TABLE,
)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One walk over one market, which goes on where a killed one stopped."""

    id: str
    market: str
    resumed: bool


class Frontier:
    """The frontier of one home."""

    def __init__(self, home: Path) -> None:
        self.database = Database(home / "frontier.db", MIGRATIONS)

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()

    def begin(self, market: str, starts: Sequence[str], now: datetime) -> Visit:
        """The market's unfinished visit, or a new one that asks again for what is known to be there."""
        with self.database.transaction():
            found = self.database.row("SELECT id FROM visit WHERE market=? AND finished='' LIMIT 1", market)
            visit = Visit(id=str(found[0]), market=market, resumed=True) if found else self._new(market, now)
            self._run(
                "UPDATE address SET state='waiting' WHERE market=? AND state IN ('taken','gated') AND visit=?",
                market,
                visit.id,
            )
            for start in starts:
                self._offer(visit, Link(address=start, kind=Kind.START))
        return visit

    def take(self, visit: Visit, budget: int, *, dear: bool = False) -> Place | None:
        """The next address to ask for: new ones first, then those asked longest ago. None when the budget is spent.

        Where a visit is dear, for it spends a session, what the session is for comes before all others.
        """
        with self.database.transaction():
            if self._spent(visit) >= budget:
                return None
            found = (ranks.best(self.database, visit.market, visit.id) if dear else None) or self.database.row(
                "SELECT id, address, kind, tries FROM address WHERE market=? AND visit=? AND state='waiting' ORDER BY asked, id LIMIT 1",
                visit.market,
                visit.id,
            )
            if found is None:
                return None
            self._run("UPDATE address SET state='taken' WHERE id=?", found[0])
        number, address, kind, tries = found
        points = ranks.points(self.database, visit.market, str(address))
        return Place(
            id=int(str(number)), address=str(address), kind=Kind(str(kind)), tries=int(str(tries)), points=points
        )

    def waits(self, visit: Visit, budget: int) -> bool:
        """Whether there is an address to take."""
        sql = "SELECT 1 FROM address WHERE market=? AND visit=? AND state='waiting' LIMIT 1"
        return self._spent(visit) < budget and self.database.row(sql, visit.market, visit.id) is not None

    def settle(self, visit: Visit, outcome: Outcome, now: datetime) -> None:
        """Note what came of an address; call it when what it showed is published."""
        place = outcome.place
        with self.database.transaction():
            self._run(
                "UPDATE address SET state=?, reason=?, detail=?, tries=tries+1, asked=? WHERE id=?",
                *(outcome.state, outcome.reason, outcome.detail, _text(now), place.id),
            )
            self._count(visit, outcome)
            Memory(self.database, visit.market).keep(outcome.said)
            ranks.keep(self.database, visit.market, outcome.links)
            for link in outcome.links:
                self._offer(visit, link)

    def hold(self, place: Place) -> None:
        """Put an address back that could not be asked for through no fault of its own."""
        self._run("UPDATE address SET state='waiting' WHERE id=? AND state='taken'", place.id)

    def shut(self, place: Place, gate: Gate) -> None:
        """Hold an address behind a gate without asking for it."""
        sql = "UPDATE address SET state='gated', reason=?, detail='not asked for: others of its kind met the gate' WHERE id=?"
        self._run(sql, gate, place.id)

    def gated(self, visit: Visit, gate: Gate) -> bool:
        """Whether the visit met this gate before."""
        sql = "SELECT 1 FROM address WHERE market=? AND visit=? AND state='gated' AND reason=? LIMIT 1"
        return self.database.row(sql, visit.market, visit.id, gate) is not None

    def finish(self, visit: Visit, now: datetime) -> None:
        """End the visit; what its budget left over waits for the next one."""
        with self.database.transaction():
            self._run(
                "UPDATE address SET state='refused', reason=? WHERE market=? AND visit=? AND state='waiting'",
                *(Reason.PAGES_PER_VISIT, visit.market, visit.id),
            )
            self._run(
                "UPDATE address SET state='rejected', reason=? WHERE market=? AND visit=? AND state='taken'",
                *(Reason.FAULT, visit.market, visit.id),
            )
            self._run("UPDATE visit SET finished=? WHERE id=?", _text(now), visit.id)

    def tell(self, visit: Visit, said: Sequence[Said]) -> None:
        """Note what was said of listings beside any page."""
        gone = sum(one.presence is Presence.GONE for one in said)
        with self.database.transaction():
            Memory(self.database, visit.market).keep(said)
            self._run("UPDATE visit SET sightings=sightings+?, gone=gone+? WHERE id=?", len(said), gone, visit.id)

    def whole(self, visit: Visit) -> bool:
        """Whether the visit read every address that it came upon, so that what it did not see is not there."""
        sql = (
            "SELECT 1 FROM address WHERE market=? AND visit=? AND kind<>'other' AND (state IN ('gated','rejected','waiting','taken')"
            " OR reason='pages_per_visit') LIMIT 1"
        )
        return self.database.row(sql, visit.market, visit.id) is None

    def _new(self, market: str, now: datetime) -> Visit:
        visit = Visit(id=f"{market}-{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}", market=market, resumed=False)
        self._run("INSERT INTO visit(id, market, started) VALUES(?,?,?)", visit.id, market, _text(now))
        self._run("UPDATE address SET asked='' WHERE market=? AND kind='start'", market)
        self._run(
            "UPDATE address SET state='waiting', visit=?2, reason='', detail='', tries=0 WHERE market=?1 AND kind<>'other' AND ("
            "state IN ('waiting','taken','gated') OR reason IN ('pages_per_visit','unreachable','malformed','timeout','fault') OR EXISTS("
            "SELECT 1 FROM listing WHERE listing.market=?1 AND listing.address=address.address AND presence='present'))",
            *(market, visit.id),
        )
        return visit

    def _offer(self, visit: Visit, link: Link) -> None:
        """Take an address in once a visit; one that was refused is taken in when another page shows it openly."""
        state = State.REFUSED if link.refusal else State.WAITING
        self._run(
            "INSERT INTO address(market, address, kind, visit, state, reason) VALUES(?,?,?,?,?,?)"
            " ON CONFLICT(market, address) DO UPDATE SET visit=excluded.visit, state=excluded.state, reason=excluded.reason,"
            " detail='', tries=0, kind=iif(kind='start', kind, excluded.kind)"
            " WHERE visit<>excluded.visit OR (state='refused' AND excluded.state='waiting')",
            *(visit.market, link.address, link.kind, visit.id, state, link.refusal or ""),
        )

    def _spent(self, visit: Visit) -> int:
        found = self.database.row(
            "SELECT pages + (SELECT count(*) FROM address WHERE market=? AND visit=? AND state='taken') FROM visit WHERE id=?",
            *(visit.market, visit.id, visit.id),
        )
        return int(str(found[0])) if found else 0

    def _count(self, visit: Visit, outcome: Outcome) -> None:
        kinds = [type(record).__name__ for _, record in outcome.publish]
        absent = sum(said.presence is Presence.GONE for said in outcome.said)
        self._run(
            "UPDATE visit SET pages=pages+?, listings=listings+?, sightings=sightings+?, gone=gone+? WHERE id=?",
            *(int(outcome.answered), kinds.count("Listing"), kinds.count("Sighting"), absent, visit.id),
        )
        self._run("DELETE FROM rejected WHERE visit=? AND address=?", visit.id, outcome.place.id)
        self.database.many(
            "INSERT INTO rejected VALUES(?,?,?,?,?)",
            [
                (visit.id, outcome.place.id, number, rejected.reason, rejected.detail)
                for number, rejected in enumerate(outcome.rejected)
            ],
        )

    def _run(self, sql: str, *values: Value) -> None:
        self.database.run(sql, *values)


def now() -> datetime:
    """The time, cut to milliseconds."""
    time = datetime.now(UTC)
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def _text(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds")
