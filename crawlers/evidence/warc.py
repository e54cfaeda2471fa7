"""WARC records (ISO 28500:2017, WARC 1.1) as bytes, one gzip member a record; the one way in to warcio."""

import hashlib
import zlib
from base64 import b32encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from uuid import UUID, uuid5

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.evidence.record import Headers

LEVEL = 6
"""zlib's level: of a real page 6 takes 0.4 ms and 23 % of its size, 9 twice as long for 1 % less."""
MOST_UNPACKED = 2**26
"""Bytes of one record, unpacked; more was made to fill the memory."""
GZIP = zlib.MAX_WBITS + 16
PACKING = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers that spoke of the body as it was transferred, kept under the name that replay tools know for it."""
ORIGINAL = "X-Archive-Orig-"
PHRASES = {200: "OK", 301: "Moved Permanently", 302: "Found", 403: "Forbidden", 404: "Not Found", 503: "Unavailable"}


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """A WARC record as it stands in a file."""

    type: str
    id: str
    url: str
    date: str
    http: Headers = ()
    status: int = 0
    payload: bytes = field(default=b"", repr=False)
    payload_digest: str = ""


@dataclass(frozen=True, kw_only=True)
class Head:
    """What all records of one capture share."""

    id: str
    url: str
    date: str


def stamp(time: datetime) -> str:
    """A time as WARC writes it."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def warcinfo(id_: str, date: str, name: str, facts: Mapping[str, str]) -> bytes:
    """The record at the head of a file."""
    text = "".join(f"{key}: {value}\r\n" for key, value in facts.items() if value)
    headers = {"WARC-Record-ID": _urn(id_), "WARC-Date": date, "WARC-Filename": name}
    return _member("", "warcinfo", headers, text.encode(), "application/warc-fields")


def request(head: Head, target: str, headers: Headers) -> bytes:
    """What was asked."""
    named = _common(head, "request") | {"WARC-Concurrent-To": _urn(head.id)}
    http = StatusAndHeaders(f"GET {target} HTTP/1.1", list(headers), is_http_request=True)
    return _member(head.url, "request", named, b"", "application/http; msgtype=request", http=http)


def response(head: Head, status: int, headers: Headers, body: bytes) -> bytes:
    """What was answered, as it is stored."""
    kind = "application/http; msgtype=response"
    return _member(head.url, "response", _common(head, ""), body, kind, http=_answer(status, headers, len(body)))


def revisit(head: Head, status: int, headers: Headers, digest: str, source: Head) -> bytes:
    """That the answer's body was that of an earlier record."""
    http = _answer(status, headers, None)
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=False, warc_version="WARC/1.1")
    named = _common(head, "") | {"WARC-Refers-To": _urn(source.id)}
    record = writer.create_revisit_record(head.url, digest, source.url, source.date, http, named)
    writer.write_record(record)
    return packed(buffer.getvalue())


def metadata(head: Head, content: bytes, kind: str = "application/json") -> bytes:
    """What is said of a capture."""
    named = _common(head, "metadata") | {"WARC-Concurrent-To": _urn(head.id)}
    # not under the page's own address, where a replay tool that makes its own index would show it in place of the page
    return _member(f"urn:headstamp:capture:{head.id}", "metadata", named, content, kind)


def parsed(content: bytes) -> Iterator[Parsed]:
    """The records in these bytes, up to the first that cannot be read."""
    try:
        for record in ArchiveIterator(BytesIO(_unpacked(content))):
            headers, http = record.rec_headers, record.http_headers
            yield Parsed(
                type=record.rec_type,
                id=(headers.get_header("WARC-Record-ID") or "")[10:-1],
                url=headers.get_header("WARC-Target-URI") or "",
                date=headers.get_header("WARC-Date") or "",
                http=tuple(http.headers) if http else (),
                status=_status(http) if record.rec_type in ("response", "revisit") and http else 0,
                payload=record.raw_stream.read(),
                payload_digest=headers.get_header("WARC-Payload-Digest") or "",
            )
    except (ArchiveLoadFailed, ValueError, OverflowError, AttributeError):
        return  # the last two are what warcio makes of a length beyond all bounds, and of a record without an address


def _unpacked(content: bytes) -> bytes:
    """What is packed in these gzip members, up to the first that cannot be read; nothing where it is more than a record can be."""
    plain, rest = bytearray(), content
    with suppress(zlib.error):
        while rest:
            unpacker = zlib.decompressobj(GZIP)
            plain += unpacker.decompress(rest, MOST_UNPACKED + 1 - len(plain))
            if len(plain) > MOST_UNPACKED:
                return b""
            rest = unpacker.unused_data
    return bytes(plain)


def payload_digest(body: bytes) -> str:
    """What WARC tools name a payload by: SHA-1 in base32 (RFC 4648). Our own proof rests on SHA-256."""
    return "sha1:" + b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def packed(content: bytes, comment: bytes = b"") -> bytes:
    """One gzip member, whose header can carry a comment (RFC 1952) to fill a given room."""
    member = zlib.compress(content, LEVEL, GZIP)
    return member[:3] + b"\x10" + member[4:10] + comment + b"\x00" + member[10:] if comment else member


def _status(http: StatusAndHeaders) -> int:
    code = http.get_statuscode()
    return int(code) if code and code.isdigit() else 0


def _answer(status: int, headers: Headers, length: int | None) -> StatusAndHeaders:
    kept = [(ORIGINAL + name if name.lower() in PACKING else name, value) for name, value in headers]
    if length is not None:
        kept.append(("Content-Length", str(length)))
    return StatusAndHeaders(f"{status} {PHRASES.get(status, 'Unnamed')}", kept, protocol="HTTP/1.1")


def _common(head: Head, part: str) -> dict[str, str]:
    id_ = str(uuid5(UUID(head.id), part)) if part else head.id
    return {"WARC-Record-ID": _urn(id_), "WARC-Date": head.date}


def _member(
    url: str,
    kind: str,
    headers: Mapping[str, str],
    body: bytes,
    content_type: str,
    *,
    http: StatusAndHeaders | None = None,
) -> bytes:
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=False, warc_version="WARC/1.1")
    record = writer.create_warc_record(
        url,
        kind,
        payload=BytesIO(body),
        length=len(body),
        warc_content_type=content_type,
        warc_headers_dict=dict(headers),
        http_headers=http,
    )
    writer.write_record(record)
    return packed(buffer.getvalue())


def _urn(id_: str) -> str:
    return f"<urn:uuid:{id_}>"


def clean(headers: Sequence[tuple[bytes, bytes]]) -> Headers:
    """Headers as text, a line each, whatever bytes they are."""
    return tuple((_one_line(name), _one_line(value)) for name, value in headers)


def _one_line(raw: bytes) -> str:
    return " ".join(raw.decode("latin-1").splitlines())
