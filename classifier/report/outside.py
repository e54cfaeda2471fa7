"""How a classifier did on a file, as facts and tables for a terminal."""

from collections.abc import Iterator, Mapping

from classifier.metrics.classes import ClassFigures
from classifier.metrics.measures import ROOM, Measure
from classifier.metrics.outside import SYSTEM, Outside, Part
from classifier.metrics.slices import Slice
from classifier.report.numbers import NONE, interval, number
from classifier.report.tables import Line, Table, heads, measured, people, unclaimed

_PEOPLE = ("rows", "in scope", "vendors", "with offers", "markets")
_FURTHER = (
    ("recall at .5 %", Measure.BUDGET_HALF), ("recall at 1 %", Measure.BUDGET_ONE), ("recall at 2 %", Measure.BUDGET_TWO),
    ("P@20", Measure.P20), ("P@50", Measure.P50), ("P@100", Measure.P100), ("R-precision", Measure.R_PRECISION),
    ("ECE", Measure.ECE), ("Brier", Measure.BRIER),
)  # fmt: skip
_GROUP = (
    "rows",
    "vendors",
    "in scope",
    "found",
    "recall (95 %)",
    "out of scope",
    "false alarms",
    "false alarm rate (95 %)",
)


def facts(found: Outside) -> dict[str, object]:
    """What was measured, and on how many rows."""
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(found.left_out.items()))
    return {
        "file (SHA-256)": found.file,
        "model": found.model,
        "flagged from": f"{found.flag_at:.4f}",
        "rows": f"{found.rows:,}",
        "left out": reasons or "none",
        "texts that repeat": f"{found.repeated:,}",
        "texts the model has seen": f"{found.seen:,}",
        **_small(found.parts[0].figures.measures),
        "intervals": "95 %, vendors drawn again; a row without a vendor stands for itself",
    }


def tables_of(found: Outside) -> Iterator[Table]:
    """Everything measured: the flagging threshold, the ranking, the labels, the languages, the classes."""
    head = ("part", *_PEOPLE, *heads(), "false alarms", "missed", "")
    yield Table(head=head, lines=tuple(_part(part) for part in found.parts))
    yield Table(head=("part", *heads(_FURTHER)), lines=tuple(_further(part) for part in found.parts))
    for name, groups in (("label", found.labels), ("language", found.languages)):
        yield Table(head=(name, *_GROUP), lines=tuple(_group(each) for each in groups))
    if found.classes:
        head = ("class", "rows", "precision", "recall", "F1", "called")
        yield Table(head=head, lines=tuple(_class(each) for each in found.classes.classes))


def _small(measures: Mapping[Measure, object]) -> dict[str, object]:
    """The measures that so few rows cannot have, where there are any, with the rows that they need where that is fixed."""
    lacking = [
        f"{name} ({ROOM[measure]} rows)" if measure in ROOM else name
        for name, measure in _FURTHER
        if measure not in measures
    ]
    return {"too few rows for": ", ".join(lacking)} if lacking else {}


def _part(part: Part) -> Line:
    told, figures = people(part.figures.counts), part.figures
    return (
        part.name,
        *told[:4],
        told[5],
        *measured(figures),
        f"{figures.false_alarms:,}",
        f"{figures.missed:,}",
        unclaimed(figures),
    )


def _further(part: Part) -> Line:
    return (part.name, *measured(part.figures, _FURTHER))


def _group(each: Slice) -> Line:
    return (
        each.name,
        f"{each.listings:,}",
        f"{each.vendors:,}",
        f"{each.in_scope:,}",
        f"{each.hits.get(SYSTEM, 0):,}",
        interval(each.recall),
        f"{each.outside:,}",
        f"{each.alarms.get(SYSTEM, 0):,}",
        interval(each.alarm_rate, small=True),
    )


def _class(each: ClassFigures) -> Line:
    called = ", ".join(f"{count} {name}" for name, count in each.given.items()) or NONE
    return (each.name, f"{each.listings:,}", number(each.precision), number(each.recall), number(each.f1), called)
