"""Scores from the highest down as running sums, from which every figure of a ranking is read."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.calibrate import Truth
from classifier.linear import Floats

_ROUNDING = 1e-9


class Ranked(NamedTuple):
    """The order of some scores, highest first; it is made once, and weighed as often as vendors are drawn again."""

    order: NDArray[np.int64]
    ends: NDArray[np.int64]
    """Where each run of equal scores ends, in that order."""
    truth: Floats
    """In that order, 1 for in scope."""


class Curve(NamedTuple):
    """How much was taken, and how much of it is in scope, down to each score; the first point is nothing at all."""

    taken: Floats
    found: Floats

    @property
    def total(self) -> float:
        """The weight of all listings."""
        return float(self.taken[-1])

    @property
    def in_scope(self) -> float:
        """The weight of those in scope."""
        return float(self.found[-1])


def ranked(scores: Floats, truth: Truth) -> Ranked:
    """The order of the scores."""
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    ends = np.append(np.flatnonzero(falling[1:] != falling[:-1]), len(scores) - 1)
    return Ranked(order, ends, truth[order].astype(np.float64))


def curve(seen: Ranked, weights: Floats) -> Curve:
    """The running sums where each listing has a weight; equal scores are taken together."""
    falling = weights[seen.order]
    taken, found = np.cumsum(falling)[seen.ends], np.cumsum(falling * seen.truth)[seen.ends]
    return Curve(np.append(0.0, taken), np.append(0.0, found))


def area(points: Curve) -> float:
    """The area under precision over recall, summed in steps (average precision)."""
    precision = points.found[1:] / np.maximum(points.taken[1:], _ROUNDING)
    return float((precision * np.diff(points.found)).sum() / points.in_scope)


def recall_at_rate(points: Curve, rate: float) -> float:
    """Recall at the lowest score that at most this share of the listings out of scope reaches."""
    alarms = points.taken - points.found
    last = int(np.searchsorted(alarms, rate * alarms[-1] // 1 + _ROUNDING, side="right")) - 1
    return float(points.found[last] / points.in_scope)


def recall_within(points: Curve, share: float) -> float:
    """Recall where so large a share of all listings is looked at, best first."""
    return float(np.interp(share * points.total, points.taken, points.found) / points.in_scope)


def precision_among(points: Curve, count: float) -> float:
    """The share in scope among so many listings, best first; of equal scores, what a random order would give on average."""
    return float(np.interp(count, points.taken, points.found) / count)


def average_precision(scores: Floats, truth: Truth) -> float:
    """The area under precision over recall of unweighted listings."""
    return area(curve(ranked(scores, truth), np.ones(len(scores))))
