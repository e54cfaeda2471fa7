"""The hard slices are real, out of scope, and never what training sees."""

from pathlib import Path

import pytest

from classifier.truth.agreement import agreement, kappa
from classifier.truth.examples import Example, Source, airsoft, games
from classifier.truth.hard import hard_slices, held_out, taught
from pipeline.taxonomy import Category


@pytest.fixture(scope="module")
def slices(shared_data: Path) -> dict[str, list[Example]]:
    return hard_slices(shared_data)


def test_two_readings_that_agree_by_chance_have_a_kappa_of_zero() -> None:
    assert kappa([(1, 1), (1, 2), (2, 1), (2, 2)]) == 0
    assert kappa([(1, 1), (2, 2)]) == 1
    assert kappa([(1, 1)]) == 1
    assert kappa([(1, 2), (2, 1)]) == -1


def test_all_languages_of_a_skin_are_in_one_half() -> None:
    skins = [
        Example(title="", category=Category.OTHER, source=Source.GAME, origin=f"game/{language}-{item}")
        for language in ("english", "turkish")
        for item in range(50)
    ]
    assert 0 < len(taught(skins)) < len(skins)
    assert {each.origin[-2:] for each in taught(skins)}.isdisjoint(each.origin[-2:] for each in held_out(skins))


@pytest.mark.data
def test_no_hard_example_is_in_scope(slices: dict[str, list[Example]]) -> None:
    assert all(slices.values())
    assert not any(each.in_scope for examples in slices.values() for each in examples)


@pytest.mark.data
def test_the_slices_hold_what_their_names_say(slices: dict[str, list[Example]]) -> None:
    assert len(slices["drugs with gun words"]) > 100
    assert {each.category for each in slices["melee and sprays"]} == {Category.MELEE}
    assert {each.source for each in slices["custom orders"]} == {Source.DARKWEB}
    assert len(slices["requests"]) > 80


@pytest.mark.data
def test_held_out_models_and_skins_are_not_taught(shared_data: Path, slices: dict[str, list[Example]]) -> None:
    taught_of = taught([*airsoft(shared_data), *games(shared_data)])
    held = [*slices["airsoft models"], *slices["game skins"]]
    assert {each.origin for each in held}.isdisjoint(each.origin for each in taught_of)
    assert len(taught_of) > 3_500
    assert len(held) > 3_500


@pytest.mark.data
def test_the_second_reading_agrees_with_the_first_on_what_is_in_scope(shared_data: Path) -> None:
    found = {each.category: each for each in agreement(shared_data)}
    assert found[None].kappa > 0.9
    assert found[Category.PARTS].both == 14
    assert found[Category.FIREARM].second == found[Category.FIREARM].first - 1
    assert all(each.kappa <= 1 for each in found.values())
