"""Looks every few seconds at lag and servers, and puts the stages' measures on the log each minute."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Generic, Protocol, TypeVar

from pipeline.broker import Broker
from pipeline.codec import messages
from pipeline.deployment import CHART
from pipeline.errors import HeadstampError
from pipeline.index import Index
from pipeline.meter import Did, Meter
from pipeline.metrics.table import MESSAGES
from pipeline.metrics.told import measures
from pipeline.topics import MEASURES

LOOK_EVERY_S = 15.0
LOOKS_A_TELLING = 4
GOODBYE_S = 5.0
"""Seconds that a look under way gets when the process ends."""
NOBODY = "0" * 32
"""The id of no listing: whoever answers that it is not there, answers."""
Answer = TypeVar("Answer")


class _Closable(Protocol):
    def close(self) -> None:
        """Let go of it."""


Part = TypeVar("Part", bound=_Closable)


class Kept(Generic[Part]):
    """A connection that is opened when first asked, and anew after it failed."""

    def __init__(self, connect: Callable[[], Part]) -> None:
        self._connect = connect
        self._part: Part | None = None

    def ask(self, question: Callable[[Part], Answer]) -> Answer:
        """What the question finds out."""
        try:
            self._part = self._part or self._connect()
            return question(self._part)
        except HeadstampError:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the connection."""
        part, self._part = self._part, None
        if part is not None:
            part.close()


@dataclass(kw_only=True)
class Beat:
    """What is looked at beside the stages' own work, on connections of its own."""

    meters: Sequence[Meter]
    reads: Callable[[], Broker]
    """The log that the stages read."""
    publishes: Callable[[], Broker]
    """The log that their measures go to."""
    index: Callable[[], Index] | None
    """The index that they need; None where they need none."""
    faults: Mapping[str, str] = field(default_factory=lambda: {"broker": "was not asked yet"}, init=False)
    """Why a server does not answer, as of the last look; none where all do."""
    _before: dict[str, Did] = field(default_factory=dict, init=False)

    def run(self, stop: Event) -> None:
        """Look and tell until `stop` is set."""
        reads, publishes = Kept(self.reads), Kept(self.publishes)
        index = Kept(self.index) if self.index else None
        looks = 0
        while not stop.is_set():
            self.look(reads, index)
            looks += 1
            if looks % LOOKS_A_TELLING == 0:
                self.tell(publishes, datetime.now(UTC))
            stop.wait(LOOK_EVERY_S)
        reads.close()
        publishes.close()
        if index:
            index.close()

    def look(self, log: Kept[Broker], index: Kept[Index] | None) -> None:
        """Note each stage's lag, and which servers do not answer."""
        self.faults = dict(self._looked(log, index))

    def _looked(self, log: Kept[Broker], index: Kept[Index] | None) -> Iterator[tuple[str, str]]:
        try:
            for meter in self.meters:
                meter.lags({topic: log.ask(_lag(topic, meter.stage)) for topic in meter.topics})
        except HeadstampError as error:
            yield "broker", str(error)
        try:
            if index:
                index.ask(lambda part: part.get(NOBODY))
        except HeadstampError as error:
            yield "index", str(error)

    def tell(self, log: Kept[Broker], now: datetime) -> None:
        """Publish what each stage did since the last time; while the log is away nothing is told, and nothing lost."""
        time = _milliseconds(now)
        did = {meter.stage: meter.did() for meter in self.meters}
        found = [
            measure
            for meter in self.meters
            for measure in measures(meter, did[meter.stage], self._before.get(meter.stage), time)
        ]
        if all(each.stage == CHART and each.name == MESSAGES.name for each in found):
            return  # what it charts is told by itself, too: alone, it would tell of that for ever
        try:
            if found:
                log.ask(lambda part: part.publish(MEASURES.name, messages(found)))
        except HeadstampError:
            return  # the stages say who is away
        self._before = did


def tell_once(meter: Meter, log: Broker) -> None:
    """Publish what a stage did that ended; a log that does not take it is told nothing."""
    with suppress(HeadstampError):
        if found := list(measures(meter, meter.did(), None, _milliseconds(datetime.now(UTC)))):
            log.publish(MEASURES.name, messages(found))


@contextmanager
def beating(beat: Beat) -> Iterator[None]:
    """Look and tell in a thread while the block runs."""
    stop = Event()
    thread = Thread(target=beat.run, args=(stop,), name="beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(GOODBYE_S)


def _milliseconds(time: datetime) -> datetime:
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def _lag(topic: str, group: str) -> Callable[[Broker], int]:
    return lambda log: log.lag(topic, group)
