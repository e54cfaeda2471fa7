"""What became of the records of one segment: found by their digests, wherever in the file they are."""

import re
import zlib
from collections.abc import Mapping, Sequence

from crawlers.evidence.chain import Line, hashed
from crawlers.evidence.finding import Finding, What, about
from crawlers.evidence.warc import GZIP

MAGIC = re.compile(rb"\x1f\x8b\x08")
UUID = re.compile(rb"<urn:uuid:([0-9a-f-]{36})>")
HEAD_BYTES, PEEK = 4096, 1024
EFFORT = 32
"""How often over the bytes of a file are hashed in search of moved records; bytes made to look like many end it."""


class Scan:
    """One walk over a segment's bytes, beside what the chain says should be there."""

    def __init__(self, file: str, content: bytes, lines: Sequence[Line], filled: Mapping[int, bytes]) -> None:
        self.findings: list[Finding] = []
        self.whole: list[tuple[Line, bytes]] = []
        """The records that are what they were, wherever they stand, with their bytes."""
        self._file, self._content, self._lines, self._filled = file, content, lines, filled
        self._place = {line.link.id: place for place, line in enumerate(lines)}
        self._skipped: set[int] = set()
        self._next = self._at = 0
        self._hashed, self._most = 0, EFFORT * (len(content) + 1)

    def walk(self) -> "Scan":
        """Itself, when the end is reached."""
        while self._at < len(self._content):
            if not (self._as_expected() or self._elsewhere()):
                self._unknown()
        for place in sorted(self._skipped):
            self._say(place, What.DROPPED, "is not in the file any more")
        for place in range(self._next, len(self._lines)):
            self._say(place, What.DROPPED, "is not in the file any more, which ends before it")
        return self

    def _as_expected(self) -> bool:
        if self._next == len(self._lines):
            return False
        line = self._lines[self._next]
        end = self._at + line.link.length
        if self._holds(self._next, self._at):
            self.whole.append((line, self._content[self._at : end]))
        elif self._filled.get(line.link.number) != self._content[self._at : end]:
            return False
        self._next, self._at = self._next + 1, end
        return True

    def _elsewhere(self) -> bool:
        """Whether a record that belongs to another place begins here."""
        place = self._record_at(self._at)
        if place is None:
            return False
        if place >= self._next:
            self._skipped.update(range(self._next, place))
            self._next = place + 1
            link = self._lines[place].link
            self.whole.append((self._lines[place], self._content[self._at : self._at + link.length]))
        elif place in self._skipped:
            self._skipped.remove(place)
            self._say(place, What.MOVED, f"stands at offset {self._at:,}, behind records that came after it")
        else:
            self._say(place, What.DUPLICATED, f"stands in the file a second time, at offset {self._at:,}")
        self._at += self._lines[place].link.length
        return True

    def _unknown(self) -> None:
        """Go on behind bytes that are no record of the chain."""
        begun, self._at = self._at, self._known_after(self._at)
        if self._next == len(self._lines) or self._holds(self._next, self._at):
            text = f"{self._at - begun:,} bytes at offset {begun:,} are no record of the chain"
            self.findings.append(Finding(what=What.FOREIGN, file=self._file, text=text, offset=begun))
            return
        link = self._lines[self._next].link
        if self._at == len(self._content) and begun + link.length > self._at:
            self._say(self._next, What.TRUNCATED, f"ends after {self._at - begun:,} of {link.length:,} bytes")
        else:
            self._say(self._next, What.ALTERED, "was changed after it was written")
        self._next += 1

    def _known_after(self, start: int) -> int:
        """Where the next record of the chain begins; the end of the file where none does."""
        length = 0
        if self._next < len(self._lines):
            link = self._lines[self._next].link
            if link.offset > start and self._holds(self._next, link.offset):
                return link.offset
            length = link.length
        if length and (start + length == len(self._content) or self._begins(start + length)):
            return start + length
        places = (found.start() for found in MAGIC.finditer(self._content, start + 1))
        return next((place for place in places if self._begins(place)), len(self._content))

    def _begins(self, at: int) -> bool:
        follows = self._next + 1
        return self._record_at(at) is not None or (
            follows < len(self._lines) and (self._holds(follows, at) or self._is_filled(follows, at))
        )

    def _record_at(self, at: int) -> int | None:
        try:
            head = zlib.decompressobj(GZIP).decompress(self._content[at : at + HEAD_BYTES], PEEK)
        except zlib.error:
            return None
        for id_ in UUID.findall(head):
            place = self._place.get(id_.decode())
            if place is not None and self._hashed < self._most:
                self._hashed += self._lines[place].link.length
                if self._holds(place, at):
                    return place
        return None

    def _holds(self, place: int, at: int) -> bool:
        link = self._lines[place].link
        return hashed(self._content[at : at + link.length]) == link.digest

    def _is_filled(self, place: int, at: int) -> bool:
        link = self._lines[place].link
        return self._filled.get(link.number) == self._content[at : at + link.length]

    def _say(self, place: int, what: What, text: str) -> None:
        self.findings.append(about(self._lines[place], what, text))
