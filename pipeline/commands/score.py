"""`headstamp score`: score the rows of a file; nothing is stored."""

import argparse
import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline.deployment import Deployment, policy
from pipeline.policy import Policy, verdicts
from pipeline.records import Context, Listing
from pipeline.rows import Mapping, batches, chosen, rows
from pipeline.stages import Classifier
from pipeline.taxonomy import Track
from pipeline.terminal import progress, show_json

BATCH = 500


class Scored(NamedTuple):
    """One row with what the classifier and the policy say of it."""

    row: int
    listing_id: str = ""
    score: float | None = None
    """To six places; none where the row could not be read."""
    category: str = ""
    verdict: str = "rejected"


def score_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp score`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV or JSONL, gzipped or not")
    parser.add_argument(
        "--mapping", type=Path, metavar="FILE", help="column mapping (default: chosen by the file's header)"
    )
    parser.add_argument("--json", action="store_true", help="print a JSON object a row instead of CSV")


def score(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Print one line a row, in the file's order; an unreadable row has an empty score and the verdict `rejected`."""
    classifier = deployment.classifier()
    mapping = chosen(arguments.file, arguments.mapping)
    in_force = policy(deployment, classifier)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if not arguments.json:
        writer.writerow(Scored._fields)
    with progress("rows") as move:
        for line in scored(arguments.file, mapping, classifier, in_force):
            if arguments.json:
                show_json(line._asdict())
            else:
                writer.writerow(
                    "" if cell is None else f"{cell:.6f}" if isinstance(cell, float) else cell for cell in line
                )
            move(1)
    return 0


def scored(path: Path, mapping: Mapping, classifier: Classifier, in_force: Policy) -> Iterator[Scored]:
    """Every row with its verdict on offers, in the file's order."""
    for batch in batches(rows(path, mapping, activation=0), BATCH):
        listings = [row.found for row in batch if isinstance(row.found, Listing)]
        classified = iter(classifier.classify(listings, [Context()] * len(listings)))
        for row in batch:
            if not isinstance(row.found, Listing):
                yield Scored(row.number)
                continue
            found = next(classified)
            verdict = verdicts(row.found, found, in_force)[Track.OFFERS]
            yield Scored(row.number, row.found.key, round(found.score, 6), found.category, verdict)
