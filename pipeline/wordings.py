"""The whole text behind a digest (a policy, a market profile, a column mapping, rates), so that a verdict can be made again."""

import gzip
import tempfile
import zlib
from pathlib import Path

from pipeline.errors import StorageError
from pipeline.records import digest

FOLDER = "wordings"
MOST = 2**26
"""Bytes of a text that are read."""


def keep(home: Path, kind: str, text: str) -> str:
    """Keep a text in the home, where it is not kept yet or is not what it was; its digest."""
    name = digest(kind, text)
    path = _path(home, kind, name)
    if kept(home, kind, name) is None:
        try:
            _write(path, gzip.compress(text.encode("utf-8", "surrogatepass"), mtime=0))
        except OSError as error:
            raise StorageError(
                f"{path}: {error.strerror}; make the home writable or name another with HEADSTAMP_HOME"
            ) from error
    return name


def kept(home: Path, kind: str, name: str) -> str | None:
    """The text whose digest this is; None where it was never kept, or is not what it was."""
    try:
        with gzip.open(_path(home, kind, name)) as file:
            text = file.read(MOST).decode("utf-8", "surrogatepass")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, ValueError):
        return None
    return text if digest(kind, text) == name else None


def _path(home: Path, kind: str, name: str) -> Path:
    return home / FOLDER / kind / f"{name}.gz"


def _write(path: Path, content: bytes) -> None:
    """Write beside the place first; another process that came first put the same text there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix="new-", delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)
