"""How well a system tells listings apart: counts, and every figure with the interval of vendors drawn again."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
import numpy as np

from classifier.linear import Floats
from classifier.metrics.draws import Estimate, components, draws, estimate, wilson
from classifier.metrics.judged import Judged
from classifier.metrics.measures import ARMS, FIREARMS, MEASURES, POOLS, Marked, Measure, adjusted, marked, weighed

FEWEST, FEWEST_VENDORS, CLAIMED = 50, 10, 30
"""Rows and vendors from which a target binds, and rows below which nothing is claimed."""


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Who was looked at."""

    listings: int
    in_scope: int
    vendors: int
    """Named vendors; a row without one stands for itself where vendors are drawn."""
    vendors_in_scope: int
    clusters: int
    """Groups that share no vendor and no cluster: what is drawn."""
    markets: int

    @property
    def binds(self) -> bool:
        """Whether there are enough offers, of enough vendors, for a target to bind."""
        return self.in_scope >= FEWEST and self.vendors_in_scope >= FEWEST_VENDORS


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """How well one system tells some listings apart; a measure that has no value is left out."""

    system: str
    counts: Counts
    flagged: int
    false_alarms: int
    missed: int
    measures: dict[Measure, Estimate]

    def value(self, measure: Measure) -> float | None:
        """The figure alone."""
        found = self.measures.get(measure)
        return None if found is None else found.value


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """How much better the second of two systems is, the same vendors drawn for both."""

    first: str
    second: str
    measure: Measure
    counts: Counts
    gain: Estimate
    no_better: float
    """Share of the draws in which the second is not better."""


def counts(rows: Sequence[Judged]) -> Counts:
    """Who wrote the rows, and where."""
    return Counts(
        listings=len(rows),
        in_scope=sum(row.in_scope for row in rows),
        vendors=_vendors(rows),
        vendors_in_scope=_vendors(row for row in rows if row.in_scope),
        clusters=int(components(rows).max()) + 1 if rows else 0,
        markets=len({row.market for row in rows if row.market}),
    )


def figures(rows: Sequence[Judged], system: str, seed: int) -> Figures:
    """The figures of a system on some rows, which are of one source."""
    found = marked(rows, system)
    whole = weighed(found, np.ones(len(rows)))
    drawn = _drawn(found, seed)
    values = {name: value for name, figure in MEASURES.items() if (value := figure(whole)) is not None}
    measures = {name: _spread(found, name, value, drawn[name]) for name, value in values.items()}
    return Figures(
        system=system,
        counts=counts(rows),
        flagged=int(whole.hits + whole.alarms),
        false_alarms=int(whole.alarms),
        missed=int(whole.missed),
        measures=measures | dict(_bounded(measures)),
    )


def difference(
    rows: Sequence[Judged], first: str, second: str, measure: Measure, *, seed: int, others: Sequence[Judged] = ()
) -> Difference | None:
    """How much better the second system is than the first; of `others` where given, the same examples changed; None where one has no value."""
    before, after = marked(rows, first), marked(others or rows, second)
    whole = _gain(before, after, measure, np.ones(len(rows)))
    if whole is None:
        return None
    gains = (_gain(before, after, measure, weights) for weights in draws(before.groups, seed))
    drawn = [gain for gain in gains if gain is not None]
    return Difference(
        first=first,
        second=second,
        measure=measure,
        counts=counts(rows),
        gain=estimate(whole, drawn),
        no_better=float(np.mean([gain <= 0 for gain in drawn])) if drawn else 1.0,
    )


def _bounded(measures: Mapping[Measure, Estimate]) -> Iterator[tuple[Measure, Estimate]]:
    """Precision at a given prevalence, where no draw holds a false alarm: as low as the bounds of recall and of false alarms allow."""
    alarms, recall = measures.get(Measure.FALSE_ALARM_RATE), measures.get(Measure.RECALL)
    for measure, prevalence in ((Measure.PRECISION_ARMS, ARMS), (Measure.PRECISION_FIREARMS, FIREARMS)):
        told = measures.get(measure)
        if told and alarms and recall and told.low == 1:
            low = adjusted(recall.low, alarms.high, prevalence)
            yield measure, Estimate(value=told.value, low=1.0 if low is None else low, high=told.high)


def _spread(found: Marked, measure: Measure, value: float, drawn: Sequence[float]) -> Estimate:
    """The figure with its interval.

    A share of nothing or all, which no draw can move, gets Wilson's interval over as many vendors and clusters. Drawing
    again adds a gap of its own to a calibration error, which is taken off.
    """
    if measure is Measure.ECE and drawn:
        added = float(np.mean(drawn)) - value
        drawn = [max(0.0, each - added) for each in drawn]
    told = estimate(value, drawn)
    if measure not in POOLS or not told.low == told.high == told.value or told.value not in {0.0, 1.0}:
        return told
    groups = len(np.unique(found.groups[POOLS[measure](found)]))
    return wilson(round(told.value * groups), groups) or told


def _gain(before: Marked, after: Marked, measure: Measure, weights: Floats) -> float | None:
    old, new = MEASURES[measure](weighed(before, weights)), MEASURES[measure](weighed(after, weights))
    return None if old is None or new is None else new - old


def _drawn(found: Marked, seed: int) -> dict[Measure, list[float]]:
    values: dict[Measure, list[float]] = defaultdict(list)
    for weights in draws(found.groups, seed):
        drawn = weighed(found, weights)
        for name, figure in MEASURES.items():
            if (value := figure(drawn)) is not None:
                values[name].append(value)
    return values


def _vendors(rows: Iterable[Judged]) -> int:
    return len({row.vendor for row in rows} - {""})
