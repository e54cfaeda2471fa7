"""The report as one Markdown page."""

from collections.abc import Iterator

from classifier.metrics.draws import RESAMPLES
from classifier.metrics.judged import MARKET, STRICT
from classifier.report import said, tables
from classifier.report.numbers import interval, number, percent
from classifier.report.shape import HEADLINE, Held, Report

PLOTS = {
    "precision-recall.png": "precision over recall",
    "reliability.png": "score and truth",
    "scores.png": "how often each score was given",
}
"""File and meaning of every plot."""
_INTRO = """# How good {name} is

Written by `headstamp evaluate` (seed {seed}, model {digest}); the same figures are in `report.json`. It says what was measured; the card beside it,
[README.md](README.md), says what the model is for.

How to read it:

- **strict** holds vendors and clusters of like texts out, in five folds; **market-…** leaves those markets out whole, with what they share with others;
  **random** draws rows and is there only to show how much that flatters. No threshold, join or weight was chosen on a test fold; which kinds of model were tried and put aside with an eye on one stands in docs/model.md under traps.
- Real and synthetic examples never share a line: every line has one source. `{headline}` is real.
- Figures in parentheses are 95 % intervals: vendors, joined to clusters where texts are alike, drawn again {draws:,} times with replacement. A line with fewer than thirty
  offers claims nothing. A target binds from fifty offers of ten vendors.
- Shares are told as .940; rates of false alarms, what is missed per listing not flagged, and Brier scores in per cent, for they are small.
- A **slice** is a hard boundary: texts of one kind that only sound like arms, or offers of one kind, with its source (`slice`: written for this, not by a market).
  In the table of targets `vendors` are those with offers, or those of the class named beside the number.
- Precision, recall and F1 are at the **threshold of the policy**: the one that lets one in a thousand listings out of scope through on the training side, which a review queue
  has room for. The **threshold chosen for F1** is the one that gives the best F1 on the training side: of each fold, on the listings of the other four, as models that had not
  seen them scored them. Neither looks at the fold that it is tried on; the target of F1 means the second. The baseline has its own .5. The main system is **{main}**.
- "In scope" is the wording of Article 3 of the UN Firearms Protocol, never a finding that something is illegal. Numbers of listings measure a market, not arms (they are no
  value of SDG indicator 16.4.2).
"""


def page(report: Report) -> str:
    """The page."""
    return "\n".join(part for part in _parts(report) if part) + "\n"


def _parts(report: Report) -> Iterator[str]:
    yield _INTRO.format(
        name=report.facts.name,
        seed=report.seed,
        digest=report.facts.digest or "not written yet",
        headline=HEADLINE,
        draws=RESAMPLES,
        main=report.main,
    )
    yield _section("Targets", tables.targets(report.targets))
    yield _plots()
    yield _section("Splits and systems", tables.splits(report.splits), f"{said.alone(report)} {_leak(report)}".strip())
    yield _section("The queue", tables.queue(each for each in report.splits if not each.variant))
    yield _section("Ablations: what each part adds (strict split)", tables.differences(report.ablations))
    yield _section("Hard boundaries", tables.slices(report.slices, report.main), _SLICES)
    yield _section(
        "Languages", tables.slices(report.languages, report.main), f"{_LANGUAGES} {said.abroad(report)}".strip()
    )
    yield _section("Disguised spelling and titles alone", _changed(report), _CHANGED)
    yield _section("Classes, acts and subtypes", tables.macros(report.classes))
    yield _section("Class by class", tables.classes(report.classes), _CLASSES)
    yield _section("Tracks", tables.tracks(report.tracks), _TRACKS)
    yield _section("Calibration", tables.calibration(_calibrated(report)), said.calibrated(report))
    yield _section("Score and truth, in bins of equal mass (strict split)", tables.bins(report.reliability))
    yield _screen(report)


_SLICES = "Flagged listings of things that only sound like arms; the rate is the main system's, with Wilson's interval, since these texts have no vendors to draw."
_LANGUAGES = (
    "Synthetic rows of other languages are reported and never a headline; the aim is a recall within 10 % of English."
)
_CHANGED = "The same rows as posted and changed, paired; the gain is negative where the change costs something."
_CLASSES = "A class of fewer than thirty listings has counts, and no figure is claimed."
_TRACKS = (
    "A listing that another track asks for is no false alarm of offers. Each track has a threshold of its own; it asks for a look from its review threshold on, so that "
    "`offers` has more false alarms here than among flagged listings. *Found* are those it should ask for and does."
)


def _section(title: str, table: tables.Table, note: str = "") -> str:
    if not table.lines:
        return ""
    told = f"{note}\n\n" if note else ""
    return f"## {title}\n\n{told}{tables.markdown(table)}\n"


def _plots() -> str:
    return "".join(f"![{meaning}]({name})\n" for name, meaning in PLOTS.items())


def _leak(report: Report) -> str:
    if report.leak is None:
        return ""
    return f"F1 on the random split less F1 on the strict one: {number(report.leak.gap)} ({report.leak.system})."


def _changed(report: Report) -> tables.Table:
    """What every change of the texts costs."""
    head = ("split", "change", "source", *tables.PEOPLE, "recall (95 %)", "F1 (95 %)")
    lines = tuple(
        (
            each.split,
            each.variant,
            each.source,
            *tables.people(each.f1.counts),
            interval(each.recall.gain if each.recall else None),
            interval(each.f1.gain),
        )
        for each in report.disguises
        if each.f1
    )
    return tables.Table(head=head, lines=lines)


def _calibrated(report: Report) -> Iterator[Held]:
    return (each for each in report.splits if not each.variant and each.split.startswith((STRICT, MARKET)))


def _screen(report: Report) -> str:
    found = report.screen
    if found is None:
        return ""
    return (
        "## The screen\n\n"
        f"Of {found.listings:,} listings (strict split) {found.passed:,} pass to the encoder ({percent(found.share)}). "
        f"Of the {found.in_scope} in scope, {found.lost} that would have been flagged are kept back: "
        f"recall of the screen {interval(found.recall)}, Wilson's interval.\n"
    )
