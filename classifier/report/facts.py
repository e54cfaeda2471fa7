"""What a model directory says of itself, read loosely: the card needs no weights and survives new formats."""

import hashlib
from pathlib import Path

import msgspec

from pipeline.errors import ModelRejectedError
from pipeline.taxonomy import Track

MANIFEST = "manifest.json"


class Taught(msgspec.Struct, frozen=True, kw_only=True):
    """How many examples of a source a model was trained on."""

    source: str
    examples: int
    in_scope: int


class Cuts(msgspec.Struct, frozen=True, kw_only=True):
    """The scores from which the model advises to review and to flag."""

    review_at: float
    flag_at: float


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the card tells of a model beside its figures."""

    name: str
    seed: int = 0
    trained_on: tuple[Taught, ...] = ()
    base: dict[str, str] = msgspec.field(default_factory=dict)
    """Where weights came from that somebody else trained: model, package, licence, SHA-256; empty where there are none."""
    thresholds: dict[str, Cuts | float] = msgspec.field(default_factory=dict)
    """By track; an older model has two numbers, for all tracks."""
    files: dict[str, str] = msgspec.field(default_factory=dict)
    """SHA-256 of every other file."""
    digest: str = ""
    size: int = 0
    """Bytes of the files that the manifest names, and of itself."""

    @property
    def cuts(self) -> Cuts:
        """The thresholds of offers in scope; 0 where the manifest has none."""
        found = self.thresholds.get(Track.OFFERS, self.thresholds)
        if isinstance(found, Cuts):
            return found
        numbers = {name: each for name, each in self.thresholds.items() if isinstance(each, float)}
        return Cuts(review_at=numbers.get("review_at", 0.0), flag_at=numbers.get("flag_at", 0.0))

    @property
    def advised(self) -> dict[str, Cuts]:
        """The thresholds of every track that the model advises; those of offers alone for an older model."""
        named = {track: each for track, each in self.thresholds.items() if isinstance(each, Cuts)}
        return named or {Track.OFFERS: self.cuts}


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
