"""Follows what stages and crawls say of their work: lags, dead letters, waits for servers, last visits, the disk."""

import shutil
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from pipeline import codec
from pipeline.broker import START, Broker, Position
from pipeline.commands.dead import REPLAYED
from pipeline.errors import MalformedError, SchemaTooNewError
from pipeline.metrics import table
from pipeline.records import Measure
from pipeline.topics import MEASURES, WORK

KEPT = timedelta(days=30)
"""How old the last visit of a market may be to be shown."""
HOUR = timedelta(hours=1)
LATELY = timedelta(minutes=3)
"""How old what a stage says of its waiting may be to hold: it says so each minute."""

AHEAD = timedelta(minutes=5)
"""How far the clock of whoever measured may go ahead of ours."""
MOST = 1e12
"""Above every figure that a stage or a crawl can have; in milliseconds, bytes or messages it is more than one home holds."""


class Work(NamedTuple):
    """How one stage does."""

    stage: str
    topic: str
    lag: int
    worked: int
    """Messages worked in the last hour."""
    dead: int
    """Dead letters of its topic that wait."""


class Wait(NamedTuple):
    """A server that a stage waits for."""

    stage: str
    server: str
    seconds: float


class Filled(NamedTuple):
    """In which share of the listings a field was read."""

    field: str
    share: float
    expected: float


class Visit(NamedTuple):
    """The last visit of a market."""

    market: str
    began: datetime
    pages: int
    listings: int
    coverage: float | None
    fields: tuple[Filled, ...]
    failures: tuple[tuple[str, int], ...]
    gates: tuple[tuple[str, int], ...]


class Disk(NamedTuple):
    """The disk of the home, in bytes."""

    free: int
    size: int


class State(NamedTuple):
    """All that the page shows."""

    work: tuple[Work, ...]
    waits: tuple[Wait, ...]
    visits: tuple[Visit, ...]


class Tail:
    """What comes to a topic from one look to the next."""

    def __init__(self, topic: str, since: Position = START) -> None:
        self._topic = topic
        self._since = since

    def new(self, log: Broker) -> Iterator[codec.Message]:
        """What came since the last look."""
        offsets = dict(self._since.offsets)
        for message in log.read(self._topic, self._since):
            offsets[message.partition] = message.offset + 1
            self._since = Position(offsets=offsets)
            yield message


class Letters:
    """The dead letters of one topic that wait: those on it less those that were replayed."""

    def __init__(self, topic: str) -> None:
        self._tail = Tail(topic)
        self._count = 0
        self._replayed: set[str] = set()

    def waiting(self, log: Broker) -> int:
        """How many there are now."""
        for message in self._tail.new(log):
            if REPLAYED in message.headers:
                self._replayed.add(message.headers[REPLAYED])
            else:
                self._count += 1
        return self._count - len(self._replayed)


@dataclass
class Seen:
    """The newest figures of a market's visits."""

    began: datetime
    figures: dict[tuple[str, str], float] = field(default_factory=dict)
    """By metric, and by reason, gate or field."""


class Operations:
    """What the log says of the work; each look reads on from where the one before ended."""

    def __init__(self, stages: Sequence[str], now: datetime) -> None:
        self._reads = [(stage, topic) for stage in stages for topic in WORK if stage in topic.readers]
        self._letters = {topic.name: Letters(topic.dead) for _, topic in self._reads}
        self._measures = Tail(MEASURES.name, Position(at=now - KEPT))
        self._visits: dict[str, Seen] = {}
        self._worked: deque[Measure] = deque()
        self._waits: dict[tuple[str, str], Measure] = {}

    def look(self, log: Broker) -> State:
        """How stages and crawls do now."""
        now = datetime.now(UTC)
        for message in self._measures.new(log):
            measure = _read(message)
            if measure and measure.time <= now + AHEAD and 0 <= measure.value <= MOST:
                self._take(measure, now)
        while self._worked and self._worked[0].time < now - HOUR:
            self._worked.popleft()
        return State(tuple(self._work(log)), tuple(self._waiting(now)), tuple(self._visited(now)))

    def _take(self, measure: Measure, now: datetime) -> None:
        if measure.name == table.MESSAGES.name and measure.time >= now - HOUR:
            self._worked.append(measure)
        elif measure.name == table.WAITING.name:
            self._waits[measure.stage, measure.reason] = measure
        elif measure.name in VISITS:
            seen = self._visits.get(measure.market)
            if seen is None or seen.began < measure.time:
                seen = self._visits[measure.market] = Seen(measure.time)
            if seen.began == measure.time:
                seen.figures[measure.name, measure.reason or measure.field] = measure.value

    def _work(self, log: Broker) -> Iterator[Work]:
        worked = Counter[str]()
        for measure in self._worked:
            worked[measure.stage] += int(measure.value)
        for stage, topic in self._reads:
            lag, dead = log.lag(topic.name, stage), self._letters[topic.name].waiting(log)
            yield Work(stage, topic.name, lag, worked[stage], dead)

    def _waiting(self, now: datetime) -> Iterator[Wait]:
        for (stage, server), measure in self._waits.items():
            if measure.value and measure.time >= now - LATELY:
                yield Wait(stage, server, measure.value)

    def _visited(self, now: datetime) -> Iterator[Visit]:
        for market, seen in sorted(self._visits.items()):
            if seen.began >= now - KEPT:
                yield _visit(market, seen)


VISITS = frozenset(metric.name for metric in table.CRAWLS)


def disk(home: Path) -> Disk | None:
    """The disk of the home; None while there is no home."""
    found = shutil.disk_usage(home) if home.exists() else None
    return Disk(found.free, found.total) if found else None


def _visit(market: str, seen: Seen) -> Visit:
    def one(metric: table.Metric) -> float | None:
        return seen.figures.get((metric.name, ""))

    def each(metric: table.Metric) -> list[tuple[str, float]]:
        return [(label, value) for (name, label), value in seen.figures.items() if name == metric.name]

    def counted(metric: table.Metric) -> tuple[tuple[str, int], ...]:
        return tuple((label, int(value)) for label, value in sorted(each(metric), key=lambda pair: -pair[1]) if value)

    expected = dict(each(table.EXPECTED))
    return Visit(
        market=market,
        began=seen.began,
        pages=int(one(table.VISIT_PAGES) or 0),
        listings=int(one(table.LISTINGS) or 0),
        coverage=one(table.COVERAGE),
        fields=tuple(Filled(name, share, expected.get(name, 0.0)) for name, share in each(table.FILLED)),
        failures=counted(table.FAILURES),
        gates=counted(table.GATED),
    )


def _read(message: codec.Message) -> Measure | None:
    try:
        found = codec.decode(message, MEASURES.records)
    except (MalformedError, SchemaTooNewError):
        return None
    return found if isinstance(found, Measure) else None
