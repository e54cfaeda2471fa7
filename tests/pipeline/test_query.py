"""What a person types into a search box, read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.index import Sort
from pipeline.index.cursor import Cursor, read, text
from pipeline.index.query import MOST_CHARACTERS, Term, terms
from pipeline.index.sqlite_layout import MARK

ID = "0123456789abcdef0123456789abcdef"


def term(*tokens: str, prefix: bool = False, excluded: bool = False) -> Term:
    return Term(tokens=tokens, prefix=prefix, excluded=excluded)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", []),
        ("blue lot", [term("blue"), term("lot")]),
        ('"blue lot"', [term("blue", "lot")]),
        ("gloc*", [term("gloc", prefix=True)]),
        ('"blue lo"*', [term("blue", "lo", prefix=True)]),
        ("-blue", [term("blue", excluded=True)]),
        ('-"blue lot" box', [term("blue", "lot", excluded=True), term("box")]),
        ("-gloc*", [term("gloc", prefix=True, excluded=True)]),
        ("AK-47", [term("ak", "47")]),
        ("7.62x39", [term("7.62x39")]),
        ('"blue lot', [term("blue", "lot")]),
        ('blue"lot"', [term("blue"), term("lot")]),
        ("title:blue", [term("title", "blue")]),
        ("blue AND (lot OR NOT box)", [term(word) for word in ("blue", "and", "lot", "or", "not", "box")]),
        ('- * "" "*" ☠ -- -"', []),
        ("a\x00b", [term("ab")]),
    ],
)
def test_words_become_terms(words: str, expected: list[Term]) -> None:
    assert list(terms(words)) == expected


@pytest.mark.parametrize(
    ("apart", "together"),
    [
        ("9 mm", "9mm"),
        ("9-mm", "9mm"),
        ("22 lr", "22lr"),
        ("7.62 x 39", "7.62x39"),
        ("g l o c k", "glock"),
        ("glock 9 mm -box", "glock 9mm -box"),
        ('"blue lot" 9 mm', '"blue lot" 9mm'),
    ],
)
def test_words_that_belong_together_are_one_term_without_quotes(apart: str, together: str) -> None:
    assert terms(apart) == terms(together)


def test_words_on_both_sides_of_an_excluded_one_are_not_neighbours() -> None:
    assert list(terms("9 -blue mm")) == [term("9"), term("blue", excluded=True), term("mm")]


@given(st.text(max_size=300) | st.text(alphabet=[MARK, "a"], max_size=20) | st.text(alphabet='"*-() a', max_size=120))
def test_any_text_is_read_into_tokens_without_syntax_or_is_refused(words: str) -> None:
    try:
        found = terms(words)
    except SettingsError as refused:
        assert "shorten" in str(refused)  # noqa: PT017  # some texts have too many words
        return
    assert all(token and not set(token) & {'"', " ", "*", "\x00", MARK} for term in found for token in term.tokens)


@pytest.mark.parametrize("words", ["glock " * 10_000, "x" * (MOST_CHARACTERS + 1), "ab " * 65])
def test_a_search_text_without_end_is_refused(words: str) -> None:
    with pytest.raises(SettingsError, match="at most"):
        terms(words)


@given(st.sampled_from(Sort), st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False))
def test_a_cursor_reads_back_as_it_was_written(sort: Sort, key: float) -> None:
    assert read(text(Cursor(sort, key, ID)), sort) == Cursor(sort, key, ID)


def test_a_cursor_is_safe_in_an_address() -> None:
    assert text(Cursor(Sort.NEWEST, -1, ID)).replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "other", [Cursor(Sort.NEWEST, 1, ID.upper()), Cursor(Sort.NEWEST, 1, ID + "\n"), Cursor(Sort.NEWEST, 1, "1")]
)
def test_a_cursor_names_a_listing(other: Cursor) -> None:
    with pytest.raises(SettingsError, match="no place"):
        read(text(other), Sort.NEWEST)
