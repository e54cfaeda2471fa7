"""Counts what a stage of this process does, for whoever looks at it meanwhile."""

import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from pipeline.errors import BrokerUnavailableError

BUCKETS_S = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Upper bounds of the counts of batches by their seconds; one more count is of longer ones."""


@dataclass(frozen=True, kw_only=True)
class Did:
    """What a stage did since its process began, and how it stands."""

    taken: int
    published: int
    dead: int
    seconds: float
    """Seconds of work in all."""
    batches: tuple[int, ...]
    """Batches by their seconds: one count for each of `BUCKETS_S`, and one of longer ones."""
    ready: bool
    """Whether its parts were opened, the model among them."""
    turned_s: float
    """Seconds since its loop came round."""
    away: Mapping[str, float]
    """Seconds that a server has been away: `broker`, `index`."""
    lag: Mapping[str, int]
    """Messages that its group has not worked, by topic, as last looked up."""


class Meter:
    """One stage of this process; its loop writes, any thread reads."""

    def __init__(self, stage: str, topics: Sequence[str]) -> None:
        self.stage = stage
        self.topics = tuple(topics)
        """The topics that it reads."""
        self._lock = Lock()
        self._taken = self._published = self._dead = 0
        self._seconds = 0.0
        self._batches = [0] * (len(BUCKETS_S) + 1)
        self._ready = False
        self._turned = time.monotonic()
        self._away: dict[str, float] = {}
        self._lag: dict[str, int] = {}

    def opened(self) -> None:
        """Note that the stage can work."""
        self._ready = True

    def turned(self) -> None:
        """Note that the loop came round, whether there was work or not, and that every server answered."""
        with self._lock:
            self._turned = time.monotonic()
            self._away.clear()

    def worked(self, *, taken: int, published: int, dead: int, seconds: float) -> None:
        """Count a batch."""
        with self._lock:
            self._taken += taken
            self._published += published
            self._dead += dead
            self._seconds += seconds
            self._batches[bisect_left(BUCKETS_S, seconds)] += 1

    def away(self, error: Exception) -> None:
        """Note that the loop came round and met a server that is away."""
        server = "broker" if isinstance(error, BrokerUnavailableError) else "index"
        with self._lock:
            self._turned = time.monotonic()
            self._away.setdefault(server, self._turned)

    def lags(self, found: Mapping[str, int]) -> None:
        """Note the lag on each topic."""
        with self._lock:
            self._lag = dict(found)

    def did(self) -> Did:
        """What there is to say now."""
        with self._lock:
            now = time.monotonic()
            return Did(
                taken=self._taken,
                published=self._published,
                dead=self._dead,
                seconds=self._seconds,
                batches=tuple(self._batches),
                ready=self._ready,
                turned_s=now - self._turned,
                away={server: now - since for server, since in self._away.items()},
                lag=dict(self._lag),
            )
