"""Every address of every market and how far it is: what a visit asks for next, whatever killed the one before."""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from crawlers import ledger, memory
from crawlers.gates import ranks
from crawlers.links import Kind, Link
from crawlers.memory import Memory
from crawlers.news import Said
from crawlers.outcome import Outcome, Place, State
from crawlers.profile import Gate
from crawlers.reason import Reason
from crawlers.route import mirror_health
from pipeline.records import Presence
from pipeline.sqlite import Database, Row, Value

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
    mirror_health.TABLE,
    ledger.TABLE,
    ranks.TABLE,
)
DUE = (
    f"SELECT id, address, kind, iif(visit=?, tries, 0), {ledger.WANTED} FROM address"  # noqa: S608  # our own words
    " WHERE market=? AND due=1 AND round<? ORDER BY round, asked, id LIMIT 1"
)
ONCE_MORE = "SELECT id, address, kind, tries FROM address WHERE market=? AND visit=? AND state='waiting' ORDER BY asked, id LIMIT 1"

SETTLED = f"UPDATE address SET state=?, reason=?, detail=?, tries=tries+1, asked=?, round=?, due=(? OR {ledger.PRESENT}) WHERE id=?"  # noqa: S608  # as above
_AGAIN = (
    " DO UPDATE SET visit=excluded.visit, state=excluded.state, reason=excluded.reason, due=excluded.due, detail='', tries=0,"
    " kind=iif(kind='start', kind, excluded.kind){more} WHERE (visit<>excluded.visit AND (due=0 OR excluded.due=1))"
    " OR (state='refused' AND tries=0 AND excluded.state='waiting')"
)
OFFER = (
    "INSERT INTO address(market, address, kind, visit, state, reason, key, due) VALUES(?1,?2,?3,?4,?5,?6,?7, ?5='waiting')"
    f" ON CONFLICT(market, address) {_AGAIN.format(more='')}"
)
OFFER_BY_KEY = f"{OFFER} ON CONFLICT(market, key) WHERE key<>'' {_AGAIN.format(more=', address=excluded.address')}"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One walk over one market, which goes on where a killed one stopped."""

    id: str
    market: str
    resumed: bool
    number: int
    """Which visit of the market it is, from 1."""


class Frontier:
    """The frontier of one home.

    What a loss of power takes back of it is asked for and published once more, as after a kill: what came of an address is
    noted only when it is on disk in the log. So no page waits for the disk on its account.
    """

    def __init__(self, home: Path) -> None:
        self.database = Database(home / "frontier.db", MIGRATIONS, synced=False)
        self._filled: dict[str, Counter[str]] = {}

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()

    def begin(self, market: str, starts: Sequence[str], now: datetime) -> Visit:
        """The market's unfinished visit, or a new one that asks again for what is known to be there."""
        with self.database.transaction():
            found = self.database.row(
                "SELECT id, number, filled FROM visit WHERE market=? AND finished='' LIMIT 1", market
            )
            visit = _resumed(market, found) if found else self._new(market, now)
            self._filled[visit.id] = Counter(msgspec.json.decode(str(found[2]), type=dict[str, int]) if found else {})
            self._run(
                "UPDATE address SET state='waiting', due=1 WHERE market=? AND visit=? AND state IN ('taken','gated')",
                market,
                visit.id,
            )
            for start in starts:
                self._offer(visit, Link(address=start, kind=Kind.START))
                if not found:  # before all else
                    self._run("UPDATE address SET asked='', round=0 WHERE market=? AND address=?", market, start)
        return visit

    def take(self, visit: Visit, budget: int, *, dear: bool = False) -> Place | None:
        """The next address to ask for: new ones first, then those asked longest ago. None when the budget is spent.

        Where a visit is dear, for it spends a session, what the session is for comes before all others.
        """
        with self.database.transaction():
            found = None if self._spent(visit) >= budget else self._next(visit, dear=dear)
            if found is None:
                return None
            number, address, kind, tries = found[:4]
            self._run(
                "UPDATE address SET state='taken', due=0, visit=?, tries=?, reason='', detail='' WHERE id=?",
                *(visit.id, tries, number),
            )
        points = ranks.points(self.database, visit.market, str(address))
        return Place(
            id=int(str(number)), address=str(address), kind=Kind(str(kind)), tries=int(str(tries)), points=points
        )

    def waits(self, visit: Visit, budget: int) -> bool:
        """Whether there is an address to take."""
        return self._spent(visit) < budget and self._next(visit) is not None

    def _next(self, visit: Visit, *, dear: bool = False) -> Row | None:
        """The row of the next address; one that was due for listings that have moved on since is due no more."""
        if dear and (best := ranks.best(self.database, visit.market, visit.id, visit.number)):
            return best
        while found := self.database.row(DUE, visit.id, visit.market, visit.number):
            if found[4]:
                return found
            self._run("UPDATE address SET due=0 WHERE id=?", found[0])
        return self.database.row(ONCE_MORE, visit.market, visit.id)

    def settle(self, visit: Visit, outcome: Outcome, now: datetime) -> None:
        """Note what came of an address; call it when what it showed is published."""
        place = outcome.place
        with self.database.transaction():
            Memory(self.database, visit.market, visit.number).keep(outcome.said)
            wanted = outcome.state in (State.WAITING, State.GATED) or outcome.reason in ledger.AGAIN
            self._run(
                *(
                    SETTLED,
                    outcome.state,
                    outcome.reason,
                    outcome.detail,
                    _text(now),
                    visit.number,
                    int(wanted),
                    place.id,
                )
            )
            self._count(visit, outcome, now)
            ranks.keep(self.database, visit.market, outcome.links)
            for link in outcome.links:
                self._offer(visit, link)

    def hold(self, place: Place, reason: str = "", detail: str = "") -> None:
        """Put an address back that could not be asked for through no fault of its own."""
        sql = "UPDATE address SET state='waiting', due=1, reason=?, detail=? WHERE id=? AND state='taken'"
        self._run(sql, reason, detail, place.id)

    def shut(self, visit: Visit, place: Place, gate: Gate) -> None:
        """Hold an address behind a gate, in this visit, without asking for it."""
        sql = "UPDATE address SET state='gated', due=1, round=?, reason=?, detail='not asked for: others of its kind met the gate' WHERE id=?"
        self._run(sql, visit.number, gate, place.id)

    def gated(self, visit: Visit, gate: Gate) -> bool:
        """Whether the visit met this gate before."""
        sql = "SELECT 1 FROM address WHERE market=? AND visit=? AND state='gated' AND reason=? LIMIT 1"
        return self.database.row(sql, visit.market, visit.id, gate) is not None

    def finish(self, visit: Visit, now: datetime) -> None:
        """End the visit; what its budget left over waits for the next one."""
        with self.database.transaction():
            self._run(
                "UPDATE address SET state='rejected', due=1, reason=? WHERE market=? AND visit=? AND state='taken'",
                *(Reason.FAULT, visit.market, visit.id),
            )
            self._run("UPDATE visit SET finished=? WHERE id=?", _text(now), visit.id)

    def tell(self, visit: Visit, said: Sequence[Said]) -> None:
        """Note what was said of listings beside any page."""
        gone = sum(one.presence is Presence.GONE for one in said)
        with self.database.transaction():
            Memory(self.database, visit.market, visit.number).keep(said)
            self._run("UPDATE visit SET sightings=sightings+?, gone=gone+? WHERE id=?", len(said), gone, visit.id)

    def seen(self, visit: Visit) -> int:
        """The listings that were there in this visit."""
        row = self.database.row("SELECT sightings-gone FROM visit WHERE id=?", visit.id)
        return int(str(row[0])) if row else 0

    def whole(self, visit: Visit, *, but_for: Kind = Kind.OTHER) -> bool:
        """Whether the visit read every address that it came upon, so that what it did not see is not there."""
        sql = (
            "SELECT 1 FROM address WHERE market=? AND visit=? AND kind NOT IN ('other',?)"
            " AND state IN ('gated','rejected','waiting','taken') LIMIT 1"
        )
        return self._next(visit) is None and self.database.row(sql, visit.market, visit.id, but_for) is None

    def _new(self, market: str, now: datetime) -> Visit:
        last = self.database.row("SELECT coalesce(max(number), 0) FROM visit WHERE market=?", market)
        visit = Visit(
            id=f"{market}-{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
            market=market,
            resumed=False,
            number=1 + int(str(last[0] if last else 0)),
        )
        self._run(
            "INSERT INTO visit(id, market, started, number) VALUES(?,?,?,?)", visit.id, market, _text(now), visit.number
        )
        return visit

    def _offer(self, visit: Visit, link: Link) -> None:
        """Take an address in once a visit; one that was refused is taken in when another page shows it openly.

        A listing has one address whatever page links it: the one shown last, where the market gives it several.
        """
        state = State.REFUSED if link.refusal else State.WAITING
        sql = OFFER_BY_KEY if link.key else OFFER
        self._run(sql, visit.market, link.address, link.kind, visit.id, state, link.refusal or "", link.key)

    def _spent(self, visit: Visit) -> int:
        found = self.database.row(
            "SELECT pages + (SELECT count(*) FROM address WHERE market=? AND visit=? AND state='taken') FROM visit WHERE id=?",
            *(visit.market, visit.id, visit.id),
        )
        return int(str(found[0])) if found else 0

    def _count(self, visit: Visit, outcome: Outcome, now: datetime) -> None:
        kinds = [type(record).__name__ for _, record in outcome.publish]
        absent = sum(said.presence is Presence.GONE for said in outcome.said)
        self._filled[visit.id].update(outcome.filled)
        filled = msgspec.json.encode(self._filled[visit.id]).decode()
        self._run(
            "UPDATE visit SET pages=pages+?, listings=listings+?, sightings=sightings+?, gone=gone+?, filled=? WHERE id=?",
            *(int(outcome.answered), kinds.count("Listing"), kinds.count("Sighting"), absent, filled, visit.id),
        )
        if outcome.answered:
            self._run(
                "INSERT INTO day VALUES(?,?,1) ON CONFLICT DO UPDATE SET pages=pages+1", visit.market, f"{now:%Y-%m-%d}"
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


def _resumed(market: str, found: Row) -> Visit:
    return Visit(id=str(found[0]), market=market, resumed=True, number=int(str(found[1])))


def now() -> datetime:
    """The time, cut to milliseconds."""
    time = datetime.now(UTC)
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def _text(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds")
