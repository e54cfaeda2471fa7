"""From examples to a model: linear models and an encoder, joined on scores of vendors that they had not seen."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from classifier.encoder import Encoder
from classifier.linear import Floats
from classifier.model import Examples, Model
from classifier.nearest import gathered
from classifier.training.fits import fitted
from classifier.training.folded import Folded, folded, hardness, lines
from classifier.training.lesson import Lesson, folds
from classifier.training.settle import settled
from classifier.truth.examples import Example, Source
from classifier.tuning.course import course
from classifier.tuning.workshop import Workshop
from pipeline.records import Neighbour
from pipeline.taxonomy import Category

COMPARED = {Source.DARKWEB: 600, Source.GENERATED: 600, Source.AIRSOFT: 60, Source.GAME: 60, Source.SURFACE: 120}
"""Examples kept to compare listings with, beside all dark-web listings about arms."""


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A model, and the outputs by which it was joined and calibrated."""

    model: Model
    folded: Folded
    encoder: Path | None
    """The folder with the encoder's files."""


def train(taught: Lesson, name: str, shop: Workshop) -> Trained:
    """The model that a lesson teaches; what is made on the way is kept in the workshop, and taken from there the next time."""
    fold = folds(taught, shop.seed)
    part = folded(taught, taught.tested, fold, shop)
    model = settled(taught, part, name)
    shop.say("linear models on everything")
    model = replace(model, weights=fitted(taught, taught.rows).weights(taught))
    if shop.base is None:
        return Trained(model=model, folded=part, encoder=None)
    shop.say("encoder on everything")
    hard = hardness(taught, part)
    made, _ = shop.made(course(taught, taught.rows, hard, shop.seed))
    encoder = Encoder.of(made)
    shop.say("examples to compare with")
    examples = _compared(taught, encoder, hard, shop.seed)
    return Trained(model=replace(model, encoder=encoder, examples=examples), folded=part, encoder=made)


def _compared(taught: Lesson, encoder: Encoder, hard: Floats, seed: int) -> Examples:
    """Dark-web listings about arms, those hardest to tell from them, and a few of every other source."""
    rng = np.random.default_rng(seed)
    listings = taught.listings
    about = np.array([row for row in listings if taught.examples[row].category is not Category.OTHER], dtype=np.int64)
    others = np.setdiff1d(listings, about)
    chosen = [about, others[np.argsort(-hard[others], kind="stable")][: COMPARED[Source.DARKWEB]]]
    for source, most in COMPARED.items():
        rows = np.array([row for row in taught.rows if taught.examples[row].source is source], dtype=np.int64)
        if source is not Source.DARKWEB:
            chosen.append(rng.choice(rows, min(most, len(rows)), replace=False))
    rows = np.sort(np.concatenate(chosen))
    return gathered(encoder.outputs(lines(taught, rows))[1], [_named(taught.examples[row]) for row in rows])


def _named(example: Example) -> Neighbour:
    return Neighbour(id=example.origin, source=example.market, category=example.category, similarity=0.0)
