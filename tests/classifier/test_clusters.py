"""What says nearly the same is one cluster, and no giant of them binds the vendors of a drug together."""

from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.truth.clusters import NEAR, SHINGLE, clusters, groups, without_twins
from classifier.truth.examples import Example, Source, real
from pipeline.taxonomy import Category


def posted(title: str, description: str = "", *, vendor: str = "", category: Category = Category.FIREARM) -> Example:
    return Example(title=title, description=description, category=category, source=Source.DARKWEB, vendor=vendor)


def together(*examples: Example) -> bool:
    return len(set(clusters(examples).tolist())) == 1


def test_case_digits_marks_and_accents_make_no_difference() -> None:
    assert together(posted("Blue Bicycle, 28 inches!"), posted("BLÜE bicycle - 26 inches"))


def test_one_changed_word_of_many_makes_a_twin() -> None:
    words = [f"w{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    changed = [*words[:-1], "other"]
    assert together(posted("bicycle", " ".join(words)), posted("bicycle", " ".join(changed)))


def test_different_texts_stay_apart() -> None:
    assert not together(posted("blue bicycle"), posted("red bicycle"))


def test_a_long_title_is_a_twin_of_itself_whatever_is_said_below() -> None:
    assert together(posted("steel city bicycle with lights"), posted("Steel city bicycle with lights", "hardly used"))
    assert not together(posted("bicycle", "hardly used"), posted("bicycle", "as new, with a lock"))


def test_empty_texts_are_no_twins() -> None:
    assert not together(posted("12"), posted("34"))


def test_a_vendor_is_in_one_group_on_all_markets() -> None:
    rows = [posted("blue bicycle", vendor="v"), posted("red tricycle", vendor="v"), posted("green scooter", vendor="w")]
    one, two, three = groups(rows, clusters(rows))
    assert one == two != three


def test_twins_about_arms_bind_vendors_and_other_twins_do_not() -> None:
    arms = [posted("pump shotgun twelve gauge", vendor=name) for name in "vw"]
    drugs = [posted("three grams of tea leaves", vendor=name, category=Category.OTHER) for name in "xy"]
    group = groups([*arms, *drugs], clusters([*arms, *drugs]))
    assert group[0] == group[1]
    assert group[2] != group[3]


def test_twins_of_held_out_rows_are_not_learned_from() -> None:
    rows = [posted("three grams of tea leaves"), posted("5 grams of tea leaves"), posted("three grams of TEA leaves 7")]
    cluster = clusters(rows)
    assert without_twins(np.array([1, 2]), np.array([0]), cluster).tolist() == [1]


@settings(max_examples=60)
@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=9), max_size=12))
def test_every_near_pair_is_found_as_by_comparing_all(texts: list[list[str]]) -> None:
    rows = [posted("", " ".join(f"word{letter}" for letter in text)) for text in texts]
    cluster = clusters(rows)
    shingles = [{tuple(text[at : at + SHINGLE]) for at in range(max(1, len(text) - SHINGLE + 1))} for text in texts]
    for one, two in combinations(range(len(texts)), 2):
        near = len(shingles[one] & shingles[two]) >= NEAR * len(shingles[one] | shingles[two])
        if near and texts[one] and texts[two]:
            assert cluster[one] == cluster[two]


@pytest.mark.parametrize("text", ["ah" * 500_000, "\u202e\u0000" * 1000, "😀" * 10_000, "a b " * 250_000])
def test_a_hostile_text_is_compared_in_bounded_time(text: str) -> None:
    assert len(clusters([posted(text[:65_536]), posted(text[:65_535])])) == 2


@pytest.mark.data
def test_no_group_of_real_rows_is_a_giant(shared_data: Path) -> None:
    rows = real(shared_data)
    group = groups(rows, clusters(rows))
    sizes = Counter(group[[row for row, each in enumerate(rows) if each.source is Source.DARKWEB]].tolist())
    assert max(sizes.values()) < 400
    in_scope = {int(group[row]) for row, each in enumerate(rows) if each.in_scope and each.source is Source.DARKWEB}
    assert len(in_scope) > 20
