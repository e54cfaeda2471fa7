"""The gate: what may leave."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request

from crawlers.address import onion
from crawlers.reason import Reason
from crawlers.route.bounds import OutOfBoundsError, Route, guard
from crawlers.route.denylist import Denylist
from crawlers.route.lanes import Lanes
from crawlers.route.origin import Origin

MIRROR, OTHER = onion(bytes(32)), onion(bytes([1] * 32))
ORIGINS = frozenset(map(Origin.of, [MIRROR, f"https://{MIRROR}", f"http://{MIRROR}:81", f"market.{OTHER}"]))
ROUTE = Route(socks="127.0.0.1:9050", origins=ORIGINS, lanes=Lanes.of("tiny", 1), hold_s=0)


@pytest.mark.parametrize(
    "url",
    [
        f"http://{MIRROR}/a?b=1",
        f"http://{MIRROR}",
        f"http://{MIRROR}:80/",
        f"https://{MIRROR}/",
        f"http://{MIRROR}:81/",
        f"http://market.{OTHER}/",
    ],
)
def test_a_request_to_a_mirror_passes(url: str) -> None:
    guard(Request(url), ROUTE)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://[::1]/",
        "http://localhost/",
        f"http://{OTHER}/",
        f"http://www.{MIRROR}/",
        f"http://www.market.{OTHER}/",
        f"http://{MIRROR}./",
        f"http://{MIRROR}.example.org/",
        f"http://{MIRROR}@example.org/",
        f"http://user:secret@{MIRROR}/",
        f"http://user@{MIRROR}/",
        f"http://@{MIRROR}/",
        f"http://{MIRROR}:82/",
        f"https://{MIRROR}:80/",
        f"https://{MIRROR}:81/",
        f"http://{MIRROR}:0/",
        f"ftp://{MIRROR}/",
        f"ws://{MIRROR}/",
        "file:///etc/passwd",
        f"file://{MIRROR}/etc/passwd",
        "data:text/html,x",
        "about:blank",
    ],
)
def test_a_request_to_anywhere_else_does_not(url: str) -> None:
    with pytest.raises(OutOfBoundsError) as found:
        guard(Request(url), ROUTE)
    assert found.value.reason == Reason.NOT_ONION


@given(st.text())
def test_nothing_made_up_passes(text: str) -> None:
    with pytest.raises((OutOfBoundsError, ValueError)):  # Scrapy itself refuses what has no scheme
        guard(Request(f"http://{text}.{MIRROR}/"), ROUTE)


@pytest.mark.parametrize("meta", [{"proxy": "http://127.0.0.1:8080"}, {"bindaddress": "0.0.0.0"}])
def test_a_request_may_not_choose_its_own_way(meta: dict[str, str]) -> None:
    with pytest.raises(OutOfBoundsError):
        guard(Request(f"http://{MIRROR}/", meta=meta), ROUTE)


@pytest.mark.parametrize(
    "request_", [Request(f"http://{MIRROR}/", method="POST"), Request(f"http://{MIRROR}/", body="x")]
)
def test_a_request_only_reads(request_: Request) -> None:
    with pytest.raises(OutOfBoundsError, match="only reads"):
        guard(request_, ROUTE)


def test_a_mirror_whose_checksum_is_wrong_does_not_pass_even_where_the_route_names_it() -> None:
    wrong = Origin("http", MIRROR.replace("a", "b", 1), 80)
    with pytest.raises(OutOfBoundsError):
        guard(Request(wrong.url), replace(ROUTE, origins=frozenset({wrong})))


def test_a_service_on_the_denylist_does_not_pass_even_where_the_route_names_it() -> None:
    with pytest.raises(OutOfBoundsError) as found:
        guard(Request(f"http://{MIRROR}/"), replace(ROUTE, denied=Denylist.of([MIRROR])))
    assert found.value.reason == Reason.DENIED


def test_a_file_does_not_pass_by_its_name() -> None:
    with pytest.raises(OutOfBoundsError) as found:
        guard(Request(f"http://{MIRROR}/photo.jpg"), ROUTE)
    assert found.value.reason == Reason.NOT_TEXT
