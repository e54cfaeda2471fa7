"""`headstamp learn`: train again with the reviews of this home."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.commands import learning, need_training, workshop
from pipeline.deployment import Deployment
from pipeline.errors import SettingsError
from pipeline.terminal import show_facts, show_json, show_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from classifier.learn.learning import Learnt
    from classifier.truth.examples import Example
    from pipeline.stages import Classifier

SHIPPED = Path(__file__).parents[2] / "models"
REFUSED = 1
HEAD = ("part", "model", "examples", "in scope", "vendors", "F1", "PR-AUC", "false alarms", "missed")


def learn_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp learn`."""
    learning(parser)
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="the new model directory; the shipped ones stay as they are",
    )


def learn(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Train with the reviews and write the model where it is no worse; status 1 where the old one stays."""
    need_training()
    if arguments.out.resolve().is_relative_to(SHIPPED.resolve()):
        raise SettingsError(f"{arguments.out}: the shipped models are never written to; name another folder with --out")
    from classifier import reference  # noqa: PLC0415  # `--help` needs no numpy
    from classifier.learn.fixed import fixed  # noqa: PLC0415
    from classifier.learn.learning import learn as learnt  # noqa: PLC0415
    from classifier.learn.reviews import gathered  # noqa: PLC0415

    with closing(deployment.broker()) as broker:
        reviewed = gathered(broker)
    trainer = partial(_made, arguments, deployment)
    classifier = deployment.classifier()
    directory = reference.directory_of(classifier.digest, deployment.settings.root)
    found = learnt(
        reviewed,
        classifier,
        trainer,
        fixed(),
        out=arguments.out,
        seed=arguments.seed,
        seen=reference.load(directory) if directory else None,
    )
    show_json(found) if arguments.json else _show(found)
    return REFUSED if found.refused else 0


def _made(
    arguments: argparse.Namespace, deployment: Deployment, examples: "Sequence[Example]", directory: Path
) -> "Classifier":
    """The model that the research data and these examples teach."""
    from classifier.store import load  # noqa: PLC0415
    from classifier.training.lesson import lesson  # noqa: PLC0415  # loads scikit-learn
    from classifier.training.making import written  # noqa: PLC0415

    shop = workshop(arguments, deployment)
    written(lesson(arguments.data, shop.seed, examples), shop, arguments.data, directory)
    return load(directory, activation=0)


def _show(found: "Learnt") -> None:
    left_out = ", ".join(f"{count:,} {name}" for name, count in sorted(found.left_out.items()))
    show_facts(
        {"reviews": found.reviews, "left out": left_out or "none", "learnt from": found.learnt, "held out": found.held}
    )
    sys.stdout.write("\n")
    show_table(HEAD, _lines(found))
    sys.stdout.write("\n")
    for reason in found.refused:
        sys.stdout.write(f"the model in force stays: {reason}\n")
    if found.directory:
        sys.stdout.write(
            f"written to {found.directory}; put it in force with `headstamp models activate {found.directory}`\n"
        )


def _lines(found: "Learnt") -> Iterator[tuple[str, ...]]:
    from classifier.metrics.measures import Measure  # noqa: PLC0415  # `--help` needs no numpy
    from classifier.report.numbers import interval  # noqa: PLC0415

    for part in found.parts:
        for line in (part.old, part.new):
            counts = (line.counts.listings, line.counts.in_scope, line.counts.vendors)
            told = (interval(line.measures.get(measure)) for measure in (Measure.F1, Measure.PR_AUC))
            yield (
                part.name,
                line.system,
                *(f"{each:,}" for each in counts),
                *told,
                str(line.false_alarms),
                str(line.missed),
            )
