"""How much of a market visits saw, estimated from which listings they saw in common."""

from collections.abc import Mapping

import msgspec

LEAST_IN_COMMON = 7
"""Listings seen by both visits below which Chapman's estimate is biased by more than it is worth (Robson & Regier 1964)."""

LAST, BEFORE = 1, 2
BOTH = LAST | BEFORE


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What overlapping visits say of the listings that none of them saw. Listings that come and go between visits count as
    unseen, and a listing is asked for again because it is known: both shares are estimates, never counts.
    """

    listings: float | None
    """Estimated listings on the market (Chapman)."""
    share: float | None
    """Share of them that the last visit saw, at most 1."""
    unseen: float | None
    """Chance that the next listing seen is one never seen in the last visits (Good-Turing)."""


def coverage(masks: Mapping[int, int]) -> Coverage:
    """The estimates from listings counted by the visits that saw them: the lowest bit is the last visit, the next the one before."""
    last = sum(count for mask, count in masks.items() if mask & LAST)
    before = sum(count for mask, count in masks.items() if mask & BEFORE)
    both = sum(count for mask, count in masks.items() if mask & BOTH == BOTH)
    total = chapman(last, before, both)
    return Coverage(listings=total, share=min(1.0, last / total) if total and last else None, unseen=unseen(masks))


def chapman(first: int, second: int, both: int) -> float | None:
    """Listings in all, from those of two visits and those in both: (n1+1)(n2+1)/(m+1)-1 (Chapman 1951, unbiased for
    n1+n2 >= N); None where too few are in both.
    """
    return (first + 1) * (second + 1) / (both + 1) - 1 if both >= LEAST_IN_COMMON else None


def unseen(masks: Mapping[int, int]) -> float | None:
    """The chance that the next sighting is of a listing not seen before: those seen once by all sightings, f1/n (Good 1953);
    None while a single visit has seen anything, for then each was seen once.
    """
    seen = sum(mask.bit_count() * count for mask, count in masks.items())
    once = sum(count for mask, count in masks.items() if mask.bit_count() == 1)
    visits = 0
    for mask, count in masks.items():
        visits |= mask if count else 0
    return once / seen if seen and visits.bit_count() > 1 else None
