"""Which host names are onion services."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.address import is_onion, onion

KNOWN = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"
"""An example of Tor's rend-spec-v3."""


def test_the_specifications_example_is_an_onion() -> None:
    assert is_onion(KNOWN)


@given(st.binary(min_size=32, max_size=32))
def test_every_public_key_has_an_address(key: bytes) -> None:
    assert is_onion(onion(key))


@given(st.binary(min_size=32, max_size=32), st.integers(0, 55))
def test_one_wrong_letter_is_noticed(key: bytes, place: int) -> None:
    right = onion(key)
    wrong = right[:place] + ("a" if right[place] != "a" else "b") + right[place + 1 :]
    assert not is_onion(wrong)


@pytest.mark.parametrize(
    "host",
    [
        "",
        ".onion",
        "expyuzz4wqqyqhjn.onion",  # version 2
        KNOWN.upper(),
        f"www.{KNOWN}",
        f"{KNOWN}.",
        f"{KNOWN}.example.org",
        KNOWN.replace("p", "ｐ"),
        KNOWN.removesuffix(".onion"),
        "127.0.0.1",
    ],
)
def test_anything_else_is_none(host: str) -> None:
    assert not is_onion(host)


@given(st.text())
def test_no_text_breaks_the_check(host: str) -> None:
    assert not is_onion(host + ".onion") or len(host) == 56
