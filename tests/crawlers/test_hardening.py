"""What Scrapy may do, and the private names of it that the crawler leans on."""

import inspect
import tomllib
from pathlib import Path

import pytest
from scrapy.core.downloader.handlers import http11
from scrapy.core.engine import ExecutionEngine
from scrapy.settings import Settings, default_settings
from scrapy.utils import _compression
from scrapy.utils.conf import build_component_list
from scrapy.utils.python import without_none_values
from twisted.web import _newclient, client

from crawlers import hardening
from crawlers.evidence.witness import Witness
from crawlers.hardening import scrapy_settings
from crawlers.profile import Pace
from crawlers.publish import Publisher
from crawlers.route.tor import NoResolver, TorHandler
from pipeline.settings import Crawl

ROOT = Path(__file__).parents[2]
CRAWL = Crawl(timeout_s=33, max_page_bytes=4_321)
GIVEN = scrapy_settings(CRAWL, Pace(delay=2, concurrent=3))
RUN = Settings(dict(GIVEN))
"""As Scrapy reads them, over its own defaults."""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("TELNETCONSOLE_ENABLED", "a console on a port"),
        ("REMOTE_CONTROL_ENABLED", "an HTTP server that runs Python"),
        ("HTTPPROXY_ENABLED", "http_proxy of the environment"),
        ("METAREFRESH_ENABLED", "pages that send the crawler on"),
        ("REDIRECT_ENABLED", "markets that send the crawler on"),
        ("RETRY_ENABLED", "the frontier asks again, and knows how often"),
        ("COOKIES_ENABLED", "a memory that markets write"),
        ("ROBOTSTXT_OBEY", "a request beside the frontier's"),
        ("HTTPCACHE_ENABLED", "pages without a capture"),
        ("REFERER_ENABLED", "where the crawler comes from"),
        ("DNSCACHE_ENABLED", "names are not resolved"),
        ("AUTOTHROTTLE_ENABLED", "the profile says how often"),
        ("LOG_ENABLED", "a log of every address"),
        ("DOWNLOAD_VERIFY_CERTIFICATES", "onions sign their own"),
    ],
)
def test_scrapys_other_ways_out_and_in_are_shut(name: str, why: str) -> None:
    assert name in vars(default_settings), f"Scrapy renamed what stands for {why}"
    assert RUN[name] is False


def test_pages_come_by_the_tor_handler_and_by_no_other() -> None:
    assert without_none_values(RUN.getwithbase("DOWNLOAD_HANDLERS")) == {"http": Witness, "https": Witness}
    assert set(default_settings.DOWNLOAD_HANDLERS_BASE) - {"http", "https"} == set(hardening.OTHER_SCHEMES)
    assert issubclass(Witness, TorHandler)
    assert TorHandler.lazy is False, "made before the first request, so that a fault of it is no surprise later"


def test_no_part_of_scrapy_runs_that_is_not_named() -> None:
    parts = {
        name: build_component_list(RUN.getwithbase(name))
        for name in ("DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "EXTENSIONS", "ADDONS", "ITEM_PIPELINES")
    }
    assert parts == {
        "DOWNLOADER_MIDDLEWARES": list(hardening.MIDDLEWARES),
        "SPIDER_MIDDLEWARES": [],
        "EXTENSIONS": [],
        "ADDONS": [],
        "ITEM_PIPELINES": [Publisher],
    }


def test_names_are_resolved_nowhere() -> None:
    assert RUN["TWISTED_DNS_RESOLVER"] is NoResolver


def test_pages_are_bounded_in_time_and_size() -> None:
    assert (RUN.getfloat("DOWNLOAD_TIMEOUT"), RUN.getint("DOWNLOAD_MAXSIZE")) == (33, 4_321)
    assert RUN.getbool("DOWNLOAD_FAIL_ON_DATALOSS")
    assert RUN.getbool("COMPRESSION_ENABLED"), "the limit then holds for what a page unpacks to"


def test_no_request_has_an_address_of_its_own_to_start_from() -> None:
    assert RUN["DOWNLOAD_BIND_ADDRESS"] is None


def test_nothing_follows_or_repeats_beside_the_frontier() -> None:
    assert (RUN.getint("REDIRECT_MAX_TIMES"), RUN.getint("RETRY_TIMES"), RUN["FEEDS"]) == (0, 0, {})


def test_the_settings_cannot_be_changed_on_the_way() -> None:
    with pytest.raises(TypeError):
        GIVEN["USER_AGENT"] = "x"  # type: ignore[index]  # that is the point


def test_a_market_is_asked_at_its_own_pace() -> None:
    assert (RUN["DOWNLOAD_DELAY"], RUN["CONCURRENT_REQUESTS"], RUN["CONCURRENT_REQUESTS_PER_DOMAIN"]) == (2, 3, 3)


def test_scrapy_is_not_named_to_markets() -> None:
    assert "scrapy" not in str(RUN["USER_AGENT"]).lower()


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (http11, "_ScrapyAgent"),
        (http11, "_LenientHTTP11ClientFactory"),
        (http11, "_LenientHTTP11ClientProtocol"),
        (http11, "_LenientHTTPClientParser"),
        (http11._ScrapyAgent, "_get_agent"),
        (client.Agent, "_getEndpoint"),
        (client.Agent, "_requestWithEndpoint"),
        (client.HTTPConnectionPool, "_factory"),
        (_newclient, "ParseError"),
        (_newclient, "ResponseNeverReceived"),
        (_compression, "brotli"),
        (_compression, "zstd"),
    ],
)
def test_the_private_names_that_the_route_leans_on_are_there(place: object, name: str) -> None:
    assert hasattr(place, name)


def test_the_private_ways_that_the_route_leans_on_are_there() -> None:
    assert list(inspect.signature(http11._ScrapyAgent._get_agent).parameters) == ["self", "request", "timeout"]
    assert list(inspect.signature(client.Agent._requestWithEndpoint).parameters)[:3] == ["self", "key", "endpoint"]
    assert "self._slot" in inspect.getsource(ExecutionEngine.spider_is_idle)
    assert "_policyForHTTPS" in inspect.getsource(client._StandardEndpointFactory)
    assert "headers_received" in inspect.getsource(http11._ScrapyAgent._cb_bodyready)
    assert "bytes_received" in inspect.getsource(http11._ResponseReader.dataReceived)


def test_scrapy_is_held_to_the_version_whose_private_names_these_are() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "scrapy>=2.19,<2.20" in project["dependencies"]
