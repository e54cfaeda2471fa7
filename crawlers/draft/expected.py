"""How much of a field may be expected of a whole market, by a handful of its pages."""

import math

Z = 1.96
"""Of an interval that holds the market's own share 95 times in 100."""
STEPS = 20
"""Shares are rounded down to one of so many."""


def expect(filled: int, of: int) -> float:
    """The lower bound of the share (Wilson, 1927), rounded down to 0.05: 0.5 for 4 of 4, 0.85 for 30 of 30; 0 for none."""
    if not filled:
        return 0.0
    share = filled / of
    middle = share + Z**2 / (2 * of)
    spread = Z * math.sqrt(share * (1 - share) / of + (Z / (2 * of)) ** 2)
    return math.floor(STEPS * (middle - spread) / (1 + Z**2 / of)) / STEPS
