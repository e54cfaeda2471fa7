"""Lists of signed statements about the archive: each names the hash of the one before."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from crawlers.evidence.chain import FIRST, LONGEST, encode, hashed
from crawlers.evidence.files import Log, reading
from crawlers.evidence.keys import SigningKey


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the home's key stands for."""

    number: int
    time: datetime
    previous: str
    """Hash of the statement before; 64 zeros for the first."""
    key: str
    """Fingerprint of the key that signed it."""
    signature: str = ""
    """Ed25519 over all the other fields: over this JSON with `signature` empty."""

    @property
    def content(self) -> bytes:
        """What is signed."""
        return encode(msgspec.structs.replace(self, signature=""))

    @property
    def hash(self) -> str:
        """What the next statement names: SHA-256 over the whole line, signature and all."""
        return hashed(encode(self))


class Seal(Statement, frozen=True, kw_only=True):
    """The manifest of a closed segment."""

    segment: str
    size: int
    """Bytes of the segment."""
    records: int
    first: int
    """Number of its first record in the chain."""
    last: int
    head: str
    """The chain's hash at its last record."""
    root: str
    """Root of the Merkle tree (RFC 6962) over the SHA-256 digests of its records, in their order."""


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Under what a record was taken out."""

    authority: str
    by: str
    text: str


class Absence(Statement, frozen=True, kw_only=True):
    """Why a record of the chain is not in its segment any more: erased under an authority, or never wholly written."""

    record: int
    """Its number in the chain; 0 for bytes that the chain knew nothing of."""
    id: str
    segment: str
    digest: str
    """Digest of the record as it was; for a torn one of what was left of it, kept beside the segment."""
    erased: Reason | None = None
    """None: a crawl was killed, or the machine failed, as it was being written."""


SEALS, LEDGER = "manifests.jsonl", "ledger.jsonl"
S = TypeVar("S", Seal, Absence)


def statements(path: Path, kind: type[S]) -> Iterator[S]:
    """The statements of a list, as they stand; what cannot be read is left to `verify`."""
    for raw in raw_lines(path):
        if found := decode(raw, kind):
            yield found


def raw_lines(path: Path) -> Iterator[bytes]:
    """The whole lines of a list, without their ends."""
    if path.exists():
        with reading(path), path.open("rb") as file:
            while raw := file.readline(LONGEST):
                yield raw.removesuffix(b"\n")


def decode(raw: bytes, kind: type[S]) -> S | None:
    """The statement in a line, or None where it is none."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def add(path: Path, key: SigningKey, statement: S) -> S:
    """The statement, numbered, chained, signed and on disk; under the archive's lock."""
    last = None
    for found in statements(path, type(statement)):
        last = found
    unsigned = msgspec.structs.replace(
        statement,
        number=last.number + 1 if last else 1,
        previous=last.hash if last else FIRST,
        key=key.public.fingerprint,
    )
    signed = msgspec.structs.replace(unsigned, signature=key.sign(unsigned.content))
    log = Log(path)
    try:
        log.cut(_whole(path))
        log.append(encode(signed) + b"\n")
        log.sync()
    finally:
        log.close()
    return signed


def _whole(path: Path) -> int:
    """Bytes up to the end of the last whole line; a loss of power may have left a part of one more."""
    with reading(path):
        return path.read_bytes().rfind(b"\n") + 1
