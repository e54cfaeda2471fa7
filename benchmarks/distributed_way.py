"""How fast listings go from Kafka through `assess` and `index` into Elasticsearch, in processes of their own, and how soon one is found."""

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from benchmarks.index import listings as invented
from benchmarks.journey import FILE
from benchmarks.product import environment, logging
from benchmarks.servers import Server, cpu_of
from headstamp import deployment
from pipeline import codec
from pipeline.broker import Broker
from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import Message
from pipeline.deployment import Deployment
from pipeline.index import Query
from pipeline.records import Listing
from pipeline.rows import batches, chosen, rows
from pipeline.settings import load
from pipeline.topics import ASSESSMENTS, LISTINGS, Topic

CORES = 2
GOAL, DELAY_GOAL_S = 0.8, 2.0
FIRST, LAST = 0.1, 0.9
"""Between these shares of the work a rate is taken, so that starting and ending do not count."""
READ_OF = {"assess": LISTINGS, "index": ASSESSMENTS}
LOAD_S, EVERY_S, MARK_S = 30.0, 0.1, 0.25
"""How long listings come at half load, how often some are published, and how often one is looked for."""


class Pace(NamedTuple):
    """How fast a group drained its topic, and what that took."""

    rate: float
    """Listings a second."""
    cpu: float
    """CPU-seconds a listing, of the stages and of both servers."""
    cores: float
    """Cores that they got."""


class Ground:
    """Two servers, and a fresh home with topics and an index of its own for each measurement."""

    def __init__(self, kafka: Server, elastic: Server, folder: Path) -> None:
        self._kafka, self._elastic, self._folder = kafka, elastic, folder
        self._made = 0

    def fresh(self) -> tuple[Path, dict[str, str]]:
        """A home, and the settings under which nothing is there yet."""
        self._made += 1
        home = self._folder / f"home-{self._made}"
        home.mkdir()
        settings = {
            "broker": f"kafka://127.0.0.1:{self._kafka.port}",
            "index": f"http://127.0.0.1:{self._elastic.port}",
            "kafka_prefix": f"m{self._made}-",
            "elastic_prefix": f"m{self._made}-",
            "assess_screen": "on",
        }
        with closing(parts_of(home, settings).broker()) as broker:
            broker.topics(create=True)
        return home, settings

    def spent(self, processes: Sequence[int]) -> float:
        """CPU-seconds of the servers and of these processes so far."""
        return sum(cpu_of(pid) for pid in (self._kafka.pid, self._elastic.pid, *processes))


def way(kafka: Server, elastic: Server, folder: Path, number: int, rounds: int) -> Iterator[tuple[str, str]]:
    """What was measured, and its figure."""
    ground = Ground(kafka, elastic, folder)
    ready = _ready(number)
    yield from _log(ground, folder, ready, rounds)
    one, two, index, whole = [], [], [], []
    for _ in range(rounds):  # in turn, so that other work slows them alike
        home, settings = ground.fresh()
        _publish(home, settings, ready)
        one.append(_paced(ground, home, settings, ["assess"], number))
        index.append(_paced(ground, home, settings, ["index"], number))
        home, settings = ground.fresh()
        _publish(home, settings, ready)
        two.append(_paced(ground, home, settings, ["assess", "assess"], number))
        home, settings = ground.fresh()
        _publish(home, settings, ready)
        whole.append(_paced(ground, home, settings, ["assess", "index"], number))
    yield from _told(one, two, index, whole)
    half = statistics.median(each.rate for each in whole) / 2
    home, settings = ground.fresh()
    delays = sorted(_delays(home, settings, ready, half))
    p50, p95 = delays[len(delays) // 2], delays[int(0.95 * (len(delays) - 1))]
    yield (
        f"publish to searchable at {half:,.0f} listings/s",
        f"p50 {p50:.2f} s, p95 {p95:.2f} s (goal: {DELAY_GOAL_S} s)",
    )


def _told(one: list[Pace], two: list[Pace], index: list[Pace], whole: list[Pace]) -> Iterator[tuple[str, str]]:
    for name, found in (("assess", one), ("2 x assess", two), ("index", index), ("assess + index", whole)):
        rate, cpu, cores = (statistics.median(column) for column in zip(*found, strict=True))
        yield name, f"{rate:,.0f} listings/s, {cpu * 1_000:.2f} ms of CPU a listing, {cores:.2f} cores got"
    yield "2 x assess by 1 x", _ratios([b.rate / a.rate for a, b in zip(one, two, strict=True)])
    slowest = [min(a.rate, i.rate) for a, i in zip(one, index, strict=True)]
    cores = [CORES / each.cpu for each in whole]
    ceilings = [min(pair) for pair in zip(slowest, cores, strict=True)]
    for name, limits in (("2 / CPU", cores), ("the slowest stage alone", slowest), ("the lower of both", ceilings)):
        yield f"assess + index by {name}", _ratios([w.rate / limit for w, limit in zip(whole, limits, strict=True)])


def _ratios(found: list[float]) -> str:
    return f"{statistics.median(found):.2f} ({min(found):.2f} to {max(found):.2f})"


def _log(ground: Ground, folder: Path, ready: list[Message], rounds: int) -> Iterator[tuple[str, str]]:
    """Messages a second that a log takes and gives, by turns on Kafka and on a file."""
    found: dict[str, list[float]] = {}
    for turn in range(rounds):
        home, settings = ground.fresh()
        for name, made in (
            ("KafkaBroker", parts_of(home, settings).broker),
            ("SqliteBroker", lambda turn=turn: SqliteBroker(folder / f"log-{turn}.db")),
        ):
            with closing(made()) as broker:
                found.setdefault(f"{name}: produce, 500 a batch", []).append(_produced(broker, ready))
                found.setdefault(f"{name}: consume and commit, 500 a batch", []).append(_consumed(broker, len(ready)))
    size = sum(len(each.value) for each in ready) / len(ready)
    for name, rates in found.items():
        yield name, f"{statistics.median(rates):,.0f} messages/s of {size:,.0f} bytes"


def _produced(broker: Broker, ready: list[Message]) -> float:
    broker.publish(LISTINGS.name, ready[:1])  # opens what there is to open
    begun = time.perf_counter()
    for some in batches(ready[1:], 500):
        broker.publish(LISTINGS.name, some)
    return (len(ready) - 1) / (time.perf_counter() - begun)


def _consumed(broker: Broker, number: int) -> float:
    left, begun = number, 0.0
    while left:
        with broker.batch(LISTINGS.name, "assess", size=500, wait=1.0) as found:
            left -= len(found)
        begun, number = (begun, number) if begun else (time.perf_counter(), left)  # joining the group does not count
    return number / (time.perf_counter() - begun)


def _ready(number: int) -> list[Message]:
    """Listings as messages: of the research data where it is there, else invented."""
    if FILE.exists():
        found = (row.found for row in rows(FILE, chosen(FILE), 1) if isinstance(row.found, Listing))
        known = {each.id: each for each in found}
        chosen_ones = random.Random(1).sample(sorted(known), number)
        return codec.messages([known[id_] for id_ in chosen_ones])
    return codec.messages([each.listing for each in invented(number, random.Random(3))])


def _publish(home: Path, settings: dict[str, str], ready: list[Message]) -> None:
    with closing(parts_of(home, settings).broker()) as broker:
        for some in batches(ready, 500):
            broker.publish(LISTINGS.name, some)


def _paced(ground: Ground, home: Path, settings: dict[str, str], names: list[str], number: int) -> Pace:
    """How fast the last of the stages drains its topic, all of them at work."""
    last = names[-1]
    with ExitStack() as stack, closing(parts_of(home, settings).broker()) as broker:
        log = home / "stages.log"
        processes = [stack.enter_context(logging(name, environment(home, settings), log)) for name in names]
        pids = [process.pid for process in processes]
        points = list(_points(broker, READ_OF[last], last, number, lambda: ground.spent(pids)))
        for process in processes:
            process.terminate()
            process.wait()
    begun, ended = points[0], points[-1]
    done, seconds, cpu = (after - before for before, after in zip(begun, ended, strict=True))
    return Pace(rate=done / seconds, cpu=cpu / done, cores=cpu / seconds)


def _points(
    broker: Broker, topic: Topic, group: str, number: int, spent: Callable[[], float]
) -> Iterator[tuple[float, float, float]]:
    """How many the group has read, when, and the CPU-seconds until then, from the first to the last share of the work."""
    while True:
        owed = broker.lag(topic.name, group)
        done = number - owed if topic is LISTINGS else _published(broker, topic) - owed
        if done >= FIRST * number:
            yield done, time.perf_counter(), spent()
        if done >= LAST * number:
            return
        time.sleep(0.05)


def _published(broker: Broker, topic: Topic) -> int:
    return broker.lag(topic.name, "nobody")


def _delays(home: Path, settings: dict[str, str], ready: list[Message], rate: float) -> Iterator[float]:
    """Seconds from the moment before a listing is published until a search finds it, while others come at `rate` a second."""
    parts = parts_of(home, settings)
    around, log = environment(home, settings), home / "stages.log"
    with (
        logging("assess", around, log),
        logging("index", around, log),
        closing(parts.broker()) as broker,
    ):
        _settle(parts, broker, ready[:50])
        yield from _watched(parts, broker, ready, rate)


def _settle(parts: Deployment, broker: Broker, few: list[Message]) -> None:
    """Let both stages start, and work a few."""
    broker.publish(LISTINGS.name, few)
    with closing(parts.index()) as index:
        while index.search(Query(size=0)).total < len(few):
            time.sleep(0.1)


def _watched(parts: Deployment, broker: Broker, ready: list[Message], rate: float) -> Iterator[float]:
    waiting: dict[str, float] = {}
    begun, sent, marked = time.perf_counter(), 0, 0
    with closing(parts.index()) as index:
        while (now := time.perf_counter()) - begun < LOAD_S or waiting:
            due = int(min(now - begun, LOAD_S) * rate) - sent
            some = [ready[(sent + place) % len(ready)] for place in range(due)]
            sent += due
            if now - begun < LOAD_S and now - begun > marked * MARK_S:
                marked += 1
                waiting[f"marked {marked}"] = now
                some.append(_marked(ready[0], f"marked {marked}"))
            broker.publish(LISTINGS.name, some)
            for each in index.count(["market"], Query(filters={"market": tuple(waiting)})) if waiting else ():
                yield time.perf_counter() - waiting.pop(each.values[0])
            time.sleep(EVERY_S / 2)


def _marked(found: Message, market: str) -> Message:
    listing = codec.decode(found, (Listing,))
    assert isinstance(listing, Listing)
    return codec.message(replace(listing, market=market))


def parts_of(home: Path, settings: dict[str, str]) -> Deployment:
    """What the product's commands are given there."""
    return deployment(load(environment(home, settings)))
