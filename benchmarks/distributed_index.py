"""What the index costs on Elasticsearch: the stage's share of the raw bulk rate, and searches beside SQLite's."""

import http.client
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.index import SAMPLE, listings, questions, reassessed, seen, vocabulary
from benchmarks.index_sides import Ours
from benchmarks.servers import Server, cpu_of
from pipeline.index import Index, Mergeable, Query, Range
from pipeline.index.elastic import ElasticIndex
from pipeline.index.elastic_access import cluster
from pipeline.index.elastic_layout import encoded, mapping, source
from pipeline.index.elastic_setup import Shelf, ensure
from pipeline.index.merge import merge
from pipeline.index.sqlite import SqliteIndex
from pipeline.records import Assessment
from pipeline.rows import batches
from pipeline.settings import Elastic

BATCHES = (500, 2_000)
"""Documents a batch: what a stage takes by its defaults, and what the goal was measured with."""
TURNS = 40
PRICES = Range(low=500, high=40_000)
FACETS = ("month", "category", "ships_from")


class Bulk(NamedTuple):
    """Documents a second, the raw bulk rate and the stage's, in one run by turns; medians of the rounds."""

    work: str
    batch: int
    raw: float
    stage: float
    share: float
    """The median of the rounds' shares."""
    cpu_ms: tuple[float, float]
    """Milliseconds of CPU a document, of Elasticsearch and of who asks it: raw, and the stage's."""


class Cost(NamedTuple):
    """What a number of documents took: seconds by the clock, and of CPU."""

    seconds: float = 0.0
    cpu: float = 0.0


class Asked(NamedTuple):
    """Milliseconds that a question takes: p50 and p95 on Elasticsearch, then on SQLite."""

    work: str
    elastic: tuple[float, float]
    sqlite: tuple[float, float] | None


class Raw:
    """Bulk requests of bytes made beforehand, and nothing else: what the server alone can do."""

    def __init__(self, elastic: Server, name: str) -> None:
        self.server = elastic
        self._connection = http.client.HTTPConnection("127.0.0.1", elastic.port)
        self._name = name
        with closing(cluster(f"http://127.0.0.1:{elastic.port}", Elastic())) as at:
            ensure(at, [Shelf(alias=name, mapping=mapping())])

    def lines(self, records: Sequence[Assessment]) -> list[bytes]:
        """What is sent for each record."""
        action = {"index": {"_index": f"{self._name}-v1"}}
        made = []
        for record in records:
            action["index"]["_id"] = record.id
            made.append(b"%b\n%b\n" % (msgspec.json.encode(action), encoded(source(merge(None, record)))))
        return made

    def send(self, lines: Sequence[bytes]) -> None:
        """One bulk request; an AssertionError where any of it was refused."""
        self._connection.request(
            "POST", "/_bulk?filter_path=errors", b"".join(lines), {"Content-Type": "application/x-ndjson"}
        )
        answer = self._connection.getresponse().read()
        assert answer == b'{"errors":false}', answer[:300]

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()


def shares(elastic: Server, number: int, rounds: int) -> Iterator[Bulk]:
    """The stage's share of the raw bulk rate, for documents never seen, seen with news, and sighted."""
    records = list(listings(number, random.Random(3)))
    for size in BATCHES:
        if size == BATCHES[0]:
            _round(elastic, records[:size], size, "warm")
        found = [_round(elastic, records, size, f"r{size}-{turn}") for turn in range(rounds)]
        for place, work in enumerate(("first seen", "seen before, other category", "seen before, sighted later")):
            pairs = [each[place] for each in found]
            yield Bulk(
                work,
                size,
                raw=statistics.median(number / raw.seconds for raw, _ in pairs),
                stage=statistics.median(number / stage.seconds for _, stage in pairs),
                share=statistics.median(raw.seconds / stage.seconds for raw, stage in pairs),
                cpu_ms=(
                    statistics.median(1_000 * raw.cpu / number for raw, _ in pairs),
                    statistics.median(1_000 * stage.cpu / number for _, stage in pairs),
                ),
            )


def _round(elastic: Server, records: list[Assessment], size: int, prefix: str) -> list[tuple[Cost, Cost]]:
    address = f"http://127.0.0.1:{elastic.port}"
    chosen = Elastic(prefix=f"{prefix}-")
    with (
        closing(Raw(elastic, f"{prefix}-raw")) as raw,
        closing(ElasticIndex(cluster(address, chosen), chosen)) as index,
    ):
        index.get("0" * 32)  # so that the index is there
        again = [reassessed(each) for each in records]
        work = ((records, records), (again, again), (again, [seen(each) for each in records]))
        return [_turns(raw, index, sent, merged, size) for sent, merged in work]


def _turns(
    raw: Raw, index: Index, sent: Sequence[Assessment], merged: Sequence[Mergeable], size: int
) -> tuple[Cost, Cost]:
    """What each of both took; they take turns batch by batch, so that other work slows them alike."""
    plain, ours = Cost(), Cost()
    for some, others in zip(batches(sent, size), batches(merged, size), strict=True):
        lines = raw.lines(some)
        plain = _spent(plain, raw.server, partial(raw.send, lines))
        ours = _spent(ours, raw.server, partial(index.merge, others))
    return plain, ours


def _spent(before: Cost, elastic: Server, work: Callable[[], object]) -> Cost:
    pid = elastic.pid
    cpu, begun = cpu_of(pid) + time.process_time(), time.perf_counter()
    work()
    seconds = time.perf_counter() - begun
    return Cost(before.seconds + seconds, before.cpu + cpu_of(pid) + time.process_time() - cpu)


class Sides(Ours):
    """The questions of benchmarks/index.py, asked of any index."""

    def __init__(self, index: Index) -> None:
        self._index = index  # type: ignore[assignment]  # any index answers them


def asked(elastic: Server, number: int, folder: Path, *, sqlite: bool) -> Iterator[Asked]:
    """How long questions take on `number` invented listings of 1.2 KB, beside SQLite where `sqlite` says so."""
    chosen = Elastic(prefix="ask-")
    file = SqliteIndex(folder / "index.db") if sqlite else None
    sample: list[Assessment] = []
    with (
        closing(Raw(elastic, "ask-listings")) as raw,
        closing(ElasticIndex(cluster(f"http://127.0.0.1:{elastic.port}", chosen), chosen)) as index,
    ):
        for some in batches(listings(number, random.Random(3)), BATCHES[1]):
            sample += some[:: max(1, number // SAMPLE)]
            raw.send(raw.lines(some))
            if file:
                file.merge(some)
        index.search(Query(size=1))
        draw = random.Random(5)
        kinds = questions(vocabulary(sample), draw)
        kinds["month x category x country, of a mid word"] = _three_ways(kinds, sample)
        for name, question in kinds.items():
            yield Asked(name, _latency(question, index, draw), _latency(question, file, draw) if file else None)
    if file:
        file.close()


def _three_ways(_kinds: object, sample: Sequence[Assessment]) -> Callable[[Sides], object]:
    words = vocabulary(sample).mid
    return lambda side: side._index.count(FACETS, Query(words=random.choice(words)))  # noqa: SLF001  # one question more


def _latency(question: Callable[[Sides], object], index: Index, draw: random.Random) -> tuple[float, float]:
    """p50 and p95 in milliseconds, after three that warm it."""
    side = Sides(index)
    draw.seed(5)
    spent = sorted([_seconds(lambda: question(side)) for _ in range(TURNS + 3)][3:])
    return spent[TURNS // 2] * 1_000, spent[int(0.95 * (TURNS - 1))] * 1_000


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
