"""Proofs that records are those that a signed manifest is about."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from crawlers.evidence.agreement import capture_of
from crawlers.evidence.chain import Line, Link, hashed, lines
from crawlers.evidence.files import reading
from crawlers.evidence.keys import PublicKey
from crawlers.evidence.merkle import climbed, path
from crawlers.evidence.record import CaptureRecord
from crawlers.evidence.signed import LEDGER, SEALS, Absence, Seal, statements
from pipeline.errors import CorruptError

MOST = 2**28
"""Bytes that no record has; more is read for nobody."""


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

    def signed(self, key: PublicKey) -> bool:
        """Whether the way leads to the root, and the key stands for it; a segment that is still open has none."""
        steps = [(step.side, bytes.fromhex(step.hash)) for step in self.path]
        seal, leads = self.manifest, climbed(bytes.fromhex(self.digest), steps).hex()
        return seal is None or (seal.root == leads and key.signed(seal.content, seal.signature))


def content_of(archive: Path, link: Link) -> bytes:
    """The bytes of a record in its segment; none where they are not what they were: erased, torn or altered."""
    content = read(archive / link.segment, link.offset, link.length)
    return content if hashed(content) == link.digest else b""


def read(path: Path, offset: int, length: int) -> bytes:
    """Some bytes of a file."""
    with reading(path), path.open("rb") as file:
        file.seek(offset)
        return file.read(min(length, MOST))


def proofs(archive: Path, found: Sequence[Line], start: int) -> Iterator[tuple[Proof, bytes]]:
    """The proof and the bytes of each record that still stands, as they follow one another in a file from `start` on."""
    seals = {seal.segment: seal for seal in statements(archive / SEALS, Seal)}
    trees = {line.link.segment: _leaves(archive, seals.get(line.link.segment)) for line in found}
    absent = {(one.record, one.id) for one in statements(archive / LEDGER, Absence)}
    for line in found:
        link, content = line.link, content_of(archive, line.link)
        record, _ = capture_of(content)
        if not content and (link.number, link.id) not in absent:
            raise CorruptError(f"record {link.number} is not what it was: nothing is exported; see `headstamp verify`")
        if record is None:
            continue
        numbers, leaves = trees[link.segment]
        steps = path(leaves, numbers.index(link.number)) if link.number in numbers else []
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
