"""What of a visit's figures is out of bounds; a pure function."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from crawlers.health.figures import Figures

FEW = 0.5
"""Of the usual listings. Of an archived market's crawls at most a week apart 38 % differ by more than twice
(notes: literature §6.2), all by failure: a market does not halve in days."""
LEAST_USUAL = 3
LEAST_SHARE = 0.6
"""Estimated coverage below which no trend should be drawn (the same)."""
MANY = 0.2
"""Share of the visit's addresses that could not be read, or stood behind a gate."""
LEAST_MANY = 3


class Kind(StrEnum):
    """What kinds of alert a visit raises."""

    FIELD = "field_below_expected"
    LAYOUT = "layout_changed"
    FEWER = "fewer_listings"
    FAILURES = "failures"
    GATES = "gates"
    COVERAGE = "low_coverage"
    UNREACHABLE = "market_unreachable"


@dataclass(frozen=True, kw_only=True)
class Breach:
    """One threshold that broke."""

    kind: Kind
    detail: str
    subject: str = ""
    """Which field, which reason."""


def breaches(found: Figures, *, unreachable: bool = False) -> Iterator[Breach]:
    """Every threshold that the visit broke, in words."""
    if unreachable:
        yield Breach(
            kind=Kind.UNREACHABLE, detail="no mirror answers: see whether tor works, and whether the market moved"
        )
        return
    yield from _fields(found)
    yield from _layout(found)
    yield from _fewer(found)
    yield from _failures(found)
    yield from _coverage(found)


def _fields(found: Figures) -> Iterator[Breach]:
    for field in found.fields:
        if field.filled < field.expected:
            yield Breach(
                kind=Kind.FIELD,
                subject=field.field,
                detail=f"{field.field} was read in {field.filled:.0%} of the listings, {field.expected:.0%} are expected:"
                " see whether the layout changed (`headstamp profile check`)",
            )


def _layout(found: Figures) -> Iterator[Breach]:
    if found.unread >= LEAST_MANY and found.unread > MANY * found.shown:
        yield Breach(
            kind=Kind.LAYOUT,
            detail=f"{found.unread} of {found.shown} listings have no title or key where the profile looks:"
            " the layout changed; mend the profile (`headstamp profile check`)",
        )


def _fewer(found: Figures) -> Iterator[Breach]:
    if found.usual is not None and found.usual >= LEAST_USUAL and found.listings < FEW * found.usual:
        yield Breach(
            kind=Kind.FEWER,
            detail=f"{found.listings:,} listings, {found.usual:,.0f} are usual ({found.basis}):"
            " see `headstamp why` for what was not read, and the market by hand",
        )


def _failures(found: Figures) -> Iterator[Breach]:
    for reason, count in found.failures.items():
        if count >= LEAST_MANY and count > MANY * found.asked and reason not in ("no_title", "no_key"):
            yield Breach(
                kind=Kind.FAILURES,
                subject=reason,
                detail=f"{count} of {found.asked} addresses could not be read ({reason}): `headstamp why` says what to do",
            )
    if found.gated >= LEAST_MANY and found.gated > MANY * found.asked:
        yield Breach(
            kind=Kind.GATES,
            detail=f"{found.gated} of {found.asked} addresses stand behind a gate: see `headstamp gate list`",
        )


def _coverage(found: Figures) -> Iterator[Breach]:
    share = found.coverage.share
    if share is not None and share < LEAST_SHARE:
        yield Breach(
            kind=Kind.COVERAGE,
            detail=f"the visit saw an estimated {share:.0%} of the listings: draw no trend from it; let visits read more pages",
        )
