"""Languages that no real listing taught: told from disguised English, and scored by a join of their own."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from classifier.model import EVEN, Model
from classifier.screen import told_abroad
from classifier.stack import Stack
from pipeline.records import Classification

Asking = Callable[[Stack], Callable[..., Classification]]


@pytest.mark.parametrize(
    "text",
    [
        "Пистолет Макарова",
        "Продам патроны 9x18",
        "Пістолет нова",
        "Verkaufe gebrauchte Pistole mit zwei Magazinen und Papieren",
    ],
)
def test_another_alphabet_or_a_language_that_can_be_told_is_abroad(text: str) -> None:
    assert told_abroad(text, "")


@pytest.mark.parametrize("text", ["Glock 19", "Glоck 19 with twо mаgs", "café racer 9mm", "", "9mm x 50", "★ Glock ★"])
def test_english_short_texts_and_disguises_are_not(text: str) -> None:
    assert not told_abroad(text, "")


def test_a_text_abroad_is_scored_by_the_join_that_knows_its_language(model: Model, asking: Asking) -> None:
    assert model.abroad is not None
    assert model.abroad.inputs == (EVEN,)
    without = replace(model, abroad=None)
    here, there = (asking(Stack(each, digest="", activation=1)) for each in (model, without))
    assert here("Пистолет Макарова 9мм новый").score != there("Пистолет Макарова 9мм новый").score
    assert here("Glock 19 9mm").score == there("Glock 19 9mm").score


def test_what_explains_a_text_abroad_comes_from_that_join(model: Model, asking: Asking) -> None:
    assert model.abroad is not None
    eager = replace(model, abroad=replace(model.abroad, intercept=10.0))
    found = asking(Stack(eager, digest="", activation=1))("Пистолет Макарова 9мм новый", "Отправка почтой")
    assert found.score > 0.9
    assert all(0 < span.end <= len("Пистолет Макарова 9мм новый") for span in found.spans if span.field == "title")
    assert found.spans
