"""Text of a page is safe to look at, whatever it holds."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.web.letters import Frame, marked, shown, visible
from pipeline.records import Span

ANY_TEXT = st.text(st.characters(), max_size=80)
SPANS = st.lists(
    st.builds(
        Span,
        field=st.just("title"),
        start=st.integers(-10, 100),
        end=st.integers(-10, 100),
        weight=st.floats(-5, 5) | st.just(float("nan")) | st.just(float("inf")),
    ),
    max_size=6,
)


FRAMES = st.lists(
    st.builds(Frame, st.integers(-10, 100), st.integers(-10, 100), st.sampled_from(["a", "b"]), st.just("there")),
    max_size=4,
)


class Tags(HTMLParser):
    """Collects the tags of a text with their attributes' names."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[tuple[str, tuple[str, ...]]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add((tag, tuple(name for name, _ in attrs)))


def span(start: int, end: int, weight: float) -> Span:
    return Span(field="title", start=start, end=end, weight=weight)


def read(html: str) -> str:
    """What remains when tags and the names of unseen characters are taken out."""
    return unescape(re.sub("<[^>]*>", "", re.sub(r'<span class="unseen".*?</span>', "", html)))


@given(ANY_TEXT)
def test_no_text_becomes_a_tag(text: str) -> None:
    tags = Tags()
    tags.feed(shown(text))
    assert tags.seen <= {("bdi", ("dir",)), ("span", ("class", "title"))}


@given(ANY_TEXT, SPANS, FRAMES)
def test_marks_change_no_letter(text: str, spans: list[Span], frames: list[Frame]) -> None:
    assert read(marked(text, spans, frames)) == read(shown(text)) == visible(text)


@given(ANY_TEXT)
def test_no_direction_control_reaches_the_page(text: str) -> None:
    assert not set(shown(f"\u202e\u2066{text}")) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
    )


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_what_is_shown_can_be_sent(text: str) -> None:
    shown(f"{text}\ud800").encode()


def test_an_unseen_character_is_named_once_for_a_run() -> None:
    assert shown("a\u200b\u200b\u200bb") == (
        '<bdi dir="auto">a<span class="unseen" title="ZERO WIDTH SPACE ×3">U+200B ×3</span>b</bdi>'
    )


@pytest.mark.parametrize("text", ["❤\ufe0f", "👩\u200d👧", "می\u200cخواهم", "क्\u200dष", "a\n\tb"])
def test_what_belongs_to_a_script_or_an_emoji_is_no_trick(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    "text", ["gl\u200dock", "gl\ufe0fock", "gl\u3164ock", "gl\u034fock", "gl\u00adock", "❤\ufe0f\ufe0f"]
)
def test_what_only_hides_in_a_word_is_shown(text: str) -> None:
    assert "unseen" in shown(text)


def test_a_long_text_is_cut_with_a_sign() -> None:
    assert read(shown("abcdef", 3)) == "abc…"


def test_spans_that_overlap_add_up() -> None:
    html = marked("abcdef", (span(0, 4, 1.0), span(2, 6, 2.0)))
    assert re.findall(r'class="(.*?)" title=".*?">(.*?)<', html) == [("up-1", "ab"), ("up-3", "cd"), ("up-2", "ef")]


def test_frames_may_overlap_each_other_and_what_moved_the_score() -> None:
    html = marked("abcdef", (span(0, 3, 1.0),), (Frame(1, 4, "one", "x"), Frame(2, 6, "two", "y")))
    assert re.findall(r'class="(.*?)" title="(.*?)">(.*?)<', html) == [
        ("up-3", "raised the score", "a"),
        ("up-3 sign", "raised the score; one", "b"),
        ("up-3 sign", "raised the score; one; two", "c"),
        ("sign", "one; two", "d"),
        ("sign", "two", "ef"),
    ]
    assert html.index('id="x"') < html.index(">b<") < html.index('id="y"') < html.index(">c<")


@pytest.mark.parametrize("outside", [(-5, 2), (2, 9), (3, 1), (2, 2)])
def test_a_frame_that_does_not_fit_the_text_is_left_out(outside: tuple[int, int]) -> None:
    assert "mark" not in marked("abcd", (), (Frame(*outside, "one", "x"),))


def test_a_span_that_lowers_the_score_says_so() -> None:
    assert '<mark class="down-3" title="lowered the score">bc</mark>' in marked("abcd", (span(1, 3, -0.5),))


@pytest.mark.parametrize("outside", [span(-5, -1, 1.0), span(4, 9, 1.0), span(3, 1, 1.0), span(2, 2, 1.0)])
def test_a_span_outside_the_text_marks_nothing(outside: Span) -> None:
    assert "mark" not in marked("abcd", (outside,))


def test_a_span_counts_code_points() -> None:
    assert ">🔫x<" in marked("a🔫xb", (span(1, 3, 1.0),))


def test_a_mark_is_never_stronger_than_the_strongest_colour() -> None:
    spans = [Span(field="title", start=0, end=4, weight=weight) for weight in (0.1, 0.2, 0.7)]
    assert "up-4" not in marked("lamp", [*spans, Span(field="title", start=0, end=4, weight=0.1 + 0.2)])
