"""Whether a record says of itself what the chain says of it, and holds the body whose digest it names."""

from collections.abc import Iterator

import msgspec

from crawlers.evidence import warc
from crawlers.evidence.chain import Line, Link, hashed
from crawlers.evidence.finding import Finding, What, about
from crawlers.evidence.joints import SLACK
from crawlers.evidence.record import CaptureRecord, Kind


def capture_of(content: bytes) -> tuple[CaptureRecord | None, list[warc.Parsed]]:
    """The capture record in a record's bytes, and all WARC records there; None for the head of a segment."""
    found = list(warc.parsed(content))
    if not found or found[-1].type != "metadata":
        return None, found
    try:
        return msgspec.json.decode(found[-1].payload, type=CaptureRecord), found
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None, found


def disagreements(line: Line, content: bytes) -> Iterator[Finding]:
    """In what a record and the chain differ."""
    record, found = capture_of(content)
    if record is None:
        if not (len(found) == 1 and found[0].type == "warcinfo"):
            yield about(line, What.ALTERED, "is no record of a capture")
        return
    if _told(record) != _known(line.link) or record.url != (line.url or record.url):
        yield about(line, What.ALTERED, "says other things of itself than the chain does")
    if record.kind is Kind.RESPONSE and hashed(found[0].payload) != record.stored.sha256:
        yield about(line, What.ALTERED, "holds another body than it says")
    if record.requested - record.received > SLACK:
        yield about(line, What.CLOCK, "the clock was set back between request and answer")


def _told(record: CaptureRecord) -> tuple[object, ...]:
    return (record.id, record.number, record.previous, record.segment, record.offset, record.written)


def _known(link: Link) -> tuple[object, ...]:
    return (link.id, link.number, link.previous, link.segment, link.offset, link.time)
