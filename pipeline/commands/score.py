"""`headstamp score`: score the rows of a file; nothing is stored."""

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

from pipeline.deployment import Deployment, policy
from pipeline.policy import Policy, verdicts
from pipeline.records import Context, Listing
from pipeline.rows import Mapping, Row, chosen, rows
from pipeline.stages import Classifier
from pipeline.taxonomy import Track
from pipeline.terminal import progress, show_json

HEAD = ("row", "listing_id", "score", "category", "verdict")
BATCH = 500
Scored = tuple[int, str, str, str, str]
Part = TypeVar("Part")


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
    in_force = policy(deployment.settings, classifier)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if not arguments.json:
        writer.writerow(HEAD)
    with progress("rows") as move:
        for line in scored(arguments.file, mapping, classifier, in_force):
            if arguments.json:
                show_json(dict(zip(HEAD, line, strict=True)))
            else:
                writer.writerow(line)
            move(1)
    return 0


def scored(path: Path, mapping: Mapping, classifier: Classifier, in_force: Policy) -> Iterator[Scored]:
    """Row number, listing id, score, category and verdict on offers of every row, in the file's order."""
    for batch in batches(rows(path, mapping, activation=0), BATCH):
        listings = [row.found for row in batch if isinstance(row.found, Listing)]
        classified = iter(classifier.classify(listings, [Context()] * len(listings)))
        for row in batch:
            if not isinstance(row.found, Listing):
                yield row.number, "", "", "", "rejected"
                continue
            found = next(classified)
            verdict = verdicts(row.found, found, in_force)[Track.OFFERS]
            yield row.number, row.found.key, f"{found.score:.6f}", found.category, verdict


def batches(items: Iterable[Part], size: int) -> Iterator[Sequence[Part]]:
    """The items in lists of `size`; the last may be shorter."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


__all__ = ["Row", "batches", "score", "score_arguments", "scored"]
