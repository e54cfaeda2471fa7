"""False alarms on each hard boundary, recall by language, and what the screen would keep back."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import msgspec

from classifier.metrics.draws import Estimate, wilson
from classifier.metrics.judged import Judged

ENGLISH = "en"


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """How a system does on one hard boundary, of one source."""

    name: str
    source: str
    listings: int
    vendors: int
    outside: int
    """Listings out of scope."""
    alarms: dict[str, int]
    """Flagged listings out of scope, by system."""
    in_scope: int
    hits: dict[str, int]
    """Flagged listings in scope, by system."""
    alarm_rate: Estimate | None
    """Share of the listings out of scope that the main system flags; Wilson's interval, for the rows have no vendors to draw."""
    recall: Estimate | None


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """What the screen of the cascade would keep from the encoder."""

    listings: int
    passed: int
    """Listings that reach the encoder."""
    in_scope: int
    lost: int
    """Listings in scope that the main system flags, and that the screen would have kept back."""
    recall: Estimate | None
    """Share of the listings in scope that the main system flags which also pass the screen."""

    @property
    def share(self) -> float:
        """The share of listings that pass."""
        return self.passed / self.listings if self.listings else 0.0


def slices(rows: Sequence[Judged], main: str) -> tuple[Slice, ...]:
    """Every hard boundary, each source apart; rows that belong to none are passed over."""
    return _by(rows, lambda row: row.slice, main)


def languages(rows: Sequence[Judged], main: str) -> tuple[Slice, ...]:
    """Every language that examples are marked with, each source apart."""
    return _by(rows, lambda row: row.language, main)


def screen(rows: Sequence[Judged], main: str) -> Screen | None:
    """What the screen keeps back; None where it kept nothing, or was not asked."""
    if not any(row.screened for row in rows):
        return None
    flagged = [row for row in rows if row.in_scope and row.flagged.get(main)]
    lost = sum(row.screened for row in flagged)
    return Screen(
        listings=len(rows),
        passed=sum(not row.screened for row in rows),
        in_scope=sum(row.in_scope for row in rows),
        lost=lost,
        recall=wilson(len(flagged) - lost, len(flagged)),
    )


def _by(rows: Sequence[Judged], key: Callable[[Judged], str], main: str) -> tuple[Slice, ...]:
    found: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for row in rows:
        if key(row):
            found[key(row), row.source].append(row)
    return tuple(_slice(name, source, members, main) for (name, source), members in sorted(found.items()))


def _slice(name: str, source: str, rows: Sequence[Judged], main: str) -> Slice:
    inside, outside = [row for row in rows if row.in_scope], [row for row in rows if not row.in_scope]
    systems = tuple(rows[0].scores)
    alarms, hits = _flagged(outside, systems), _flagged(inside, systems)
    return Slice(
        name=name,
        source=source,
        listings=len(rows),
        vendors=len({row.vendor for row in rows} - {""}),
        outside=len(outside),
        alarms=alarms,
        in_scope=len(inside),
        hits=hits,
        alarm_rate=wilson(alarms.get(main, 0), len(outside)),
        recall=wilson(hits.get(main, 0), len(inside)),
    )


def _flagged(rows: Sequence[Judged], systems: Sequence[str]) -> dict[str, int]:
    return {system: sum(row.flagged.get(system, False) for row in rows) for system in systems}
