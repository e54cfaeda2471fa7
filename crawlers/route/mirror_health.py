"""How well each mirror of a market answers, which one to ask next, and what of it is remembered from visit to visit.

It stands in the frontier's database: a visit that begins with a mirror known to be dead loses minutes on it, and
`why MARKET` can tell how the mirrors are after the crawl has ended.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from crawlers.route.breaker import Backoff, Breaker, Circuit
from pipeline.sqlite import Database

TABLE = """
CREATE TABLE mirror(
    market TEXT NOT NULL, mirror TEXT NOT NULL, answered INTEGER NOT NULL, failed INTEGER NOT NULL,
    share REAL NOT NULL, latency_s REAL NOT NULL, in_row INTEGER NOT NULL, last_failure REAL NOT NULL,
    reason TEXT NOT NULL, PRIMARY KEY(market, mirror)) STRICT, WITHOUT ROWID;
"""
WEIGHT = 0.1
"""Weight of the newest request in the moving averages: about twenty requests count."""
TRIAL_S = 5.0
"""Seconds after which to look again whether a request on trial has ended."""
PATIENCE = 6
"""Failures in a row of each mirror after which a visit is left for another day: at 5 s, doubled, two and a half minutes."""
MOST_BUSY = 4
"""Failures that a busy mirror counts at most: pages that always say so must not stretch a visit without end."""
CLEARLY = 0.2
"""A mirror whose share of answers is lower by so much is the worse one; less may be chance."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How one mirror of a market does."""

    mirror: str
    answered: int = 0
    failed: int = 0
    share: float = 1.0
    """Moving share of requests that it answered."""
    latency_s: float = 0.0
    """Moving average of seconds to an answer's headers; 0 where it never answered."""
    in_row: int = 0
    """Failures in a row."""
    last_failure: float = 0.0
    """Seconds since 1970; 0 for never."""
    reason: str = ""
    """Why the last request that failed did."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A request under way: which mirror was asked, and when."""

    mirror: str
    began: float


class Mirrors:
    """The mirrors of one market during one visit."""

    def __init__(
        self,
        mirrors: Sequence[str],
        backoff: Backoff | None = None,
        *,
        known: Sequence[Health] = (),
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], float] = time.time,
    ) -> None:
        self._clock = clock
        self._today = today
        healths = {one.mirror: one for one in known}
        self._healths = {mirror: healths.get(mirror) or Health(mirror=mirror) for mirror in mirrors}
        self._breakers = {one.mirror: self._breaker(one, backoff or Backoff()) for one in self._healths.values()}
        self._out: set[str] = set()
        self._current = self._best(list(mirrors))
        self._breakers[self._current].retry_at = clock()  # a visit begins now, however long its mirrors were dead
        self._in_row = 0

    @property
    def healths(self) -> list[Health]:
        """How each mirror does, in the profile's order."""
        return list(self._healths.values())

    @property
    def exhausted(self) -> bool:
        """Whether nobody answered for so long, or so finally, that the visit is better left for another day."""
        usable = len(self._healths) - len(self._out)
        return self._in_row >= PATIENCE * usable

    def wait_s(self) -> float:
        """Seconds until a request may be made; 0 for now."""
        now = self._clock()
        usable = [breaker for mirror, breaker in self._breakers.items() if mirror not in self._out]
        if not usable or any(breaker.ready(now) for breaker in usable):
            return 0.0
        return min((one.retry_at - now for one in usable if one.state is Circuit.OPEN), default=TRIAL_S)

    def take(self) -> Attempt | None:
        """The mirror to ask now: one on trial, else the one in use, else the best; None while all are left alone."""
        now = self._clock()
        ready = [mirror for mirror, one in self._breakers.items() if mirror not in self._out and one.ready(now)]
        if not ready:
            return None
        trials = [mirror for mirror in ready if self._breakers[mirror].state is Circuit.OPEN]
        if trials:
            chosen = trials[0]
        else:
            chosen = self._current = self._current if self._current in ready else self._best(ready)
        self._breakers[chosen].take()
        return Attempt(mirror=chosen, began=now)

    def answered(self, attempt: Attempt, latency_s: float | None = None) -> None:
        """Note that a mirror answered, after so many seconds where they are known."""
        self._in_row = 0
        self._breakers[attempt.mirror].succeeded()
        old = self._healths[attempt.mirror]
        latency = old.latency_s if latency_s is None else _moved(old.latency_s or latency_s, latency_s)
        self._healths[attempt.mirror] = replace(
            old, answered=old.answered + 1, share=_moved(old.share, 1.0), latency_s=latency, in_row=0
        )
        if self._better(attempt.mirror, self._current):
            self._current = attempt.mirror

    def failed(self, attempt: Attempt, reason: str) -> None:
        """Note that a mirror did not answer, and leave it alone for a while."""
        breaker = self._breakers[attempt.mirror]
        if breaker.failed(self._clock(), attempt.began):
            self._in_row += 1
        self._note(attempt.mirror, reason, breaker.failures)

    def busy(self, attempt: Attempt) -> None:
        """Note that a mirror asked to be left alone for a while, which it does by answering."""
        breaker = self._breakers[attempt.mirror]
        breaker.failed(self._clock(), attempt.began)
        breaker.failures = min(breaker.failures, MOST_BUSY)
        self._in_row = 0

    def refused(self, attempt: Attempt, reason: str) -> None:
        """Note that a mirror cannot be reached until an operator does something: it is out for this visit."""
        self._out.add(attempt.mirror)
        self._note(attempt.mirror, reason, self._healths[attempt.mirror].in_row + 1)

    def garbled(self, attempt: Attempt) -> None:
        """Note that a mirror answered with what is no page, so that the next request asks another one."""
        self.answered(attempt)
        others = [mirror for mirror, one in self._breakers.items() if one.state is Circuit.CLOSED]
        usable = [mirror for mirror in others if mirror not in self._out]
        if attempt.mirror == self._current and usable:
            self._current = usable[(usable.index(attempt.mirror) + 1) % len(usable)]

    def released(self, attempt: Attempt) -> None:
        """Note that a request ended without telling anything of its mirror."""
        self._breakers[attempt.mirror].released()

    def _note(self, mirror: str, reason: str, in_row: int) -> None:
        old = self._healths[mirror]
        self._healths[mirror] = replace(
            old,
            failed=old.failed + 1,
            share=_moved(old.share, 0.0),
            in_row=in_row,
            last_failure=self._today(),
            reason=reason,
        )

    def _breaker(self, health: Health, backoff: Backoff) -> Breaker:
        """A breaker that leaves alone what was dead before; no longer than it would have, were the clock set back since."""
        wait = backoff.wait_s(health.in_row) if health.in_row else 0.0
        left = min(wait, max(0.0, health.last_failure + wait - self._today()))
        return Breaker(backoff, health.in_row, self._clock() + left)

    def _best(self, mirrors: Sequence[str]) -> str:
        """The mirror with the greatest share of answers, then the fastest by whole seconds, then the profile's first."""
        return min(mirrors, key=lambda mirror: _rank(self._healths[mirror]))

    def _better(self, mirror: str, other: str) -> bool:
        return self._healths[mirror].share > self._healths[other].share + CLEARLY


def remembered(database: Database, market: str) -> list[Health]:
    """How the mirrors of a market did when they were last asked, the best first."""
    rows = database.rows(
        "SELECT mirror, answered, failed, share, latency_s, in_row, last_failure, reason FROM mirror WHERE market=?",
        market,
    )
    found = [msgspec.convert(dict(zip(Health.__struct_fields__, row, strict=True)), Health) for row in rows]
    return sorted(found, key=_rank)


def remember(database: Database, market: str, healths: Sequence[Health]) -> None:
    """Keep how the mirrors of a market do."""
    rows = [(market, *msgspec.structs.astuple(one)) for one in healths]
    database.many("INSERT OR REPLACE INTO mirror VALUES(?,?,?,?,?,?,?,?,?)", rows)


def _rank(health: Health) -> tuple[float, int]:
    return -round(health.share, 1), int(health.latency_s)


def _moved(average: float, newest: float) -> float:
    return average + WEIGHT * (newest - average)
