"""Writes a report into a model directory: page, card, figures and plots."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from classifier.metrics.judged import STRICT, Split
from classifier.report.card import card
from classifier.report.content import report
from classifier.report.facts import facts
from classifier.report.page import page
from classifier.report.shape import HEADLINE, Report, Target
from pipeline.errors import SettingsError

ELSEWHERE = "targets.json"
"""Beside the scored examples: targets that other scorers measured (entities, explanations, speed)."""


def write(splits: Sequence[Split], directory: Path, seed: int, extra: Sequence[Target] = ()) -> Report:
    """Write report.md, report.json, README.md and the plots into a model directory; the report."""
    from classifier.report.plots import plots  # noqa: PLC0415  # loads matplotlib, which only this needs

    found = report(splits, facts(directory), seed, extra)
    strict = next(split.of(HEADLINE) for split in splits if split.name == STRICT and not split.variant)
    (directory / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    (directory / "report.md").write_text(page(found), encoding="utf-8")
    (directory / "README.md").write_text(card(found, f"models/{directory.name}"), encoding="utf-8")
    plots(strict.rows, strict.systems, found.main, found.reliability, directory)
    return found


def elsewhere(folder: Path) -> tuple[Target, ...]:
    """The targets that a folder of scored examples holds; none where it holds no such file."""
    path = folder / ELSEWHERE
    if not path.exists():
        return ()
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[Target, ...])
    except (OSError, msgspec.DecodeError) as error:
        raise SettingsError(f"{path}: cannot be read ({error}); correct or delete it") from error
