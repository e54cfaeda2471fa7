"""Hands evidence over: the captures of a listing as a WACZ, with proofs and a statement, for people who have no Headstamp."""

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from crawlers.evidence import warc
from crawlers.evidence.agreement import capture_of
from crawlers.evidence.chain import Line, lines
from crawlers.evidence.files import locked, write
from crawlers.evidence.keys import BESIDE, PublicKey, SigningKey
from crawlers.evidence.lookup import records_of
from crawlers.evidence.proof import content_of, proofs
from crawlers.evidence.record import Kind, uuid7
from crawlers.evidence.segment import mend
from crawlers.evidence.statement import statement
from crawlers.evidence.wacz import wacz
from pipeline.deployment import Deployment
from pipeline.errors import CorruptError, LockedError, SettingsError
from pipeline.sqlite import lock


def export(what: str, deployment: Deployment, archive: Path, path: Path) -> dict[str, object]:
    """What was written: the WACZ, the statement beside it, and how many captures are in it."""
    beside = path.with_name(f"{path.name.removesuffix('.wacz')}.txt") if path.suffix != ".txt" else Path(f"{path}.txt")
    if there := next((one for one in (path, beside) if one.exists()), None):
        raise SettingsError(f"{there}: exists already, and evidence is not written over; name another file with --to")
    home = deployment.settings.root
    found = _with_sources(archive, records_of(what, deployment, archive))
    if os.access(archive, os.W_OK):  # or else what is open stays open, and the statement says so
        _close(home, archive, {line.link.market for line in found})
    content, text, count = bundle(what, archive, found)
    write(path, content)
    write(beside, text.encode())
    return {"wacz": str(path), "statement": str(beside), "captures": count}


def _close(home: Path, archive: Path, markets: set[str]) -> None:
    """Have what killed crawls left open signed."""
    for market in markets:
        with suppress(LockedError), lock(home / "locks" / f"crawl-{market}.lock", f"crawl {market}"), locked(archive):
            mend(archive, SigningKey.of(home), market, datetime.now(UTC))


def bundle(what: str, archive: Path, found: Sequence[Line]) -> tuple[bytes, str, int]:
    """The WACZ, the statement, and the number of captures."""
    key, now = PublicKey.read(archive / BESIDE), datetime.now(UTC)
    head = _head(what, now)
    told = list(proofs(archive, found, len(head)))
    if not told:
        raise SettingsError(f"every record of {what} was erased; `headstamp verify` says under which authority")
    shown = [proof for proof, _ in told]
    if wrong := next((proof for proof in shown if not proof.signed(key)), None):
        raise CorruptError(
            f"record {wrong.record.number} does not lead to what the key signed: nothing is exported; see `headstamp verify`"
        )
    software = shown[-1].record.origin.crawler
    text = statement(shown, what=what, made=warc.stamp(now), software=software, key=key.fingerprint)
    extra = {
        "headstamp/statement.txt": text.encode(),
        "headstamp/proof.json": msgspec.json.encode(shown),
        "headstamp/key.pub": key.pem,
    }
    data = head + b"".join(content for _, content in told)
    pages = [proof.record for proof in shown if proof.record.kind is not Kind.REFUSED]
    made = wacz(data, pages, extra, title=f"Captures of {what}", software=software, created=warc.stamp(now))
    return made, text, len(shown)


def _head(what: str, now: datetime) -> bytes:
    facts = {"format": "WARC File Format 1.1", "description": f"copies of records of {what}, byte for byte"}
    return warc.warcinfo(uuid7(now), warc.stamp(now), "data.warc.gz", facts)


def _with_sources(archive: Path, found: Sequence[Line]) -> list[Line]:
    """The records, and before them those whose bodies they refer to."""
    wanted = {line.link.id for line in found}
    for line in found:
        record, _ = capture_of(content_of(archive, line.link))
        if record and record.source:
            wanted.add(record.source.id)
    return [line for line in lines(archive) if line.link.id in wanted]
