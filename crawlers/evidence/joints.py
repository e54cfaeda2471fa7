"""Whether the chain holds: every line in its place, joined to the one before, at no earlier time."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from crawlers.evidence.chain import FIRST, LONGEST, Line, Link, decode, encode, files, hashed
from crawlers.evidence.files import reading
from crawlers.evidence.finding import Finding, What, about

SLACK = timedelta(seconds=2)
"""By how much clocks are set right without a word."""
NO_URL = hashed(b"")


class Joints:
    """One walk over the chain of an archive."""

    def __init__(self, archive: Path, sizes: Mapping[Path, int], erased: Callable[[Link], bool]) -> None:
        self.findings: list[Finding] = []
        self.last: Link | None = None
        self._archive, self._sizes, self._erased = archive, sizes, erased
        self._number, self._previous = 0, FIRST
        self._time: datetime | None = None
        self._missing: list[range] = []
        """Numbers that were passed over, from the lowest on; ranges, for a forger may have left a gap of any size."""

    def lines(self) -> Iterator[Line]:
        """Every line that is what it was, in the order of the file."""
        for path in files(self._archive):
            file = f"chain/{path.name}"
            for place, raw in enumerate(_raw_lines(path, self._sizes.get(path, 0)), 1):
                if (line := self._read(file, place, raw)) and self._in_place(file, line):
                    yield line
        for gap in self._missing:
            named = f"line of record {gap[0]} is" if len(gap) == 1 else f"lines of records {gap[0]} to {gap[-1]} are"
            text = f"the {named} not in the chain any more"
            self.findings.append(Finding(what=What.DROPPED, file="chain", text=text, record=gap[0]))

    def _read(self, file: str, place: int, raw: bytes) -> Line | None:
        body = raw.removesuffix(b"\n")
        content = body.rstrip(b" ")
        line = decode(content)
        fault = (
            ""
            if raw.endswith(b"\n")
            else "is cut, by a loss of power or a hand; the next crawl goes on behind the one before"
        )
        if line is None or encode(line) != content or line.link.computed() != line.link.hash:
            fault = fault or "was changed"
        elif self._wrong_url(line) or (body != content and not self._erased(line.link)):
            fault = "has another address, or none, than when it was written"
        if not fault:
            return line
        self._number, self._previous = self._number + 1, ""
        named = line.link.number if line else self._number
        text = f"line {place}, of record {named}, {fault}"
        self.findings.append(Finding(what=What.CHAIN, file=file, text=text, record=named))
        return None

    def _wrong_url(self, line: Line) -> bool:
        if not line.url and line.link.url != NO_URL:
            return not self._erased(line.link)
        return hashed(line.url.encode()) != line.link.url

    def _in_place(self, file: str, line: Line) -> bool:
        link = line.link
        if link.number <= self._number:
            moved = self._was_missing(link.number)
            text = "stands behind records that came after it" if moved else "stands in the chain a second time"
            self.findings.append(about(line, What.MOVED if moved else What.DUPLICATED, text, file))
            return moved
        self._missing += [range(self._number + 1, link.number)] if link.number > self._number + 1 else []
        if self._previous and link.number == self._number + 1 and link.previous != self._previous:
            self.findings.append(
                about(line, What.CHAIN, "is not joined to the record before, which was replaced", file)
            )
        self._look_at_the_clock(line)
        self._number, self._previous, self.last = link.number, link.hash, link
        return True

    def _was_missing(self, number: int) -> bool:
        """Whether a number was passed over before; from now on it is not missing."""
        place = bisect_right(self._missing, number, key=lambda gap: gap.start) - 1
        if place < 0 or number not in self._missing[place]:
            return False
        gap = self._missing[place]
        self._missing[place : place + 1] = [
            part for part in (range(gap.start, number), range(number + 1, gap.stop)) if part
        ]
        return True

    def _look_at_the_clock(self, line: Line) -> None:
        time = line.link.time
        if self._time and self._time - time > SLACK:
            back = (self._time - time).total_seconds()
            text = f"the clock was set back by {back:,.0f} s before it was written ({time.isoformat()})"
            self.findings.append(about(line, What.CLOCK, text))
        self._time = time


def _raw_lines(path: Path, size: int) -> Iterator[bytes]:
    """The lines in the first bytes of a file, which may have grown since its size was taken."""
    if not size:  # or no file at all
        return
    with reading(path), path.open("rb") as file:
        while size > 0 and (raw := file.readline(min(size, LONGEST))):
            size -= len(raw)
            yield raw
