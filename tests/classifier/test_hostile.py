"""Texts made to hurt cost a bounded number of steps, crash nothing, and every place told of them lies inside."""

import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.classify_texts import HOSTILE, filled, hostile
from classifier.entities import entities
from classifier.features import LONGEST, WORD, view
from classifier.language import language
from classifier.model import Model
from classifier.signs import signs
from classifier.stack import Stack
from pipeline.records import Classification, Context, Entity, Listing, Sign, Span
from pipeline.taxonomy import Act, Category
from pipeline.text import deobfuscated, normalised, uncovered

TEXTS = hostile()
Listed = Callable[..., Listing]
PIECES = (
    "ships us to uk £5 in 3 days, ww only ",
    "Glock 19 9mm ",
    "new glock ",
    "9 mm 50 rds $ ",
    "@abcdef new ",
    "no serial ",
    "kill my wife ",
)
ODD = "gGоO0lL1$@!.,- _*|\u200b\u202e\u0301ß½★手\0\x1c\ud800🔫"


@pytest.fixture(scope="module")
def stack(model: Model) -> Stack:
    """The small model at work."""
    return Stack(model, digest="small", activation=1)


@pytest.mark.parametrize(("name", "place"), [*((name, "description") for name in TEXTS), ("one word", "title")])
def test_a_hostile_text_is_classified_like_any_other(stack: Stack, listed: Listed, name: str, place: str) -> None:
    text = f"Glock 19 9mm new, ships worldwide. {TEXTS[name]}"[:HOSTILE]
    read = listed(text) if place == "title" else listed("Glock 19 9mm pistol", text)
    found = stack.classify([read], [Context()])[0]
    assert 0 <= found.score <= 1
    assert outside(read, found) == []
    assert len(found.spans) <= 5


@settings(max_examples=60)
@given(st.text(alphabet=ODD, max_size=80), st.text(alphabet=ODD, max_size=200))
def test_any_text_is_classified(stack: Stack, listed: Listed, title: str, description: str) -> None:
    read = listed(f"Glock 19 {title}", f"{description} 9mm pistol, no serial number")
    assert outside(read, stack.classify([read], [Context()])[0]) == []


@given(st.text(alphabet=ODD, max_size=80) | st.text(max_size=80))
def test_a_normalised_text_is_uncovered_like_the_text_it_was(text: str) -> None:
    assert uncovered(normalised(text).text) == deobfuscated(text)


@given(st.text(alphabet=ODD + "abc 123.,", max_size=80) | st.text(max_size=80))
def test_words_found_between_spaces_are_those_of_the_whole_text(text: str) -> None:
    found = WORD.findall(normalised(text).text.lower())
    words = dict.fromkeys(word.rstrip(".,").replace(",", ".")[:LONGEST] for word in found)
    assert view(text, "").title.words[: len(words)] == tuple(words)


@pytest.mark.parametrize("piece", PIECES)
def test_four_times_the_text_costs_no_more_than_four_times_the_steps(listed: Listed, piece: str) -> None:
    short, long = (listed(f"gun {filled(piece)[:size]}", filled(piece)[:size]) for size in (2_048, 8_192))
    steps(short)  # what is read once from files counts for neither
    assert steps(long) < 5 * steps(short)


def steps(read: Listing) -> int:
    """Calls made while everything is looked for that a listing names and shows."""
    count = 0

    def one(_frame: object, _event: str, _argument: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(one)
    try:
        entities(read)
        signs(read, Category.FIREARM, Act.OFFER)
    finally:
        sys.setprofile(None)
    return count


def test_a_lone_surrogate_hides_no_language() -> None:
    text = "Ich verkaufe eine sehr schöne alte Sache aus Deutschland"
    assert language(f"{text}\ud800") == language(text) == "de"


def outside(read: Listing, found: Classification) -> list[object]:
    """What is said to stand where there is no text."""
    told: list[Span | Entity | Sign] = [*found.spans, *found.entities, *found.signs]
    return [each for each in told if not 0 <= each.start < each.end <= len(getattr(read, each.field, ""))]
