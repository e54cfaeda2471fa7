"""Segments: the files that records stand in, one after the other, of one market each."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from crawlers.evidence.chain import Link, lines
from crawlers.evidence.files import Log, reading, sync_folder, write
from crawlers.evidence.keys import SigningKey
from crawlers.evidence.merkle import root
from crawlers.evidence.signed import LEDGER, SEALS, Absence, Seal, add, statements

SUFFIX = ".warc.gz"
TORN = ".torn"
NAME = re.compile(r"[a-z0-9_-]+-\d{9,}\.warc\.gz")


@dataclass(kw_only=True)
class Segment:
    """A segment that is being written."""

    name: str
    """Its file, relative to the archive."""
    log: Log
    first: int
    last: Link | None = None
    digests: list[bytes] = field(default_factory=list)

    def take(self, link: Link) -> None:
        """Count a record in."""
        self.digests.append(bytes.fromhex(link.digest))
        self.last = link


def name_of(market: str, number: int) -> str:
    """The name of a market's segment whose first record has this number."""
    return f"{market}/{market}-{number:09d}{SUFFIX}"


def seal(archive: Path, key: SigningKey, segment: Segment, now: datetime) -> None:
    """Close a segment with its manifest; under the archive's lock."""
    last = segment.last
    assert last is not None, "a segment begins with a record"
    statement = Seal(
        number=0,
        time=now,
        previous="",
        key="",
        segment=segment.name,
        size=segment.log.size,
        records=len(segment.digests),
        first=segment.first,
        last=last.number,
        head=last.hash,
        root=root(segment.digests).hex(),
    )
    segment.log.close()
    add(archive / SEALS, key, statement)


def mend(archive: Path, key: SigningKey, market: str, now: datetime) -> list[str]:
    """Close what a killed crawl left open; the ids of the records that are torn. Under the archive's lock.

    A torn end is kept beside its segment, and the ledger says so.
    """
    torn = []
    sealed = {one.segment for one in statements(archive / SEALS, Seal)}
    for path in sorted((archive / market).glob(f"*{SUFFIX}")):
        name = f"{market}/{path.name}"
        if name not in sealed and NAME.fullmatch(path.name):  # another file is none of ours, and `verify` says so
            torn += _mend(archive, key, name, now)
    return torn


def _mend(archive: Path, key: SigningKey, name: str, now: datetime) -> list[str]:
    number = int(name.removesuffix(SUFFIX).rpartition("-")[2])
    links = [line.link for line in lines(archive, number) if line.link.segment == name]
    whole = list(links)
    with reading(archive / name):
        content = (archive / name).read_bytes()
    while whole and unwritten(content, whole[-1]):
        whole.pop()
    end = whole[-1].end if whole else 0
    log = Log(archive / name)
    if len(whole) < len(links) or end < len(content):
        _set_aside(archive, key, name, rest=content[end:], torn=links[len(whole) :], now=now)
        log.cut(end)
        log.sync()
    if not links:
        log.close()
        (archive / name).unlink()
        sync_folder((archive / name).parent)
        return []
    segment = Segment(name=name, log=log, first=links[0].number)
    for link in links:
        segment.take(link)
    seal(archive, key, segment, now)
    return [link.id for link in links[len(whole) :]]


def unwritten(content: bytes, link: Link) -> bool:
    """Whether a record's end is not there: a kill cuts it off, a loss of power leaves zeros. Another one that is not what
    it was has been changed, and is left for `verify` to name.
    """
    return link.end > len(content) or content[link.offset : link.end].endswith(bytes(8))


def _set_aside(archive: Path, key: SigningKey, name: str, *, rest: bytes, torn: list[Link], now: datetime) -> None:
    known = {(one.segment, one.record) for one in statements(archive / LEDGER, Absence)}
    write(archive / (name + TORN), rest)
    for number, id_ in [(link.number, link.id) for link in torn] or [(0, "")]:
        if (name, number) not in known:
            absence = Absence(
                number=0,
                time=now,
                previous="",
                key="",
                record=number,
                id=id_,
                segment=name,
                digest=hashlib.sha256(rest).hexdigest(),
            )
            add(archive / LEDGER, key, absence)
