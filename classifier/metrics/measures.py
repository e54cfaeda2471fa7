"""Every figure of a system, each a function of how much each listing counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from types import MappingProxyType

import numpy as np

from classifier.calibrate import Truth
from classifier.linear import Floats
from classifier.metrics.curve import Curve, Ranked, area, curve, precision_among, ranked, recall_at_rate, recall_within
from classifier.metrics.draws import Groups, components
from classifier.metrics.judged import Judged

RATE = 0.001
"""False alarms per listing out of scope at which recall is told."""
BINS = 15
"""Bins of the calibration error, each with as many listings as another."""
BUDGETS = (0.005, 0.01, 0.02)
AMONG = (20, 50, 100)
ARMS, FIREARMS = 0.0048, 0.002
"""Shares of listings about arms, and of firearms, on omnibus markets (notes: literature.md, 4.3)."""


class Measure(StrEnum):
    """What is measured."""

    PRECISION = "precision"
    RECALL = "recall"
    F1 = "f1"
    """At the policy's threshold, as precision and recall are."""
    BEST_F1 = "best_f1"
    """At the threshold that gave the best F1 on the training side."""
    FALSE_ALARM_RATE = "false_alarm_rate"
    """Share of the listings out of scope that is flagged."""
    PR_AUC = "pr_auc"
    RECALL_AT_RATE = "recall_at_rate"
    """Recall where one listing in a thousand out of scope is flagged."""
    P20, P50, P100 = "precision_20", "precision_50", "precision_100"
    R_PRECISION = "r_precision"
    """Precision among as many listings as are in scope."""
    BUDGET_HALF, BUDGET_ONE, BUDGET_TWO = "recall_half_percent", "recall_one_percent", "recall_two_percent"
    """Recall where .5, 1 and 2 % of all listings are looked at, best first."""
    ELUSION = "elusion"
    """Share in scope of the listings that were not flagged."""
    ECE = "ece"
    BRIER = "brier"
    PRECISION_ARMS, PRECISION_FIREARMS = "precision_at_arms", "precision_at_firearms"
    """Precision where .48 % and .2 % of all listings are in scope."""


ROOM: Mapping[Measure, int] = MappingProxyType(
    {Measure.BUDGET_HALF: 200, Measure.BUDGET_ONE: 100, Measure.BUDGET_TWO: 50, Measure.ECE: 10 * BINS}
)
"""Listings without which a measure says nothing: so small a share of them is not one listing, or a bin holds fewer than ten."""


@dataclass(frozen=True, kw_only=True)
class Marked:
    """What one system said of some listings, as columns."""

    scores: Floats
    flagged: Truth
    best: Truth | None
    """Flags at the threshold of best F1; None where none was chosen."""
    truth: Truth
    groups: Groups
    order: Ranked


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """Listings that each count so much, with the sums that most figures need."""

    marked: Marked
    weights: Floats
    points: Curve
    hits: float
    alarms: float

    @property
    def missed(self) -> float:
        """In scope and not flagged."""
        return self.points.in_scope - self.hits

    @property
    def outside(self) -> float:
        """Out of scope."""
        return self.points.total - self.points.in_scope


Figure = Callable[[Weighed], float | None]
POOLS: Mapping[Measure, Callable[[Marked], Truth]] = {
    Measure.PRECISION: lambda found: found.flagged,
    Measure.RECALL: lambda found: found.truth,
    Measure.RECALL_AT_RATE: lambda found: found.truth,
    Measure.FALSE_ALARM_RATE: lambda found: ~found.truth,
    Measure.ELUSION: lambda found: ~found.flagged,
}
"""What each share is a share of."""


def room(measure: Measure, listings: int) -> bool:
    """Whether so many listings are enough for the measure."""
    return listings >= ROOM.get(measure, 0)


def marked(rows: Sequence[Judged], system: str) -> Marked:
    """What a system said of the rows."""
    scores = np.array([row.scores[system] for row in rows])
    truth = np.array([row.in_scope for row in rows], dtype=bool)
    return Marked(
        scores=scores,
        flagged=np.array([row.flagged.get(system, False) for row in rows], dtype=bool),
        best=np.array([row.best[system] for row in rows], dtype=bool)
        if all(system in row.best for row in rows)
        else None,
        truth=truth,
        groups=components(rows),
        order=ranked(scores, truth),
    )


def weighed(found: Marked, weights: Floats) -> Weighed:
    """The listings with their weights and sums."""
    flagged = weights * found.flagged
    hits = float((flagged * found.truth).sum())
    return Weighed(
        marked=found,
        weights=weights,
        points=curve(found.order, weights),
        hits=hits,
        alarms=float(flagged.sum()) - hits,
    )


def adjusted(recall: float | None, rate: float | None, prevalence: float) -> float | None:
    """Precision where so large a share of all listings is in scope, from recall and the share of false alarms."""
    if recall is None or rate is None:
        return None
    hits = prevalence * recall
    return share(hits, hits + (1 - prevalence) * rate)


def calibration_error(found: Weighed) -> float:
    """The mean gap between score and truth over bins of equal mass, best first (expected calibration error)."""
    order = found.marked.order.order
    weights, truth, scores = found.weights[order], found.marked.order.truth, found.marked.scores[order]
    middle = np.cumsum(weights) - weights / 2
    bins = np.minimum((middle * BINS / found.points.total).astype(np.int64), BINS - 1)
    return float(np.abs(np.bincount(bins, weights * (scores - truth), BINS)).sum() / found.points.total)


def share(part: float, whole: float) -> float | None:
    """A part of a whole; None of nothing."""
    return part / whole if whole > 0 else None


def _recall(found: Weighed) -> float | None:
    return share(found.hits, found.points.in_scope)


def _false_alarms(found: Weighed) -> float | None:
    return share(found.alarms, found.outside)


def _f1(found: Weighed) -> float | None:
    return share(2 * found.hits, 2 * found.hits + found.alarms + found.missed) if found.points.in_scope else None


def _best_f1(found: Weighed) -> float | None:
    best = found.marked.best
    if best is None or not found.points.in_scope:
        return None
    flagged = found.weights * best
    return share(2 * float((flagged * found.marked.truth).sum()), float(flagged.sum()) + found.points.in_scope)


def _elusion(found: Weighed) -> float | None:
    return share(found.missed, found.points.total - found.hits - found.alarms)


def _brier(found: Weighed) -> float | None:
    gaps = (found.marked.scores - found.marked.truth) ** 2
    return share(float((found.weights * gaps).sum()), found.points.total)


def _of_curve(read: Callable[[Curve], float], found: Weighed) -> float | None:
    """A figure of the ranking, which needs both sides."""
    return read(found.points) if found.points.in_scope > 0 and found.outside > 0 else None


def _among(count: int, found: Weighed) -> float | None:
    """None where the pool is too small to fill so many places."""
    return precision_among(found.points, count) if min(found.points.total, found.points.in_scope) >= count else None


def _precision_at(prevalence: float, found: Weighed) -> float | None:
    return adjusted(_recall(found), _false_alarms(found), prevalence)


MEASURES: Mapping[Measure, Figure] = {
    Measure.PRECISION: lambda found: share(found.hits, found.hits + found.alarms),
    Measure.RECALL: _recall,
    Measure.F1: _f1,
    Measure.BEST_F1: _best_f1,
    Measure.FALSE_ALARM_RATE: _false_alarms,
    Measure.PR_AUC: partial(_of_curve, area),
    Measure.RECALL_AT_RATE: partial(_of_curve, partial(recall_at_rate, rate=RATE)),
    **{
        name: partial(_among, count)
        for name, count in zip((Measure.P20, Measure.P50, Measure.P100), AMONG, strict=True)
    },
    Measure.R_PRECISION: partial(_of_curve, lambda points: precision_among(points, points.in_scope)),
    **{
        name: partial(_of_curve, partial(recall_within, share=budget))
        for name, budget in zip((Measure.BUDGET_HALF, Measure.BUDGET_ONE, Measure.BUDGET_TWO), BUDGETS, strict=True)
    },
    Measure.ELUSION: _elusion,
    Measure.ECE: calibration_error,
    Measure.BRIER: _brier,
    Measure.PRECISION_ARMS: partial(_precision_at, ARMS),
    Measure.PRECISION_FIREARMS: partial(_precision_at, FIREARMS),
}
