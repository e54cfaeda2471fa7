"""Exploration draws by the text alone, and oftener near the threshold."""

from hypothesis import given
from hypothesis import strategies as some

from pipeline.explore import SCREENED, chance, explored

MANY = [(f"{number:032x}", "v") for number in range(20_000)]


def test_the_same_text_is_drawn_always_or_never() -> None:
    first = [explored(*name, 0.05, 0.1, 0.2) for name in MANY[:500]]
    assert first == [explored(*name, 0.05, 0.1, 0.2) for name in MANY[:500]]
    assert any(explored(name, "v", 0.05, 0.1, 0.2) != explored(name, "w", 0.05, 0.1, 0.2) for name, _ in MANY[:500])


def test_as_many_are_drawn_as_the_share_says() -> None:
    drawn = sum(explored(*name, 0.0999, 0.1, 0.05) for name in MANY)
    assert 0.04 < drawn / len(MANY) < 0.06
    assert sum(explored(*name, 0.01, 0.1, 0.05) for name in MANY) < drawn / 5


def test_a_larger_share_draws_the_same_ones_and_more() -> None:
    small = {name for name in MANY if explored(*name, 0.05, 0.1, 0.05)}
    assert small < {name for name in MANY if explored(*name, 0.05, 0.1, 0.2)}


def test_what_the_screen_kept_back_is_looked_at_however_low_it_scored() -> None:
    drawn = sum(explored(*name, 0.0, 0.1, 0.05, screened=True) for name in MANY)
    assert 0.005 < drawn / len(MANY) < 0.015
    assert chance(0.0, 0.1, 0.05, screened=True) == SCREENED


def test_without_a_share_nothing_is_explored() -> None:
    assert not any(explored(*name, 0.09, 0.1, 0.0, screened=True) for name in MANY[:1_000])


@given(some.floats(0, 1), some.floats(0, 1), some.floats(0, 1), some.booleans())
def test_what_waits_for_review_anyway_is_never_explored(score: float, cut: float, share: float, screened: bool) -> None:  # noqa: FBT001  # drawn by Hypothesis
    assert 0 <= chance(score, cut, share, screened=screened) <= 1
    assert not explored("id", "v", max(score, cut), cut, share, screened=screened)
