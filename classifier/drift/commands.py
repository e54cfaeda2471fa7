"""`headstamp drift`: which markets no longer look like what the model in force learnt from."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.codec import messages
from pipeline.deployment import Deployment
from pipeline.errors import ModelRejectedError
from pipeline.terminal import FIRST, show_facts, show_json, show_table
from pipeline.topics import MEASURES

if TYPE_CHECKING:
    from classifier.drift.report import Drift
    from classifier.drift.shift import Shift

HEAD = (
    "market",
    "month",
    "listings",
    "flagged",
    "scores (PSI)",
    "words (JSD)",
    "unknown words",
    "languages",
    "screen: missed of checked",
    "moved",
)


def drift_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp drift`."""
    parser.add_argument(
        "--market", action="append", default=[], metavar="MARKET", help="only this market; may be given again"
    )
    parser.add_argument(
        "--model", type=Path, metavar="DIR", help="compare with this model directory (default: that in force)"
    )
    parser.add_argument("--publish", action="store_true", help="put the shifts on the log as measures, for dashboards")
    parser.add_argument("--json", action="store_true", help="print JSON")


def drift(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Compare the index with the reference of the model in force, per market and month."""
    from classifier import reference  # noqa: PLC0415  # `--help` needs no numpy
    from classifier.drift.report import drift as compared  # noqa: PLC0415
    from classifier.store import load  # noqa: PLC0415
    from pipeline.index import Query  # noqa: PLC0415

    classifier = load(arguments.model, activation=0) if arguments.model else deployment.classifier()
    directory = arguments.model or reference.directory_of(classifier.digest, deployment.settings.root)
    known = reference.load(directory) if directory else None
    if known is None:
        raise ModelRejectedError(
            "drift: the model in force does not say what it was trained on; train it again, or name one that does with --model"
        )
    filters = {"market": tuple(arguments.market)} if arguments.market else {}
    with closing(deployment.index()) as index:
        found = compared(index.scan(Query(filters=filters)), known, classifier.digest)
    if arguments.publish:
        _publish(found, deployment)
    show_json(found) if arguments.json else _show(found)
    return 0


def _publish(found: "Drift", deployment: Deployment) -> None:
    from classifier.drift.telling import measures  # noqa: PLC0415  # `--help` needs no numpy

    with closing(deployment.broker()) as log:
        log.publish(MEASURES.name, messages(measures(found)))


def _show(found: "Drift") -> None:
    from classifier.report.numbers import percent  # noqa: PLC0415  # `--help` needs no numpy

    facts = {
        "model": found.model,
        "learnt from": f"{found.reference_listings:,} listings, {percent(found.reference_flagged)} flagged",
        "in brackets": "what chance alone would show",
    }
    show_facts(facts)
    if not found.months:
        show_facts({"no listings to compare": FIRST})
        return
    sys.stdout.write("\n")
    show_table(HEAD, _lines(found))


def _lines(found: "Drift") -> Iterator[tuple[str, ...]]:
    from classifier.report.numbers import percent  # noqa: PLC0415  # `--help` needs no numpy

    for month in found.months:
        mix = ", ".join(f"{name} {percent(part)}" for name, part in month.language_mix.items())
        yield (
            month.market,
            month.month,
            f"{month.listings:,}",
            percent(month.flagged),
            _shift(month.scores),
            _shift(month.words),
            percent(month.unknown_words),
            mix,
            f"{month.missed:,} of {month.checked:,}" if month.checked else "–",
            month.verdict,
        )


def _shift(shift: "Shift | None") -> str:
    return "–" if shift is None else f"{shift.value:.3f} ({shift.by_chance:.3f})"
