"""WACZ files (version 1.1.1): a web archive with its index and page list in one ZIP file."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from hashlib import sha256
from io import BytesIO

from crawlers.evidence.cdxj import blocks, rows, timestamp
from crawlers.evidence.record import CaptureRecord
from crawlers.evidence.warc import stamp

VERSION = "1.1.1"
DATA = "archive/data.warc.gz"


def wacz(
    data: bytes, pages: Sequence[CaptureRecord], extra: Mapping[str, bytes], *, title: str, software: str, created: str
) -> bytes:
    """The file, nothing in it compressed a second time."""
    index, places = blocks(rows(data, DATA.rpartition("/")[2]))
    files = {
        DATA: data,
        "indexes/index.cdx.gz": index,
        "indexes/index.idx": places,
        "pages/pages.jsonl": _pages(pages, title),
        **extra,
    }
    package = _json(
        {
            "profile": "data-package",
            "wacz_version": VERSION,
            "title": title,
            "software": software,
            "created": created,
            "resources": [_resource(path, content) for path, content in files.items()],
        }
    )
    files["datapackage.json"] = package
    files["datapackage-digest.json"] = _json({"path": "datapackage.json", "hash": _digest(package)})
    return _zip(files, created)


def _pages(pages: Sequence[CaptureRecord], title: str) -> bytes:
    head = {"format": "json-pages-1.0", "id": "pages", "title": title}
    said = [
        {
            "id": page.id,
            "url": page.url,
            "ts": stamp(page.received),
            "title": f"{page.market} {timestamp(stamp(page.received))}",
        }
        for page in pages
    ]
    return b"".join(json.dumps(line).encode() + b"\n" for line in [head, *said])


def _resource(path: str, content: bytes) -> dict[str, object]:
    name = path.rpartition("/")[2].lower()
    return {"name": name, "path": path, "hash": _digest(content), "bytes": len(content)}


def _digest(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2).encode()


def _zip(files: Mapping[str, bytes], created: str) -> bytes:
    year, month, day, hour, minute, second = (
        int(timestamp(created)[a:b]) for a, b in ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14))
    )
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, (year, month, day, hour, minute, second)), content)
    return buffer.getvalue()
