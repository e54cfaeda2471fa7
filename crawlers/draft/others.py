"""The lesser fields: what stands beside a label, where it reads as what the label says."""

from collections.abc import Callable, Sequence

from crawlers.draft.guess import Candidate, Scored, ranked
from crawlers.draft.relations import Beside
from crawlers.draft.sample import Sample
from crawlers.profile import select
from pipeline.values import date, money, whole

TRAILS = (".breadcrumb a", ".breadcrumbs a", "ol.breadcrumb li a", "[class*=breadcrumb] a", "[id*=breadcrumb] a")
METHODS = (
    "select[name*=ship] option",
    "select[name*=deliver] option",
    "select[name*=postage] option",
    "select[id*=ship] option",
    "#shipping option",
)


LONGEST_COUNT = 60


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
    found = ranked(candidates[:40], samples, READERS[field])
    return found[0] if found and found[0].quality > 0.15 else None  # noqa: PLR2004


def methods(samples: Sequence[Sample]) -> str:
    """The selector of the ways of delivery, where a page lists them in a choice; "" where it does not."""
    if samples[0].row:
        return ""
    return next(
        (way for way in METHODS if sum(bool(select(sample.node, way)) for sample in samples) > 0.5 * len(samples)), ""
    )
