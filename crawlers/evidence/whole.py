"""Checks what a folder has of evidence: the archive, and in a home the audit chain and the key beside it."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from crawlers.evidence.anchor import Noted
from crawlers.evidence.archive import FOLDER
from crawlers.evidence.finding import Finding, What
from crawlers.evidence.keys import PUBLIC
from crawlers.evidence.verify import Report, verify
from pipeline.audit import FILE, Audit
from pipeline.errors import CorruptError, SettingsError


def verify_all(folder: Path, anchors: Sequence[Noted] = (), key: Path | None = None) -> Report:
    """What is wrong in a home or in a copied archive."""
    archive = folder if (folder / "chain").is_dir() else folder / FOLDER
    if not (archive / "chain").is_dir():
        raise SettingsError(f"{folder}: holds no archive; name a home, or the folder `archive` of one")
    home = archive.parent if archive.name == FOLDER else None
    if key is None and home and (home / PUBLIC).exists():
        key = home / PUBLIC
    report = verify(archive, anchors, key)
    fault = _audit(home) if home else None
    return msgspec.structs.replace(report, findings=(*report.findings, fault)) if fault else report


def _audit(home: Path) -> Finding | None:
    if not (home / FILE).exists():
        return None
    try:
        with closing(Audit(home)) as audit:
            fault = audit.verify()
    except CorruptError as error:
        fault = str(error)
    return Finding(what=What.AUDIT, file=FILE, text=fault) if fault else None
