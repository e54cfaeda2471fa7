"""A Twisted endpoint that reaches a host through a SOCKS5 port."""

from typing import Any

from scrapy.exceptions import DownloadConnectionRefusedError
from twisted.internet import error
from twisted.internet.address import IPv4Address
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, UNIXClientEndpoint
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

from crawlers.socks import Handshake, SocksError, Target, port

PORT_TIMEOUT_S = 10
Foreign = Any
"""What Twisted describes by zope interfaces, which mypy cannot read."""


class SocksDownError(DownloadConnectionRefusedError):
    """The SOCKS port itself does not answer."""


class Tunnel:
    """The way to one target through the SOCKS port at an address; one connection each time it is asked."""

    def __init__(self, socks: str, target: Target) -> None:
        self._socks = socks
        self._target = target

    def connect(self, factory: Foreign) -> "Deferred[Foreign]":
        """The factory's protocol, once the way to the host is open."""
        talk = _Talk(self._target, factory)
        reached: Deferred[Foreign] = _endpoint(self._socks).connect(Factory.forProtocol(lambda: talk))
        talk.opened = Deferred(lambda _: _abandon(reached, talk))
        reached.addErrback(talk.unreached)
        return talk.opened


def _endpoint(socks: str) -> Foreign:
    from twisted.internet import reactor  # noqa: PLC0415  # the import installs a reactor, which Scrapy must choose

    host, number = port(socks)
    if number == 0:
        return UNIXClientEndpoint(reactor, host, timeout=PORT_TIMEOUT_S)  # type: ignore[no-untyped-call]  # Twisted's
    return TCP4ClientEndpoint(reactor, host, number, timeout=PORT_TIMEOUT_S)


def _abandon(reached: "Deferred[Foreign]", talk: "_Talk") -> None:
    reached.cancel()
    talk.drop()


class _Talk(Protocol):
    """Takes the steps of the handshake, then hands everything on to the protocol it opened the way for."""

    opened: "Deferred[Foreign]"

    def __init__(self, target: Target, factory: Foreign) -> None:
        self._handshake = Handshake(target)
        self._factory = factory
        self._inner: Foreign = None

    def connectionMade(self) -> None:  # noqa: N802  # Twisted's name
        self._say(Handshake.HELLO)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  # Twisted's name
        if self._inner is not None:
            self._inner.dataReceived(data)
            return
        try:
            self._say(self._handshake.hear(data))
        except SocksError as found:
            self._fail(found)
        if self._handshake.open:
            self._open()

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802  # Twisted's name
        if self._inner is not None:
            self._inner.connectionLost(reason)
        else:
            self._fail(SocksError("the SOCKS port closed the connection"))

    def unreached(self, failure: Failure) -> None:
        """Say that the SOCKS port could not be reached, unless nobody waits any more."""
        if isinstance(failure.value, (error.ConnectError, error.TimeoutError)):
            self._fail(SocksDownError(str(failure.value)))
        elif not isinstance(failure.value, CancelledError):
            self._fail(failure.value)

    def drop(self) -> None:
        """Close the connection at once."""
        transport: Foreign = self.transport
        if transport is not None:
            transport.abortConnection()

    def _say(self, data: bytes) -> None:
        transport: Foreign = self.transport
        if data:
            transport.write(data)

    def _open(self) -> None:
        transport: Foreign = self.transport
        if not hasattr(transport.getPeer(), "host"):
            # Scrapy asks every peer for its host, and a unix socket has none
            transport.getPeer = lambda: IPv4Address("TCP", "127.0.0.1", 0)
        self._inner = self._factory.buildProtocol(transport.getPeer())
        self._inner.makeConnection(transport)
        self.opened.callback(self._inner)
        if self._handshake.rest:
            self._inner.dataReceived(self._handshake.rest)

    def _fail(self, why: BaseException | None) -> None:
        if not self.opened.called:
            self.opened.errback(why or SocksError("no reason given"))
        self.drop()
