"""Trains a model with the reviews of a home, and writes it only where it is no worse than the one in force."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from classifier.learn.compare import Part, compared, worse
from classifier.learn.reviews import Gathered, parted
from classifier.reference import Reference, key_of
from classifier.truth.examples import Example
from pipeline.errors import SettingsError, StorageError
from pipeline.stages import Classifier

REVIEWS = "held-out reviews"
Trainer = Callable[[Sequence[Example], Path], Classifier]
"""Trains with these examples beside its own, writes a model directory, and gives the classifier in it."""


class Learnt(msgspec.Struct, frozen=True, kw_only=True):
    """What was learnt, and whether the new model may replace the old one."""

    reviews: int
    left_out: dict[str, int]
    learnt: int
    """Examples that the new model learnt from."""
    held: int
    """Examples that it is compared on, of vendors from whom nothing is ever learnt."""
    parts: tuple[Part, ...]
    refused: tuple[str, ...]
    """Why the old model stays; none where the new one was written."""
    directory: str
    """The new model directory; "" where it was refused."""


def learn(
    found: Gathered,
    old: Classifier,
    train: Trainer,
    fixed: Mapping[str, Sequence[Example]],
    *,
    out: Path,
    seed: int,
    seen: Reference | None = None,
) -> Learnt:
    """Train with the reviews; the model directory `out` is there afterwards only if no part of the fixed set says otherwise.

    Held-out reviews of texts that the old model was trained on (`seen`) compare nothing and are passed over.
    """
    taught, held = parted(found.examples)
    held = [each for each in held if seen is None or not seen.knows(key_of(each.title, each.description))]
    if not taught:
        raise SettingsError(
            f"learn: no review teaches anything new ({_why(found)}); review listings in the console first"
        )
    _check_place(out)
    with _beside(out) as folder:
        made = Path(folder) / out.name
        parts = compared({REVIEWS: held, **fixed}, old, train(taught, made), seed)
        refused = worse(parts)
        if not refused:
            made.rename(out)
    return Learnt(
        reviews=found.reviews,
        left_out=found.left_out,
        learnt=len(taught),
        held=len(held),
        parts=parts,
        refused=refused,
        directory="" if refused else str(out),
    )


def _check_place(out: Path) -> None:
    """Raise where something is there already: a model directory is written once."""
    if out.exists():
        raise SettingsError(f"{out}: is there already; name a new folder with --out")


def _beside(out: Path) -> "tempfile.TemporaryDirectory[str]":
    """A folder on the same disk, so that the model is there whole or not at all."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(prefix="learn-", dir=out.parent)
    except OSError as error:
        raise StorageError(f"{out}: {error.strerror}; name a folder that can be written with --out") from error


def _why(found: Gathered) -> str:
    reasons = ", ".join(f"{count:,} {name}" for name, count in sorted(found.left_out.items()))
    return f"{found.reviews:,} reviews, {len(found.examples):,} examples" + (
        f"; left out: {reasons}" if reasons else ""
    )
