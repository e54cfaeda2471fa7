"""Time stamps by a third party (RFC 3161): a request is carried off this host by hand, and the answer is filed."""

import hashlib
from datetime import datetime
from pathlib import Path
from types import ModuleType

from crawlers.evidence.anchor import anchor
from crawlers.evidence.files import reading, write
from pipeline.errors import SettingsError

FOLDER = "stamps"


def request(archive: Path, path: Path, now: datetime) -> str:
    """The file with a request (TSQ) for the archive's root, whose anchor stands in `stamps` until the answer comes."""
    found = anchor(archive, now)
    asked = _library().TimestampRequestBuilder().data(str(found).encode()).build()
    write(archive / FOLDER / f"{found.root[:16]}.txt", str(found).encode())
    write(path, asked.as_bytes())
    return str(path)


def file(archive: Path, path: Path) -> str:
    """Where the answer (TSR) was filed, beside the anchor that it stamps; an answer to nothing asked here is refused."""
    with reading(path):
        answer = path.read_bytes()
    try:
        stamped = _library().decode_timestamp_response(answer).tst_info.message_imprint.message
    except ValueError as error:
        raise SettingsError(f"{path}: is no RFC 3161 response with a stamp in it: {error}") from error
    for asked in sorted((archive / FOLDER).glob("*.txt")):
        if hashlib.sha512(asked.read_bytes()).digest() == stamped:
            filed = asked.with_suffix(".tsr")
            write(filed, answer)
            return str(filed)
    raise SettingsError(f"{path}: stamps nothing that was asked for here; `headstamp evidence stamp --request` asks")


def _library() -> ModuleType:
    try:
        import rfc3161_client  # noqa: PLC0415  # an extra that few need
    except ImportError as error:
        raise SettingsError("evidence stamp: needs the extra `stamp`: pip install 'headstamp[stamp]'") from error
    return rfc3161_client
