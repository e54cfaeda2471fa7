"""The fixed set that models are compared on, beside the reviews that none of them learns."""

from classifier.adverts.generate import generated
from classifier.truth.examples import Example

ADVERTS, SEED = 2_000, 7_919
"""Adverts of a seed that no training draws from."""


def fixed() -> dict[str, list[Example]]:
    """The parts of the fixed set by name, all of them synthetic and told apart from reviews."""
    return {"synthetic adverts": generated(ADVERTS, SEED)}
