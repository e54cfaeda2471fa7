"""The archive of a home: every answer on disk, chained and in WARC, before anything is made of it."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from crawlers.evidence import warc
from crawlers.evidence.chain import FIRST, Chain, Line, Link, hashed
from crawlers.evidence.cookies import Cookies
from crawlers.evidence.files import Log, locked, write
from crawlers.evidence.keys import BESIDE, SigningKey
from crawlers.evidence.proof import read
from crawlers.evidence.record import CaptureRecord, Digests, Exchange, Kind, Origin, Source, uuid7
from crawlers.evidence.seen import Seen
from crawlers.evidence.segment import Segment, mend, name_of, seal
from crawlers.pictures import Cut, cut
from pipeline.errors import StorageError

FOLDER = "archive"
SEGMENT_BYTES = 16 * 2**20
"""Size at which a segment is closed."""
LEAST_REPEATED = 512
"""Bytes of a body that a reference to an earlier one is worth."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What became of an answer."""

    record: str
    """The name of its record: segment#id."""
    body: bytes = field(repr=False)
    """The body as it is stored, which is what is read from now on."""
    content_type: str
    kind: Kind
    received: datetime
    page: str
    """SHA-256 of the page as received, in hexadecimal."""
    log: Log = field(repr=False)
    """The file that it is in."""


@dataclass(frozen=True)
class Clock:
    """The machine's clock, beside the steady one that nobody can set."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    steady: Callable[[], float] = time.monotonic


@dataclass(frozen=True, kw_only=True)
class _Body:
    """A body as it was received and as it is stored."""

    received: Digests
    cut: Cut
    stored: Digests

    @classmethod
    def of(cls, exchange: Exchange) -> "_Body":
        raw, wire = exchange.body, exchange.wire
        received = wire if hashed(raw) == wire.sha256 else Digests.of(raw)
        page = cut(raw, exchange.content_type)
        return cls(received=received, cut=page, stored=received if page.body == raw else Digests.of(page.body))


class Archive:
    """The archive of one home, which several processes may add to, a market one at a time.

    A killed process loses at most the answer in hand; the next one that adds to the market sets its torn end aside.
    """

    def __init__(self, home: Path, clock: Clock | None = None, segment_bytes: int = SEGMENT_BYTES) -> None:
        self.folder = home / FOLDER
        self._clock = clock or Clock()
        self._begun = self._clock.now(), self._clock.steady()
        self._segment_bytes = segment_bytes
        with locked(self.folder):
            self._key = SigningKey.of(home)
            self._cookies = Cookies.of(home)
            self._check_key()
        self._chain = Chain(self.folder)
        self._seen = Seen(home)
        self._segments: dict[str, Segment] = {}
        self._mended: set[str] = set()

    def keep(self, exchange: Exchange, origin: Origin) -> Kept:
        """Put an answer on disk; a `StorageError`, and the archive as before, where it does not fit."""
        kept = self.put(exchange, origin)
        self.sync(kept)
        return kept

    def sync(self, kept: Kept) -> None:
        """Return when a record is on disk; any thread may wait for it, while others are put."""
        kept.log.sync()
        self._chain.sync()

    def put(self, exchange: Exchange, origin: Origin) -> Kept:
        """Write an answer, which is on disk when `sync` returns."""
        body = _Body.of(exchange)
        source = self._repeated(exchange, body)
        with locked(self.folder):
            segment = self._segment(exchange.market, origin)
            record = self._record(exchange, origin, body, segment, source)
            link = self._put(segment, _members(record, body.cut.body), record.id, record.written, record.url)
        if record.kind is Kind.RESPONSE and body.stored.size >= LEAST_REPEATED:
            self._seen.note(exchange.market, body.stored.sha256, _source(record, link))
        return Kept(
            record=record.name,
            body=body.cut.body,
            content_type=body.cut.content_type,
            kind=record.kind,
            received=record.received,
            page=body.received.sha256,
            log=segment.log,
        )

    def end(self, market: str) -> None:
        """Close the market's segment: its manifest is signed."""
        segment = self._segments.pop(market, None)
        if segment:
            with locked(self.folder):
                seal(self.folder, self._key, segment, self._now())
        self._seen.flush()

    def close(self) -> None:
        """Let go of the files; a segment that is still open is closed the next time."""
        for segment in self._segments.values():
            segment.log.close()
        self._segments.clear()
        self._chain.close()
        with suppress(StorageError):  # a cache; what it would have kept is kept once more
            self._seen.close()

    def _check_key(self) -> None:
        """Put the public key beside the archive; raise where the archive belongs to another one."""
        path, ours = self.folder / BESIDE, self._key.public.pem
        if not path.exists():
            write(path, ours)
        elif path.read_bytes() != ours:
            raise StorageError(
                f"{path}: is not the public key of keys/evidence.key; put back the key that this archive was begun with"
            )

    def _now(self) -> datetime:
        now = self._clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def _repeated(self, exchange: Exchange, body: "_Body") -> Source | None:
        if exchange.refused or body.stored.size < LEAST_REPEATED:
            return None
        source = self._seen.of(exchange.market, body.stored.sha256)
        return source if source and self._stands(source, body.stored.sha256) else None

    def _stands(self, source: Source, body: str) -> bool:
        """Whether a record has the body that the cache says; after an archive was moved away or put back it may not."""
        if not (self.folder / source.segment).is_file():
            return False
        found = next(warc.parsed(read(self.folder / source.segment, source.offset, source.length)), None)
        return found is not None and (found.type, found.id) == ("response", source.id) and hashed(found.payload) == body

    def _segment(self, market: str, origin: Origin) -> Segment:
        """The segment to add to, a new one where the last is full or none is open."""
        if market not in self._mended:
            for torn in mend(self.folder, self._key, market, self._now()):
                self._seen.forget(torn)
            self._mended.add(market)
        segment = self._segments.get(market)
        if segment and segment.log.size >= self._segment_bytes:
            seal(self.folder, self._key, self._segments.pop(market), self._now())
            segment = None
        return segment or self._opened(market, origin)

    def _opened(self, market: str, origin: Origin) -> Segment:
        head, now = self._chain.head(), self._now()
        number, id_ = (head.number if head else 0) + 1, uuid7(now)
        name = name_of(market, number)
        segment = Segment(name=name, log=Log(self.folder / name), first=number)
        facts = {
            "software": origin.crawler,
            "format": "WARC File Format 1.1",
            "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "isPartOf": market,
            "operator": origin.authority,
            "headstamp-key": self._key.public.fingerprint,
            "headstamp-number": str(number),
            "headstamp-previous": head.hash if head else FIRST,
        }
        content = warc.warcinfo(id_, warc.stamp(now), name.rpartition("/")[2], facts)
        self._put(segment, content, id_, now, "")
        self._segments[market] = segment
        return segment

    def _record(
        self, exchange: Exchange, origin: Origin, body: "_Body", segment: Segment, source: Source | None
    ) -> CaptureRecord:
        head, now = self._chain.head(), self._now()
        assert head is not None, "a segment was begun"
        return CaptureRecord(
            kind=Kind.REFUSED if exchange.refused else Kind.REVISIT if source else Kind.RESPONSE,
            id=uuid7(now),
            number=head.number + 1,
            previous=head.hash,
            market=exchange.market,
            visit=exchange.visit,
            url=exchange.url,
            parent=exchange.parent,
            requested=exchange.requested,
            received=exchange.received,
            written=now,
            clock_offset_ms=self._offset_ms(),
            clock_set_back=now < head.time,
            tor=exchange.tor,
            lane=exchange.lane,
            status=exchange.status,
            request_headers=self._cookies.hidden(warc.clean(exchange.request_headers)),
            response_headers=self._cookies.hidden(warc.clean(exchange.response_headers)),
            wire=exchange.wire,
            page=body.received,
            stored=body.stored,
            stored_type=body.cut.content_type,
            pictures_cut=body.cut.pieces,
            picture_bytes=body.cut.size,
            segment=segment.name,
            offset=segment.log.size,
            source=source,
            refused=exchange.refused,
            detail=exchange.detail[:200],
            origin=origin,
        )

    def _offset_ms(self) -> int:
        clock, steady = self._begun
        ran = (self._clock.now() - clock) - timedelta(seconds=self._clock.steady() - steady)
        return round(ran.total_seconds() * 1000)

    def _put(self, segment: Segment, content: bytes, id_: str, now: datetime, url: str) -> Link:
        """Say in the chain what comes, then put it in its segment; both or neither."""
        before = self._chain.head()
        link = Link(
            number=before.number + 1 if before else 1,
            id=id_,
            time=now,
            segment=segment.name,
            offset=segment.log.size,
            length=len(content),
            digest=hashed(content),
            url=hashed(url.encode()),
            previous=before.hash if before else FIRST,
        ).sealed()
        line = Line(link=link, url=url)
        self._chain.append(line)
        try:
            segment.log.append(content)
        except StorageError:
            self._chain.take_back(line, before)
            raise
        segment.take(link)
        return link


def _members(record: CaptureRecord, body: bytes) -> bytes:
    """The WARC records of a capture: answer, request and what is said of them."""
    head = warc.Head(id=record.id, url=record.url, date=warc.stamp(record.received))
    said = warc.metadata(head, msgspec.json.encode(record))
    if record.kind is Kind.REFUSED:
        return said
    parts = urlsplit(record.url)
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    asked = warc.request(head, target, (("Host", parts.netloc), *record.request_headers))
    return _answer(head, record, body) + asked + said


def _answer(head: warc.Head, record: CaptureRecord, body: bytes) -> bytes:
    if record.source is None:
        return warc.response(head, record.status, record.response_headers, body)
    source = warc.Head(id=record.source.id, url=record.source.url, date=record.source.date)
    return warc.revisit(head, record.status, record.response_headers, warc.payload_digest(body), source)


def _source(record: CaptureRecord, link: Link) -> Source:
    date = warc.stamp(record.received)
    return Source(id=record.id, url=record.url, date=date, segment=link.segment, offset=link.offset, length=link.length)
