"""One market's visit in this process: what the frontier, the spider and the log have to do with each other."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby

from crawlers.evidence.archive import Archive, Kept
from crawlers.evidence.record import Exchange, Origin
from crawlers.frontier import Frontier, Visit, now
from crawlers.memory import Memory
from crawlers.news import absent
from crawlers.outcome import MOST_TRIES, Outcome, Place, State
from crawlers.profile import MarketProfile
from crawlers.reason import Reason
from crawlers.tor import Route
from pipeline.broker import Broker
from pipeline.codec import messages
from pipeline.errors import HeadstampError, TorUnavailableError
from pipeline.records import Record
from pipeline.topics import LISTINGS, Topic

MOST_PARENTS = 20_000
"""Addresses of which a walk remembers who led there: about 6 MB."""


@dataclass(kw_only=True, eq=False)
class Walk:
    """One market's visit under way. Scrapy swallows what its parts raise, so an error is kept, and the walk stops."""

    profile: MarketProfile
    visit: Visit
    frontier: Frontier
    log: Broker
    route: Route
    activation: int
    archive: Archive
    origin: Origin
    """Programs and rules that every record of the visit names."""
    tor: str = ""
    """Version of the tor behind the SOCKS port; "" where nobody watches it."""
    moved: Callable[[int], None] = lambda _pages: None
    fault: HeadstampError | None = None
    stopped: bool = False
    unreachable: bool = False
    failures: int = 0
    """Requests in a row that no mirror answered."""
    _mirror: int = field(default=0, init=False)
    _parents: dict[str, str] = field(default_factory=dict, init=False)

    @property
    def memory(self) -> Memory:
        """What was last said of the market's listings."""
        return Memory(self.frontier.database, self.profile.market)

    def waits(self) -> bool:
        """Whether there is an address to ask for."""
        with self._minding():
            return not self.stopped and self.frontier.waits(self.visit, self.profile.pace.pages_per_visit)
        return False

    def next(self) -> Place | None:
        """The next address to ask for."""
        with self._minding():
            return None if self.stopped else self.frontier.take(self.visit, self.profile.pace.pages_per_visit)
        return None

    def url(self, place: Place) -> str:
        """The whole address on the mirror in use."""
        return f"http://{self.profile.mirrors[self._mirror]}{place.address}"

    def keep(self, exchange: Exchange) -> Kept | None:
        """Put an answer into the archive, before anything is made of it; None, and the walk stops, where that fails."""
        with self._minding():
            return self.archive.keep(exchange, self.origin)
        return None

    async def kept(self, exchange: Exchange) -> Kept | None:
        """As `keep`, but other answers are taken while the disk is waited for."""
        with self._minding():
            found = self.archive.put(exchange, self.origin)
            await asyncio.to_thread(self.archive.sync, found)
            return found
        return None

    def parent(self, address: str) -> str:
        """The record of the page that led to an address; "" where this process did not read it."""
        return self._parents.get(address, "")

    def settle(self, outcome: Outcome) -> None:
        """Publish what came of an address, then note it: killed in between, it is asked for and published again."""
        with self._minding():
            told = outcome.gate is not None and self.frontier.gated(self.visit, outcome.gate)
            self._publish(() if told else outcome.publish)
            self.frontier.settle(self.visit, outcome, now())
            self._led(outcome)
        if outcome.answered:
            self.failures = 0
            self.moved(1)

    def unreached(self, place: Place, reason: Reason, detail: str) -> None:
        """Ask again later, on the next mirror; when none answers for long, leave the rest for another day."""
        self.failures += 1
        if self.failures >= MOST_TRIES * len(self.profile.mirrors):
            self.stopped = self.unreachable = True
            self.hold(place)
        else:
            self._again(place, reason, detail, answered=False)

    def unread(self, place: Place, reason: Reason, detail: str) -> None:
        """Ask again later, on the next mirror: the market does answer, though not with a page."""
        self._again(place, reason, detail, answered=True)

    def _again(self, place: Place, reason: Reason, detail: str, *, answered: bool) -> None:
        mirrors = len(self.profile.mirrors)
        self._mirror = (self._mirror + 1) % mirrors
        state = State.WAITING if place.tries + 1 < MOST_TRIES * mirrors else State.REJECTED
        self.settle(Outcome(place=place, state=state, reason=reason, detail=detail[:200], answered=answered))

    def hold(self, place: Place) -> None:
        """Put an address back untouched."""
        with self._minding():
            self.frontier.hold(place)

    def lost_tor(self, place: Place) -> None:
        """Stop, keeping everything, for there is no way to the market."""
        self.hold(place)
        self.stop(unavailable(self.route.socks))

    def stop(self, fault: HeadstampError) -> None:
        """Ask for nothing more; the visit goes on another time."""
        self.fault = self.fault or fault
        self.stopped = True

    def end(self, *, complete: bool) -> None:
        """Finish the visit if nothing stopped it; listings that a whole visit of result pages did not show are gone."""
        with self._minding():
            self.archive.end(self.profile.market)
            if not complete or self.stopped:
                return
            if self.profile.rows and self.frontier.whole(self.visit):
                self._miss()
            self.frontier.finish(self.visit, now())

    def _miss(self) -> None:
        time, market, visit = now(), self.profile.market, self.visit.id
        news = [absent(said, market, visit, time, "unlisted") for said in self.memory.missing(visit)]
        self._publish([(LISTINGS, record) for one in news for record in one.records])
        self.frontier.tell(self.visit, [one.said for one in news])

    def _led(self, outcome: Outcome) -> None:
        if outcome.record:
            self._parents |= {
                link.address: outcome.record for link in outcome.links if link.address not in self._parents
            }
        while len(self._parents) > MOST_PARENTS:
            del self._parents[next(iter(self._parents))]

    def _publish(self, records: Sequence[tuple[Topic, Record]]) -> None:
        for name, pairs in groupby(records, key=lambda pair: pair[0].name):
            self.log.publish(name, messages([record for _, record in pairs]))

    @contextmanager
    def _minding(self) -> Iterator[None]:
        try:
            yield
        except HeadstampError as error:
            self.stop(error)


def unavailable(socks: str) -> TorUnavailableError:
    """What an operator is told when the SOCKS port is away."""
    return TorUnavailableError(f"SOCKS port {socks} does not answer: start tor, or set crawl.socks")
