"""Plain letters that know where they stood."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import LIMIT
from pipeline.text.reveal import RULES
from pipeline.text.traced import traced, untangled

ODD = "gGlLoOcCkK0оО1І@$!., -_*|\u200b\u00ad\u0301ßİŁøяσ手½µﬁ×\x00\U0001d5a0🅖🔫\ufdfa"
hostile = st.text(max_size=60) | st.text(alphabet=ODD, max_size=60)


@given(hostile)
def test_every_letter_stands_in_the_original(text: str) -> None:
    view = traced(text)
    assert len(view.text) == len(view.starts) == len(view.ends)
    for place in range(len(view.text)):
        start, end = view.span(place, place + 1)
        assert 0 <= start < end <= len(text)


@given(hostile)
def test_a_disguise_undone_still_stands_in_the_original(text: str) -> None:
    shown = untangled(traced(text))
    if shown is not None:
        assert len(shown.text) == len(shown.starts) == len(shown.ends)
        assert all(0 <= start < end <= len(text) for start, end in zip(shown.starts, shown.ends, strict=True))


@given(hostile)
def test_undoing_is_what_the_rules_say(text: str) -> None:
    view = traced(text)
    plain = view.text
    for rule in RULES:
        plain = rule(plain)
    shown = untangled(view)
    assert (shown.text if shown else view.text) == plain


@given(hostile)
def test_small_letters_are_as_many_as_large_ones(text: str) -> None:
    view = traced(text)
    assert len(view.text.lower()) == len(view.text)


def test_a_word_in_another_script_s_letters_is_read_at_its_place() -> None:
    text = "a Glоck\u200b 19"
    view = traced(text)
    start = view.text.index("Glock")
    assert text[slice(*view.span(start, start + 5))] == "Glоck"


def test_letters_spelt_out_are_one_word_over_their_whole_stretch() -> None:
    text = "one g l o c k here"
    shown = untangled(traced(text))
    assert shown is not None
    start = shown.text.index("glock")
    assert text[slice(*shown.span(start, start + 5))] == "g l o c k"


def test_a_text_is_cut_at_the_limit() -> None:
    assert len(traced("é" * (LIMIT + 9)).text) == LIMIT
