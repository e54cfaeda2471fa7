"""The settings Scrapy runs with: an allow list of its parts, and nothing that acts, listens, resolves or remembers."""

from collections.abc import Mapping
from types import MappingProxyType

from crawlers.evidence.witness import Witness
from crawlers.profile import Pace
from crawlers.publish import Publisher
from crawlers.route.pacing import EvenDownloader
from crawlers.route.tor import NoResolver
from crawlers.scheduler import FrontierScheduler
from pipeline import settings

USER_AGENT = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
"""Tor Browser's own, which is the same on every system."""
HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-US,en;q=0.5",
    "Upgrade-Insecure-Requests": "1",
}
MIDDLEWARES = {
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": 590,
}

OTHER_SCHEMES = ("data", "file", "ftp", "s3")
"""Schemes that Scrapy brings handlers for, none of which is to be had here."""


def scrapy_settings(crawl: settings.Crawl, pace: Pace) -> Mapping[str, object]:
    """All that Scrapy is told. robots.txt is not asked for: onion markets have none, and Headstamp's limits are its profiles."""
    return MappingProxyType(
        _OFF
        | {
            "SCHEDULER": FrontierScheduler,
            "DOWNLOADER": EvenDownloader,
            "ITEM_PIPELINES": {Publisher: 100},
            "DOWNLOAD_HANDLERS": {"http": Witness, "https": Witness} | dict.fromkeys(OTHER_SCHEMES),
            "DOWNLOADER_MIDDLEWARES_BASE": MIDDLEWARES,
            "TWISTED_DNS_RESOLVER": NoResolver,
            "USER_AGENT": USER_AGENT,
            "DEFAULT_REQUEST_HEADERS": HEADERS,
            "DOWNLOAD_TIMEOUT": crawl.timeout_s,
            "DOWNLOAD_MAXSIZE": crawl.max_page_bytes,
            "DOWNLOAD_WARNSIZE": 0,
            "DOWNLOAD_FAIL_ON_DATALOSS": True,
            "DOWNLOAD_DELAY": pace.delay,
            "CONCURRENT_ITEMS": 1,  # a page has one outcome; Scrapy starts this many tasks for each
            "CONCURRENT_REQUESTS": pace.concurrent,
            "CONCURRENT_REQUESTS_PER_DOMAIN": pace.concurrent,
        }
    )


_OFF: dict[str, object] = {
    "ADDONS": {},
    "DNSCACHE_ENABLED": False,
    "DOWNLOAD_BIND_ADDRESS": None,
    "DOWNLOAD_VERIFY_CERTIFICATES": False,  # an onion address is its own proof; most certificates there are self-signed
    "REDIRECT_MAX_TIMES": 0,
    "RETRY_TIMES": 0,
    "AUTOTHROTTLE_ENABLED": False,  # the profile says how often a market is asked
    "FEEDS": {},
    "MEMDEBUG_ENABLED": False,
    "COOKIES_DEBUG": False,
    "DOWNLOAD_HANDLERS_BASE": {},
    "SPIDER_MIDDLEWARES_BASE": {},
    "EXTENSIONS_BASE": {},
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,  # on by default: an HTTP server on loopback that runs Python
    "HTTPPROXY_ENABLED": False,  # http_proxy of the environment would lead around tor
    "ROBOTSTXT_OBEY": False,
    "METAREFRESH_ENABLED": False,
    "REDIRECT_ENABLED": False,  # a redirect is a link, which the profile must mean
    "RETRY_ENABLED": False,  # the frontier asks again, and remembers how often
    "COOKIES_ENABLED": False,
    "REFERER_ENABLED": False,
    "HTTPCACHE_ENABLED": False,
    "LOG_ENABLED": False,
    "LOG_INSTALL_ROOT_HANDLER": False,
    "STATS_DUMP": False,
}
