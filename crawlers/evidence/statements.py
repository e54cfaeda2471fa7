"""Whether a list of signed statements holds: each in its place, joined to the one before, signed by the key."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from crawlers.evidence.chain import FIRST, encode
from crawlers.evidence.files import reading
from crawlers.evidence.finding import Finding, What
from crawlers.evidence.keys import PublicKey
from crawlers.evidence.signed import Absence, Seal, decode, raw_lines

S = TypeVar("S", Seal, Absence)


def checked(path: Path, kind: type[S], key: PublicKey | None) -> Iterator[tuple[S | None, Finding | None]]:
    """Each statement that the key stands for, or what is wrong with it."""
    what = What.MANIFEST if kind is Seal else What.LEDGER
    number, previous = 0, FIRST
    if path.exists() and not path.is_file():
        yield None, Finding(what=what, file=path.name, text="is no file: what stood in it is gone")
        return
    for raw in raw_lines(path):
        number += 1
        found = decode(raw, kind)
        fault = _unreadable(found, raw) or _fault(found, number, previous, key)
        previous = found.hash if found else ""
        number = found.number if found else number
        yield (
            (None, Finding(what=what, file=path.name, text=f"{_name(found, number)} {fault}"))
            if fault
            else (found, None)
        )
    if path.exists() and not _ends_whole(path):
        yield None, Finding(what=what, file=path.name, text=f"the last line, {number}, is cut")


def _name(found: Seal | Absence | None, number: int) -> str:
    if isinstance(found, Seal):
        return f"manifest {number} (of {found.segment})"
    return f"entry {number} (about record {found.record})" if found else f"line {number}"


def _unreadable(found: Seal | Absence | None, raw: bytes) -> str:
    return "" if found and encode(found) == raw else "was changed: it is not written as Headstamp writes it"


def _fault(found: Seal | Absence | None, number: int, previous: str, key: PublicKey | None) -> str:
    assert found is not None, "it could be read"
    if key and found.key != key.fingerprint:
        return f"is signed by another key ({found.key[:16]}…, not {key.fingerprint[:16]}…): it was replaced, or the key was exchanged"
    if key and not key.signed(found.content, found.signature):
        return "does not bear the key's signature: it was changed or replaced"
    if found.number != number:
        return f"stands in the place of number {number}: one was dropped, doubled or moved"
    if previous and found.previous != previous:
        return "is not joined to the one before, which was replaced"
    return ""


def _ends_whole(path: Path) -> bool:
    with reading(path), path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        return file.read() in (b"", b"\n")
