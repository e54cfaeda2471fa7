"""Pages of the archive, as they were received."""

from dataclasses import dataclass
from pathlib import Path

from crawlers.evidence.agreement import capture_of
from crawlers.evidence.chain import Line, hashed
from crawlers.evidence.proof import content_of, read
from crawlers.evidence.record import CaptureRecord, Kind
from crawlers.evidence.warc import Parsed, parsed
from crawlers.page import Page
from crawlers.profile import MarketProfile
from pipeline.records import Capture


@dataclass(frozen=True, kw_only=True)
class Reading:
    """By what a page is read: a profile, under its activation number, and a program."""

    profile: MarketProfile
    activation: int
    software: str


def page_of(archive: Path, line: Line, reading: Reading) -> Page | None:
    """The page of a record; None where it was refused, erased or torn, or is not what it was."""
    record, parts = capture_of(content_of(archive, line.link))
    if record is None or record.kind is Kind.REFUSED:
        return None
    answer = _body(archive, record, parts[0])
    if answer is None:
        return None
    return Page(
        capture=_capture(record, reading),
        body=answer,
        content_type=record.stored_type,
        status=record.status,
        location=next((value for name, value in record.response_headers if name.lower() == "location"), ""),
    )


def _body(archive: Path, record: CaptureRecord, answer: Parsed) -> bytes | None:
    """The body, which for a revisit is that of an earlier record; None where that one was erased or altered."""
    if record.source is None:
        return answer.payload
    source = record.source
    if not (archive / source.segment).is_file():
        return None
    first = next(parsed(read(archive / source.segment, source.offset, source.length)), None)
    return first.payload if first and hashed(first.payload) == record.stored.sha256 else None


def _capture(record: CaptureRecord, reading: Reading) -> Capture:
    return Capture(
        time=record.received,
        url=record.url,
        visit=record.visit,
        page=record.page.sha256,
        profile=reading.profile.digest,
        activation=reading.activation,
        authority=record.origin.authority,
        record=record.name,
        software=reading.software,
    )
