"""Vendors and clusters drawn again with replacement: how much a figure would move had others been looked at."""

from collections.abc import Callable, Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from classifier.linear import Floats
from classifier.metrics.judged import ALONE, Judged

RESAMPLES = 1_000
MIDDLE = (0.025, 0.975)
"""The quantiles between which 95 % of the draws lie."""
Z = 1.959964
"""Standard normal deviate of a two-sided 95 % interval."""
Groups = NDArray[np.int64]


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


def components(rows: Sequence[Judged]) -> Groups:
    """A number for each row; rows that share a vendor or a cluster, however indirectly, share it."""
    parent = list(range(len(rows)))
    first: dict[tuple[str, str | int], int] = {}
    for place, row in enumerate(rows):
        names: list[tuple[str, str | int]] = [("vendor", row.vendor)] if row.vendor else []
        names += [("cluster", row.cluster)] if row.cluster != ALONE else []
        for name in names:
            parent[_root(parent, place)] = _root(parent, first.setdefault(name, place))
    roots = [_root(parent, place) for place in range(len(rows))]
    return np.unique(roots, return_inverse=True)[1].astype(np.int64)


def draws(groups: Groups, seed: int, count: int = RESAMPLES) -> Iterator[Floats]:
    """How often each row counts in each of `count` draws of as many groups as there are."""
    rng = np.random.default_rng(seed)
    size = int(groups.max()) + 1 if len(groups) else 0
    for _ in range(count if size else 0):
        yield np.bincount(rng.integers(0, size, size), minlength=size).astype(np.float64)[groups]


def estimate(value: float, drawn: Sequence[float]) -> Estimate:
    """A figure between the quantiles of its draws."""
    low, high = np.quantile(drawn, MIDDLE) if len(drawn) else (value, value)
    return Estimate(value=value, low=float(low), high=float(high))


def drawn(of: Callable[[Floats], float | None], groups: Groups, seed: int) -> Estimate | None:
    """A figure of weighted rows with its interval; None where it has no value."""
    value = of(np.ones(len(groups)))
    if value is None:
        return None
    return estimate(value, [found for weights in draws(groups, seed) if (found := of(weights)) is not None])


def wilson(part: int, whole: int) -> Estimate | None:
    """A share with Wilson's interval (1927), for rows that nobody in particular wrote."""
    if not whole:
        return None
    share, spread = part / whole, Z * Z / whole
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * (share * (1 - share) / whole + spread / whole / 4) ** 0.5
    return Estimate(value=share, low=max(0.0, min(middle - half, share)), high=min(1.0, max(middle + half, share)))


def _root(parent: list[int], place: int) -> int:
    while parent[place] != place:
        parent[place] = parent[parent[place]]
        place = parent[place]
    return place
