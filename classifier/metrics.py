"""How good scores are, with how much that figure would move had other vendors been looked at."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from classifier.calibrate import Truth, threshold
from classifier.linear import Floats

RESAMPLES = 500
RATE = 0.001
"""False alarms per listing out of scope at which recall is told."""


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """The middle 95 % of the resamples."""

    low: float
    high: float


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """How well listings were told apart; None where there was nothing to find."""

    listings: int
    positives: int
    vendors: int
    positive_vendors: int
    markets: tuple[str, ...]
    false_alarms: int
    """Listings out of scope that were flagged."""
    precision: float | None
    recall: float | None
    f1: float | None
    pr_auc: float | None
    pr_auc_interval: Interval | None
    recall_at_rate: float | None
    """Recall where one listing in a thousand out of scope is flagged."""
    recall_at_rate_interval: Interval | None


class Marked(msgspec.Struct, frozen=True, kw_only=True):
    """Listings that were scored by a model which had not seen their vendors, or their market."""

    scores: Floats
    flagged: Truth
    truth: Truth
    vendors: NDArray[np.str_]
    markets: NDArray[np.str_]


def figures(marked: Marked, seed: int) -> Figures:
    """The figures of a set of scored listings."""
    hits, alarms = int((marked.flagged & marked.truth).sum()), int((marked.flagged & ~marked.truth).sum())
    positives = int(marked.truth.sum())
    precision, recall = _share(hits, hits + alarms), _share(hits, positives)
    areas, recalls = _resampled(marked, seed) if positives else ([], [])
    return Figures(
        listings=len(marked.scores),
        positives=positives,
        vendors=len(np.unique(marked.vendors)),
        positive_vendors=len(np.unique(marked.vendors[marked.truth])),
        markets=tuple(map(str, np.unique(marked.markets))),
        false_alarms=alarms,
        precision=precision,
        recall=recall,
        f1=_share(2 * hits, 2 * hits + alarms + positives - hits),
        pr_auc=average_precision(marked.scores, marked.truth) if positives else None,
        pr_auc_interval=_interval(areas),
        recall_at_rate=recall_at(marked.scores, marked.truth) if positives else None,
        recall_at_rate_interval=_interval(recalls),
    )


def average_precision(scores: Floats, truth: Truth) -> float:
    """The area under precision over recall, summed in steps; equal scores count as one step."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    last = np.flatnonzero(np.append(np.diff(scores[order]) != 0, [True]))
    precision, recall = hits[last] / (last + 1), hits[last] / truth.sum()
    return float((precision * np.diff(recall, prepend=0.0)).sum())


def recall_at(scores: Floats, truth: Truth) -> float:
    """Recall where `RATE` of the negatives is flagged."""
    return float((scores[truth] >= threshold(scores, truth, RATE)).mean())


def _resampled(marked: Marked, seed: int) -> tuple[list[float], list[float]]:
    """PR-AUC and recall with vendors drawn again, with replacement."""
    rng = np.random.default_rng(seed)
    _, vendor = np.unique(marked.vendors, return_inverse=True)
    rows = np.argsort(vendor, kind="stable")
    starts = np.searchsorted(vendor[rows], np.arange(vendor.max() + 2))
    areas, recalls = [], []
    for _ in range(RESAMPLES):
        drawn = rng.integers(0, vendor.max() + 1, vendor.max() + 1)
        chosen = np.concatenate([rows[starts[number] : starts[number + 1]] for number in drawn])
        scores, truth = marked.scores[chosen], marked.truth[chosen]
        if truth.any() and not truth.all():
            areas.append(average_precision(scores, truth))
            recalls.append(recall_at(scores, truth))
    return areas, recalls


def _interval(values: list[float]) -> Interval | None:
    if not values:
        return None
    low, high = np.quantile(values, (0.025, 0.975))
    return Interval(low=float(low), high=float(high))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
