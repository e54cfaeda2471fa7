"""The evaluation as a table, as a file, and as the card of a model directory."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from classifier.evaluate import Report
from classifier.metrics import Figures, Interval

HEAD = (
    "split", "listings", "offers", "vendors", "with offers", "precision", "recall", "F1", "PR-AUC", "95 %",
    "recall at 0.1 % false alarms", "95 %", "false alarms",
)  # fmt: skip
CARD = """# {name}

The model directory that ships with Headstamp: linear models over TF-IDF n-grams, joined by a logistic regression.
What it is, how it was trained, what it cannot do: [docs/model.md](../../docs/model.md). It holds no text of any
listing: an n-gram ships only if three vendors or more used it.

Written by `headstamp evaluate --out {directory}` (seed {seed}); the same figures are in `report.json`.
Every figure is on real listings of the research data, in scope being firearms, parts and ammunition. Intervals: 95 %,
vendors drawn again with replacement. Precision, recall and F1 are at the flagging threshold, which was set on the
training side; it allows one false alarm in a thousand listings there.

{table}

Categories given to flagged listings in scope, market left out: {categories}.
"""


def lines(report: Report) -> Iterator[tuple[str, ...]]:
    """A line of the table for every split."""
    yield _line("baseline, Agora titles, vendors held out", report.baseline_vendors_out)
    yield _line("baseline, Agora titles, random split", report.baseline_random)
    yield _line("all markets, vendors held out", report.vendors_out)
    yield _line("all markets, random split", report.random)
    for out in report.markets_out:
        name = " + ".join(out.markets)
        yield _line(f"{name} left out", out.as_posted)
        yield _line(f"{name} left out, titles alone", out.titles_only)
        yield _line(f"{name} left out, titles disguised", out.disguised)


def card(report: Report, directory: Path) -> None:
    """Write the report and the model card into a model directory."""
    directory.mkdir(parents=True, exist_ok=True)
    content = msgspec.json.format(msgspec.json.encode(report), indent=1)
    (directory / "report.json").write_bytes(content + b"\n")
    text = CARD.format(
        name=directory.name, directory=directory, seed=report.seed, table=_table(report), categories=_categories(report)
    )
    (directory / "README.md").write_text(text, encoding="utf-8")


def _table(report: Report) -> str:
    rows = [HEAD, tuple("---" for _ in HEAD), *lines(report)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _categories(report: Report) -> str:
    told = []
    for out in report.markets_out:
        for true, given in out.categories.items():
            if given:
                counts = ", ".join(
                    f"{count} {name}" for name, count in sorted(given.items(), key=lambda pair: -pair[1])
                )
                told.append(f"{' + '.join(out.markets)} {true}: {counts}")
    return "; ".join(told)


def _line(name: str, found: Figures) -> tuple[str, ...]:
    return (
        name,
        f"{found.listings:,}",
        str(found.positives),
        f"{found.vendors:,}",
        str(found.positive_vendors),
        _number(found.precision),
        _number(found.recall),
        _number(found.f1),
        _number(found.pr_auc),
        _span(found.pr_auc_interval),
        _number(found.recall_at_rate),
        _span(found.recall_at_rate_interval),
        str(found.false_alarms),
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}".replace("0.", ".", 1) if value < 1 else "1"


def _span(interval: Interval | None) -> str:
    return "–" if interval is None else f"{_number(interval.low)}–{_number(interval.high)}"
