"""Counts the rows that are no listing by reason, and names the first of each."""

from collections.abc import Mapping

from pipeline.records import Rejected

NAMED = 5
"""Rejected rows that are named for each reason."""


class Rejections:
    """The rejected rows of some files, so far."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        """How many there were, by reason."""
        self.faults: list[str] = []
        """The first rows of each reason, a line each."""

    def add(self, place: str, rejected: Rejected) -> None:
        """Count the row at a place."""
        count = self.counts.get(rejected.reason, 0) + 1
        self.counts[rejected.reason] = count
        if count <= NAMED:
            self.faults.append(f"{place}: {rejected.reason} ({rejected.detail})")
        elif count == NAMED + 1:
            self.faults.append(f"{place}: {rejected.reason}, as in more rows below")


def by_name(counts: Mapping[str, int]) -> str:
    """The sum of some counts, and each with its name: "3 (2 cells, 1 no_key)"."""
    each = ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()))
    return f"{sum(counts.values()):,}" + (f" ({each})" if each else "")
