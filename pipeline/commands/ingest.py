"""`headstamp ingest`: publish the rows of CSV and JSONL files as listings."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from pipeline.activations import Activations
from pipeline.broker import Broker
from pipeline.codec import message
from pipeline.deployment import Deployment
from pipeline.errors import MalformedError
from pipeline.records import Listing, Rejected
from pipeline.rows import Mapping, batches, chosen, line_count, rows
from pipeline.rows.mapping import KIND
from pipeline.terminal import plain, progress, show_facts, show_json
from pipeline.topics import LISTINGS
from pipeline.wordings import keep

BATCH = 500
NAMED = 5
"""Rejected rows that are named for each reason."""


class Ingested(msgspec.Struct, kw_only=True):
    """What became of the rows of some files."""

    rows: int = 0
    listings: int = 0
    """Different ids among them; a key that returns with another title is one listing."""
    rejected: dict[str, int] = msgspec.field(default_factory=dict)
    """Rows that are no listing, by reason."""
    replaced: int = 0
    """Characters put for bytes that are no UTF-8."""
    unfinished: int = 0
    """Files that could not be read to their end."""


def ingest_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp ingest`."""
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="CSV or JSONL, gzipped or not")
    parser.add_argument(
        "--mapping", type=Path, metavar="FILE", help="column mapping (default: chosen by each file's header)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def ingest(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Print how many rows and listings there were; 1 where no row could be read, or a file not to its end."""
    files: Sequence[Path] = arguments.files
    mappings = [chosen(file, arguments.mapping) for file in files]
    for mapping in mappings:
        keep(deployment.settings.root, KIND, mapping.text)
    with (
        closing(deployment.broker()) as broker,
        closing(deployment.activations()) as activations,
        progress("lines", line_count(files)) as move,
    ):
        done, faults = ingested(list(zip(files, mappings, strict=True)), broker, activations, move)
    sys.stderr.writelines(f"headstamp: {plain(fault)}\n" for fault in faults)
    if arguments.json:
        show_json(done)
    else:
        show_facts({"rows": done.rows, "listings": done.listings, "rejected": _told(done.rejected)})
        if done.listings:
            show_facts({"next": "headstamp run --once"})
    return 1 if done.unfinished or done.rows == sum(done.rejected.values()) else 0


def ingested(
    sources: Sequence[tuple[Path, Mapping]], broker: Broker, activations: Activations, move: Callable[[int], None]
) -> tuple[Ingested, list[str]]:
    """Publish the files' listings in batches, and return the figures with a line for each fault that is named.

    A file that cannot be read to its end is a fault too; the rows before are published, and the next file is read.
    """
    tally = _Tally(move)
    for file, mapping in sources:
        activation = activations.number(f"mapping:{mapping.name}", mapping.digest)
        for batch in batches(tally.listings(file, mapping, activation), BATCH):
            broker.publish(LISTINGS.name, [message(listing) for listing in batch])
    return tally.done, tally.faults


class _Tally:
    """Counts rows on their way to the log."""

    def __init__(self, move: Callable[[int], None]) -> None:
        self.done = Ingested()
        self.faults: list[str] = []
        self._move = move
        self._ids: set[bytes] = set()

    def listings(self, file: Path, mapping: Mapping, activation: int) -> Iterator[Listing]:
        """The listings of a file; its other rows are counted by reason, and the first of each reason named."""
        shown, replaced = 0, self.done.replaced
        try:
            for row in rows(file, mapping, activation):
                self.done.rows += 1
                self.done.replaced += row.replaced
                if row.number % BATCH == 0:
                    self._move(row.line - shown)
                    shown = row.line
                if isinstance(row.found, Listing):
                    self._count(row.found)
                    yield row.found
                else:
                    self._reject(f"{file}:{row.line}", row.found)
        except MalformedError as error:
            self.done.unfinished += 1
            self.faults.append(str(error))
        if self.done.replaced > replaced:
            count = self.done.replaced - replaced
            self.faults.append(f"{file}: is no UTF-8; {count:,} characters were replaced: save it as UTF-8")

    def _count(self, listing: Listing) -> None:
        self._ids.add(bytes.fromhex(listing.id))
        self.done.listings = len(self._ids)

    def _reject(self, place: str, rejected: Rejected) -> None:
        count = self.done.rejected.get(rejected.reason, 0) + 1
        self.done.rejected[rejected.reason] = count
        if count <= NAMED:
            self.faults.append(f"{place}: {rejected.reason} ({rejected.detail})")
        elif count == NAMED + 1:
            self.faults.append(f"{place}: {rejected.reason}, as in more rows below")


def _told(rejected: dict[str, int]) -> str:
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(rejected.items()))
    return f"{sum(rejected.values()):,}" + (f" ({reasons})" if reasons else "")
