"""What is likely no offer, or one of goods out of scope, is scored lower; what is in scope is left alone."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from classifier.model import ABOUT, OFFER, Model
from classifier.stack import Read, Stack
from classifier.training.dampers import SPARED, dampers
from classifier.training.lesson import Lesson
from pipeline.records import Classification, Context
from pipeline.taxonomy import Act

Ask = Callable[..., Classification]


@pytest.fixture(scope="module")
def read(lesson: Lesson, listed: Callable[..., object]) -> list[Read]:
    return [Read.of(listed(each.title, each.description), Context()) for each in lesson.examples]  # type: ignore[arg-type]


def scored(model: Model, read: list[Read]) -> np.ndarray:
    return Stack(model, digest="small", activation=1).chances(read).score


def test_a_damper_lowers_scores_and_never_raises_one(model: Model, read: list[Read]) -> None:
    assert [each.inputs for each in model.dampers] == [(OFFER,), (ABOUT,)]
    damped, plain = scored(model, read), scored(replace(model, dampers=()), read)
    assert (damped <= plain).all()
    assert (damped < plain).any()


def test_what_is_taken_from_offers_in_scope_is_less_than_from_requests(
    lesson: Lesson, model: Model, read: list[Read]
) -> None:
    left = scored(model, read) / np.maximum(scored(replace(model, dampers=()), read), 1e-9)
    asks = np.array([each.act is Act.REQUEST for each in lesson.examples])
    assert left[lesson.truth].mean() > 0.95
    assert left[asks].mean() < left[lesson.truth].mean()


def test_a_damper_takes_nothing_from_all_but_a_small_part_of_the_offers_it_was_fitted_on(
    lesson: Lesson, model: Model, read: list[Read]
) -> None:
    chances = Stack(replace(model, dampers=()), digest="small", activation=1).chances(read)
    found = replace(model, dampers=tuple(dampers(lesson, lesson.rows, chances)))
    lowered = scored(found, read) < chances.score
    assert lowered[lesson.truth].mean() <= 2 * SPARED + 0.01


@pytest.mark.parametrize("title", ["Ekol Firat blank firing pistol 9mm PAK", "Zoraki 914 Schreckschusspistole 9mm PAK"])
def test_a_blank_firing_gun_is_a_lead_of_its_own_track_and_no_offer(shipped: Ask, flag_at: float, title: str) -> None:
    found = shipped(title)
    assert found.score < flag_at
    assert found.scores[found.category] > found.score


def test_one_that_was_converted_is_an_offer(shipped: Ask, flag_at: float) -> None:
    assert shipped("Converted Zoraki 914, new barrel, fires live 9mm rounds").score >= flag_at
