"""What was asked for beside what was reached, and whether there is enough to say so."""

from collections.abc import Iterator, Sequence

from classifier.metrics.draws import Estimate
from classifier.metrics.figures import FEWEST, Figures
from classifier.metrics.judged import OBFUSCATED, STRICT
from classifier.metrics.measures import Measure
from classifier.metrics.slices import Slice
from classifier.report.shape import Disguise, Leak, Named, Side, Target

_MEASURED = (
    ("F1 in scope, threshold chosen for F1", Measure.BEST_F1, Side.AT_LEAST, 0.94),
    ("F1 in scope, threshold of the policy", Measure.F1, Side.AT_LEAST, 0.94),
    ("PR-AUC", Measure.PR_AUC, Side.AT_LEAST, 0.97),
    ("recall at 0.1 % false alarms", Measure.RECALL_AT_RATE, Side.AT_LEAST, 0.95),
    ("recall at a review budget of 0.5 %", Measure.BUDGET_HALF, Side.AT_LEAST, 0.85),
    ("recall at a review budget of 1 %", Measure.BUDGET_ONE, Side.AT_LEAST, 0.95),
    ("precision among the first 100", Measure.P100, Side.AT_LEAST, 0.95),
    ("R-precision", Measure.R_PRECISION, Side.AT_LEAST, 0.95),
    ("calibration error (ECE)", Measure.ECE, Side.AT_MOST, 0.03),
)  # fmt: skip
"""The targets of literature.md, 4.6, where the issue does not name its own."""
_CLASSES = {"classes": ("class macro-F1", 0.90), "acts": ("act macro-F1", 0.92), "subtypes": ("subtype macro-F1", 0.85)}
SLICE_RATE, DISGUISE_LOSS, LEAK = 0.02, 0.05, 0.05


def targets(
    strict: Figures,
    classes: Sequence[Named],
    boundaries: Sequence[Slice],
    disguises: Sequence[Disguise],
    leak: Leak | None,
) -> tuple[Target, ...]:
    """Every target with what the main system reached."""
    return (
        *_measured(strict),
        *_told(classes),
        *_worst(boundaries),
        *_disguised(disguises, strict),
        *_leaked(leak, strict),
    )


def _measured(strict: Figures) -> Iterator[Target]:
    for name, measure, side, wanted in _MEASURED:
        counts = strict.counts
        yield Target(
            name=name,
            side=side,
            wanted=wanted,
            reached=strict.measures.get(measure),
            n=counts.in_scope,
            vendors=counts.vendors_in_scope,
            binds=counts.binds,
            note="the pool holds too few offers" if measure not in strict.measures else "",
        )


def _told(classes: Sequence[Named]) -> Iterator[Target]:
    for each in classes:
        name, wanted = _CLASSES[each.of]
        fewest = min(each.found.classes, key=lambda one: one.listings)
        yield Target(
            name=f"{name} ({each.source})",
            side=Side.AT_LEAST,
            wanted=wanted,
            reached=each.found.macro_f1,
            n=sum(one.listings for one in each.found.classes),
            vendors=fewest.vendors,
            binds=all(one.binds for one in each.found.classes),
            note=f"{len(each.found.classes)} classes; listings of {fewest.name}: {fewest.listings:,}",
            vendors_of=f"of {fewest.name}, the smallest class",
        )


def worst(boundaries: Sequence[Slice], source: str) -> list[Slice]:
    """The hard boundaries of a source by their rate of false alarms, the worst first: those that have rows enough, where any has."""
    told = [(each.alarm_rate.value, each) for each in boundaries if each.source == source and each.alarm_rate]
    enough = [pair for pair in told if pair[1].outside >= FEWEST] or told
    return [each for _, each in sorted(enough, key=lambda pair: -pair[0])]


def _worst(boundaries: Sequence[Slice]) -> Iterator[Target]:
    """The worst hard boundary of each source; its rows have no vendors, so rows alone count."""
    for source in sorted({each.source for each in boundaries}):
        for each in worst(boundaries, source)[:1]:
            yield Target(
                name=f"false alarms on the worst hard boundary ({source})",
                side=Side.AT_MOST,
                wanted=SLICE_RATE,
                reached=each.alarm_rate,
                n=each.outside,
                vendors=each.vendors,
                binds=each.outside >= FEWEST,
                note=each.name,
                small=True,
            )


def _disguised(disguises: Sequence[Disguise], strict: Figures) -> Iterator[Target]:
    for each in disguises:
        if (each.split, each.variant) == (STRICT, OBFUSCATED) and each.recall:
            gain = each.recall.gain
            yield Target(
                name=f"recall lost to disguised spelling ({each.source})",
                side=Side.AT_MOST,
                wanted=DISGUISE_LOSS,
                reached=Estimate(value=-gain.value, low=-gain.high, high=-gain.low),
                n=strict.counts.in_scope,
                vendors=strict.counts.vendors_in_scope,
                binds=strict.counts.binds,
            )


def _leaked(leak: Leak | None, strict: Figures) -> Iterator[Target]:
    if leak is not None:
        yield Target(
            name="F1 that a random split adds",
            side=Side.AT_MOST,
            wanted=LEAK,
            reached=Estimate(value=leak.gap, low=leak.gap, high=leak.gap),
            n=strict.counts.in_scope,
            vendors=strict.counts.vendors_in_scope,
            binds=strict.counts.binds,
            note=f"{leak.system}; a difference of two splits, without an interval",
        )
