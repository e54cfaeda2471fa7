"""How well spans that were found agree with spans that were marked, per kind and over all."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from classifier.truth.annotated import KINDS, Read
from pipeline.records.listing import Listing

RESAMPLES = 2_000
LEAST = 30
"""Marked spans below which nothing is claimed."""
SHARE = 0.5
"""Of the longer of two spans that the shorter must cover to be told as the same by overlap."""
ALL = "all kinds"
Counts = NDArray[np.int64]


class Found(Protocol):
    """A span: a mark, or an `Entity` of the product."""

    @property
    def kind(self) -> str:
        """One of `KINDS`."""

    @property
    def value(self) -> str | None:
        """Its normal form, where there is one."""

    @property
    def field(self) -> str:
        """The field it stands in: title or description."""

    @property
    def start(self) -> int:
        """The first code point."""

    @property
    def end(self) -> int:
        """One past the last code point."""


Finder = Callable[[Listing], Iterable[Found]]


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """Precision, recall and F1 (0 to 1; None where nothing was there), with F1's interval over other vendors."""

    precision: float | None
    recall: float | None
    f1: float | None
    interval: tuple[float, float] | None


class KindFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How one kind is found in one part of one file."""

    kind: str
    marked: int
    found: int
    listings: int
    """Listings in which it is marked."""
    vendors: int
    markets: int
    exact: Figure
    overlap: Figure
    valued: int
    """Marks that were found exactly and have a normal form."""
    values: int
    """Those among them that were found with that very form."""

    @property
    def claimed(self) -> bool:
        """Whether enough is marked to claim anything."""
        return self.marked >= LEAST


def figures(reads: Sequence[Read], find: Finder, seed: int) -> list[KindFigures]:
    """One line a kind that is marked or found, and one over all kinds (micro-averaged)."""
    found = [[each for each in find(read.listing) if each.kind in KINDS] for read in reads]
    vendors = np.unique([read.vendor for read in reads], return_inverse=True)[1]
    exact = _counts(reads, found, vendors, _same)
    overlap = _counts(reads, found, vendors, _overlapping)
    weights = np.random.default_rng(seed).multinomial(len(exact), np.full(len(exact), 1 / len(exact)), RESAMPLES)
    kinds = [(kind, [number]) for number, kind in enumerate(KINDS) if exact[:, number].any()]
    every = (ALL, list(range(len(KINDS))))
    values = _values(reads, found)
    return [
        _kind(kind, reads, (exact[:, at].sum(1), overlap[:, at].sum(1), values[at].sum(0)), weights)
        for kind, at in [*kinds, every]
    ]


def agreement(first: Iterable[Found], second: Iterable[Found]) -> tuple[int, int, int]:
    """How many spans of two readings of one text are the same, only in the second, only in the first."""
    return _told(list(first), list(second), _same)


def _counts(
    reads: Sequence[Read],
    found: Sequence[list[Found]],
    vendors: NDArray[np.intp],
    alike: Callable[[Found, Found], float],
) -> Counts:
    """Hits, false alarms and misses: vendors × kinds × 3."""
    counts = np.zeros((vendors.max(initial=0) + 1, len(KINDS), 3), dtype=np.int64)
    for read, spans, vendor in zip(reads, found, vendors, strict=True):
        for number, kind in enumerate(KINDS):
            truth = [each for each in read.annotated.entities if each.kind == kind]
            counts[vendor, number] += _told(truth, [each for each in spans if each.kind == kind], alike)
    return counts


def _values(reads: Sequence[Read], found: Sequence[list[Found]]) -> Counts:
    """Kinds × 2: marks with a normal form that were found exactly, and those whose form was found too."""
    counts = np.zeros((len(KINDS), 2), dtype=np.int64)
    for read, spans in zip(reads, found, strict=True):
        told = {(each.kind, each.field, each.start, each.end): each.value for each in spans}
        for mark in read.annotated.entities:
            place = (mark.kind, mark.field, mark.start, mark.end)
            if mark.value is not None and place in told:
                counts[KINDS.index(mark.kind)] += (1, told[place] == mark.value)
    return counts


def _told(truth: Sequence[Found], found: list[Found], alike: Callable[[Found, Found], float]) -> tuple[int, int, int]:
    """Hits, false alarms, misses; each span that was found counts for one mark at most, the likest first."""
    pairs = [(alike(mark, span), at, to) for at, mark in enumerate(truth) for to, span in enumerate(found)]
    marks, spans = set[int](), set[int]()
    for likeness, at, to in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if likeness >= SHARE and at not in marks and to not in spans:
            marks.add(at)
            spans.add(to)
    return len(marks), len(found) - len(spans), len(truth) - len(marks)


def _same(mark: Found, span: Found) -> float:
    return float((mark.kind, mark.field, mark.start, mark.end) == (span.kind, span.field, span.start, span.end))


def _overlapping(mark: Found, span: Found) -> float:
    """The share of the longer span that both have."""
    if (mark.kind, mark.field) != (span.kind, span.field):
        return 0.0
    both = min(mark.end, span.end) - max(mark.start, span.start)
    return both / max(mark.end - mark.start, span.end - span.start, 1)


def _kind(kind: str, reads: Sequence[Read], counts: tuple[Counts, Counts, Counts], weights: Counts) -> KindFigures:
    exact, overlap, values = counts
    having = [read for read in reads if any(kind in (each.kind, ALL) for each in read.annotated.entities)]
    hits, alarms, misses = exact.sum(0).tolist()
    return KindFigures(
        kind=kind,
        marked=hits + misses,
        found=hits + alarms,
        listings=len(having),
        vendors=len({read.vendor for read in having}),
        markets=len({read.annotated.market for read in having}),
        exact=_figure(exact, weights),
        overlap=_figure(overlap, weights),
        valued=int(values[0]),
        values=int(values[1]),
    )


def _figure(counts: Counts, weights: Counts) -> Figure:
    hits, alarms, misses = counts.sum(0).tolist()
    drawn = (weights @ counts).astype(float)
    below = 2 * drawn[:, 0] + drawn[:, 1] + drawn[:, 2]
    scores = 2 * drawn[below > 0, 0] / below[below > 0]
    return Figure(
        precision=_share(hits, hits + alarms),
        recall=_share(hits, hits + misses),
        f1=_share(2 * hits, 2 * hits + alarms + misses),
        interval=(float(np.quantile(scores, 0.025)), float(np.quantile(scores, 0.975))) if len(scores) else None,
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
