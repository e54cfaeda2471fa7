"""How one visit stands before a market's gates: with a session or without, waiting, holding, or let in."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from crawlers.gates.cookies import Jar
from crawlers.gates.desk import Desk
from crawlers.gates.patience import KNOCKS_INSIDE, LISTING, MOVING, PARTIAL, Patience, rule
from crawlers.gates.session import Session
from crawlers.gates.vault import Vault
from crawlers.outcome import Outcome, State
from crawlers.profile import Gate, MarketProfile
from crawlers.route.origin import Origin
from pipeline.logs import line

MOST_WAITS = 5
"""Times in a row that a queue is waited for; then it is a task."""
LEAST_WAIT_S, USUAL_WAIT_S, MOST_WAIT_S = 1.0, 30.0, 300.0
SPENT = "the session is spent: open another by hand and hand it over with `gate resume`"


@dataclass(kw_only=True, eq=False)
class Entry:
    """One visit's place before the gates. It keeps a queue's cookies in memory, a session's in the vault."""

    profile: MarketProfile
    visit: str
    desk: Desk
    vault: Vault
    session: Session | None = None
    paused: Gate | None = None
    """The gate that lets nothing more through in this visit."""
    jar: Jar = field(default_factory=Jar, init=False)
    patience: Patience = field(default_factory=Patience, init=False)
    _rested: float = field(default=0.0, init=False)
    _waits: int = field(default=0, init=False)
    _listens: bool = field(default=False, init=False)
    _read: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        if self.session:
            self.jar, self._listens = self.session.jar, True
            self.patience = Patience(knocks=KNOCKS_INSIDE)

    @property
    def rest_s(self) -> float:
        """Seconds until the market is asked again: it said that visitors should wait."""
        return max(0.0, self._rested - time.monotonic())

    @property
    def origins(self) -> Sequence[Origin]:
        """The mirrors to ask: inside a session those that it was opened on, for no other knows it."""
        kept = [origin for origin in self.profile.origins if self.session and self.session.jar.knows(origin.host)]
        return kept or self.profile.origins

    def headers(self, url: str, now: datetime) -> dict[str, str]:
        """The headers of a request by which the market knows its visitor."""
        parts = urlsplit(url)
        cookies = self.jar.header(parts.hostname or "", parts.path or "/", now)
        agent = {"User-Agent": self.session.user_agent} if self.session else {}
        return agent | ({"Cookie": cookies} if cookies else {})

    def heard(self, url: str, lines: Sequence[str], now: datetime, gate: Gate | None) -> None:
        """Take in the cookies of an answer: of any inside a session, else those that a queue gave and what follows."""
        self._listens = self._listens or gate in MOVING
        if not self._listens or not lines:
            return
        parts = urlsplit(url)
        heard = self.jar.heard(lines, parts.hostname or "", parts.path or "/", now)
        if self.session and heard != self.jar:
            self.session = _with(self.session, heard)
            self.vault.keep(self.session)
        self.jar = heard

    def holds(self, address: str) -> Gate | None:
        """The gate behind which an address is held, so that it is not asked for."""
        return self.patience.holds(rule(address, self.profile))

    def judged(self, outcome: Outcome, now: datetime) -> Outcome:
        """The outcome, an address in a queue put back to wait; counts what was read and what stood in the way."""
        met = rule(outcome.place.address, self.profile)
        if outcome.gate is None:
            if outcome.state is State.DONE:
                self._passed(met)
            return outcome
        if outcome.gate in MOVING and self._waited(outcome):
            return replace(outcome, state=State.WAITING, publish=())
        self.desk.met(self.profile.market, outcome.gate, self.visit, outcome.place.address, now)
        if self.patience.met(outcome.gate, met):
            self._enough(outcome.gate, met, now)
        return outcome

    def finished(self) -> None:
        """Close the tasks of gates that the whole visit did not meet."""
        if self._read:
            self.desk.passed(self.profile.market, self.visit)

    def _passed(self, met: str) -> None:
        self._waits = 0
        self._read.add(met)
        self.patience.read(met)
        if self.session:
            self.desk.used(self.session.number, 1)

    def _waited(self, outcome: Outcome) -> bool:
        """Whether the market is left alone for as long as the page says; a page that comes meanwhile waits with the others."""
        if self.rest_s:
            return True
        if self._waits >= MOST_WAITS:
            return False
        self._waits += 1
        wait = USUAL_WAIT_S if outcome.wait_s is None else float(outcome.wait_s)
        self._rested = time.monotonic() + min(max(wait, LEAST_WAIT_S), MOST_WAIT_S)
        return True

    def _enough(self, gate: Gate, met: str, now: datetime) -> None:
        if self.session and gate in PARTIAL and (met == LISTING or met in self._read or not self._read):
            self._spend(now)
            self.paused = gate
        elif gate not in PARTIAL:
            self.paused = gate
        if self.paused:
            self.desk.paused(self.profile.market, self.paused)

    def _spend(self, now: datetime) -> None:
        assert self.session is not None
        market = self.profile.market
        self.desk.ended(market, now, "spent")
        self.vault.forget(market)
        self.session, self.jar = None, Jar()
        line("session spent", market=market)


def _with(session: Session, jar: Jar) -> Session:
    return msgspec.structs.replace(session, cookies=jar.cookies)
