"""What a stage's figures come to as measures; a pure function."""

from collections.abc import Iterator
from datetime import datetime

from pipeline.meter import Did, Meter
from pipeline.metrics.table import DEAD, LAG, MESSAGES, WAITING
from pipeline.records import Measure


def measures(meter: Meter, did: Did, before: Did | None, time: datetime) -> Iterator[Measure]:
    """What the stage did since `before` (None: since its process began), and how it stands; nothing of what is 0 and was 0."""
    topic = meter.topics[0] if len(meter.topics) == 1 else ""
    for lagging, lag in did.lag.items():
        if lag or (before and before.lag.get(lagging)):
            yield Measure(name=LAG.name, value=lag, time=time, stage=meter.stage, topic=lagging)
    for metric, count in (
        (MESSAGES, did.taken - (before.taken if before else 0)),
        (DEAD, did.dead - (before.dead if before else 0)),
    ):
        if count:
            yield Measure(name=metric.name, value=count, time=time, stage=meter.stage, topic=topic)
    for server in sorted({*did.away, *(before.away if before else ())}):
        away = did.away.get(server, 0.0)
        yield Measure(name=WAITING.name, value=round(away, 1), time=time, stage=meter.stage, reason=server)
