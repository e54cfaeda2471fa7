"""Anchors: what an archive was at one moment, short enough to be written down where nobody of the host can change it."""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from crawlers.evidence.chain import FIRST, newest
from crawlers.evidence.files import reading, unchanged
from crawlers.evidence.finding import Finding, What
from crawlers.evidence.keys import BESIDE, PublicKey
from crawlers.evidence.merkle import root
from crawlers.evidence.signed import SEALS, Seal, statements
from crawlers.evidence.warc import stamp
from pipeline.errors import SettingsError

WORD = "headstamp-anchor-1"


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive was at one moment."""

    time: datetime
    records: int
    record: str
    """The chain's hash at its last record."""
    manifests: int
    manifest: str
    """Hash of the last manifest."""
    key: str
    """Fingerprint of the public key."""

    @property
    def root(self) -> str:
        """One hash over it all: the root of a Merkle tree over key, record and manifest."""
        said = (f"key {self.key}", f"record {self.records} {self.record}", f"manifest {self.manifests} {self.manifest}")
        return root([one.encode() for one in said]).hex()

    @property
    def told(self) -> dict[str, object]:
        """All of it, for people and programs that keep it."""
        return {**msgspec.structs.asdict(self), "root": self.root}

    def __str__(self) -> str:
        return f"{WORD} {stamp(self.time)} {self.records} {self.manifests} {self.root}"


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """An anchor that was written down."""

    time: str
    records: int
    manifests: int
    root: str
    record: str = ""
    manifest: str = ""
    key: str = ""


def anchor(archive: Path, now: datetime) -> Anchor:
    """What the archive is now."""
    with unchanged(archive):
        head = newest(archive)
        last = next(iter(deque(statements(archive / SEALS, Seal), maxlen=1)), None)
    return Anchor(
        time=now,
        records=head.number if head else 0,
        record=head.hash if head else FIRST,
        manifests=last.number if last else 0,
        manifest=last.hash if last else FIRST,
        key=PublicKey.read(archive / BESIDE).fingerprint,
    )


def noted(path: Path) -> list[Noted]:
    """The anchors in a file, a line each, as `evidence anchor` prints them, with or without --json."""
    with reading(path):
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    found = [_noted(line.strip(), path) for line in text.splitlines() if line.strip()]
    if not found:
        raise SettingsError(f"{path}: holds no anchor; `headstamp evidence anchor` prints one")
    return found


def _noted(line: str, path: Path) -> Noted:
    words = line.split()
    try:
        if words[0] == WORD:
            _, time, records, manifests, root_ = words
            return Noted(time=time, records=int(records), manifests=int(manifests), root=root_)
        return msgspec.json.decode(line, type=Noted)
    except (ValueError, msgspec.DecodeError) as error:
        raise SettingsError(f"{path}: '{line[:60]}' is no anchor; `headstamp evidence anchor` prints one") from error


def against(one: Noted, hashes: Mapping[int, str], seals: Sequence[Seal], key: PublicKey) -> Finding | None:
    """In what the archive differs from what it was when the anchor was noted; `hashes` are the chain's, by number."""
    seal = next((seal for seal in seals if seal.number == one.manifests), None)
    now = Anchor(
        time=datetime.min.replace(tzinfo=UTC),
        records=one.records,
        record=hashes.get(one.records, "") if one.records else FIRST,
        manifests=one.manifests,
        manifest=(seal.hash if seal else "") if one.manifests else FIRST,
        key=key.fingerprint,
    )
    if now.root == one.root:
        return None
    return Finding(what=What.ANCHOR, file="anchor", text=f"of {one.time}: {_difference(one, now)}")


def _difference(one: Noted, now: Anchor) -> str:
    if one.key and one.key != now.key:
        return f"the key was exchanged since: it was {one.key[:16]}…, it is {now.key[:16]}…"
    if not now.record:
        return f"the archive had {one.records:,} records then, and has fewer now"
    if one.record and one.record != now.record:
        return f"record {one.records:,}, or one before it, was replaced since"
    if not now.manifest:
        return f"there were {one.manifests:,} manifests then, and are fewer now"
    if one.manifest and one.manifest != now.manifest:
        return f"manifest {one.manifests:,}, or one before it, was replaced since"
    return "the archive up to there, or its key, was exchanged since"
