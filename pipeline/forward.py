"""Carries what a crawl wrote to its home's log on to the broker of the stages: at least once, and in its order."""

import logging
import time
from collections.abc import Callable, Sequence
from threading import Event

import msgspec

from pipeline.broker import Broker
from pipeline.codec import Message
from pipeline.errors import TooLargeError
from pipeline.letters import Fault, set_aside
from pipeline.logs import line
from pipeline.meter import Meter
from pipeline.patience import AWAY, Patience
from pipeline.topics import ALERTS, LISTINGS, MEASURES, TASKS, Topic

GROUP = "forward"
CRAWLED = (LISTINGS, TASKS, ALERTS, MEASURES)
"""What crawls write. Dead letters stay with the home that set them aside; reviews and audit are no crawl's."""
IDLE_S = 0.1
"""How long a forward that found nothing sleeps before it looks again."""
ASK_EVERY_S = 15.0
"""How often a forward that finds nothing asks whether the broker is there."""
MOST_HEADERS = 1_000
"""Characters of names and values of a message's headers, at most; Headstamp's own have fewer than 100."""
FOREIGN = f"its headers have more than {MOST_HEADERS:,} characters, which no Headstamp writes; see who writes to the crawl's home"


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages of a topic were taken from the log, published and set aside, and how many wait still."""

    taken: int = 0
    published: int = 0
    dead: int = 0
    lag: int = 0


class Forward:
    """One home's log and the broker that it is carried to; a second one of the same home gets a `LockedError`.

    A message counts as read once the broker has it. One that the broker can never take is set aside as a dead letter on
    the home's log, and the next go on.
    """

    def __init__(self, log: Broker, broker: Broker, *, size: int, meter: Meter | None = None) -> None:
        self._log, self._broker, self._size = log, broker, size
        self.meter = meter or Meter(GROUP, [topic.name for topic in CRAWLED])
        """What it does, for whoever looks at it meanwhile."""
        self._did = {topic.name: Carried() for topic in CRAWLED}
        self._heard = -ASK_EVERY_S

    def once(self, advance: Callable[[int], None] = lambda _taken: None) -> None:
        """Carry what waits now, not what is written meanwhile; a `BrokerUnavailableError` where the broker is away."""
        owed = {topic: self._log.lag(topic.name, GROUP) for topic in CRAWLED}
        while any(owed.values()):
            for topic in CRAWLED:
                taken = self._carry(topic, min(self._size, owed[topic])) if owed[topic] else 0
                owed[topic] = owed[topic] - taken if taken else 0
                advance(taken)

    def forever(self, stop: Event) -> None:
        """Carry what comes until `stop` is set; the batch in hand is finished, and a broker that is away is waited for."""
        patience = Patience(GROUP)
        self.meter.opened()
        while not stop.is_set():
            taken, away = self._round(stop)
            if away:
                self.meter.away(away)
                patience.wait(away, stop)
                continue
            self.meter.turned()
            patience.over()
            if not taken:
                stop.wait(IDLE_S)

    def did(self) -> dict[str, Carried]:
        """What was carried so far, by topic, and what waits now."""
        return {
            name: msgspec.structs.replace(carried, lag=self._log.lag(name, GROUP))
            for name, carried in self._did.items()
        }

    def _round(self, stop: Event) -> tuple[int, Exception | None]:
        """One batch of every topic, so that none waits for another to end: how much there was, and what was away."""
        taken, away = 0, None
        for topic in CRAWLED:
            if stop.is_set():
                break
            try:
                taken += self._carry(topic, self._size)
            except AWAY as error:
                away = error
        return taken, away if taken or away else self._asked()

    def _asked(self) -> Exception | None:
        """What is away, asked now and then although there is nothing to carry: who waits for nothing would look well."""
        if time.monotonic() - self._heard < ASK_EVERY_S:
            return None
        try:
            self._broker.publish(LISTINGS.name, [])
        except AWAY as error:
            return error
        self._heard = time.monotonic()
        return None

    def _carry(self, topic: Topic, size: int) -> int:
        begun = time.monotonic()
        with self._log.batch(topic.name, GROUP, size=size, wait=0) as found:
            faults = _delivered(topic, found, self._broker) if found else []
            set_aside(self._log, topic, GROUP, faults)
        if found:
            self._count(topic, len(found), len(faults), time.monotonic() - begun)
        return len(found)

    def _count(self, topic: Topic, taken: int, dead: int, seconds: float) -> None:
        self.meter.worked(taken=taken, published=taken - dead, dead=dead, seconds=seconds)
        before = self._did[topic.name]
        self._did[topic.name] = Carried(
            taken=before.taken + taken, published=before.published + taken - dead, dead=before.dead + dead
        )
        line(
            "batch",
            level=logging.WARNING if dead else logging.INFO,
            stage=GROUP,
            topic=topic.name,
            taken=taken,
            published=taken - dead,
            dead=dead,
            lag=self._log.lag(topic.name, GROUP),
            seconds=round(seconds, 3),
        )


def _delivered(topic: Topic, found: Sequence[Message], broker: Broker) -> list[Fault]:
    """Publish messages as they are, but for those that no Headstamp wrote or the broker can never take, with the reason."""
    foreign = [(each, FOREIGN) for each in found if _headed(each) > MOST_HEADERS]
    return foreign + _published(topic, [each for each in found if _headed(each) <= MOST_HEADERS], broker)


def _published(topic: Topic, found: Sequence[Message], broker: Broker) -> list[Fault]:
    try:
        broker.publish(topic.name, found)
    except TooLargeError as error:
        if len(found) > 1:
            return [fault for each in found for fault in _published(topic, [each], broker)]
        return [(found[0], str(error))]
    return []


def _headed(found: Message) -> int:
    return sum(len(name) + len(value) for name, value in found.headers.items())
