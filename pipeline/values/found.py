"""A value that was read in a text, and where it stands."""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple


class Found(NamedTuple):
    """What a stretch of a text means, and its first and last place plus one."""

    value: str
    start: int
    end: int


class Taken:
    """Stretches of a text that are spoken for."""

    def __init__(self, found: Iterable[Found]) -> None:
        spans = sorted((each.start, each.end) for each in found)
        self._starts = [start for start, _ in spans]
        self._ends = list(accumulate((end for _, end in spans), max))

    def touches(self, start: int, end: int) -> bool:
        """Whether any of them shares a place with a stretch."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._ends[before - 1] > start

    def covers(self, start: int, end: int) -> bool:
        """Whether a stretch lies within them; they stand apart from each other."""
        before = bisect_left(self._starts, start + 1)
        return before > 0 and self._ends[before - 1] >= end
