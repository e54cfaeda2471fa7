"""One market's visit in this process: what the frontier, the spider and the log have to do with each other."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import groupby

from crawlers import unknown
from crawlers.evidence.archive import Kept
from crawlers.evidence.keeper import Keeper
from crawlers.evidence.record import Exchange
from crawlers.frontier import Frontier, Visit, now
from crawlers.gates.entry import Entry
from crawlers.gates.patience import MOVING
from crawlers.health.telling import Telling
from crawlers.health.watch import Watch
from crawlers.hours import Pause
from crawlers.leave import Leave
from crawlers.memory import Memory
from crawlers.mirrors import store as mirror_lists
from crawlers.mirrors.shown import verified
from crawlers.news import Said, absent
from crawlers.outcome import MOST_TRIES, Outcome, Place, State
from crawlers.profile import MarketProfile
from crawlers.reason import Reason
from crawlers.route.bounds import Route
from crawlers.route.breaker import Backoff
from crawlers.route.mirror_health import Attempt, Mirrors, remember, remembered
from crawlers.route.probe import unavailable, unfit
from crawlers.route.socks import LASTING
from crawlers.unknown import MOST_IN_A_ROW, REST
from crawlers.vanished import vanished
from pipeline.broker import Broker
from pipeline.codec import messages
from pipeline.errors import HeadstampError
from pipeline.records import Record
from pipeline.topics import ALERTS, LISTINGS, MEASURES, TASKS, Topic

BUSY = frozenset({429, 503})
"""Statuses by which a market asks to be left alone for a while."""


@dataclass(kw_only=True, eq=False)
class Walk:
    """One market's visit under way. Scrapy swallows what its parts raise, so an error is kept, and the walk stops."""

    profile: MarketProfile
    visit: Visit
    frontier: Frontier
    log: Broker
    route: Route
    activation: int
    backoff: Backoff
    leave: Leave
    keeper: Keeper
    telling: Telling
    entry: Entry
    """How the visit stands before the market's gates."""
    hits: frozenset[str] = frozenset()
    """Vendors of whom a hit is known."""
    moved: Callable[[int], None] = lambda _pages: None
    fault: HeadstampError | None = None
    stopped: bool = False
    unreachable: bool = False
    paused: Pause | None = None
    """Why the market is not asked any more in this crawl."""
    unread_texts: Counter[str] = field(default_factory=Counter)
    """How many texts of each field could not be read since this process began with the visit."""
    mirrors: Mirrors = field(init=False)
    _under_way: dict[int, Attempt] = field(default_factory=dict, init=False)
    _open: set[int] = field(default_factory=set, init=False)
    """Addresses that were handed out and are not settled: no more of them than the pace allows at once."""
    _strange: int = field(default=0, init=False)
    """Pages of no known kind in a row."""

    def __post_init__(self) -> None:
        known = remembered(self.frontier.database, self.profile.market)
        self.mirrors = Mirrors([origin.url for origin in self.entry.origins], self.backoff, known=known)

    @property
    def memory(self) -> Memory:
        """What was last said of the market's listings."""
        return Memory(self.frontier.database, self.profile.market)

    def waits(self) -> bool:
        """Whether there is an address to ask for."""
        with self._minding():
            waits = not self.stopped and self.frontier.waits(self.visit, self.profile.pace.pages_per_visit)
            return waits and self._may()
        return False

    def next(self) -> Place | None:
        """The next address to ask for; None while there is none, or while every mirror is left alone."""
        with self._minding():
            full = len(self._open) >= self.profile.pace.concurrent
            attempt = None if full or not self._may() or self.entry.rest_s else self.mirrors.take()
            return self._place(attempt) if attempt else None
        return None

    def _place(self, attempt: Attempt) -> Place | None:
        place = self._take()
        if place:
            self._under_way[place.id] = attempt
            self._open.add(place.id)
        else:
            self.mirrors.released(attempt)
        return place

    def _take(self) -> Place | None:
        budget, dear = self.profile.pace.pages_per_visit, self.entry.session is not None
        while place := self.frontier.take(self.visit, budget, dear=dear):
            gate = self.entry.holds(place.address)
            if gate is None:
                return place
            self.frontier.shut(self.visit, place, gate)
        return None

    def wait_s(self) -> float:
        """Seconds until the market may be asked again: a mirror of it, or what said that visitors should wait; 0 for now."""
        return 0.0 if self.stopped else max(self.mirrors.wait_s(), self.entry.rest_s)

    def open(self) -> None:
        """Begin to ask, unless a pause stands."""
        found = self.leave.standing(now()) or self.leave.refused(now())
        if found:
            self.pause(found)
        else:
            self.leave.resume()

    def _may(self) -> bool:
        """Whether the market may be asked now; where not, the visit goes on another time."""
        if not self.stopped and (found := self.leave.refused(now())):
            self.pause(found)
        return not self.stopped

    def pause(self, found: Pause) -> None:
        """Ask no more in this crawl; what waits is held for this reason."""
        self.paused, self.stopped = found, True
        self.leave.rest(found, now())

    def url(self, place: Place) -> str:
        """The whole address: on the mirror that was chosen for it, or else on the profile's first."""
        attempt = self._under_way.get(place.id)
        return (attempt.mirror if attempt else self.profile.origins[0].url) + place.address

    def heard(self, place: Place, status: int, latency_s: float | None) -> None:
        """Note that the mirror answered; one that says it is busy is left alone for a while."""
        if attempt := self._under_way.pop(place.id, None):
            if status in BUSY:
                self.mirrors.busy(attempt)
            else:
                self.mirrors.answered(attempt, latency_s)

    def keep(self, exchange: Exchange) -> Kept | None:
        """Put an answer into the archive, before anything is made of it; None, and the walk stops, where that fails."""
        with self._minding():
            return self.keeper.keep(exchange)
        return None

    async def kept(self, exchange: Exchange) -> Kept | None:
        """As `keep`, but other answers are taken while the disk is waited for."""
        with self._minding():
            return await self.keeper.kept(exchange)
        return None

    def settle(self, found: Outcome) -> None:
        """Publish what came of an address, then note it: killed in between, it is asked for and published again."""
        self._open.discard(found.place.id)
        with self._minding():
            lists = mirror_lists.Mirrors(database=self.frontier.database, profile=self.profile)
            outcome = self.entry.judged(verified(found, lists, self.url(found.place), now()), now())
            told = outcome.gate is not None and self.frontier.gated(self.visit, outcome.gate)
            self._publish(() if told else outcome.publish)
            known = replace(outcome, links=self.route.denied.marked(outcome.links))
            self.frontier.settle(self.visit, known, now())
            self.keeper.led(outcome.record, outcome.links)
            if outcome.answered:
                self._heed(outcome)
            self.stopped = self.stopped or self.entry.paused is not None
            self.unread_texts.update(outcome.unread)
            self.telling.moved(now())
        if attempt := self._under_way.pop(found.place.id, None):
            (self.mirrors.answered if found.answered else self.mirrors.released)(attempt)
        if found.answered:
            self.moved(1)

    def no_way(self, place: Place, reason: Reason, detail: str) -> None:
        """Put the address back, for it is not at fault; leave the mirror alone, for the visit where only an operator can help."""
        self._open.discard(place.id)
        attempt = self._under_way.pop(place.id)
        (self.mirrors.refused if reason in LASTING else self.mirrors.failed)(attempt, reason)
        with self._minding():
            self.frontier.hold(place, reason, detail[:200])
        self._unanswered()

    def _heed(self, outcome: Outcome) -> None:
        """Pause the market when page after page is of no known kind."""
        self._strange = self._strange + 1 if outcome.strange else 0
        if self._strange == MOST_IN_A_ROW:
            told = unknown.task(self.profile, self.visit.id, self.url(outcome.place), outcome.strange, now())
            self._publish([(TASKS, told)])
            self.pause(Pause(reason=Reason.UNKNOWN_PAGES, until=now() + REST))

    def known_by(self, url: str, cookies: Sequence[str], outcome: Outcome, lane: str) -> None:
        """Take in the cookies of an answer, where a session or a queue needs them, and keep to the lane that a queue knows."""
        if self.route.lanes.heard(lane, waits=outcome.gate in MOVING):
            with self._minding():
                self.entry.heard(url, cookies, now(), outcome.gate)

    def unreached(self, place: Place, reason: Reason, detail: str) -> None:
        """Leave the mirror alone for a while, then ask again: either of them, address and mirror, may be at fault."""
        self.mirrors.failed(self._under_way.pop(place.id), reason)
        self._again(place, reason, detail, answered=False)
        self._unanswered()

    def unread(self, place: Place, reason: Reason, detail: str) -> None:
        """Ask again later, on the next mirror: the market does answer, though not with a page."""
        self.mirrors.garbled(self._under_way.pop(place.id))
        self._again(place, reason, detail, answered=True)

    def _again(self, place: Place, reason: Reason, detail: str, *, answered: bool) -> None:
        state = State.WAITING if place.tries + 1 < MOST_TRIES * len(self.profile.mirrors) else State.REJECTED
        self.settle(Outcome(place=place, state=state, reason=reason, detail=detail[:200], answered=answered))

    def _unanswered(self) -> None:
        """Remember how the mirrors do; when none answers for long, leave the rest for another day."""
        with self._minding():
            remember(self.frontier.database, self.profile.market, self.mirrors.healths)
        if self.mirrors.exhausted:
            self.stopped = self.unreachable = True

    def hold(self, place: Place) -> None:
        """Put an address back untouched."""
        self._open.discard(place.id)
        if attempt := self._under_way.pop(place.id, None):
            self.mirrors.released(attempt)
        with self._minding():
            self.frontier.hold(place)

    def lost_tor(self, place: Place) -> None:
        """Stop, keeping everything, for there is no way to the market."""
        self.hold(place)
        self.stop(unavailable(self.route.socks))

    def met_no_tor(self, place: Place, detail: str) -> None:
        """Stop, keeping everything, for what stands at the SOCKS port would not keep markets apart."""
        self.hold(place)
        self.stop(unfit(self.route.socks, detail))

    def stop(self, fault: HeadstampError) -> None:
        """Ask for nothing more; the visit goes on another time."""
        self.fault = self.fault or fault
        self.stopped = True

    def end(self, *, complete: bool) -> None:
        """Finish the visit if nothing stopped it; listings that a whole visit of result pages did not show are gone."""
        with self._minding():
            self.keeper.archive.end(self.profile.market)
            remember(self.frontier.database, self.profile.market, self.mirrors.healths)
            if complete and not self.stopped:
                self.entry.finished()
                self._finish()
                self._watch()
            elif self.unreachable:
                self._watch()
            self._publish([(MEASURES, measure) for measure in self.telling.measures()])
            self.telling.write(now())

    def _finish(self) -> None:
        self._miss(vanished(self.profile, self.visit, self.frontier, self.memory))
        self.frontier.finish(self.visit, now())
        self.leave.resume()

    def _watch(self) -> None:
        """Raise an alert for what is out of bounds now that the visit is over, or that the market is not there."""
        watch = Watch(database=self.frontier.database, profile=self.profile)
        changes = watch.changes(unreachable=self.unreachable)
        self._publish([(ALERTS, alert) for alert in watch.alerts(changes, self.visit.id, now())])
        watch.stand(changes, self.visit.id, now())

    def _miss(self, missing: Sequence[Said]) -> None:
        time, market, visit = now(), self.profile.market, self.visit.id
        news = [absent(said, market, visit, time, "unlisted") for said in missing]
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
