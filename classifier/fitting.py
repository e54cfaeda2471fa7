"""Whether the parts of a model fit each other, so that one that cannot score is refused before it is asked."""

from collections.abc import Iterator

import numpy as np

from classifier.around import INPUTS
from classifier.calibrate import Join
from classifier.heads import ACT, CATEGORY, GOODS, NAMES, SUBTYPE
from classifier.linear import Weights
from classifier.model import ABOUT, ENCODER, EVEN, OFFER, SCORES, SCREEN_INPUTS, WITHIN, Examples, Model, output
from pipeline.taxonomy import IN_SCOPE, Category, Track


def misfits(model: Model) -> Iterator[str]:
    """What keeps the model from scoring, in words; nothing where it can."""
    yield from _weights(model.weights)
    yield from _outputs(model)
    yield from _join("screen", model.screen, SCREEN_INPUTS)
    if model.join is not None:
        yield from _join("join", model.join, (*SCREEN_INPUTS, ENCODER))
    if model.abroad is not None:
        yield from _join("abroad", model.abroad, (EVEN, ENCODER) if model.encoder else (EVEN,))
    if model.around is not None:
        yield from _join("around", model.around, INPUTS)
    for damper in model.dampers:
        yield from _join("dampers", damper, (OFFER,) if OFFER in damper.inputs else (ABOUT,))
    if Track.OFFERS not in model.thresholds:
        yield "has no thresholds for offers"
    if model.encoder is not None and model.examples is not None:
        yield from _examples(model.examples, model.encoder.hidden)


def _weights(weights: Weights) -> Iterator[str]:
    grams, outputs = len(weights.grams), len(weights.outputs)
    if (weights.idf.shape, weights.coefficients.shape) != ((grams,), (grams, outputs)):
        yield f"does not have one weight for each of {grams:,} n-grams and {outputs:,} outputs"
    if weights.intercepts.shape != (outputs,):
        yield f"does not have one intercept for each of {outputs:,} outputs"
    if not all(np.isfinite(each).all() for each in (weights.idf, weights.coefficients, weights.intercepts)):
        yield "has weights that are no numbers"


def _outputs(model: Model) -> Iterator[str]:
    inside = [name for name in NAMES[CATEGORY] if Category(name) in IN_SCOPE]
    parts = (
        (CATEGORY, model.categories, NAMES[CATEGORY]), (WITHIN, model.within, inside), (ACT, model.acts, NAMES[ACT]),
        (GOODS, model.goods, NAMES[GOODS]), (SUBTYPE, model.subtypes, NAMES[SUBTYPE]),
    )  # fmt: skip
    for kind, members, known in parts:
        if not set(members) <= set(known):
            yield f"tells members of '{kind}' that do not exist"
    wanted = {*SCORES, *(output(kind, str(member)) for kind, members, _ in parts for member in members)}
    if absent := sorted(wanted - set(model.weights.outputs)):
        yield f"has no output '{absent[0]}'"
    if model.categories and IN_SCOPE.issuperset(model.categories):
        yield "tells no category out of scope"


def _join(name: str, join: Join, inputs: tuple[str, ...]) -> Iterator[str]:
    if join.inputs != inputs or len(join.coefficients) != len(inputs):
        yield f"does not join {', '.join(inputs)} as its '{name}'"


def _examples(examples: Examples, hidden: int) -> Iterator[str]:
    if examples.vectors.shape != (len(examples.names), hidden):
        yield f"does not have one vector of {hidden:,} numbers for each of {len(examples.names):,} examples"
