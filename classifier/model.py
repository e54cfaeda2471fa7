"""What a model directory holds, once read."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from classifier.calibrate import Join
from classifier.encoder import Encoder
from classifier.linear import Weights
from pipeline.policy import Cut
from pipeline.records import Neighbour
from pipeline.taxonomy import Category, Track

DARKWEB, ALL, EVEN, ENCODER = "darkweb", "all", "even", "encoder"
SCORES = (DARKWEB, ALL, EVEN)
"""The linear models of the score."""
SCREEN_INPUTS = (DARKWEB, ALL)
"""Those that the screen joins; the whole join has the encoder beside them."""
WITHIN = "within"
"""The linear outputs that tell the categories in scope from each other; the others are named as the encoder's heads are."""
OFFER, ABOUT = "offer", "about"
"""What a damper weighs: that a text is an offer, and that it is about something in scope."""

SCREEN_CHECKED = "screen_checked"
"""The flag of a listing that the screen kept back, or in its shadow would have, and that the encoder read all the same."""


def output(kind: str, name: str) -> str:
    """The name of a linear output: "darkweb", "category FA"."""
    return f"{kind} {name}".strip()


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Labelled examples by which a listing can be compared; no text of them."""

    vectors: NDArray[np.float16]
    """Pooled vectors of length 1, one row each."""
    names: tuple[Neighbour, ...]
    """Who they are, with a similarity of 0."""

    @cached_property
    def directions(self) -> NDArray[np.float32]:
        """The vectors in single precision, made once."""
        return self.vectors.astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class Model:
    """A classifier's weights, and how their answers become one."""

    name: str
    weights: Weights
    screen: Join
    """Joins the linear models: the score where the encoder was not asked."""
    screen_at: float
    """The screen's logit from which a listing goes on to the encoder."""
    thresholds: Mapping[Track, Cut]
    categories: tuple[Category, ...]
    """The linear models' categories, and those of them in scope as told from each other."""
    within: tuple[Category, ...]
    acts: tuple[str, ...]
    goods: tuple[str, ...]
    subtypes: tuple[str, ...]
    join: Join | None = None
    """Joins linear models and encoder; None where there is no encoder."""
    abroad: Join | None = None
    """The score in languages that no real listing taught: joins `EVEN` and, where there is one, the encoder; None joins them as English."""
    around: Join | None = None
    """What the market's section and the vendor's other listings add to the logit."""
    dampers: tuple[Join, ...] = ()
    """Each lowers the score where the linear models give `OFFER`, or `ABOUT`, little chance; none of them raises it."""
    encoder: Encoder | None = None
    examples: Examples | None = None
