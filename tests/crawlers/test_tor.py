"""What may leave, and what Scrapy may do."""

import pytest
from scrapy import Request
from scrapy.settings import default_settings

from crawlers.address import onion
from crawlers.bounds import OutOfBoundsError, Route, guard
from crawlers.hardening import scrapy_settings
from crawlers.lanes import Lanes
from crawlers.origin import Origin
from crawlers.profile import Pace
from pipeline.settings import Crawl

MIRROR, OTHER = onion(bytes(32)), onion(bytes([1] * 32))
ORIGINS = frozenset(map(Origin.of, [MIRROR, f"https://{MIRROR}", f"http://{MIRROR}:81", f"market.{OTHER}"]))
ROUTE = Route(socks="127.0.0.1:9050", origins=ORIGINS, lanes=Lanes.of("tiny", 1), hold_s=0)
SETTINGS = scrapy_settings(Crawl(), Pace(delay=2, concurrent=3))


@pytest.mark.parametrize("url", [f"http://{MIRROR}/a?b=1", f"https://{MIRROR}/", f"http://{MIRROR}:81/"])
def test_a_request_to_a_mirror_passes(url: str) -> None:
    guard(Request(url), ROUTE)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://[::1]/",
        f"http://{OTHER}/",
        f"http://www.{MIRROR}/",
        f"http://{MIRROR}./",
        f"http://{MIRROR}.example.org/",
        f"http://{MIRROR}@example.org/",
        f"http://user:secret@{MIRROR}/",
        f"http://user@{MIRROR}/",
        f"ftp://{MIRROR}/",
        "file:///etc/passwd",
        "data:text/html,x",
    ],
)
def test_a_request_to_anywhere_else_does_not(url: str) -> None:
    with pytest.raises(OutOfBoundsError):
        guard(Request(url), ROUTE)


@pytest.mark.parametrize("meta", [{"proxy": "http://127.0.0.1:8080"}, {"bindaddress": "0.0.0.0"}])
def test_a_request_may_not_choose_its_own_way(meta: dict[str, str]) -> None:
    with pytest.raises(OutOfBoundsError):
        guard(Request(f"http://{MIRROR}/", meta=meta), ROUTE)


@pytest.mark.parametrize(
    "name",
    [
        "TELNETCONSOLE_ENABLED",
        "REMOTE_CONTROL_ENABLED",
        "HTTPPROXY_ENABLED",
        "METAREFRESH_ENABLED",
        "REDIRECT_ENABLED",
        "COOKIES_ENABLED",
        "ROBOTSTXT_OBEY",
        "HTTPCACHE_ENABLED",
        "REFERER_ENABLED",
    ],
)
def test_scrapys_other_ways_out_and_in_are_shut(name: str) -> None:
    assert name in vars(default_settings), "Scrapy renamed it"
    assert SETTINGS[name] is False


def test_only_what_is_named_runs() -> None:
    assert (
        SETTINGS["EXTENSIONS_BASE"] == SETTINGS["SPIDER_MIDDLEWARES_BASE"] == SETTINGS["DOWNLOAD_HANDLERS_BASE"] == {}
    )
    assert set(SETTINGS["DOWNLOAD_HANDLERS"]) == {"http", "https"}  # type: ignore[call-overload]  # a dict


def test_the_settings_cannot_be_changed_on_the_way() -> None:
    with pytest.raises(TypeError):
        SETTINGS["USER_AGENT"] = "x"  # type: ignore[index]  # that is the point


def test_a_market_is_asked_at_its_own_pace() -> None:
    assert (SETTINGS["DOWNLOAD_DELAY"], SETTINGS["CONCURRENT_REQUESTS"]) == (2, 3)


def test_scrapy_is_not_named_to_markets() -> None:
    assert "scrapy" not in str(SETTINGS["USER_AGENT"]).lower()
