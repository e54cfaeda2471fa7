"""Keeps measures in an Elasticsearch, one document each, where they can be charted."""

import math
import time
from collections.abc import Mapping, Sequence

import msgspec

from pipeline.errors import IndexUnavailableError, MalformedError
from pipeline.index.elastic_client import Cluster, part
from pipeline.index.elastic_layout import Source, described
from pipeline.index.elastic_setup import Shelf, check_layout, ensure
from pipeline.index.elastic_write import bulk
from pipeline.index.places import milliseconds
from pipeline.records import Measure

ALIAS = "measures"
"""The alias, less the prefix."""
KEYWORDS = ("name", "market", "stage", "topic", "reason", "field")
TURNS, FIRST_PAUSE_S = 6, 0.05
"""How often what a busy server left is written again, the pause doubling each time: three seconds in all."""
FORGET_EVERY_S = 3_600.0
AT_ONCE, ROUNDS = 1_000, 100
"""Old measures that one request deletes, and requests an hour at most: ten days' worth of stages that are never idle."""


class _Old(msgspec.Struct, frozen=True, kw_only=True):
    id: str = msgspec.field(name="_id")
    index: str = msgspec.field(name="_index")


class _Hits(msgspec.Struct, frozen=True):
    hits: list[_Old]


class _Found(msgspec.Struct, frozen=True):
    hits: _Hits


def mapping() -> Source:
    """The mapping of `measures`."""
    keywords: Source = {name: {"type": "keyword"} for name in KEYWORDS}
    time_ = {"type": "date", "format": "epoch_millis||strict_date_optional_time"}
    return described({"time": time_, **keywords, "value": {"type": "double"}})


def shelf(prefix: str = "", shards: int = 1) -> Shelf:
    """Where measures lie."""
    return Shelf(alias=prefix + ALIAS, mapping=mapping(), shards=shards)


class ElasticMeasures:
    """Measures in one Elasticsearch; any number of processes write."""

    def __init__(
        self, cluster: Cluster, *, prefix: str = "", days: int = 0, forget_every_s: float = FORGET_EVERY_S
    ) -> None:
        """Nothing is asked of the cluster, and no index made, before the first measures. With `days` 0 all are kept."""
        self._cluster = cluster
        self._shelf = shelf(prefix)
        self._fits = False
        self._days, self._forget_every_s = days, forget_every_s
        self._forgot = -math.inf

    def put(self, measures: Sequence[Measure]) -> None:
        """Keep measures, each in the place of the one of its id; returns once that is durable.

        Those older than `days` are deleted then, once an hour at most. A measure that Elasticsearch refuses is a
        `MalformedError` with its reason, once all others are kept.
        """
        if not self._fits:
            ensure(self._cluster, [self._shelf])
            check_layout(self._cluster, [self._shelf])
            self._fits = True
        waiting = {measure.id: self._line(measure) for measure in measures}
        refused: list[str] = []
        for turn in range(TURNS):
            waiting, reasons = self._turn(waiting)
            refused += reasons
            if not waiting:
                break
            time.sleep(FIRST_PAUSE_S * 2**turn)
        if waiting:
            self._fits = False  # the index may be gone: it is made anew the next time
            raise IndexUnavailableError(f"Elasticsearch is too busy: {len(waiting):,} measures could not be written")
        self._forget()
        if refused:
            raise MalformedError(f"Elasticsearch refuses {len(refused):,} measures: {refused[0]}")

    def close(self) -> None:
        """Let go of the connections."""
        self._cluster.close()

    def _forget(self) -> None:
        now = time.monotonic()
        if not self._days or now - self._forgot < self._forget_every_s:
            return
        for _ in range(ROUNDS):
            if not (old := self._old()):
                break
            outcomes = list(bulk(self._cluster, map(_deletion, old), refresh=True))
            if faults := [outcome.reason for outcome in outcomes if outcome.reason]:
                raise IndexUnavailableError(f"Elasticsearch does not delete {len(faults):,} old measures: {faults[0]}")
        self._forgot = now

    def _old(self) -> Sequence[_Old]:
        """Some measures past their days, by the server's clock; `_delete_by_query` is a module, which not every server has."""
        body = {"size": AT_ONCE, "_source": False, "query": {"range": {"time": {"lt": f"now-{self._days}d"}}}}
        return self._cluster.ask("POST", f"/{part(self._shelf.alias)}/_search", _Found, body).hits.hits

    def _turn(self, waiting: Mapping[str, bytes]) -> tuple[dict[str, bytes], list[str]]:
        """What to write again, and why each of the others that was not written is refused."""
        outcomes = list(bulk(self._cluster, waiting.values(), refresh=False))
        again = {outcome.id: waiting[outcome.id] for outcome in outcomes if outcome.again}
        return again, [f"{outcome.id}: {outcome.reason}" for outcome in outcomes if outcome.reason]

    def _line(self, measure: Measure) -> bytes:
        action = {"index": {"_index": self._shelf.alias, "_id": measure.id, "require_alias": True}}
        labels = {name: getattr(measure, name) for name in KEYWORDS}
        stored = {"time": milliseconds(measure.time), **labels, "value": measure.value}
        return b"%b\n%b\n" % (msgspec.json.encode(action), msgspec.json.encode(stored))


def _deletion(old: _Old) -> bytes:
    return b"%b\n" % msgspec.json.encode({"delete": {"_index": old.index, "_id": old.id}})
