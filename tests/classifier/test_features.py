"""What the models read of a text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.features import LONGEST, grams, view


def test_calibres_stay_whole_however_they_are_written() -> None:
    assert view("9mm .45 ACP 7,62x39 AK-47", "").title.words == ("9mm", ".45", "acp", "7.62x39", "ak", "47")


def test_two_words_that_make_a_name_are_also_read_as_one() -> None:
    assert set(view("AK 47", "").title.pairs) == set(view("ak-47", "").title.pairs) == {"=ak47"}
    assert "=ak47" in grams("ak47")


def test_a_disguised_word_is_read_as_written_and_as_meant() -> None:
    words = view("p1st0l g l o c k", "").title.words
    assert {"p1st0l", "pistol", "glock"} <= set(words)


def test_a_word_counts_once_and_with_the_title_where_it_stands_there() -> None:
    found = view("glock glock", "Glock new glock new")
    assert (found.title.words, found.rest.words) == (("glock",), ("new",))
    assert (found.title.pairs, found.rest.pairs) == (("=glockglock",), ("=glocknew", "=newglock"))


def test_a_number_also_shows_its_shape() -> None:
    assert "#0.00x00" in grams("7.62x39")
    assert "=45" in grams(".45")


def test_keys_in_a_description_are_not_read() -> None:
    body = f"Version: GnuPG v2.0.22 (GNU/Linux)\n\n{'mQENBFab' * 8}\n=aB3d"
    block = f"-----BEGIN PGP PUBLIC KEY BLOCK-----\n{body}\n-----END PGP PUBLIC KEY BLOCK-----"
    assert view("", f"before {block} after").rest.words == ("before", "after")
    assert view("", "before -----BEGIN PGP PUBLIC KEY BLOCK----- mQENBFabc ...").rest.words == ("before",)


@pytest.mark.parametrize("kind", ["", " SIGNED MESSAGE-----", " PUBLIC KEY BLOCK-----\nComment:"])
@pytest.mark.parametrize("end", ["", "\n-----END PGP SIGNATURE-----"])
def test_an_offer_inside_a_key_block_is_read(kind: str, end: str) -> None:
    assert view("", f"-----BEGIN PGP{kind}\nglock 17 new{end}").rest.words == ("glock", "17", "new")


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_can_be_read(title: str, description: str) -> None:
    found = view(title, description)
    words = found.title.words + found.rest.words
    assert all(0 < len(word) <= LONGEST for word in words)
    assert len(set(words)) == len(words)
    assert all(grams(word) for word in words)
    assert not re.search(r"[A-Z]", "".join(words))
