"""What a model directory says of itself, and of how it came to be."""

import msgspec

from classifier.calibrate import Join
from pipeline.policy import Cut
from pipeline.records import Neighbour
from pipeline.taxonomy import Category, Track


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
    base: dict[str, str]
    """Where the encoder's first weights came from; empty where there is no encoder."""
    files: dict[str, str]
    """SHA-256 of every other file, in hexadecimal."""
    outputs: tuple[str, ...]
    categories: tuple[Category, ...]
    within: tuple[Category, ...]
    acts: tuple[str, ...]
    goods: tuple[str, ...]
    subtypes: tuple[str, ...]
    heads: dict[str, tuple[str, ...]]
    screen: Join
    screen_at: float
    join: Join | None
    abroad: Join | None
    around: Join | None
    thresholds: dict[Track, Cut]
    neighbours: tuple[Neighbour, ...]
    dampers: tuple[Join, ...] = ()


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """How a model came to be."""

    seed: int
    trained_on: tuple[Origin, ...] = ()
    base: dict[str, str] = {}
