"""The plots of a report, drawn by matplotlib; the same figures give the same bytes."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from classifier.metrics.curve import curve, ranked
from classifier.metrics.judged import Judged
from classifier.report.page import PLOTS
from classifier.report.shape import Bin

INCHES, DOTS = (6.0, 4.0), 90
"""Size of a plot, and dots per inch: some twenty kilobytes each."""
SMALLEST = 1e-5
"""Score at which the logarithmic axis begins."""


def plots(rows: Sequence[Judged], systems: Sequence[str], main: str, bins: Sequence[Bin], folder: Path) -> None:
    """Write every plot of the headline split into a folder."""
    drawings: tuple[Callable[[Axes], None], ...] = (
        lambda axes: _precision_recall(axes, rows, systems),
        lambda axes: _reliability(axes, bins),
        lambda axes: _scores(axes, rows, main),
    )
    for name, draw in zip(PLOTS, drawings, strict=True):
        figure = Figure(figsize=INCHES, dpi=DOTS, layout="tight")
        draw(figure.subplots())
        figure.savefig(folder / name, metadata={"Software": None})


def _precision_recall(axes: Axes, rows: Sequence[Judged], systems: Sequence[str]) -> None:
    truth = np.array([row.in_scope for row in rows])
    for system in systems:
        points = curve(ranked(np.array([row.scores[system] for row in rows]), truth), np.ones(len(rows)))
        taken, found = points.taken[1:], points.found[1:]
        axes.step(found / points.in_scope, found / taken, where="post", label=system, linewidth=1)
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1.01), ylim=(0, 1.01), title="Strict split, real listings")
    axes.legend(loc="lower left")
    axes.grid(alpha=0.3)


def _reliability(axes: Axes, bins: Sequence[Bin]) -> None:
    told = [max(each.score, SMALLEST) for each in bins]
    there = [max(each.in_scope, SMALLEST) for each in bins]
    axes.loglog([SMALLEST, 1], [SMALLEST, 1], color="grey", linewidth=1, label="as it should be")
    axes.loglog(told, there, "o", label="bins of equal mass")
    axes.set(xlabel="mean score", ylabel="share in scope", title="Score and truth")
    axes.legend(loc="upper left")
    axes.grid(alpha=0.3)


def _scores(axes: Axes, rows: Sequence[Judged], main: str) -> None:
    edges = np.logspace(np.log10(SMALLEST), 0, 41)
    for inside, label in ((False, "out of scope"), (True, "in scope")):
        given = np.clip([row.scores[main] for row in rows if row.in_scope is inside], SMALLEST, 1)
        axes.hist(given, bins=edges.tolist(), alpha=0.6, label=label)
    axes.set(
        xlabel=f"score of {main}", ylabel="listings", xscale="log", yscale="log", title="How often each score was given"
    )
    axes.legend(loc="upper center")
