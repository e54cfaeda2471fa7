"""How far counts have moved from those of a reference, and how far chance alone would move them."""

from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from classifier.linear import Floats
from classifier.reference import share

DRAWS = 50
TIMES, SCORES, WORDS, LANGUAGES = 2.0, 0.25, 0.25, 0.1
"""A shift is told from twice what chance gives, and from these sizes on: .25 is the usual line of a population stability index.

Words: markets that an earlier model learnt from are up to .18 from their sum, a month of them included; shops of the open web .31, another language .36.
"""
FEWEST = 100
"""Listings below which nothing is claimed."""
Measure = Callable[[Floats, Floats], float]
OTHERS = ""
"""All that the reference does not name."""


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """One measure of change."""

    value: float
    by_chance: float
    """What as many listings drawn from the reference would show on average."""
    least: float

    @property
    def moved(self) -> bool:
        """Whether it is more than chance, and large enough to matter."""
        return self.value >= max(self.least, TIMES * self.by_chance)


def scores_moved(before: Sequence[int], now: Sequence[int]) -> Shift:
    """The population stability index of two histograms of scores."""
    return _shift(np.array(before), np.array(now), stability, SCORES)


def named_moved(before: Mapping[str, int], now: Mapping[str, int], least: float) -> Shift:
    """The Jensen–Shannon divergence, in bits, of named counts; names that only one of them has are one kind together."""
    names = sorted(set(before) - {OTHERS})
    others = sum(count for name, count in now.items() if name not in before or name == OTHERS)
    old = np.array([*(before[name] for name in names), before.get(OTHERS, 0)])
    new = np.array([*(now.get(name, 0) for name in names), others])
    return _shift(old, new, divergence, least)


def stability(first: Floats, second: Floats) -> float:
    """The population stability index of two lists of shares, none of them 0."""
    return float(((second - first) * np.log(second / first)).sum())


def divergence(first: Floats, second: Floats) -> float:
    """The Jensen–Shannon divergence of two lists of shares, in bits: 0 for equal ones, 1 for ones that share nothing."""
    middle = (first + second) / 2
    return float((first * np.log2(first / middle) + second * np.log2(second / middle)).sum() / 2)


def _shift(before: NDArray[np.int64], now: NDArray[np.int64], of: Measure, least: float) -> Shift:
    shares = share(before)
    rng = np.random.default_rng(0)
    drawn = [of(shares, share(rng.multinomial(int(now.sum()), shares))) for _ in range(DRAWS)]
    return Shift(value=of(shares, share(now)), by_chance=float(np.mean(drawn)), least=least)
