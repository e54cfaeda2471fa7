"""`headstamp ingest`: publish the rows of CSV and JSONL files as listings."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from pipeline.activations import Activations
from pipeline.broker import Broker, Position
from pipeline.codec import Message, message
from pipeline.deployment import Deployment
from pipeline.errors import MalformedError
from pipeline.records import Import, Listing, Precision
from pipeline.rows import Mapping, Rejections, batches, by_name, chosen, digest_of, line_count, rows
from pipeline.rows.mapping import KIND
from pipeline.settings import file_of
from pipeline.terminal import plain, progress, show_facts, show_json
from pipeline.topics import LISTINGS
from pipeline.wordings import keep

BATCH = 500
STAGES_AT_WORK = "the stages that run take it from the log; where none does, `headstamp run`"
"""On a broker that is no file stages are processes of their own, which another `run` would only stand beside."""
NOTHING_NEW = "every listing of it is in the log already; `headstamp assess --again --once` looks at all anew"


class Ingested(msgspec.Struct, kw_only=True):
    """What became of the rows of some files: each is a listing, a further version, repeated, or rejected."""

    rows: int = 0
    listings: int = 0
    """Different ids among them; a key that returns with another title is one listing."""
    versions: int = 0
    """Rows that say something else of a listing that a row before them named."""
    repeated: int = 0
    """Rows that say of a listing what a row before them said."""
    rejected: dict[str, int] = msgspec.field(default_factory=dict)
    """Rows that are no listing, by reason."""
    undated: int = 0
    """Listings without a date that can be read, of their own or of the mapping's."""
    known: int = 0
    """Listings that the log has had of the same file and line: they are not published again."""
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
    on_file = bool(file_of(deployment.settings.broker))
    show_json(done) if arguments.json else show_facts(_facts(done, on_file=on_file))
    return 1 if done.unfinished or not done.listings else 0


def _facts(done: Ingested, *, on_file: bool) -> dict[str, object]:
    """The figures as they are printed: those that add up to the rows, then what else is worth a line."""
    facts: dict[str, object] = {"rows": done.rows, "listings": done.listings}
    if done.versions:
        facts["further versions"] = f"{done.versions:,} (the latest date is in force, of equal dates the later row)"
    if done.repeated:
        facts["repeated"] = done.repeated
    facts["rejected"] = by_name(done.rejected)
    if done.undated:
        facts["dated by nobody"] = done.undated
    published = done.listings + done.versions + done.repeated - done.known
    if done.known:
        facts["already here"] = done.known
    if published:
        facts["next"] = "headstamp run --once" if on_file else STAGES_AT_WORK
    elif done.known:
        facts["nothing new"] = NOTHING_NEW
    return facts


def ingested(
    sources: Sequence[tuple[Path, Mapping]], broker: Broker, activations: Activations, move: Callable[[int], None]
) -> tuple[Ingested, list[str]]:
    """Publish the files' listings in batches, and return the figures with a line for each fault that is named.

    A file that cannot be read to its end is a fault too; the rows before are published, and the next file is read.
    What the log has had of a file is not published again.
    """
    tally = _Tally(move)
    for file, mapping in sources:
        activation = activations.number(f"mapping:{mapping.name}", mapping.digest)
        known = _known(digest_of(file), broker, activations)
        for batch in batches(map(message, tally.listings(file, mapping, activation)), BATCH):
            new = [each for each in batch if not known or _mark(each) not in known]
            tally.done.known += len(batch) - len(new)
            broker.publish(LISTINGS.name, new)
    return tally.done, tally.faults


def _known(file: str, broker: Broker, activations: Activations) -> frozenset[bytes]:
    """Marks of the messages that the log has had of a file since it was first ingested, even if that was cut short."""
    kind = f"file:{file}"
    before = activations.all(kind)
    activations.number(kind, file)
    if not before:
        return frozenset()
    since = Position(at=datetime.fromisoformat(before[0][2]))
    return frozenset(_mark(each) for each in broker.read(LISTINGS.name, since) if file.encode() in each.value)


def _mark(found: Message) -> bytes:
    return sha256(found.value).digest()[:16]


class _Tally:
    """Counts rows on their way to the log."""

    def __init__(self, move: Callable[[int], None]) -> None:
        self._rejections = Rejections()
        self.done = Ingested(rejected=self._rejections.counts)
        self.faults = self._rejections.faults
        self._move = move
        self._first: dict[bytes, bytes] = {}
        """The version in which each id was read first."""
        self._further: set[bytes] = set()
        """Id and version of those read since."""

    def listings(self, file: Path, mapping: Mapping, activation: int) -> Iterator[Listing]:
        """The listings of a file; its other rows are counted by reason, and the first of each reason named."""
        shown, replaced, before = 0, self.done.replaced, self.done.rows
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
                    self._rejections.add(f"{file}:{row.line}", row.found)
            if self.done.rows == before:
                self.faults.append(f"{file}: has no rows below its header; there is nothing to ingest")
        except MalformedError as error:
            self.done.unfinished += 1
            self.faults.append(str(error))
        if self.done.replaced > replaced:
            count = self.done.replaced - replaced
            self.faults.append(f"{file}: is no UTF-8; {count:,} characters were replaced: save it as UTF-8")

    def _count(self, listing: Listing) -> None:
        provenance = listing.provenance
        self.done.undated += isinstance(provenance, Import) and provenance.precision is Precision.UNKNOWN
        id_, version = bytes.fromhex(listing.id), bytes.fromhex(listing.version)
        first = self._first.setdefault(id_, version)
        if len(self._first) > self.done.listings:
            self.done.listings += 1
        elif version == first or id_ + version in self._further:
            self.done.repeated += 1
        else:
            self._further.add(id_ + version)
            self.done.versions += 1
