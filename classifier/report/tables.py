"""The tables of a report, each as a head and lines of text."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from classifier.metrics.classes import ClassFigures
from classifier.metrics.figures import CLAIMED, Counts, Difference, Figures
from classifier.metrics.measures import Measure
from classifier.metrics.slices import Slice
from classifier.report.numbers import NONE, interval, number, percent
from classifier.report.shape import Bin, Held, Named, Target, Tracked

Line = tuple[str, ...]
PEOPLE = ("listings", "in scope", "vendors", "with offers", "clusters", "markets")
"""Who was looked at: vendors, those with offers in scope, and what is drawn again."""
RATES = frozenset({Measure.FALSE_ALARM_RATE, Measure.ELUSION, Measure.BRIER})
"""Figures so small that they are told in per cent."""
SHOWN = (
    ("precision", Measure.PRECISION), ("recall", Measure.RECALL), ("F1", Measure.F1),
    ("F1, threshold chosen for it", Measure.BEST_F1), ("PR-AUC", Measure.PR_AUC),
    ("recall at 0.1 % false alarms", Measure.RECALL_AT_RATE), ("false alarm rate", Measure.FALSE_ALARM_RATE),
)  # fmt: skip
_QUEUE = (
    ("P@20", Measure.P20), ("P@50", Measure.P50), ("P@100", Measure.P100), ("R-precision", Measure.R_PRECISION),
    ("recall at .5 %", Measure.BUDGET_HALF), ("at 1 %", Measure.BUDGET_ONE), ("at 2 %", Measure.BUDGET_TWO),
    ("missed per listing not flagged", Measure.ELUSION), ("precision at .48 % prevalence", Measure.PRECISION_ARMS),
    ("at .2 %", Measure.PRECISION_FIREARMS),
)  # fmt: skip
_CALIBRATION = (("ECE", Measure.ECE), ("Brier", Measure.BRIER))


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Lines under their headings."""

    head: Line
    lines: tuple[Line, ...]


def targets(found: Iterable[Target]) -> Table:
    """What was asked for beside what was reached."""
    head = ("target", "wanted", "reached (95 %)", "n", "vendors", "", "note")
    return Table(head=head, lines=tuple(map(_target, found)))


def splits(held: Iterable[Held]) -> Table:
    """Every split and system: how well offers are told."""
    return _measured(held, SHOWN, alarms=True)


def queue(held: Iterable[Held]) -> Table:
    """Every split and system: what a review queue would be like."""
    return _measured(held, _QUEUE)


def calibration(held: Iterable[Held]) -> Table:
    """Every split and system: how far scores are probabilities."""
    return _measured(held, _CALIBRATION)


def differences(found: Iterable[Difference]) -> Table:
    """What one system adds to another, the same vendors drawn for both."""
    head = ("from", "to", *PEOPLE, "measure", "gain (95 %)", "draws without gain")
    lines = (
        (
            each.first,
            each.second,
            *people(each.counts),
            each.measure.value,
            interval(each.gain),
            percent(each.no_better),
        )
        for each in found
    )
    return Table(head=head, lines=tuple(lines))


def boundaries(found: Iterable[Slice], main: str) -> Table:
    """Hard boundaries with what the main system flags of them."""
    head = ("source", "hard boundary", "out of scope", "flagged", "rate (95 %)")
    lines = (
        (each.source, each.name, f"{each.outside:,}", f"{each.alarms[main]:,}", interval(each.alarm_rate, small=True))
        for each in found
    )
    return Table(head=head, lines=tuple(lines))


def slices(found: Sequence[Slice], main: str) -> Table:
    """Every hard boundary or language, with what each system flags of it; the rates are those of the main system."""
    systems = tuple(dict.fromkeys(name for each in found for name in each.alarms))
    head = ("name", "source", "vendors", "out of scope", *(f"flagged by {name}" for name in systems), "rate (95 %)",
            "in scope", "found", "recall (95 %)")  # fmt: skip
    return Table(head=head, lines=tuple(_slice(each, systems, main) for each in found))


def classes(found: Iterable[Named]) -> Table:
    """Every class on every split, with what its listings were called."""
    head = ("split", "source", "of", "class", "n", "vendors", "precision", "recall", "F1", "called")
    lines = ((each.split, each.source, each.of, *_class(one)) for each in found for one in each.found.classes)
    return Table(head=head, lines=tuple(lines))


def macros(found: Iterable[Named]) -> Table:
    """The mean of the classes' F1 on every split."""
    head = ("split", "source", "of", *PEOPLE, "classes", "smallest class", "macro-F1 (95 %)")
    return Table(head=head, lines=tuple(map(_macro, found)))


def tracks(found: Iterable[Tracked]) -> Table:
    """How well each track finds what it asks for."""
    head = ("split", "source", "track", "n", "vendors", "found", "asked for in vain", "precision", "recall")
    return Table(head=head, lines=tuple(map(_track, found)))


def bins(found: Iterable[Bin]) -> Table:
    """Scores beside the truth, in bins of equal mass, best first."""
    head = ("listings", "mean score", "in scope")
    return Table(
        head=head, lines=tuple((f"{each.listings:,}", f"{each.score:.5f}", f"{each.in_scope:.5f}") for each in found)
    )


def markdown(table: Table) -> str:
    """The table in Markdown; a vertical line of a cell is escaped."""
    rows = [table.head, tuple("---" for _ in table.head), *table.lines]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)


def people(counts: Counts) -> Line:
    """Who was looked at, under the headings of every table of figures."""
    numbers = (
        counts.listings,
        counts.in_scope,
        counts.vendors,
        counts.vendors_in_scope,
        counts.clusters,
        counts.markets,
    )
    return tuple(f"{each:,}" for each in numbers)


def measured(line: Figures, shown: Sequence[tuple[str, Measure]] = SHOWN) -> Line:
    """The figures of one system under their headings."""
    return tuple(interval(line.measures.get(measure), small=measure in RATES) for _, measure in shown)


def unclaimed(line: Figures) -> str:
    """Says that nothing is claimed, where fewer than thirty offers were there."""
    return "no claim" if line.counts.in_scope < CLAIMED else ""


def heads(shown: Sequence[tuple[str, Measure]] = SHOWN) -> Line:
    """The headings of `measured`."""
    return tuple(name for name, _ in shown)


def _measured(held: Iterable[Held], shown: Sequence[tuple[str, Measure]], *, alarms: bool = False) -> Table:
    head = ("split", "source", "system", *PEOPLE, *heads(shown), *(("false alarms", "missed") if alarms else ()), "")
    return Table(head=head, lines=tuple(_lines(held, shown, alarms=alarms)))


def _lines(held: Iterable[Held], shown: Sequence[tuple[str, Measure]], *, alarms: bool) -> Iterator[Line]:
    for each in held:
        name = f"{each.split}, {each.variant}" if each.variant else each.split
        for line in each.systems:
            counted = (f"{line.false_alarms:,}", f"{line.missed:,}") if alarms else ()
            yield (
                name,
                each.source,
                line.system,
                *people(line.counts),
                *measured(line, shown),
                *counted,
                unclaimed(line),
            )


def _target(each: Target) -> Line:
    vendors = f"{each.vendors:,}" if each.vendors else NONE
    return (
        each.name,
        each.asked,
        interval(each.reached, small=each.small),
        f"{each.n:,}",
        f"{vendors} ({each.vendors_of})" if each.vendors_of else vendors,
        each.verdict,
        each.note,
    )


def _slice(each: Slice, systems: Sequence[str], main: str) -> Line:
    alarms = (str(each.alarms[name]) if name in each.alarms else NONE for name in systems)
    hits = each.hits.get(main, 0)
    return (each.name, each.source, f"{each.vendors:,}", f"{each.outside:,}", *alarms, interval(each.alarm_rate, small=True),
            f"{each.in_scope:,}", str(hits), interval(each.recall))  # fmt: skip


def _class(one: ClassFigures) -> Line:
    called = ", ".join(f"{count} {name}" for name, count in list(one.given.items())[:5])
    figures = (number(one.precision), number(one.recall), number(one.f1)) if one.claimed else ("no claim", NONE, NONE)
    return (one.name, f"{one.listings:,}", f"{one.vendors:,}", *figures, called)


def _macro(each: Named) -> Line:
    fewest = min(each.found.classes, key=lambda one: one.listings)
    smallest = f"{fewest.name}: {fewest.listings:,} of {fewest.vendors} vendors"
    return (
        each.split,
        each.source,
        each.of,
        *people(each.counts),
        str(len(each.found.classes)),
        smallest,
        interval(each.found.macro_f1),
    )


def _track(each: Tracked) -> Line:
    one = each.found
    figures = (number(one.precision), number(one.recall)) if one.claimed else ("no claim", NONE)
    found = str(one.given.get(each.track, 0))
    return (
        each.split,
        each.source,
        each.track,
        f"{one.listings:,}",
        f"{one.vendors:,}",
        found,
        str(one.alarms),
        *figures,
    )
