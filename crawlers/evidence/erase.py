"""Takes records out of the archive where the law asks for it, and says so in the ledger."""

import os
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from crawlers.evidence.archive import FOLDER
from crawlers.evidence.chain import Line, Link, encode, file_of
from crawlers.evidence.erasing import filling
from crawlers.evidence.files import locked, reading, storage, sync_folder, write
from crawlers.evidence.keys import SigningKey
from crawlers.evidence.seen import Seen
from crawlers.evidence.segment import TORN, mend
from crawlers.evidence.signed import LEDGER, Absence, Reason, add, statements
from pipeline.errors import SettingsError
from pipeline.sqlite import lock


def erase(home: Path, found: Sequence[Line], reason: Reason) -> list[Absence]:
    """Take records out, each at once gone and accounted for; one that is out already stays as it is.

    The ledger's entry comes first: killed in between, the command is given again.
    """
    if not reason.authority or not reason.text:
        raise SettingsError("erase: name the authority and the reason; both stand in the ledger for good")
    archive, key = home / FOLDER, SigningKey.of(home)
    done = []
    for market in sorted({line.link.market for line in found}):
        with lock(home / "locks" / f"crawl-{market}.lock", f"crawl {market}"), locked(archive):
            mend(archive, key, market, datetime.now(UTC))
            done += [_taken_out(archive, key, line, reason) for line in found if line.link.market == market]
    with closing(Seen(home)) as seen:
        for line in found:
            seen.forget(line.link.id)
    return done


def _taken_out(archive: Path, key: SigningKey, line: Line, reason: Reason) -> Absence:
    link = line.link
    known = [one for one in statements(archive / LEDGER, Absence) if one.record == link.number and one.id == link.id]
    torn = any(one.erased is None for one in known)
    absence = next((one for one in known if one.erased), None)
    if absence is None:
        unsigned = _unsigned(link, reason)
        if not torn:
            filling(unsigned, link)  # raises where the record is too small for it, before the ledger says so
        absence = add(archive / LEDGER, key, unsigned)
    if torn:
        _remove(archive / (link.segment + TORN))
    else:
        _fill(archive / link.segment, link.offset, filling(absence, link))
    _forget_address(archive / file_of(link.number), line)
    return absence


def _unsigned(link: Link, reason: Reason) -> Absence:
    return Absence(
        number=0,
        time=_now(),
        previous="",
        key="",
        record=link.number,
        id=link.id,
        segment=link.segment,
        digest=link.digest,
        erased=reason,
    )


def _remove(path: Path) -> None:
    """Take away what was left of a torn record, with whatever else of that moment is beside it."""
    with storage(path):
        path.unlink(missing_ok=True)
        sync_folder(path.parent)


def _fill(path: Path, offset: int, content: bytes) -> None:
    """Put the filling into a new copy of the segment, so that a kill leaves the old one or the new one."""
    with reading(path):
        whole = bytearray(path.read_bytes())
    whole[offset : offset + len(content)] = content
    write(path, bytes(whole))


def _forget_address(path: Path, line: Line) -> None:
    """Overwrite the address in the record's line of the chain, whose length stays."""
    old, new = encode(line) + b"\n", encode(msgspec.structs.replace(line, url=""))
    with storage(path), path.open("r+b") as file:
        place = file.read().find(old)
        if place >= 0:
            file.seek(place)
            file.write(new.ljust(len(old) - 1) + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _now() -> datetime:
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
