"""A probability that is shown tells rank apart and is no certainty."""

import pytest

from pipeline.values.probability import probability


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "<0.0001"),
        (0.000001, "<0.0001"),
        (0.0034, "0.0034"),
        (0.0127, "0.013"),
        (0.0999, "0.100"),
        (0.1, "0.10"),
        (0.62, "0.62"),
        (0.9, "0.90"),
        (0.97, "0.970"),
        (0.9981, "0.9981"),
        (0.99999, ">0.9999"),
        (1.0, ">0.9999"),
    ],
)
def test_a_score_is_shown_as_exactly_as_rank_needs(value: float, shown: str) -> None:
    assert probability(value) == shown


def test_a_higher_score_never_reads_as_a_lower_one() -> None:
    shown = [float(probability(step / 50_000).strip("<>")) for step in range(50_001)]
    assert shown == sorted(shown)
    assert 0 < min(shown) < max(shown) < 1
