"""What a model directory says of itself, read loosely: the card needs no weights and survives new formats."""

import hashlib
from pathlib import Path

import msgspec

from pipeline.errors import ModelRejectedError

MANIFEST = "manifest.json"


class Taught(msgspec.Struct, frozen=True, kw_only=True):
    """How many examples of a source a model was trained on."""

    source: str
    examples: int
    in_scope: int


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """Weights that somebody else trained and that the model began from."""

    name: str
    licence: str = ""
    sha256: str = ""
    source: str = ""
    """The package or folder that they were taken from."""


class Cuts(msgspec.Struct, frozen=True, kw_only=True):
    """The scores from which the model advises to review and to flag."""

    review_at: float = 0.0
    flag_at: float = 0.0


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the card tells of a model beside its figures."""

    name: str
    seed: int = 0
    trained_on: tuple[Taught, ...] = ()
    bases: tuple[Base, ...] = ()
    thresholds: Cuts = Cuts()
    files: dict[str, str] = msgspec.field(default_factory=dict)
    """SHA-256 of every other file."""
    digest: str = ""
    size: int = 0
    """Bytes of the files that the manifest names, and of itself."""


def facts(directory: Path) -> Facts:
    """The facts of a model directory; a `ModelRejectedError` where it has no manifest that can be read."""
    path = directory / MANIFEST
    try:
        content = path.read_bytes()
        found = msgspec.json.decode(content, type=Facts)
        size = len(content) + sum((directory / name).stat().st_size for name in found.files)
    except (OSError, msgspec.DecodeError) as error:
        raise ModelRejectedError(
            f"{path}: cannot be read ({error}); name a model directory that `headstamp train` wrote"
        ) from error
    return msgspec.structs.replace(found, digest=hashlib.sha256(content).hexdigest()[:32], size=size)
