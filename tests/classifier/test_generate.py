"""Adverts that nobody posted."""

import random
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.disguise import TRICKS, Trick, disguised, misspelt
from classifier.generate import CATEGORIES, LANGUAGES, PHRASES, SLOT, generated, phrases
from pipeline.taxonomy import Act, Category


def test_the_same_seed_gives_the_same_adverts() -> None:
    assert generated(200, seed=4) == generated(200, seed=4) != generated(200, seed=5)


def test_every_language_category_and_act_occurs() -> None:
    adverts = generated(6_000, seed=1)
    assert {each.market for each in adverts} == set(LANGUAGES)
    assert {each.category for each in adverts} == set(CATEGORIES)
    assert {each.act for each in adverts} == {Act.OFFER, Act.REQUEST, Act.RULE, Act.FEEDBACK, Act.DISCUSSION}


def test_no_slot_is_left_open() -> None:
    assert not any(SLOT.search(each.title + each.description) for each in generated(4_000, seed=2))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_slot_of_a_phrase_has_words(language: str) -> None:
    book = phrases(language)
    named = {slot for lines in book.values() for line in lines for slot in SLOT.findall(line)} - {"item"}
    assert {slot for slot in named if not book.get(slot)} == set()


@pytest.mark.parametrize("path", sorted(PHRASES.glob("*.txt")), ids=lambda path: path.stem)
def test_a_phrase_stays_as_short_as_an_advert(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    assert max(len(line) for line in lines) < 90


def test_a_request_is_not_in_scope_whatever_it_asks_for() -> None:
    adverts = [each for each in generated(4_000, seed=3) if each.act is Act.REQUEST]
    assert any(each.category is Category.FIREARM for each in adverts)
    assert not any(each.in_scope for each in adverts)


def test_names_of_the_gazetteer_are_taken_up() -> None:
    adverts = generated(2_000, seed=1, names=("Nonesuch 500",))
    found = Counter(each.category for each in adverts if "nonesuch" in each.title.lower())
    assert found[Category.FIREARM] > 5
    assert set(found) == {Category.FIREARM}


@given(st.text(max_size=200), st.integers())
def test_any_text_can_be_disguised_and_misspelt(text: str, seed: int) -> None:
    rng = random.Random(seed)
    assert isinstance(disguised(text, rng), str)
    assert isinstance(misspelt(text, rng), str)


def test_a_disguise_leaves_numbers_alone() -> None:
    for seed in range(60):
        spelt = disguised("9mm 7.62x39 .45", random.Random(seed))
        assert spelt == "9mm 7.62x39 .45"


@pytest.mark.parametrize("trick", sorted(set(TRICKS), key=str), ids=lambda trick: trick.__name__)
def test_a_trick_changes_a_word(trick: Trick) -> None:
    assert any(trick("Pistole", random.Random(seed)) != "Pistole" for seed in range(5))


def test_phrases_hold_no_address_and_no_link() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in PHRASES.glob("*.txt"))
    assert not re.search(r"https?://|\.onion|@\w+\.\w|t\.me|BEGIN PGP", text)
