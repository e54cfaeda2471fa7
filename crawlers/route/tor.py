"""Scrapy's way to the pages: only to the onion services of a profile, only through the SOCKS port."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Self

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ScrapyAgent,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.base import ThreadedResolver
from twisted.internet.defer import Deferred, fail
from twisted.internet.endpoints import wrapClientTLS
from twisted.internet.error import DNSLookupError
from twisted.web._newclient import ParseError
from twisted.web.client import URI, Agent

from crawlers.route.bounds import Route, guard
from crawlers.route.lanes import Lane
from crawlers.route.socks import SocksError, Target
from crawlers.route.text_only import only_text
from crawlers.route.tunnel import SocksDownError, Tunnel

USER = b"<torS0X>0"
"""Says to tor (proposal 351) that the password is an isolation key and nothing else."""
LANE = "headstamp_lane"
"""Key of a request's meta under which the key of the lane stands that it took."""
HEADER_BYTES = 256 * 1024
PROBE_S = 1.0


class TorHandler(HTTP11DownloadHandler):
    """Downloads pages; whatever Scrapy, a redirect or a page asks for, it passes here."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._route: Route = crawler.spider.route  # type: ignore[union-attr]  # ours is the only spider
        self._pool._factory = _BoundedFactory  # noqa: SLF001  # as Scrapy itself does
        only_text(crawler)

    async def download_request(self, request: Request) -> Response:
        """The answer; a `SocksDownError` where the SOCKS port stayed away longer than the route holds.

        The request's meta says which lane was used, in `headstamp_lane`.
        """
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
        lane = self._route.lanes.take()
        request.meta[LANE] = lane.key
        agent = self._agent(lane)
        try:
            with wrap_twisted_exceptions():
                return await maybe_deferred_to_future(agent.download_request(request))
        except DownloadTimeoutError:
            if (late := agent.late) is None:
                raise
            self._leave(lane, late)
            raise late from None
        except SocksError as error:
            self._leave(lane, error)
            raise

    def _leave(self, lane: Lane, error: Exception) -> None:
        """Leave a lane that gave no answer: every stream behind its key would wait in line, for minutes."""
        if isinstance(error, SocksError) and error.code == 0:
            self._route.lanes.leave(lane)

    def _agent(self, lane: Lane) -> "_OnionScrapyAgent":
        agent = _OnionScrapyAgent(
            contextFactory=self._contextFactory,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
        )
        agent.route, agent.lane = self._route, lane
        return agent


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
    lane: Lane
    tunnel: Tunnel | None = None

    @property
    def late(self) -> SocksError | SocksDownError | None:
        """Who was waited for, where the time ran out before there was a way to the service."""
        return self.tunnel.late if self.tunnel else None

    def _get_agent(self, request: Request, timeout: float) -> Agent:  # noqa: ARG002  # Scrapy's signature
        from twisted.internet import reactor  # noqa: PLC0415  # the import installs a reactor, which Scrapy must choose

        agent = _OnionAgent(reactor, self._contextFactory, connectTimeout=timeout, pool=self._pool)  # type: ignore[no-untyped-call]  # Twisted's
        agent.asker = self
        return agent


class _OnionAgent(Agent):
    asker: _OnionScrapyAgent

    def _getEndpoint(self, uri: URI) -> Any:  # noqa: N802  # Twisted's name, a zope interface
        route, lane = self.asker.route, self.asker.lane
        target = Target(uri.host, uri.port, USER, lane.key.encode())
        tunnel: Any = Tunnel(route.socks, target, route.connect_s)
        self.asker.tunnel = tunnel
        if uri.scheme != b"https":
            return tunnel
        factory: Any = self._endpointFactory._policyForHTTPS  # noqa: SLF001  # Twisted offers no other way to it
        return wrapClientTLS(factory.creatorForNetloc(uri.host, uri.port), tunnel)

    def _requestWithEndpoint(self, key: tuple[Any, ...], *arguments: Any) -> Any:  # noqa: N802  # Twisted's name and types
        return super()._requestWithEndpoint((*key, self.asker.lane.key), *arguments)


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
