"""Which clear listings a person looks at all the same, so that what the model misses is seen and counted."""

from pipeline.records import digest

SCREENED = 0.01
"""Part of the listings that the screen kept from the encoder which is looked at, however low they scored."""
_DIGITS = 13
"""Hexadecimal digits of a digest that make a number below 1: as many as a float holds."""


def explored(listing_id: str, version: str, score: float, cut: float, share: float, *, screened: bool = False) -> bool:
    """Whether a clear listing goes before a person; the same listing in the same version always or never.

    `cut` is the score from which listings wait for review anyway, `share` the part of those just below it that is
    explored; the part falls with the score, to nothing at 0. A share of 0 explores nothing.
    """
    return score < cut and _drawn(listing_id, version) < chance(score, cut, share, screened=screened)


def chance(score: float, cut: float, share: float, *, screened: bool = False) -> float:
    """The probability with which such a listing is explored: one over it is how many listings each explored one stands for (Horvitz and Thompson, 1952)."""
    if share <= 0 or cut <= 0:
        return 0.0
    near = share * max(0.0, min(score / cut, 1.0))
    return max(near, SCREENED) if screened else near


def _drawn(listing_id: str, version: str) -> float:
    """A number from 0 to 1 that only the text decides: independent of time, machine and order."""
    return int(digest("explore", listing_id, version)[:_DIGITS], 16) / 16.0**_DIGITS
