"""Checks a whole archive, offline, from its files and the public key alone."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from crawlers.evidence.agreement import disagreements
from crawlers.evidence.anchor import Noted, against
from crawlers.evidence.chain import FOLDER as CHAIN
from crawlers.evidence.chain import Line, Link
from crawlers.evidence.erasing import filling
from crawlers.evidence.files import LOCK, reading, unchanged
from crawlers.evidence.finding import Finding, What, about
from crawlers.evidence.joints import Joints
from crawlers.evidence.keys import BESIDE, PublicKey
from crawlers.evidence.merkle import root
from crawlers.evidence.scan import Scan
from crawlers.evidence.segment import TORN, unwritten
from crawlers.evidence.signed import LEDGER, SEALS, Absence, Seal
from crawlers.evidence.stamping import FOLDER as STAMPS
from crawlers.evidence.statements import checked
from pipeline.errors import StorageError

BEYOND, MOST = 2**20, 2**28
"""Bytes behind the last record of a file that are looked at, and bytes of any one; that there are more is said."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a check of an archive came to."""

    records: int
    segments: int
    manifests: int
    key: str
    """Fingerprint of the public key; "" where there is none."""
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether the archive is what it was, as far as its files can tell."""
        return not any(finding.wrong for finding in self.findings)


def verify(archive: Path, anchors: Sequence[Noted] = (), expected: Path | None = None) -> Report:
    """Everything that is wrong with an archive, and everything that is lawfully not there."""
    while True:
        check = _Check(archive)
        with unchanged(archive):  # what a crawl is adding is then either wholly there or not at all
            check.look(expected)
        report = check.report(anchors)
        with unchanged(archive):
            if check.is_of_now():  # or else something was erased meanwhile, which would look like a change
                return report


class _Check:
    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._sizes: dict[Path, int] = {}
        self._odd: list[Path] = []
        self._found: list[Finding] = []
        self._key: PublicKey | None = None
        self._seals: dict[str, Seal] = {}
        self._absent: dict[int, Absence] = {}
        self._torn: dict[str, Absence] = {}
        self._unwritten: set[str] = set()
        self._names: set[str] = set()
        self._records = 0

    def look(self, expected: Path | None) -> None:
        """Take in what there is now; what is added later is left to the next check."""
        there = [path for path in self._archive.rglob("*") if path.is_symlink() or not path.is_dir()]
        self._sizes = {path: path.stat().st_size for path in there if path.is_file()}
        self._odd = [path for path in there if path not in self._sizes]
        self._read_key(expected)
        self._read_lists()

    def is_of_now(self) -> bool:
        """Whether the ledger is still the one that was taken in."""
        path = self._archive / LEDGER
        return (path.stat().st_size if path.is_file() else 0) == self._sizes.get(path, 0)

    def report(self, anchors: Sequence[Noted]) -> Report:
        hashes = self._check_chain({one.records for one in anchors})
        self._check_files()
        if self._key:
            key, seals = self._key, list(self._seals.values())
            self._found += [fault for one in anchors if (fault := against(one, hashes, seals, key))]
        return Report(
            records=self._records,
            segments=len(self._names),
            manifests=len(self._seals),
            key=self._key.fingerprint if self._key else "",
            findings=tuple(self._found),
        )

    def _read_key(self, expected: Path | None) -> None:
        if self._archive / BESIDE in self._odd:
            self._say(What.KEY, BESIDE, "is no file: without the public key nothing can be checked")
            return
        try:
            self._key = PublicKey.read(self._archive / BESIDE)
        except StorageError as error:
            self._say(What.KEY, BESIDE, str(error))
        if expected and self._key and _pem(expected) != self._key.pem:
            self._say(What.KEY, BESIDE, f"is not the key in {expected}: the key was exchanged")

    def _read_lists(self) -> None:
        for seal, fault in checked(self._archive / SEALS, Seal, self._key):
            self._found += [fault] if fault else []
            if seal:
                self._seals[seal.segment] = seal
        for absence, fault in checked(self._archive / LEDGER, Absence, self._key):
            self._found += [fault] if fault else []
            if absence and self._key:
                self._absent[absence.record] = absence
                if not absence.erased:
                    self._torn[absence.segment] = absence
                    self._unwritten.add(absence.id)
                elif absence.id in self._unwritten:
                    self._torn.pop(absence.segment, None)

    def _is_erased(self, link: Link) -> bool:
        absence = self._absent.get(link.number)
        return absence is not None and absence.erased is not None and absence.id == link.id

    def _check_chain(self, wanted: set[int]) -> dict[int, str]:
        """Walk the chain, and each segment once its last record was met."""
        joints = Joints(self._archive, self._sizes, self._is_erased)
        under_way, hashes = dict[str, list[Line]](), dict[int, str]()
        for line in joints.lines():
            link, name = line.link, line.link.segment
            self._records += 1
            if link.number in wanted:
                hashes[link.number] = link.hash
            under_way.setdefault(name, []).append(line)
            if name in self._seals and link.number == self._seals[name].last:
                self._check_segment(name, under_way.pop(name))
        for name, lines in under_way.items():
            self._check_segment(name, lines)
        self._found += joints.findings
        return hashes

    def _check_segment(self, name: str, lines: list[Line]) -> None:
        self._names.add(name)
        path, seal = self._archive / name, self._seals.get(name)
        lines.sort(key=lambda line: line.link.number)
        if seal is None:
            self._say(
                What.OPEN, name, f"{len(lines)} records are in no manifest yet: a crawl is adding to it, or was killed"
            )
        else:
            self._found += _against_seal(seal, lines)
        if path not in self._sizes:
            self._found += [about(line, What.DROPPED, "is gone with its whole file") for line in lines]
            return
        content = self._content(path, lines)
        there = [line for line in lines if not self._note_absence(line)]
        standing = [line for line in lines if line.link.id not in self._unwritten]
        while seal is None and standing and unwritten(content, standing[-1].link):
            content = self._without(standing.pop(), content)
        scan = Scan(name, content, standing, self._fillings(standing, len(content))).walk()
        self._found += scan.findings
        kept = {line.link.number for line in there}
        for line, raw in scan.whole:
            if line.link.number not in kept:
                self._found.append(about(line, What.LEDGER, "is in the file though the ledger says that it is not"))
            self._found += disagreements(line, raw)

    def _content(self, path: Path, lines: Sequence[Line]) -> bytes:
        size, end = self._sizes[path], min(MOST, max(line.link.end for line in lines))
        if size > end + BEYOND:
            self._say(What.FOREIGN, lines[0].link.segment, f"{size - end:,} bytes stand behind the last record")
        with reading(path), path.open("rb") as file:
            return file.read(min(size, end + BEYOND))

    def _without(self, line: Line, content: bytes) -> bytes:
        """The bytes before a record that was never wholly written."""
        there = max(0, len(content) - line.link.offset)
        text = (
            f"was being written when the crawl was killed: {there:,} of {line.link.length:,} bytes are there;"
            " the next crawl of the market sets them aside, and asks for the address again"
        )
        self._found.append(about(line, What.TORN, text))
        return content[: line.link.offset]

    def _note_absence(self, line: Line) -> bool:
        absence = self._absent.get(line.link.number)
        if absence is None or absence.id != line.link.id:
            return False
        if absence.erased:
            reason = absence.erased
            text = f"erased under {reason.authority} by {reason.by} on {absence.time.date()}: {reason.text}"
            self._found.append(about(line, What.ERASED, text))
        else:
            text = (
                f"was being written when the crawl was killed; what was left of it is kept in {line.link.segment}{TORN}"
            )
            self._found.append(about(line, What.TORN, text))
        return True

    def _fillings(self, lines: Sequence[Line], size: int) -> Mapping[int, bytes]:
        found = {}
        for line in lines:
            if self._is_erased(line.link) and line.link.end <= size:
                with suppress(
                    StorageError
                ):  # a forged line of the chain may leave too little room: nothing of ours is there
                    found[line.link.number] = filling(self._absent[line.link.number], line.link)
        return found

    def _check_files(self) -> None:
        """What stands in the archive beside all that: files that no line of the chain knows, torn ends that were changed."""
        for name, seal in self._seals.items():
            if not (self._archive / name).exists() and seal.records:
                self._say(What.DROPPED, name, f"the file is gone; it had the records {seal.first} to {seal.last}")
        for path in sorted(self._sizes):
            self._check_file(path, self._name(path))
        for path in sorted(self._odd):
            self._say(What.FOREIGN, self._name(path), "is no file, or a link to a folder; a check follows neither")
        for name, absence in sorted(self._torn.items()):
            if not absence.record:
                text = "bytes that the chain did not know, as after a loss of power, are set aside in this file"
                self._say(What.TORN, name + TORN, text)
            if self._archive / (name + TORN) not in self._sizes:
                self._say(What.DROPPED, name + TORN, "what was left of a torn record is gone")

    def _check_file(self, path: Path, name: str) -> None:
        if name.startswith((f"{CHAIN}/", f"{STAMPS}/")) or name in {BESIDE, SEALS, LEDGER, LOCK, *self._names}:
            return
        if name.endswith(TORN):
            absence = self._torn.get(name.removesuffix(TORN))
            if absence is None or _digest(path) != absence.digest:
                self._say(What.ALTERED, name, "is not what the ledger says was left of a torn record")
        else:
            self._say(What.FOREIGN, name, "no record of the chain is in this file")

    def _name(self, path: Path) -> str:
        return os.fsencode(path.relative_to(self._archive)).decode(errors="replace")

    def _say(self, what: What, file: str, text: str) -> None:
        self._found.append(Finding(what=what, file=file, text=text))


def _against_seal(seal: Seal, lines: Sequence[Line]) -> Iterator[Finding]:
    links = [line.link for line in lines]
    found = (links[0].number, links[-1].number, len(links), links[-1].hash)
    tree = root([bytes.fromhex(link.digest) for link in links]).hex()
    if found != (seal.first, seal.last, seal.records, seal.head) or tree != seal.root:
        text = f"manifest {seal.number} is about other records than the chain has of {seal.segment}"
        yield Finding(what=What.MANIFEST, file=SEALS, text=text)


def _digest(path: Path) -> str:
    with reading(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pem(path: Path) -> bytes:
    """The key that is expected; b"" where the file, which a forger may have changed, holds none."""
    try:
        return PublicKey.read(path).pem
    except StorageError:
        return b""
