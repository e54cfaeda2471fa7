"""The fixed set that models are compared on, beside the reviews that none of them learns."""

from classifier.slices.slices import IN_SCOPE, OUT_OF_SCOPE, reported
from classifier.truth.examples import Example


def fixed() -> dict[str, list[Example]]:
    """The parts of the fixed set by name: adverts of our own making that nothing is trained on or chosen by, told apart from reviews."""
    slices = reported()
    return {
        "offers of our own making": [each for name in IN_SCOPE for each in slices[name]],
        "look-alikes of our own making": [each for name in OUT_OF_SCOPE for each in slices[name]],
    }
