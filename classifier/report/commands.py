"""`headstamp evaluate`: report how good the classifier is, on the research data or on any labelled file."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.commands import learning, need_training, workshop
from pipeline.deployment import Deployment, policy
from pipeline.errors import SettingsError
from pipeline.terminal import plain, progress, show_facts, show_json, show_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from classifier.metrics.judged import Split
    from classifier.metrics.outside import Outside
    from classifier.report.shape import Report
    from pipeline.policy import Policy
    from pipeline.stages import Classifier


def evaluate_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp evaluate`."""
    learning(parser)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="a model directory: write report.md, report.json, plots and README.md, its card, there",
    )
    parser.add_argument(
        "--scored",
        type=Path,
        metavar="DIR",
        help="report on scored examples (folder `scored` of an earlier --work), without training",
    )
    parser.add_argument(
        "--on",
        type=Path,
        metavar="FILE",
        help="score a labelled CSV or JSONL file and compare; nothing is written (columns and labels: "
        "docs/labelling.md, A labelled file; exit status 1 where more than half of the rows are left out)",
    )
    parser.add_argument(
        "--model", type=Path, metavar="DIR", help="with --on, a model directory (default: the one in force)"
    )


def evaluate(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Report on systems that had not seen the vendors and markets that they are asked about."""
    if arguments.on:
        return _on(arguments, deployment)
    if arguments.model:
        raise SettingsError("--model goes with --on; a report is written into the model directory of --out")
    if arguments.scored:
        from classifier.metrics.judged import load  # noqa: PLC0415  # `--help` needs no numpy

        return _report(load(arguments.scored), arguments, arguments.scored)
    need_training()
    from classifier.store import load as model  # noqa: PLC0415
    from classifier.training.evaluate import judged  # noqa: PLC0415  # loads scikit-learn

    shop = workshop(arguments, deployment)
    made = arguments.out is not None and (arguments.out / "manifest.json").is_file()
    scored = shop.folder / "scored"
    return _report(
        _kept(judged(arguments.data, shop, model(arguments.out, 0) if made else None), scored), arguments, scored
    )


def _kept(splits: "Iterable[Split]", work: Path) -> "list[Split]":
    """The splits, each written as soon as it is scored."""
    from classifier.metrics.judged import save  # noqa: PLC0415  # `--help` needs no numpy

    found = []
    for split in splits:
        save(split, work)
        found.append(split)
    return found


def _report(splits: "list[Split]", arguments: argparse.Namespace, work: Path) -> int:
    from classifier.report.content import report  # noqa: PLC0415  # `--help` needs no numpy
    from classifier.report.facts import Facts  # noqa: PLC0415
    from classifier.report.files import elsewhere, write  # noqa: PLC0415

    extra = elsewhere(work)
    found = (
        write(splits, arguments.out, arguments.seed, extra)
        if arguments.out
        else report(splits, Facts(name="unnamed"), arguments.seed, extra)
    )
    show_json(found) if arguments.json else _show(found)
    return 0


def _show(found: "Report") -> None:
    from classifier.report import tables  # noqa: PLC0415  # `--help` needs no numpy

    for table in (tables.targets(found.targets), tables.splits(found.splits)):
        show_table(table.head, table.lines)
        sys.stdout.write("\n")


def _on(arguments: argparse.Namespace, deployment: Deployment) -> int:
    from classifier import reference  # noqa: PLC0415  # `--help` needs no numpy
    from classifier.metrics.outside import outside  # noqa: PLC0415
    from classifier.store import load  # noqa: PLC0415

    classifier = load(arguments.model, activation=0) if arguments.model else deployment.classifier()
    directory = arguments.model or reference.directory_of(classifier.digest, deployment.settings.root)
    known = reference.load(directory) if directory else None
    in_force = _advised(deployment, classifier) if arguments.model else policy(deployment, classifier)
    with progress("rows") as move:
        found = outside(arguments.on, classifier, in_force, known, seed=arguments.seed, move=move)
    for warning in found.warnings:
        sys.stderr.write(f"warning: {plain(warning)}\n")
    show_json(found) if arguments.json else _show_outside(found)
    if found.thin:
        sys.stderr.write(
            f"headstamp: {sum(found.left_out.values()):,} of {found.rows:,} rows were left out (reasons above),"
            " more than half: the figures say little of this file\n"
        )
    return 1 if found.thin else 0


def _advised(deployment: Deployment, classifier: "Classifier") -> "Policy":
    """The policy that a model advises, under the settings alone: cuts adopted in the home are for the model in force there."""
    from pipeline.policy import in_force  # noqa: PLC0415  # `--help` needs no policy

    return in_force(deployment.settings, classifier.thresholds, None)


def _show_outside(found: "Outside") -> None:
    from classifier.report import outside as pages  # noqa: PLC0415  # `--help` needs no numpy

    show_facts(pages.facts(found))
    for table in pages.tables_of(found):
        sys.stdout.write("\n")
        show_table(table.head, table.lines)
