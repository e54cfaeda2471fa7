"""A rule's hint may spare work; it must never spare a match."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.text import reveal, tokens, words
from pipeline.text.rule import Rule

RULES = {name: found for module in (reveal, words) for name, found in vars(module).items() if isinstance(found, Rule)}
PIECES = st.sampled_from(
    [
        *"abglosx АаxX×х013457$@€!|.,-_*·: \t\n'",
        "ſ",
        "p1st",
        "7.62",
        " 39",
        "mm",
        "G",
        "g.u",
        "9 mm",
        "22-lr",
        "9 x 19",
        " cal",
    ]
)
TEXTS = st.lists(PIECES, max_size=24).map("".join) | st.text(max_size=40)


def test_every_rule_is_found() -> None:
    assert sorted(RULES) == [
        "_barred",
        "_calibres",
        "_dotted",
        "_lettered",
        "_single",
        "_spaced",
        "_units",
        "_whole_bores",
    ]


@pytest.mark.parametrize("name", RULES)
def test_a_text_that_a_rule_matches_has_its_hint(name: str) -> None:
    rule = RULES[name]

    @given(TEXTS)
    @example("g.u.n g .-u .-n a_ _b_ _c")
    @example("s w i s s")
    @example("7.62x39 7,62 × 39 9x19")
    @example("gl0ck $hip €€s fl!p b|ack")
    def hinted(text: str) -> None:
        assert rule.hint.search(text) or not rule.whole.search(text)

    hinted()


@pytest.mark.parametrize("name", RULES)
def test_a_rule_reads_as_if_it_had_no_hint(name: str) -> None:
    rule = RULES[name]

    @given(TEXTS)
    def read(text: str) -> None:
        assert rule(text) == rule.whole.sub(rule.read, text)

    read()


def test_a_rule_leaves_a_text_alone_that_lacks_its_hint() -> None:
    rule = Rule(re.compile("1"), re.compile("[a-z]"), lambda _: "-")
    assert rule("abc") == "abc"
    assert rule("a1") == "-1"


def test_more_different_words_than_are_remembered_read_the_same() -> None:
    first = tokens("Pistols")
    for number in range(words.KNOWN + 1):
        tokens(f"unseen{number}x")
    assert len(words._KNOWN) <= words.KNOWN
    assert tokens("Pistols") == first == ["pistol"]


def test_a_long_word_is_read_and_not_remembered() -> None:
    word = "k" * (words.LONGEST_KNOWN + 1)
    assert tokens(word) == [word]
    assert word not in words._KNOWN
