"""Proofs that records are those that a signed manifest is about."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from crawlers.evidence.agreement import capture_of
from crawlers.evidence.chain import Line, Link, lines
from crawlers.evidence.files import storage
from crawlers.evidence.merkle import path
from crawlers.evidence.record import CaptureRecord
from crawlers.evidence.signed import SEALS, Seal, statements


class Step(msgspec.Struct, frozen=True):
    """A hash on the way to a root, and on which side it goes."""

    side: str
    hash: str


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """A record, and its way to the root that was signed."""

    at: int
    """Where it is in the exported file."""
    length: int
    digest: str
    path: tuple[Step, ...]
    manifest: Seal | None
    link: Link
    record: CaptureRecord


def content_of(archive: Path, link: Link) -> bytes:
    """The bytes of a record in its segment."""
    return read(archive / link.segment, link.offset, link.length)


def read(path: Path, offset: int, length: int) -> bytes:
    """Some bytes of a file."""
    with storage(path), path.open("rb") as file:
        file.seek(offset)
        return file.read(length)


def proofs(archive: Path, found: Sequence[Line], start: int) -> Iterator[tuple[Proof, bytes]]:
    """The proof and the bytes of each record that still stands, as they follow one another in a file from `start` on."""
    seals = {seal.segment: seal for seal in statements(archive / SEALS, Seal)}
    trees = {line.link.segment: _leaves(archive, seals.get(line.link.segment)) for line in found}
    for line in found:
        link, content = line.link, content_of(archive, line.link)
        record, _ = capture_of(content)
        if record is None:
            continue
        numbers, leaves = trees[link.segment]
        steps = path(leaves, numbers.index(link.number)) if numbers else []
        yield (
            Proof(
                at=start,
                length=link.length,
                digest=link.digest,
                path=tuple(Step(side, other.hex()) for side, other in steps),
                manifest=seals.get(link.segment),
                link=link,
                record=record,
            ),
            content,
        )
        start += link.length


def _leaves(archive: Path, seal: Seal | None) -> tuple[list[int], list[bytes]]:
    """Numbers and digests of a sealed segment's records."""
    if seal is None:
        return [], []
    links = []
    for line in lines(archive, seal.first):
        if line.link.number > seal.last:
            break
        links += [line.link] if line.link.segment == seal.segment else []
    return [link.number for link in links], [bytes.fromhex(link.digest) for link in links]
