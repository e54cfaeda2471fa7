"""Model directories: written whole, and read only if every byte is as it was written."""

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from classifier.calibrate import Join, Thresholds
from classifier.features import VERSION
from classifier.linear import Weights
from classifier.stack import Model, Stack
from pipeline.activations import Activations
from pipeline.errors import ModelRejectedError, StorageError
from pipeline.taxonomy import Act, Category

FORMAT = 1
MANIFEST, GRAMS, WEIGHTS = FILES = ("manifest.json", "grams.txt", "weights.npz")
KIND = "model"
"""Under which activations are counted."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """How many examples of a source a model was trained on, and how many of them are in scope."""

    source: str
    examples: int
    in_scope: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a model directory says of itself."""

    format: int
    features: int
    name: str
    seed: int
    trained_on: tuple[Origin, ...]
    files: dict[str, str]
    """SHA-256 of every other file, in hexadecimal."""
    outputs: tuple[str, ...]
    categories: tuple[Category, ...]
    within: tuple[Category, ...]
    acts: tuple[Act, ...]
    join: Join
    thresholds: Thresholds


def save(model: Model, directory: Path, *, seed: int, trained_on: Sequence[Origin]) -> str:
    """Write a model directory; its digest."""
    directory.mkdir(parents=True, exist_ok=True)
    weights = model.weights
    (directory / GRAMS).write_text("\n".join(weights.grams), encoding="utf-8")
    np.savez(directory / WEIGHTS, idf=weights.idf, coefficients=weights.coefficients, intercepts=weights.intercepts)
    manifest = Manifest(
        format=FORMAT,
        features=VERSION,
        name=model.name,
        seed=seed,
        trained_on=tuple(trained_on),
        files={name: _sha256((directory / name).read_bytes()) for name in (GRAMS, WEIGHTS)},
        outputs=weights.outputs,
        categories=model.categories,
        within=model.within,
        acts=model.acts,
        join=model.join,
        thresholds=model.thresholds,
    )
    content = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    (directory / MANIFEST).write_bytes(content)
    return _digest(content)


def load(directory: Path, activation: int) -> Stack:
    """The classifier of a model directory; a `ModelRejectedError` where a file is missing, altered or made for another version."""
    content = _read(directory, MANIFEST)
    manifest = _manifest(directory, content)
    for name, expected in manifest.files.items():
        if _sha256(_read(directory, name)) != expected:
            raise ModelRejectedError(f"{directory / name}: altered since it was written; {_REMEDY}")
    return Stack(_model(directory, manifest), digest=_digest(content), activation=activation)


def active(home: Path, activations: Activations, shipped: Path) -> Stack:
    """The classifier in force in a home; the first time, the shipped model is put in force."""
    found = activations.current(KIND)
    if found is None:
        return load(shipped, activate(shipped, home, activations))
    number, digest = found
    kept = _kept(home, digest)
    return load(kept if kept.is_dir() else _shipped(shipped, digest, kept), number)


def activate(directory: Path, home: Path, activations: Activations) -> int:
    """Keep a copy of a model directory in the home and put it in force; its number."""
    digest = load(directory, 0).digest
    kept = _kept(home, digest)
    if not kept.is_dir():
        _copy(directory, kept)
    return activations.number(KIND, digest)


_REMEDY = "fetch the model directory again, or put another one in force with `headstamp models activate DIR`"


def _kept(home: Path, digest: str) -> Path:
    return home / "models" / digest


def _copy(directory: Path, kept: Path) -> None:
    """Copy beside the place first, so that a broken copy never stands there."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="new-", dir=kept.parent) as folder:
            beside = Path(folder) / kept.name
            beside.mkdir()
            for name in FILES:
                shutil.copyfile(directory / name, beside / name)
            _put(beside, kept)
    except OSError as error:
        raise StorageError(
            f"{kept}: {error.strerror}; make the home writable or name another with HEADSTAMP_HOME"
        ) from error


def _put(beside: Path, kept: Path) -> None:
    """Move the copy to its place; another process that came first put the same bytes there."""
    try:
        beside.rename(kept)
    except OSError:
        if not kept.is_dir():
            raise


def _shipped(shipped: Path, digest: str, kept: Path) -> Path:
    if _digest(_read(shipped, MANIFEST)) != digest:
        raise ModelRejectedError(f"{kept}: the model in force is gone from this home; {_REMEDY}")
    return shipped


def _manifest(directory: Path, content: bytes) -> Manifest:
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.DecodeError as error:
        raise ModelRejectedError(f"{directory / MANIFEST}: {error}; {_REMEDY}") from error
    if (manifest.format, manifest.features) != (FORMAT, VERSION) or set(manifest.files) != {GRAMS, WEIGHTS}:
        raise ModelRejectedError(f"{directory}: made for another version of Headstamp; train or fetch one for this one")
    return manifest


def _model(directory: Path, manifest: Manifest) -> Model:
    try:
        with np.load(directory / WEIGHTS, allow_pickle=False) as arrays:
            weights = Weights(
                grams=tuple(_read(directory, GRAMS).decode().split("\n")),
                idf=arrays["idf"],
                coefficients=arrays["coefficients"],
                intercepts=arrays["intercepts"],
                outputs=manifest.outputs,
            )
    except (ValueError, KeyError, OSError) as error:
        raise ModelRejectedError(f"{directory / WEIGHTS}: {error}; {_REMEDY}") from error
    return Model(
        name=manifest.name,
        weights=weights,
        join=manifest.join,
        thresholds=manifest.thresholds,
        categories=manifest.categories,
        within=manifest.within,
        acts=manifest.acts,
    )


def _read(directory: Path, name: str) -> bytes:
    try:
        return (directory / name).read_bytes()
    except OSError as error:
        raise ModelRejectedError(f"{directory / name}: {error.strerror}; {_REMEDY}") from error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digest(content: bytes) -> str:
    return _sha256(content)[:32]
