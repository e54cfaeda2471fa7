"""Model directories: written whole, and read only if every byte is as it was written."""

import hashlib
import io
import shutil
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import msgspec
import numpy as np
from numpy.typing import NDArray

from classifier.encoder import FILES as ENCODER
from classifier.encoder import Encoder
from classifier.features import VERSION
from classifier.fitting import misfits
from classifier.heads import NAMES
from classifier.kept import Kept, kept
from classifier.linear import Weights
from classifier.manifest import Manifest, Story
from classifier.model import Examples, Model
from classifier.reference import FILE as REFERENCE
from classifier.stack import Screen, Stack
from pipeline.activations import Activations
from pipeline.errors import ModelRejectedError, StorageError

FORMAT = 3
MANIFEST, GRAMS, WEIGHTS, EXAMPLES = "manifest.json", "grams.txt", "weights.npz", "examples.npz"
LINEAR_FILES, ENCODER_FILES = (GRAMS, WEIGHTS), (*ENCODER, EXAMPLES)
"""What every model directory holds beside its manifest, and what one with an encoder holds besides."""
KIND = "model"
"""Under which activations are counted."""


def save(model: Model, directory: Path, story: Story, encoder: Path | None = None) -> str:
    """Write a model directory; its digest. `encoder` is the folder with the files of the model's encoder."""
    directory.mkdir(parents=True, exist_ok=True)
    weights = model.weights
    (directory / GRAMS).write_text("\n".join(weights.grams), encoding="utf-8")
    np.savez_compressed(
        directory / WEIGHTS, idf=weights.idf, coefficients=weights.coefficients, intercepts=weights.intercepts
    )
    names: tuple[str, ...] = LINEAR_FILES
    if encoder is not None and model.examples is not None:
        names = (*LINEAR_FILES, *ENCODER_FILES)
        for name in ENCODER:
            shutil.copyfile(encoder / name, directory / name)
        np.savez(directory / EXAMPLES, vectors=model.examples.vectors)
    content = _encoded(model, story, {name: _sha256((directory / name).read_bytes()) for name in names})
    (directory / MANIFEST).write_bytes(content)
    return _digest(content)


def _encoded(model: Model, story: Story, files: dict[str, str]) -> bytes:
    manifest = Manifest(
        format=FORMAT,
        features=VERSION,
        name=model.name,
        seed=story.seed,
        trained_on=story.trained_on,
        base=story.base,
        files=files,
        outputs=model.weights.outputs,
        categories=model.categories,
        within=model.within,
        acts=model.acts,
        goods=model.goods,
        subtypes=model.subtypes,
        heads={name: tuple(members) for name, members in NAMES.items()},
        screen=model.screen,
        screen_at=model.screen_at,
        join=model.join,
        abroad=model.abroad,
        around=model.around,
        thresholds=dict(model.thresholds),
        neighbours=model.examples.names if model.examples else (),
        dampers=model.dampers,
    )
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def load(directory: Path, activation: int, screen: Screen = "off", kept: Kept | None = None) -> Stack:
    """The classifier of a model directory; a `ModelRejectedError` where a file is missing, altered or made for another version."""
    content = _read(directory, MANIFEST)
    manifest = _manifest(directory, content)
    model = _model(directory, manifest, _files(directory, manifest))
    if fault := next(misfits(model), None):
        raise ModelRejectedError(f"{directory}: the model {fault}; {_REMEDY}")
    return Stack(model, digest=_digest(content), activation=activation, screen=screen, kept=kept)


def _files(directory: Path, manifest: Manifest) -> dict[str, bytes]:
    """The content of a directory's files, as its manifest says they are; let go of before the model is put to work."""
    files = {name: _read(directory, name) for name in manifest.files}
    for name, expected in manifest.files.items():
        if _sha256(files[name]) != expected:
            raise ModelRejectedError(f"{directory / name}: altered since it was written; {_REMEDY}")
    return files


def described(directory: Path) -> Manifest:
    """What a model directory says of itself."""
    return _manifest(directory, _read(directory, MANIFEST))


def active(
    home: Path, activations: Activations, shipped: Path, screen: Screen = "off", *, keeping: bool = False
) -> Stack:
    """The classifier in force in a home; the first time, the shipped model is put in force.

    `keeping` says whether it keeps the encoder's outputs in the home.
    """
    cache = kept(home) if keeping else None
    found = activations.current(KIND)
    if found is None:
        return load(shipped, activate(shipped, home, activations), screen, cache)
    number, digest = found
    return recorded(home, digest, number, shipped, screen, cache=cache)


def activate(directory: Path, home: Path, activations: Activations) -> int:
    """Keep a copy of a model directory in the home and put it in force; its number."""
    digest = load(directory, 0).digest
    kept = _kept(home, digest)
    if not _is_whole(kept, digest):
        _copy(directory, kept)
    return activations.number(KIND, digest)


def recorded(
    home: Path, digest: str, activation: int, shipped: Path, screen: Screen = "off", *, cache: Kept | None = None
) -> Stack:
    """The classifier that was in force in a home under a number; a `ModelRejectedError` where it is gone, or not what it was."""
    kept = _kept(home, digest)
    found = load(kept if kept.is_dir() else _shipped(shipped, digest, kept), activation, screen, cache)
    if found.digest != digest:
        raise ModelRejectedError(f"{kept}: holds another model than its name says; {_REMEDY}")
    return found


def _is_whole(kept: Path, digest: str) -> bool:
    """Whether the home holds the model, and every byte of it."""
    try:
        return load(kept, 0).digest == digest
    except ModelRejectedError:
        return False


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
            beside_it = (REFERENCE,) if (directory / REFERENCE).is_file() else ()
            for name in (MANIFEST, *described(directory).files, *beside_it):
                shutil.copyfile(directory / name, beside / name)
            if kept.is_dir():
                kept.rename(Path(folder) / "altered")
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
    known = (set(LINEAR_FILES), {*LINEAR_FILES, *ENCODER_FILES})
    current = (FORMAT, VERSION, {name: tuple(members) for name, members in NAMES.items()})
    if (manifest.format, manifest.features, manifest.heads) != current or set(manifest.files) not in known:
        raise ModelRejectedError(f"{directory}: made for another version of Headstamp; train or fetch one for this one")
    return manifest


def _model(directory: Path, manifest: Manifest, files: Mapping[str, bytes]) -> Model:
    encoder = Encoder(*(files[name] for name in ENCODER)) if EXAMPLES in files else None
    return Model(
        name=manifest.name,
        weights=_weights(directory, manifest, files),
        screen=manifest.screen,
        screen_at=manifest.screen_at,
        thresholds=manifest.thresholds,
        categories=manifest.categories,
        within=manifest.within,
        acts=manifest.acts,
        goods=manifest.goods,
        subtypes=manifest.subtypes,
        join=manifest.join,
        abroad=manifest.abroad,
        around=manifest.around,
        dampers=manifest.dampers,
        encoder=encoder,
        examples=Examples(names=manifest.neighbours, **_arrays(directory / EXAMPLES, files, "vectors"))
        if encoder
        else None,
    )


def _weights(directory: Path, manifest: Manifest, files: Mapping[str, bytes]) -> Weights:
    return Weights(
        grams=tuple(files[GRAMS].decode(errors="replace").split("\n")),
        outputs=manifest.outputs,
        **_arrays(directory / WEIGHTS, files, "idf", "coefficients", "intercepts"),
    )


def _arrays(path: Path, files: Mapping[str, bytes], *names: str) -> Mapping[str, NDArray[Any]]:
    try:
        with np.load(io.BytesIO(files[path.name]), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in names}
    except (ValueError, KeyError, TypeError, EOFError, OSError, BadZipFile, zlib.error) as error:
        raise ModelRejectedError(f"{path}: {error}; {_REMEDY}") from error


def _read(directory: Path, name: str) -> bytes:
    try:
        return (directory / name).read_bytes()
    except OSError as error:
        raise ModelRejectedError(f"{directory / name}: {error.strerror}; {_REMEDY}") from error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digest(content: bytes) -> str:
    return _sha256(content)[:32]
