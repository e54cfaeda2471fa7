"""Training holds vendors apart and repeats itself."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier.adverts.generate import generated
from classifier.features import view
from classifier.manifest import Story
from classifier.model import Model
from classifier.store import load, save
from classifier.training.lesson import GENERATED, Lesson, folds, of
from classifier.training.train import train
from classifier.truth.examples import LABELS, Source, airsoft, darkweb, games, models, real
from classifier.tuning.workshop import Workshop
from pipeline.errors import SettingsError
from pipeline.taxonomy import Category, Track
from tests.classifier.conftest import invented


def test_no_vendor_is_in_two_folds(lesson: Lesson) -> None:
    fold = folds(lesson, seed=1)
    seen: dict[str, set[int]] = {}
    for row, number in zip(lesson.tested, fold, strict=True):
        if vendor := lesson.examples[row].vendor:
            seen.setdefault(vendor, set()).add(int(number))
    assert len(seen) == 40
    assert all(len(numbers) == 1 for numbers in seen.values())


def test_every_fold_has_offers_in_scope(lesson: Lesson) -> None:
    fold = folds(lesson, seed=1)
    posted = np.isin(lesson.tested, lesson.listings)
    assert all(lesson.truth[lesson.tested[posted & (fold == number)]].any() for number in range(5))


def test_no_text_about_arms_is_in_two_folds(lesson: Lesson) -> None:
    fold = folds(lesson, seed=1)
    seen: dict[int, set[int]] = {}
    for row, number in zip(lesson.tested, fold, strict=True):
        if lesson.examples[row].category is not Category.OTHER:
            seen.setdefault(int(lesson.cluster[row]), set()).add(int(number))
    assert all(len(numbers) == 1 for numbers in seen.values())


def test_what_says_nearly_the_same_as_a_held_out_row_is_not_learnt_from(lesson: Lesson) -> None:
    held = lesson.listings[:100]
    assert not np.isin(lesson.cluster[lesson.without(held)], lesson.cluster[held]).any()


def test_a_copy_is_held_out_with_the_listing_it_was_made_from(lesson: Lesson) -> None:
    held = lesson.listings[:50]
    rest = lesson.without(held)
    assert not np.isin(lesson.parents[rest], held).any()
    assert np.isin(lesson.parents, held).sum() > len(held)


def test_copies_are_no_listings(lesson: Lesson) -> None:
    assert (lesson.parents[lesson.listings] == lesson.listings).all()
    assert {lesson.examples[row].source for row in lesson.listings} == {Source.DARKWEB}


def test_training_again_gives_the_same_bytes(shop: Workshop, tmp_path: Path) -> None:
    lesson = of(invented(300, seed=3), seed=3)
    made = [train(lesson, "again", replace(shop, folder=tmp_path / name)).model for name in "ab"]
    digests = [save(each, tmp_path / f"model-{number}", Story(seed=3)) for number, each in enumerate(made)]
    assert digests[0] == digests[1]


def test_the_small_model_ranks_offers_first(lesson: Lesson, model: Model) -> None:
    assert all(cut.review_at <= cut.flag_at for cut in model.thresholds.values())
    assert Track.OFFERS in model.thresholds
    assert set(model.categories) <= set(Category)
    assert len(model.weights.grams) == len(set(model.weights.grams)) == len(model.weights.idf)


def test_absent_research_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--data"):
        list(darkweb(tmp_path))


@pytest.mark.data
def test_the_research_data_are_read_as_their_readme_says(shared_data: Path) -> None:
    listings = list(darkweb(shared_data))
    assert sum(each.in_scope for each in listings) == 120
    assert len(listings) == 24_009 - 16
    assert "opaque" not in LABELS


@pytest.mark.data
def test_a_text_of_a_market_counts_once(shared_data: Path) -> None:
    found = real(shared_data)
    keys = [(each.market, each.text) for each in found]
    assert len(keys) == len(set(keys))
    assert {each.source for each in found} == {Source.DARKWEB, Source.SURFACE}


@pytest.mark.data
def test_toys_and_skins_say_that_they_are(shared_data: Path) -> None:
    toys, skins = airsoft(shared_data), games(shared_data)
    assert len(toys) > 2_000
    assert len(skins) > 4_000
    assert {each.category for each in toys} == {Category.REPLICA}
    assert not any(each.in_scope for each in skins)
    assert min(len(each.title.split()) for each in toys) > 1
    assert "Beretta 92X Performance" in models(shared_data)


@pytest.mark.data
@pytest.mark.slow
def test_no_vendor_name_ships(shared_data: Path) -> None:
    """A name ships only where it is what others say too, as one word or two: Alex Grey, Champion, Firefly."""
    shipped = load(Path(__file__).parents[2] / "models" / "stack-1", activation=1)
    listings = [each for each in real(shared_data) if each.source is Source.DARKWEB]
    named = {f"={each.vendor}" for each in listings if len(each.vendor) > 5} & set(shipped.model.weights.grams)
    users: dict[str, set[str]] = {gram: set() for gram in named}
    for each in [
        *real(shared_data),
        *airsoft(shared_data),
        *games(shared_data),
        *generated(GENERATED, 1, models(shared_data)),
    ]:
        title, rest, *_ = view(each.title, each.description)
        words = {f"={word}" for part in (title, rest) for word in part.words}
        for gram in named & words.union(title.pairs, rest.pairs):
            users[gram].add(each.vendor or each.text)
    assert {gram for gram, found in users.items() if len(found - {gram[1:]}) < 2} == set()
