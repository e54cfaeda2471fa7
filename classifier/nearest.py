"""The labelled examples that read most like a listing."""

from collections.abc import Sequence

import msgspec
import numpy as np

from classifier.linear import Floats
from classifier.model import Examples
from pipeline.records import Neighbour

SHOWN = 3
DIGITS = 3
"""Decimals kept of a similarity."""


def nearest(pooled: Floats, examples: Examples) -> tuple[Neighbour, ...]:
    """The `SHOWN` examples nearest to a pooled vector, nearest first."""
    likeness = examples.directions @ unit(pooled).astype(np.float32)
    best = np.argsort(-likeness, kind="stable")[:SHOWN]
    return tuple(
        msgspec.structs.replace(examples.names[place], similarity=round(float(likeness[place]), DIGITS))
        for place in best
    )


def gathered(pooled: Floats, names: Sequence[Neighbour]) -> Examples:
    """Examples to compare with, from their pooled vectors."""
    return Examples(vectors=np.array([unit(row) for row in pooled], dtype=np.float16), names=tuple(names))


def unit(vector: Floats) -> Floats:
    """The vector at length 1."""
    scaled: Floats = vector / (np.linalg.norm(vector) or 1.0)
    return scaled
