"""A small archive, made by the archive itself."""

import shutil
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.address import onion
from crawlers.evidence.archive import FOLDER, Archive, Clock, Kept
from crawlers.evidence.chain import Line, lines
from crawlers.evidence.finding import Finding
from crawlers.evidence.record import Digests, Exchange, Origin
from crawlers.evidence.verify import Report, verify

MIRROR = onion(bytes(range(32)))
ORIGIN = Origin(crawler="Headstamp test", profile="p" * 32, settings="s" * 32, authority="case-7")
BEGUN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def page(text: str) -> bytes:
    """A page that is long enough to be referred to."""
    return f"<h1>{text}</h1>".encode() + b"<p>The same on every page.</p>" * 40


@dataclass
class Time:
    """A clock that a test sets."""

    now: datetime = BEGUN
    ran_s: float = 0.0

    def tick(self) -> datetime:
        self.now += timedelta(milliseconds=250)
        self.ran_s += 0.25
        return self.now

    @property
    def clock(self) -> Clock:
        return Clock(now=self.tick, steady=lambda: self.ran_s)


@dataclass
class Small:
    """An archive in a home of its own."""

    home: Path
    time: Time = field(default_factory=Time)

    @property
    def folder(self) -> Path:
        return self.home / FOLDER

    @property
    def segment(self) -> Path:
        """The only segment, or the first."""
        return min(self.folder.glob("tiny/*.warc.gz"))

    def open(self, segment_bytes: int = 2**20) -> Archive:
        return Archive(self.home, self.time.clock, segment_bytes)

    def exchange(self, path: str, body: bytes, market: str = "tiny", **more: object) -> Exchange:
        asked = self.time.tick()
        told: dict[str, object] = {
            "market": market,
            "visit": "tiny-1",
            "url": f"http://{MIRROR}{path}",
            "requested": asked,
            "received": self.time.tick(),
            "request_headers": [(b"User-Agent", b"test"), (b"Cookie", b"session=c00kie")],
            "status": 200,
            "response_headers": [(b"Content-Type", b"text/html"), (b"Set-Cookie", b"sid=s3cret; Path=/")],
            "wire": Digests.of(body),
            "body": body,
            "content_type": "text/html",
            "lane": "tiny.1",
        }
        return Exchange(**(told | more))  # type: ignore[arg-type]  # a test's own words

    def fill(self, count: int = 5, *, market: str = "tiny", end: bool = True) -> list[Kept]:
        with closing(self.open()) as archive:
            kept = [
                archive.keep(self.exchange(f"/listing/k{n}", page(f"Lot {n}"), market), ORIGIN) for n in range(count)
            ]
            if end:
                archive.end(market)
        return kept

    def lines(self) -> list[Line]:
        return list(lines(self.folder))

    def bytes_of(self, number: int) -> tuple[int, int]:
        """Where a record is in its segment."""
        link = self.lines()[number - 1].link
        return link.offset, link.end

    def report(self) -> Report:
        return verify(self.folder)

    def wrong(self) -> list[Finding]:
        return [finding for finding in self.report().findings if finding.wrong]

    def copy(self, to: Path) -> "Small":
        shutil.copytree(self.home, to)
        return Small(to, self.time)


@pytest.fixture
def small(tmp_path: Path) -> Small:
    made = Small(tmp_path / "home")
    made.fill()
    return made


@pytest.fixture
def empty(tmp_path: Path) -> Small:
    return Small(tmp_path / "home")
