"""Plain letters that know where they stood."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import LIMIT, deobfuscated, traced, untangled
from pipeline.text.reveal import undone

ODD = "gGlLoOcCkK0оО1І@$!., -_*|\u200b\u00ad\u0301\ufe0fßİŁøяσ手½µﬁ★×\x00\x1c\ud800\U0001d5a0🅖🔫\ufdfa"
REPEATED = re.compile(r"([^\w\s$@])\1+(?:(?<![.,])|(?!\d))")
"""Punctuation that a screen or a search reads once; what finds places leaves it as it stands."""
hostile = st.text(max_size=60) | st.text(alphabet=ODD, max_size=60)


@given(hostile)
def test_every_letter_stands_in_the_original(text: str) -> None:
    plain = traced(text)
    for view in (plain, untangled(plain) or plain):
        assert len(view.text) == len(view.starts) == len(view.ends)
        assert list(view.starts) == sorted(view.starts)
        for place in range(len(view.text)):
            start, end = view.span(place, place + 1)
            assert 0 <= start < end <= len(text)


@given(hostile)
def test_disguises_are_undone_as_they_are_where_no_places_are_kept(text: str) -> None:
    view = traced(text)
    shown = untangled(view)
    assert (shown or view).text == undone(view.text)
    assert (shown is None) == (undone(view.text) == view.text)


@given(st.text(alphabet="glocksent013457$@!|.,- _*\t", max_size=60))
def test_a_traced_view_reads_as_a_screen_or_a_search_does(text: str) -> None:
    view = traced(REPEATED.sub(r"\1", text))
    assert (untangled(view) or view).text == deobfuscated(text)


@given(hostile)
def test_small_letters_are_as_many_as_large_ones(text: str) -> None:
    view = traced(text)
    assert len(view.text.lower()) == len(view.text)


@pytest.mark.parametrize(
    ("text", "word", "original"),
    [
        ("a glock here", "glock", "glock"),
        ("a Glоck\u200b 19", "Glock", "Glоck"),
        ("a Glосk, here", "Glock", "Glосk"),
        ("a gl\u200bock here", "glock", "gl\u200bock"),
        ("a gl\ufe0fock here", "glock", "gl\ufe0fock"),
        ("a pi\u0305stol here", "pistol", "pi\u0305stol"),
        ("an \U0001d5d4\U0001d5de here", "AK", "\U0001d5d4\U0001d5de"),
        ("une pièce ﬁne", "fine", "ﬁne"),
        ("a g.l.o.c.k here", "glock", "g.l.o.c.k"),
        ("the g l o c k here", "glock", "g l o c k"),
        ("a p1stol here", "pistol", "p1stol"),
        ("wow!!! a g|ock here", "glock", "g|ock"),
        ("a g.l.o.с.k here", "glock", "g.l.o.с.k"),
    ],
)
def test_a_word_is_placed_where_it_was_spelt(text: str, word: str, original: str) -> None:
    view = traced(text)
    view = untangled(view) or view
    start = view.text.index(word)
    assert text[slice(*view.span(start, start + len(word)))] == original


def test_a_text_without_disguises_has_no_second_view() -> None:
    assert untangled(traced("Glock 19, 9mm!!! Très bon état")) is None


def test_what_no_store_can_hold_is_left_out() -> None:
    assert traced("a\x00b\ud800c") == ("abc", [0, 2, 4], [1, 3, 5])


def test_a_long_text_is_traced_to_its_end() -> None:
    text = "g l o c k. gl\u200bock " * (LIMIT // 18)
    shown = untangled(traced(text))
    assert shown is not None
    assert shown.ends[-1] == len(text)


def test_a_text_is_cut_at_the_limit() -> None:
    assert len(traced("é" * (LIMIT + 9)).text) == LIMIT
