"""One market's visit in this process: what the frontier, the spider and the log have to do with each other."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby

from crawlers.frontier import Frontier, Visit, now
from crawlers.gates.entry import Entry
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


@dataclass(kw_only=True, eq=False)
class Walk:
    """One market's visit under way. Scrapy swallows what its parts raise, so an error is kept, and the walk stops."""

    profile: MarketProfile
    visit: Visit
    frontier: Frontier
    log: Broker
    route: Route
    activation: int
    entry: Entry
    """How the visit stands before the market's gates."""
    hits: frozenset[str] = frozenset()
    """Vendors of whom a hit is known."""
    moved: Callable[[int], None] = lambda _pages: None
    fault: HeadstampError | None = None
    stopped: bool = False
    unreachable: bool = False
    failures: int = 0
    """Requests in a row that no mirror answered."""
    _mirror: int = field(default=0, init=False)

    @property
    def memory(self) -> Memory:
        """What was last said of the market's listings."""
        return Memory(self.frontier.database, self.profile.market)

    @property
    def mirrors(self) -> Sequence[str]:
        """The mirrors that are asked."""
        return self.entry.mirrors

    def waits(self) -> bool:
        """Whether there is an address to ask for."""
        with self._minding():
            return not self.stopped and self.frontier.waits(self.visit, self.profile.pace.pages_per_visit)
        return False

    def next(self) -> Place | None:
        """The next address to ask for."""
        with self._minding():
            return None if self.stopped or self.entry.rest_s else self._take()
        return None

    def _take(self) -> Place | None:
        budget, dear = self.profile.pace.pages_per_visit, self.entry.session is not None
        while place := self.frontier.take(self.visit, budget, dear=dear):
            gate = self.entry.holds(place.address)
            if gate is None:
                return place
            self.frontier.shut(place, gate)
        return None

    def url(self, place: Place) -> str:
        """The whole address on the mirror in use."""
        return f"http://{self.mirrors[self._mirror % len(self.mirrors)]}{place.address}"

    def settle(self, outcome: Outcome) -> None:
        """Publish what came of an address, then note it: killed in between, it is asked for and published again."""
        with self._minding():
            outcome = self.entry.judged(outcome, now())
            told = outcome.gate is not None and self.frontier.gated(self.visit, outcome.gate)
            self._publish(() if told else outcome.publish)
            self.frontier.settle(self.visit, outcome, now())
            self.stopped = self.stopped or self.entry.paused is not None
        if outcome.answered:
            self.failures = 0
            self.moved(1)

    def heard(self, url: str, cookies: Sequence[str], outcome: Outcome) -> None:
        """Take in the cookies of an answer, where a session or a queue needs them."""
        with self._minding():
            self.entry.heard(url, cookies, now(), outcome.gate)

    def unreached(self, place: Place, reason: Reason, detail: str) -> None:
        """Ask again later, on the next mirror; when none answers for long, leave the rest for another day."""
        self.failures += 1
        if self.failures >= MOST_TRIES * len(self.mirrors):
            self.stopped = self.unreachable = True
            self.hold(place)
        else:
            self._again(place, reason, detail, answered=False)

    def unread(self, place: Place, reason: Reason, detail: str) -> None:
        """Ask again later, on the next mirror: the market does answer, though not with a page."""
        self._again(place, reason, detail, answered=True)

    def _again(self, place: Place, reason: Reason, detail: str, *, answered: bool) -> None:
        mirrors = len(self.mirrors)
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
            if not complete or self.stopped:
                return
            self.entry.finished()
            if self.profile.rows and self.frontier.whole(self.visit):
                self._miss()
            self.frontier.finish(self.visit, now())

    def _miss(self) -> None:
        time, market, visit = now(), self.profile.market, self.visit.id
        news = [absent(said, market, visit, time, "unlisted") for said in self.memory.missing(visit)]
        self._publish([(LISTINGS, record) for one in news for record in one.records])
        self.frontier.tell(self.visit, [one.said for one in news])

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
