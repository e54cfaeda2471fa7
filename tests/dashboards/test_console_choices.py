"""An address says what it asks for, or is refused with a reason."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from dashboards.web.choices import Choices, Rule, day, identity, member, pair, text

RULES = {
    "words": Rule(text(20)),
    "kind": Rule(member("a", "b"), many=True),
    "since": Rule(day),
    "id": Rule(identity),
    "done": Rule(pair),
}


def refused(*given: tuple[str, str]) -> str:
    with pytest.raises(HTTPException) as raised:
        Choices.read(given, RULES)
    assert raised.value.status_code == 400
    return raised.value.detail


@given(st.lists(st.tuples(st.sampled_from(sorted(RULES)) | st.text(), st.text(max_size=40))))
def test_any_address_is_read_or_refused(given: list[tuple[str, str]]) -> None:
    with suppress(HTTPException):
        assert {name for name, _ in Choices.read(given, RULES).pairs} <= set(RULES)


def test_a_field_left_empty_asks_for_nothing() -> None:
    assert Choices.read([("words", ""), ("kind", " ")], RULES).pairs == ()


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    assert "'page'" in refused(("page", "2"))
    assert "done, id, kind, since, words" in refused(("page", "2"))


def test_a_refusal_says_what_was_expected() -> None:
    assert refused(("kind", "c")) == "'kind' cannot be 'c': one of a, b is expected."


@pytest.mark.parametrize("value", ["yesterday", "2026-02-30", "2026-1-1", "0001-01-01", "9999-12-31", "2026-01-01T00"])
def test_only_a_day_is_a_day(value: str) -> None:
    assert "'since'" in refused(("since", value))


def test_what_can_be_one_only_is_refused_twice() -> None:
    assert "given 2 times" in refused(("words", "a"), ("words", "b"))


def test_a_value_given_twice_counts_once() -> None:
    assert Choices.read([("kind", "a"), ("kind", "a"), ("kind", "b")], RULES).all("kind") == ("a", "b")


def test_too_long_a_text_is_refused() -> None:
    assert "longer than 20" in refused(("words", "x" * 21))


def test_an_address_names_its_choices_again() -> None:
    choices = Choices.read([("words", 'a&b="c"'), ("kind", "a")], RULES)
    assert choices.at("/search") == "/search?words=a%26b%3D%22c%22&kind=a"
    assert choices.lacking("kind", "a").at("/search") == "/search?words=a%26b%3D%22c%22"
    assert choices.without("words", "kind").at("/search") == "/search"
