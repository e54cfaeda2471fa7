"""How a profile writes a mirror."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.address import onion
from crawlers.route.origin import Origin

ONION = onion(bytes(32))


@pytest.mark.parametrize(
    ("mirror", "origin", "url"),
    [
        (ONION, ("http", ONION, 80), f"http://{ONION}"),
        (f"http://{ONION}", ("http", ONION, 80), f"http://{ONION}"),
        (f"https://{ONION}", ("https", ONION, 443), f"https://{ONION}"),
        (f"{ONION}:8080", ("http", ONION, 8080), f"http://{ONION}:8080"),
        (f"https://{ONION}:443", ("https", ONION, 443), f"https://{ONION}"),
        (f"market.{ONION}", ("http", f"market.{ONION}", 80), f"http://market.{ONION}"),
    ],
)
def test_a_mirror_is_an_onion_with_scheme_and_port_where_needed(
    mirror: str, origin: tuple[str, str, int], url: str
) -> None:
    assert Origin.of(mirror) == origin
    assert Origin.of(mirror).url == url


@pytest.mark.parametrize(
    "mirror",
    [
        "",
        "example.org",
        "http://127.0.0.1:9050",
        ONION[1:],
        ONION.replace("a", "b"),
        ONION.upper(),
        f"{ONION}/",
        f"{ONION}/path",
        f"ftp://{ONION}",
        f"user@{ONION}",
        f"{ONION}:0",
        f"{ONION}:65536",
        f"{ONION}:http",
        f"x{ONION}",
        f".{ONION}",
        f"a..{ONION}",
        f"{ONION}.",
        f"{ONION}\n",
    ],
)
def test_anything_else_is_none(mirror: str) -> None:
    with pytest.raises(ValueError, match=r"names no port|is no v3 onion"):
        Origin.of(mirror)


@given(st.text())
def test_no_text_breaks_it(mirror: str) -> None:
    with pytest.raises(ValueError, match=r"mirror|onion"):
        Origin.of(mirror + "x")


@pytest.mark.parametrize(
    ("link", "serves"),
    [
        (f"http://{ONION}/a", True),
        (f"https://{ONION}/a", True),
        (f"http://{ONION}:8080/a", True),
        (f"http://{ONION}:81/a", False),
        (f"http://{ONION}:99999/a", False),
        (f"http://www.{ONION}/a", False),
        (f"http://user@{ONION}/a", False),
        (f"http://{ONION}./a", False),
    ],
)
def test_a_link_leads_to_the_market_at_the_usual_port_or_the_profiles(link: str, serves: bool) -> None:  # noqa: FBT001  # a table
    assert Origin.of(f"{ONION}:8080").serves(urlsplit(link)) is serves
