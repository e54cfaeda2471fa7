"""Where in the original the words of a view stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import LIMIT, deobfuscated, normalised_traced, revealed_traced

ODD = "gGoО0οlL1І@$!.,- _*|\u200b\u00ad\u0301ßİﬁ½★手\x00\x1c\ud800\U0001d5a0🔫"
hostile = st.text(max_size=60) | st.text(alphabet=ODD, max_size=60)


@pytest.mark.parametrize(
    ("text", "word", "original"),
    [
        ("a glock here", "glock", "glock"),
        ("a g.l.o.c.k here", "glock", "g.l.o.c.k"),
        ("the g l o c k here", "glock", "g l o c k"),
        ("a gl\u200bock here", "glock", "gl\u200bock"),
        ("a Glосk, here", "Glock", "Glосk,"),
        ("an \U0001d5d4\U0001d5de here", "AK", "\U0001d5d4\U0001d5de"),
        ("a p1stol here", "pistol", "p1stol"),
        ("wow!!! a g|ock here", "glock", "g|ock"),
        ("a pi\u0305stol here", "pistol", "pi\u0305stol"),
    ],
)
def test_a_word_of_the_view_is_placed_where_it_was_spelt(text: str, word: str, original: str) -> None:
    view = revealed_traced(normalised_traced(text))
    start = view.text.index(word)
    begin, end = view.place(start, start + len(word))
    assert text[begin:end] == original


@given(hostile)
def test_every_letter_of_a_view_has_a_place_in_the_original(text: str) -> None:
    view = revealed_traced(normalised_traced(text))
    assert len(view.text) == len(view.begins) == len(view.ends)
    assert list(view.begins) == sorted(view.begins)
    assert all(0 <= begin < end <= len(text) for begin, end in zip(view.begins, view.ends, strict=True))


@given(st.text(alphabet="glocksent013457$@!|.,- _*\t", max_size=60) | st.text(alphabet=st.characters(codec="ascii")))
def test_a_traced_view_reads_like_the_plain_one(text: str) -> None:
    assert revealed_traced(normalised_traced(text)).text == deobfuscated(text)


def test_a_long_text_is_traced_to_its_end() -> None:
    text = "g l o c k. gl\u200bock " * (LIMIT // 18)
    assert revealed_traced(normalised_traced(text)).ends[-1] == len(text)
