"""What a report's figures say in a sentence, for the page and for the card."""

from collections.abc import Iterator

from classifier.metrics.figures import Figures
from classifier.metrics.judged import STRICT
from classifier.metrics.measures import Measure
from classifier.metrics.slices import ENGLISH, Slice
from classifier.report.numbers import interval, number, percent
from classifier.report.shape import HEADLINE, Report
from classifier.report.tables import RATES, SHOWN
from classifier.truth.examples import Source

LINEAR = "linear"
"""The linear models without the encoder."""


def calibrated(report: Report) -> str:
    """What the calibration error can show where so few listings are in scope, with the one bin that shows something; "" without bins."""
    line = _line(report, report.main)
    if not report.reliability or line is None:
        return ""
    best, counts = report.reliability[0], line.counts
    return (
        f"Where {percent(counts.in_scope / counts.listings)} of the listings are in scope, ECE says little: nearly all bins hold no offer, and a model that gave every listing "
        f"that share as its score would have next to no error. What tells is the bin of the highest scores: of {best.listings:,} listings {percent(best.in_scope)} are in scope, "
        f"and their mean score is {percent(best.score)}."
    )


def alone(report: Report) -> str:
    """Where the linear models without the encoder do better than the system that ships, and where worse; "" where one was not measured."""
    first, second = _line(report, LINEAR), _line(report, report.main)
    if first is None or second is None or report.main == LINEAR:
        return ""
    better, worse = list(_told(first, second, better=True)), list(_told(first, second, better=False))
    return f"The linear models alone beat {report.main} on the strict split in {', '.join(better) or 'nothing'}; they do worse in {', '.join(worse) or 'nothing'}."


def abroad(report: Report) -> str:
    """Recall on synthetic offers in English, and its range in other languages; "" where there are none."""
    made = {each.name: each for each in report.languages if each.source == Source.SLICE and each.recall}
    english = made.pop(ENGLISH, None)
    told = [_recall("English", english)] if english else []
    if made:
        ranked = sorted(made.values(), key=lambda each: each.recall.value if each.recall else 0)
        low, high = ranked[0], ranked[-1]
        told.append(f"from {_recall(low.name, low)} to {_recall(high.name, high)} in the {len(made)} other languages")
    return f"Recall on synthetic offers (`{Source.SLICE}`): {'; '.join(told)}." if told else ""


def _recall(name: str, each: Slice) -> str:
    return f"{interval(each.recall)} in {name}, n {each.in_scope:,}"


def _line(report: Report, system: str) -> Figures | None:
    """A system's figures on the headline split as posted."""
    held = (each for each in report.splits if (each.split, each.variant, each.source) == (STRICT, "", HEADLINE))
    return next((line for each in held for line in each.systems if line.system == system), None)


def _told(first: Figures, second: Figures, *, better: bool) -> Iterator[str]:
    """The measures in which the first is better, or else worse, than the second."""
    for name, measure in SHOWN:
        one, other = first.value(measure), second.value(measure)
        if one is None or other is None or one == other:
            continue
        show = percent if measure in RATES else number
        if (one > other) is (better is not (measure is Measure.FALSE_ALARM_RATE)):
            yield f"{name} {show(one)} against {show(other)}"
