"""What the stages of this process and the disk of its home say, as figures."""

import shutil
import time
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path

from pipeline.meter import BUCKETS_S, Did, Meter
from pipeline.metrics import table
from pipeline.metrics.exposed import Figure


def stages(meters: Iterable[Meter]) -> Iterator[Figure]:
    """The figures of each stage, as they are now."""
    for meter in meters:
        did, stage = meter.did(), {"stage": meter.stage}
        yield Figure(table.MESSAGES, did.taken, stage)
        yield Figure(table.PUBLISHED, did.published, stage)
        yield Figure(table.DEAD, did.dead, stage)
        yield Figure(table.TURNED, time.time() - did.turned_s, stage)
        for topic, lag in did.lag.items():
            yield Figure(table.LAG, lag, stage | {"topic": topic})
        for server in ("broker", "index"):
            yield Figure(table.WAITING, did.away.get(server, 0.0), stage | {"server": server})
        yield from _batches(did, stage)


def disk(home: Path) -> Iterator[Figure]:
    """The disk of the home; nothing while there is no home."""
    if home.exists():
        found = shutil.disk_usage(home)
        yield Figure(table.FREE, found.free, {})
        yield Figure(table.SIZE, found.total, {})


def _batches(did: Did, stage: dict[str, str]) -> Iterator[Figure]:
    bounds = (*map(str, BUCKETS_S), "+Inf")
    for bound, count in zip(bounds, accumulate(did.batches), strict=True):
        yield Figure(table.BATCH, count, stage | {"le": bound}, "_bucket")
    yield Figure(table.BATCH, sum(did.batches), stage, "_count")
    yield Figure(table.BATCH, did.seconds, stage, "_sum")
