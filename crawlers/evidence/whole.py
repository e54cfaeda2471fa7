"""Checks what a folder has of evidence: the archive, and in a home the audit chain and the key beside it."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from crawlers.evidence.anchor import Noted
from crawlers.evidence.archive import FOLDER
from crawlers.evidence.files import reading
from crawlers.evidence.finding import Finding, What
from crawlers.evidence.keys import PUBLIC, PublicKey
from crawlers.evidence.verify import Report, verify
from pipeline.audit import FILE, Audit
from pipeline.errors import CorruptError, SettingsError, StorageError

TRIES = 100
"""How often a file is copied anew because it was written meanwhile; SQLite writes it once in 4 MB of entries."""


def verify_all(folder: Path, anchors: Sequence[Noted] = (), key: Path | None = None) -> Report:
    """What is wrong in a home or in a copied archive."""
    archive = folder if (folder / "chain").is_dir() else folder / FOLDER
    if not (archive / "chain").is_dir():
        raise SettingsError(f"{folder}: holds no archive; name a home, or the folder `archive` of one")
    if key:
        PublicKey.read(key)  # a name that was mistyped is no exchanged key
    home = archive.parent if archive.name == FOLDER else None
    if key is None and home and (home / PUBLIC).exists():
        key = home / PUBLIC
    report = verify(archive, anchors, key)
    fault = _audit(home) if home else None
    return msgspec.structs.replace(report, findings=(*report.findings, fault)) if fault else report


def _audit(home: Path) -> Finding | None:
    if not (home / FILE).exists():
        return None
    with _copied(home / FILE) as copy:
        fault = _fault(copy)
    return Finding(what=What.AUDIT, file=FILE, text=fault) if fault else None


def _fault(copy: Path) -> str | None:
    try:
        with closing(Audit(copy)) as audit:
            return audit.verify()
    except CorruptError as error:
        return str(error).replace(f"{copy}/", "")


@contextmanager
def _copied(path: Path) -> Iterator[Path]:
    """A folder with a copy of a database, for SQLite writes beside what it reads, and evidence may lie on a read-only disk."""
    beside = path.with_name(f"{path.name}-wal")
    with reading(path), TemporaryDirectory(prefix="headstamp-") as folder:
        for _ in range(TRIES):
            before = path.stat()
            shutil.copyfile(path, Path(folder, path.name))
            Path(folder, beside.name).unlink(missing_ok=True)
            with suppress(FileNotFoundError):  # what was filed last; gone once it stands in the file itself
                shutil.copyfile(beside, Path(folder, beside.name))
            if path.stat().st_mtime_ns == before.st_mtime_ns:
                break
        else:
            raise StorageError(f"{path}: was being written at each of {TRIES} tries; check again when that has ended")
        yield Path(folder)
