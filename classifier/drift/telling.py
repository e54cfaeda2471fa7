"""What drift comes to as measures, a month of a market each; a pure function."""

from collections.abc import Iterator
from datetime import UTC, datetime

from classifier.drift.report import ALL, UNDATED, Drift, Month
from classifier.drift.shift import FEWEST
from pipeline.records import Measure


def measures(found: Drift) -> list[Measure]:
    """The shifts of every market's months at the first day of each, so that told again they overwrite; none where nothing is claimed."""
    return [
        Measure(name=f"headstamp_drift_{name}", value=value, time=_began(month), market=month.market)
        for month in found.months
        if month.month not in (ALL, UNDATED) and month.listings >= FEWEST
        for name, value in _shifts(month)
    ]


def _began(month: Month) -> datetime:
    return datetime.strptime(month.month, "%Y-%m").replace(tzinfo=UTC)


def _shifts(month: Month) -> Iterator[tuple[str, float]]:
    yield "words_jsd", month.words.value
    yield "words_by_chance_jsd", month.words.by_chance
    yield "unknown_words_ratio", month.unknown_words
    if month.scores:
        yield "scores_psi", month.scores.value
        yield "scores_by_chance_psi", month.scores.by_chance
