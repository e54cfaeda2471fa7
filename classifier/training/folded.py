"""What models say of examples whose vendors they were not trained on: the ground for joining, calibrating and judging them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np

from classifier.calibrate import Truth
from classifier.linear import Floats
from classifier.model import SCORES
from classifier.reading import line
from classifier.screen import told_abroad as told
from classifier.training.fits import RECIPE, fitted
from classifier.training.lesson import Lesson
from classifier.training.matrix import Rows
from classifier.tuning.course import course
from classifier.tuning.workshop import INT8, WHOLE, Workshop

UNLIKELY = -10.0
"""Logit of what a model has never seen."""


@dataclass(frozen=True, kw_only=True)
class Folded:
    """Outputs of the models that had not seen them, one row for each row of the lesson in `rows`."""

    rows: Rows
    fold: Rows
    outputs: tuple[str, ...]
    """Names of the linear columns."""
    linear: Floats
    encoder: Floats | None
    """The int8 encoder's outputs; None where there is no encoder."""
    whole: Floats | None
    """The same before the weights were cut to 8 bits."""
    abroad: Truth
    """Which rows are in a language that no real listing taught."""

    def of(self, chosen: Rows) -> "Folded":
        """The same for some of the places."""
        return Folded(
            rows=self.rows[chosen],
            fold=self.fold[chosen],
            outputs=self.outputs,
            linear=self.linear[chosen],
            encoder=None if self.encoder is None else self.encoder[chosen],
            whole=None if self.whole is None else self.whole[chosen],
            abroad=self.abroad[chosen],
        )


def folded(taught: Lesson, tested: Rows, fold: Rows, shop: Workshop, *, score_alone: bool = False) -> Folded:
    """Every tested row's outputs by models trained without its fold; each fold is kept in the workshop and made once.

    `score_alone` leaves out the linear models of category, act, goods and subtype, which take most of the time.
    """
    parts = []
    for number in np.unique(fold):
        held = tested[fold == number]
        shop.say(f"fold {number + 1}: linear models")
        parts.append(linear(taught, taught.without(held), held, shop.folder, score_alone=score_alone))
    outputs = tuple(dict.fromkeys(name for names, _ in parts for name in names))
    columns = np.zeros((len(tested), len(outputs)))
    for number, (names, found) in zip(np.unique(fold), parts, strict=True):
        columns[fold == number] = aligned(names, found, outputs)
    part = Folded(
        rows=tested,
        fold=fold,
        outputs=outputs,
        linear=columns,
        encoder=None,
        whole=None,
        abroad=_abroad(taught, tested),
    )
    return part if shop.base is None else _encoded(taught, part, shop)


def aligned(names: Sequence[str], found: Floats, outputs: Sequence[str]) -> Floats:
    """The columns in the order of the outputs; one that models did not learn, for want of examples, is unlikely everywhere."""
    columns = np.full((len(found), len(outputs)), UNLIKELY)
    columns[:, [outputs.index(name) for name in names]] = found
    return columns


def linear(
    taught: Lesson, rows: Rows, held: Rows, folder: Path, *, score_alone: bool = False
) -> tuple[tuple[str, ...], Floats]:
    """The linear outputs for held rows by models trained on others, with their names."""
    place = folder / f"{'score' if score_alone else 'linear'}-{_key(taught, rows, held)}.npz"
    if not place.exists():
        fits = fitted(taught, rows, score_alone=score_alone)
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(place.with_suffix(".new.npz"), names=np.array(fits.outputs), found=fits.scores(taught, held))
        place.with_suffix(".new.npz").replace(place)
    with np.load(place) as kept:
        return tuple(map(str, kept["names"])), kept["found"]


def hardness(taught: Lesson, part: Folded) -> Floats:
    """For every row of the lesson, how much the linear models took it for an offer in scope; little for what was not tested."""
    found = np.full(len(taught.examples), -np.inf)
    found[part.rows] = part.linear[:, [part.outputs.index(name) for name in SCORES]].mean(axis=1)
    return found


def lines(taught: Lesson, rows: Rows) -> list[str]:
    """Rows as the encoder reads them."""
    return [line(taught.examples[row].title, taught.examples[row].description) for row in rows]


def _encoded(taught: Lesson, part: Folded, shop: Workshop) -> Folded:
    hard = hardness(taught, part)
    found: dict[str, list[tuple[Truth, Floats]]] = {INT8: [], WHOLE: []}
    for number in np.unique(part.fold):
        held = part.rows[part.fold == number]
        shop.say(f"fold {number + 1}: encoder")
        _, answers = shop.made(course(taught, taught.without(held), hard, shop.seed), lines(taught, held))
        for kind, parts in found.items():
            parts.append((part.fold == number, answers[kind]))
    return replace(part, encoder=_put(found[INT8]), whole=_put(found[WHOLE]))


def _abroad(taught: Lesson, rows: Rows) -> Truth:
    return np.array([told(each.title, each.description) for each in (taught.examples[row] for row in rows)], dtype=bool)


def _put(parts: Sequence[tuple[Truth, Floats]]) -> Floats:
    whole = np.zeros((len(parts[0][0]), parts[0][1].shape[1]))
    for chosen, answers in parts:
        whole[chosen] = answers
    return whole


def _key(taught: Lesson, rows: Rows, held: Rows) -> str:
    """The same for the same examples in the same parts."""
    digest = hashlib.sha256(f"{RECIPE}".encode())
    digest.update(msgspec.json.encode([taught.examples[row] for row in rows]))
    digest.update(msgspec.json.encode([taught.examples[row] for row in held]))
    return digest.hexdigest()[:24]
