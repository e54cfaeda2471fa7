"""The lesser fields: what stands beside a label, where it reads as what the label says."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from crawlers.draft.guess import Candidate, Scored, ranked, spread
from crawlers.draft.relations import Beside
from crawlers.draft.sample import Sample
from crawlers.draft.standing import barred, framed, unvaried
from crawlers.profile import select
from pipeline.values import date, money, whole

TRAILS = (
    ".breadcrumb a",
    ".breadcrumbs a",
    "ol.breadcrumb li a",
    "[class*=breadcrumb] a",
    "[id*=breadcrumb] a",
    "[class*=crumb] a",
)
METHODS = (
    "select[name*=ship] option",
    "select[name*=deliver] option",
    "select[name*=postage] option",
    "select[id*=ship] option",
    "#shipping option",
)
LONGEST_COUNT = 60
LEAST = 0.15
"""Quality of the least that is taken."""
DOUBT = -0.6
"""What speaks for a doubtful candidate; its confidence stays below that of a guess that needs no check."""


def _count(text: str, _sample: Sample) -> float:
    return float(whole(text) is not None and len(text) < LONGEST_COUNT and money(text) is None and "\n" not in text)


def _dated(text: str, _sample: Sample) -> float:
    return float(date(text) is not None)


def _short(text: str, _sample: Sample) -> float:
    return float(len(text) < 60)  # noqa: PLR2004


READERS: dict[str, Callable[[str, Sample], float]] = {
    "category_path": _short,
    "stock": _count,
    "sold": _count,
    "feedback": _count,
    "posted": _dated,
    "vendor_rating": _short,
}


def lesser(field: str, samples: Sequence[Sample], told: Sequence[Beside]) -> Scored | None:
    """The best selector of a lesser field; None where no label tells of it."""
    candidates = [Candidate(one.selector, 0.3 - 0.01 * place) for place, one in enumerate(told) if one.field == field]
    if field == "category_path" and not samples[0].row:
        candidates = [*(Candidate(trail, 0.5) for trail in TRAILS), *candidates]
    found = [
        _doubted(field, one, samples)
        for one in ranked(candidates[:40], samples, READERS[field])
        if one.quality > LEAST and not barred(one.candidate.selector, samples)
    ]
    return max(found, key=lambda one: one.score, default=None)


def _doubted(field: str, one: Scored, samples: Sequence[Sample]) -> Scored:
    """The candidate; with little that speaks for it where all pages say the same, or where it stands in the market's frame."""
    selector = one.candidate.selector
    same, outside = unvaried(field, selector, spread(samples)), framed(selector, samples)
    if not (same or outside):
        return one
    return replace(one, candidate=Candidate(selector, DOUBT - 0.1 * (same and outside)))


def methods(samples: Sequence[Sample]) -> str:
    """The selector of the ways of delivery, where a page lists them in a choice; "" where it does not."""
    if samples[0].row:
        return ""
    return next(
        (way for way in METHODS if sum(bool(select(sample.node, way)) for sample in samples) > 0.5 * len(samples)), ""
    )
