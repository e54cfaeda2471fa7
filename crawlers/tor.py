"""Scrapy's way to the pages: only to the onion services of a profile, only through the SOCKS port."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ScrapyAgent,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.base import ThreadedResolver
from twisted.internet.defer import Deferred, fail
from twisted.internet.endpoints import wrapClientTLS
from twisted.internet.error import DNSLookupError
from twisted.web._newclient import ParseError
from twisted.web.client import URI, Agent

from crawlers.address import is_onion
from crawlers.socks import Target
from crawlers.tunnel import SocksDownError, Tunnel

USER = b"<torS0X>0"
"""Says to tor (proposal 351) that the password is an isolation key and nothing else."""
HEADER_BYTES = 256 * 1024
PROBE_S = 1.0


class OutOfBoundsError(IgnoreRequest):
    """A request that must not leave: not to an onion service of the profile, or not by way of the SOCKS port."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """Where the requests of one market may go, and how."""

    socks: str
    mirrors: frozenset[str]
    key: str
    """Requests with one key share circuits, others never do."""
    hold_s: float
    """Seconds that requests wait for a SOCKS port that went away."""


class TorHandler(HTTP11DownloadHandler):
    """Downloads pages; whatever Scrapy, a redirect or a page asks for, it passes here."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._route: Route = crawler.spider.route  # type: ignore[union-attr]  # ours is the only spider
        self._pool._factory = _BoundedFactory  # noqa: SLF001  # as Scrapy itself does

    async def download_request(self, request: Request) -> Response:
        """The answer; a `SocksDownError` where the SOCKS port stayed away longer than the route holds."""
        guard(request, self._route)
        deadline = time.monotonic() + self._route.hold_s
        while True:
            try:
                return await self._once(request)
            except SocksDownError:
                if time.monotonic() > deadline or not self.crawler.crawling:
                    raise
            await asyncio.sleep(PROBE_S)

    async def _once(self, request: Request) -> Response:
        agent = _OnionScrapyAgent(
            contextFactory=self._contextFactory,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
        )
        agent.route = self._route
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(request))


def guard(request: Request, route: Route) -> None:
    """Let the request pass, or raise an `OutOfBoundsError` before any socket is opened."""
    parts = urlsplit(request.url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        raise OutOfBoundsError(f"no plain web address: {parts.scheme}")
    if not is_onion(host) or host not in route.mirrors:
        raise OutOfBoundsError(f"no mirror of the profile: {host}")
    if request.method != "GET" or request.body:
        raise OutOfBoundsError(f"Headstamp only reads: no {request.method} leaves")
    if request.meta.get("proxy") or request.meta.get("bindaddress"):
        raise OutOfBoundsError("a request may not choose its own way")


class NoResolver(ThreadedResolver):
    """Resolves nothing: a name that came this far would have left the machine."""

    @classmethod
    def from_crawler(cls, _crawler: object, reactor: Any) -> Self:  # Any: a zope interface
        """The resolver for a reactor."""
        return cls(reactor)

    def install_on_reactor(self) -> None:
        """Take the place of the system's resolver."""
        self.reactor.installResolver(self)  # type: ignore[arg-type]  # a zope interface

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> "Deferred[str]":  # noqa: ARG002, N802  # Twisted's signature
        """A failure."""
        return fail(DNSLookupError(f"names are not resolved here: {name!r}"))


class _OnionScrapyAgent(_ScrapyAgent):
    route: Route

    def _get_agent(self, request: Request, timeout: float) -> Agent:  # noqa: ARG002  # Scrapy's signature
        from twisted.internet import reactor  # noqa: PLC0415  # the import installs a reactor, which Scrapy must choose

        agent = _OnionAgent(reactor, self._contextFactory, connectTimeout=timeout, pool=self._pool)  # type: ignore[no-untyped-call]  # Twisted's
        agent.route = self.route
        return agent


class _OnionAgent(Agent):
    route: Route

    def _getEndpoint(self, uri: URI) -> Any:  # noqa: N802  # Twisted's name, a zope interface
        tunnel: Any = Tunnel(self.route.socks, Target(uri.host, uri.port, USER, self.route.key.encode()))
        if uri.scheme != b"https":
            return tunnel
        factory: Any = self._endpointFactory._policyForHTTPS  # noqa: SLF001  # Twisted offers no other way to it
        return wrapClientTLS(factory.creatorForNetloc(uri.host, uri.port), tunnel)

    def _requestWithEndpoint(self, key: tuple[Any, ...], *arguments: Any) -> Any:  # noqa: N802  # Twisted's name and types
        return super()._requestWithEndpoint((*key, self.route.key), *arguments)


class _BoundedParser(_LenientHTTPClientParser):
    """Twisted bounds the length of a header line, but not how many there are: 200 MB of them cost 123 MB."""

    _header_bytes = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802  # Twisted's name
        self._header_bytes += len(line)
        if self._header_bytes > HEADER_BYTES:
            raise ParseError("the headers are too long", line[:60])  # type: ignore[no-untyped-call]  # Twisted's
        super().lineReceived(line)


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Any) -> Any:  # Twisted's private types
        answer = super().request(request)
        assert self._parser is not None
        self._parser.__class__ = _BoundedParser
        return answer


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, _address: Any) -> _BoundedProtocol:  # noqa: N802  # Twisted's name, a zope interface
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]  # Twisted's
