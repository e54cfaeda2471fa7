"""The index of a WARC file that replay tools look addresses up in: CDXJ lines, and in blocks as WACZ wants them."""

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from hashlib import sha256
from urllib.parse import urlsplit

from crawlers.evidence.warc import GZIP, Parsed, parsed

BLOCK = 1024
"""Lines of one block."""
FILE = "index.cdx.gz"


def members(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Each gzip member with its offset."""
    offset = 0
    while offset < len(content):
        unpacker = zlib.decompressobj(GZIP)
        unpacker.decompress(content[offset:])
        length = len(content) - offset - len(unpacker.unused_data)
        yield offset, content[offset : offset + length]
        offset += length


def rows(content: bytes, file: str) -> list[str]:
    """A line for each answer in a WARC file, sorted."""
    found = [
        _row(record, file, offset, len(member))
        for offset, member in members(content)
        for record in parsed(member)
        if record.type in ("response", "revisit")
    ]
    return sorted(found)


def _row(record: Parsed, file: str, offset: int, length: int) -> str:
    kind = next((value for name, value in record.http if name.lower() == "content-type"), "")
    facts = {
        "url": record.url,
        "mime": "warc/revisit" if record.type == "revisit" else kind.partition(";")[0].strip() or "unk",
        "status": str(record.status),
        "digest": record.payload_digest,
        "length": str(length),
        "offset": str(offset),
        "filename": file,
    }
    return f"{surt(record.url)} {timestamp(record.date)} {json.dumps(facts)}\n"


def surt(url: str) -> str:
    """The address in the order it is sorted in: host backwards, small letters, query keys sorted."""
    parts = urlsplit(url.lower())
    host = ",".join(reversed((parts.hostname or "").split(".")))
    port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
    path = parts.path.rstrip("/") or "/"
    query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    return f"{host}{port}){path}{f'?{query}' if query else ''}"


def timestamp(date: str) -> str:
    """A WARC date as 14 digits."""
    return "".join(letter for letter in date if letter.isdigit())[:14]


def blocks(lines: Sequence[str]) -> tuple[bytes, bytes]:
    """The lines in gzipped blocks, and where each block begins."""
    packed, index = b"", [f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': FILE})}\n"]
    for start in range(0, len(lines), BLOCK):
        block = gzip.compress("".join(lines[start : start + BLOCK]).encode(), mtime=0)
        place = {
            "offset": len(packed),
            "length": len(block),
            "digest": f"sha256:{sha256(block).hexdigest()}",
            "filename": FILE,
        }
        index.append(f"{' '.join(lines[start].split(' ')[:2])} {json.dumps(place)}\n")
        packed += block
    return packed, "".join(index).encode()
