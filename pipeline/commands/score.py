"""`headstamp score`: score the rows of a file; nothing is stored."""

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline.deployment import Deployment, policy
from pipeline.policy import Policy, verdicts
from pipeline.records import Context, Listing
from pipeline.rows import Mapping, Rejections, batches, by_name, chosen, rows
from pipeline.stages import Classifier
from pipeline.taxonomy import Track, Verdict
from pipeline.terminal import plain, progress, show_json

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
    """Print one line a row, in the file's order; an unreadable row has an empty score and the verdict `rejected`.

    What the columns cannot say stands on stderr: rejected rows by reason, and leads on other tracks. 1 where no row could be read.
    """
    classifier = deployment.classifier()
    mapping = chosen(arguments.file, arguments.mapping)
    in_force = policy(deployment, classifier)
    beside = Beside()
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if not arguments.json:
        writer.writerow(Scored._fields)
    with progress("rows") as move:
        for line in scored(arguments.file, mapping, classifier, in_force, beside):
            if arguments.json:
                show_json(line._asdict())
            else:
                writer.writerow(
                    "" if cell is None else f"{cell:.6f}" if isinstance(cell, float) else cell for cell in line
                )
            move(1)
    sys.stderr.writelines(f"headstamp: {plain(each)}\n" for each in beside.told(arguments.file))
    return 0 if beside.read else 1


class Beside:
    """What the rows of a file come to beside their verdicts on offers."""

    def __init__(self) -> None:
        self.rejections = Rejections()
        self.read = 0
        """Rows that were scored."""
        self.leads = Counter[str]()
        """Rows that are clear on offers and not on another track, by that track."""

    def told(self, path: Path) -> Iterator[str]:
        """What is worth a line."""
        yield from self.rejections.faults
        if self.rejections.counts:
            yield f"{path}: rejected: {by_name(self.rejections.counts)}"
        elif not self.read:
            yield f"{path}: has no rows below its header; there is nothing to score"
        if self.leads:
            yield f"{path}: clear as offers, but leads on other tracks: {by_name(self.leads)}; `headstamp ingest` shows which"


def scored(path: Path, mapping: Mapping, classifier: Classifier, in_force: Policy, beside: Beside) -> Iterator[Scored]:
    """Every row with its verdict on offers, in the file's order; what else it comes to is added to `beside`."""
    for batch in batches(rows(path, mapping, activation=0), BATCH):
        listings = [row.found for row in batch if isinstance(row.found, Listing)]
        classified = iter(classifier.classify(listings, [Context()] * len(listings)))
        for row in batch:
            if not isinstance(row.found, Listing):
                beside.rejections.add(f"{path}:{row.line}", row.found)
                yield Scored(row.number)
                continue
            found = next(classified)
            drawn = verdicts(row.found, found, in_force)
            verdict = drawn.pop(Track.OFFERS)
            beside.read += 1
            if drawn and verdict is Verdict.CLEAR:
                beside.leads[max(drawn, key=lambda track: drawn[track].weight)] += 1
            yield Scored(row.number, row.found.key, round(found.score, 6), found.category, verdict)
