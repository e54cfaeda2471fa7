"""Tells operators how a market's visit goes: figures for Prometheus in the home while it runs, measures on the log when it ends."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from crawlers.health.figures import Figures, figures
from crawlers.health.watch import standing
from crawlers.leave import next_time
from crawlers.outcome import State
from crawlers.profile import Gate, MarketProfile
from pipeline.metrics import crawled, table
from pipeline.metrics.exposed import Figure
from pipeline.records import Measure
from pipeline.sqlite import Database

WRITE_EVERY_S = 60.0


@dataclass(kw_only=True)
class Telling:
    """What one crawl of a market tells of its visit."""

    database: Database
    profile: MarketProfile
    home: Path
    _written: float = field(default_factory=time.monotonic, init=False)

    def moved(self, now: datetime) -> None:
        """Write the figures anew where those written are a minute old."""
        if time.monotonic() - self._written >= WRITE_EVERY_S:
            self.write(now)

    def write(self, now: datetime) -> None:
        """Write the figures of the newest visit to the home."""
        self._written = time.monotonic()
        if found := figures(self.database, self.profile):
            crawled.write(self.home, self.profile.market, [*self._crawl(now), *_visit(found, self._gates(found))])

    def measures(self) -> list[Measure]:
        """The figures of the newest visit, at the time when it began: told again, they overwrite."""
        if not (found := figures(self.database, self.profile)):
            return []
        began = datetime.fromisoformat(found.started)
        return [_measure(figure, began) for figure in _visit(found, self._gates(found))]

    def _crawl(self, now: datetime) -> Iterator[Figure]:
        market = {"market": self.profile.market}
        row = self.database.row("SELECT coalesce(sum(pages), 0) FROM visit WHERE market=?", *market.values())
        yield Figure(table.PAGES, float(str(row[0] if row else 0)), market)
        if last := self._last_page():
            yield Figure(table.LAST_PAGE, datetime.fromisoformat(last).timestamp(), market)
        yield Figure(table.NEXT, next_time(self.database, self.profile, now).timestamp(), market)
        for kind, count in Counter(one.kind for one in standing(self.database, self.profile.market)).items():
            yield Figure(table.ALERTS, count, market | {"kind": kind})

    def _last_page(self) -> str:
        row = self.database.row(
            "SELECT coalesce(max(asked), '') FROM address WHERE market=? AND state IN (?,?)",
            *(self.profile.market, State.DONE, State.GATED),
        )
        return str(row[0]) if row else ""

    def _gates(self, found: Figures) -> dict[str, int]:
        rows = self.database.all(
            "SELECT reason, count(*) FROM address WHERE market=? AND visit=? AND state=? GROUP BY 1",
            *(self.profile.market, found.visit, State.GATED),
        )
        counted = {str(reason): int(str(count)) for reason, count in rows}
        return {gate: counted.get(gate, 0) for gate in Gate}


def _visit(found: Figures, gates: dict[str, int]) -> Iterator[Figure]:
    market = {"market": found.market}
    yield Figure(table.VISIT_PAGES, found.pages, market)
    yield Figure(table.LISTINGS, found.listings, market)
    yield Figure(table.UNREAD, found.unread, market)
    for reason, count in found.failures.items():
        yield Figure(table.FAILURES, count, market | {"reason": reason})
    for gate, count in gates.items():
        yield Figure(table.GATED, count, market | {"gate": gate})
    for one in found.fields:
        yield Figure(table.FILLED, one.filled, market | {"field": one.field})
        yield Figure(table.EXPECTED, one.expected, market | {"field": one.field})
    if found.coverage.share is not None:
        yield Figure(table.COVERAGE, found.coverage.share, market)


def _measure(figure: Figure, time: datetime) -> Measure:
    labels = figure.labels
    return Measure(
        name=figure.metric.name,
        value=figure.value,
        time=time,
        market=labels["market"],
        reason=labels.get("reason") or labels.get("gate", ""),
        field=labels.get("field", ""),
    )
