"""A Twisted endpoint that reaches a host through a SOCKS5 port."""

from typing import Any

from scrapy.exceptions import DownloadConnectionRefusedError
from twisted.internet import error
from twisted.internet.address import IPv4Address
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, UNIXClientEndpoint
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

from crawlers.route.socks import Handshake, SocksError, SocksUnfitError, Target, port

PORT_TIMEOUT_S = 10.0
"""Seconds the port itself may take for each of its own steps; it stands on this machine."""
Foreign = Any
"""What Twisted describes by zope interfaces, which mypy cannot read."""


class SocksDownError(DownloadConnectionRefusedError):
    """The SOCKS port itself does not answer."""


class Tunnel:
    """The way to one target through the SOCKS port at an address; one connection each time it is asked.

    A port that has not answered the last question after `patience_s` is left with a `SocksError`.
    """

    def __init__(self, socks: str, target: Target, patience_s: float) -> None:
        self._socks = socks
        self._target = target
        self._patience_s = patience_s
        self.late: SocksError | SocksDownError | None = None
        """Who was waited for when the caller gave up."""

    def connect(self, factory: Foreign) -> "Deferred[Foreign]":
        """The factory's protocol, once the way to the host is open."""
        talk = _Talk(self._target, factory, self._patience_s)
        reached: Deferred[Foreign] = _endpoint(self._socks).connect(Factory.forProtocol(lambda: talk))
        talk.opened = Deferred(lambda _: _abandon(reached, talk))
        reached.addErrback(talk.unreached)
        talk.opened.addErrback(self._note, talk)
        return talk.opened

    def _note(self, failure: Failure, talk: "_Talk") -> Failure:
        if isinstance(failure.value, CancelledError):
            self.late = talk.late()
        return failure


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

    def __init__(self, target: Target, factory: Foreign, patience_s: float) -> None:
        self._handshake = Handshake(target)
        self._factory = factory
        self._patience_s = patience_s
        self._inner: Foreign = None
        self._alarm: Foreign = None

    def connectionMade(self) -> None:  # noqa: N802  # Twisted's name
        self._say(Handshake.HELLO)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  # Twisted's name
        if self._inner is not None:
            self._inner.dataReceived(data)
            return
        try:
            self._say(self._handshake.hear(data))
        except (SocksError, SocksUnfitError) as found:
            self._fail(found)
        if self._handshake.open:
            self._open()

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802  # Twisted's name
        if self._inner is not None:
            self._inner.connectionLost(reason)
        else:  # tor answers before it closes, unless it is going down itself
            self._fail(SocksDownError("the SOCKS port closed the connection without an answer"))

    def unreached(self, failure: Failure) -> None:
        """Say that the SOCKS port could not be reached, unless nobody waits any more."""
        if isinstance(failure.value, (error.ConnectError, error.TimeoutError)):
            self._fail(SocksDownError(str(failure.value)))
        elif not isinstance(failure.value, CancelledError):
            self._fail(failure.value)

    def drop(self) -> None:
        """Close the connection at once."""
        self._rest()
        transport: Foreign = self.transport
        if transport is not None:
            transport.abortConnection()

    def _say(self, data: bytes) -> None:
        transport: Foreign = self.transport
        if data:
            transport.write(data)
            self._watch(self._patience_s if self._handshake.asked else min(PORT_TIMEOUT_S, self._patience_s))

    def _watch(self, seconds: float) -> None:
        from twisted.internet import reactor  # noqa: PLC0415  # as above

        self._rest()
        clock: Foreign = reactor
        self._alarm = clock.callLater(seconds, lambda: self._fail(self.late()))

    def late(self) -> SocksError | SocksDownError:
        """Who is being waited for: the network, or the port itself."""
        if self._handshake.asked:
            return SocksError("no way to the service was found in time")
        return SocksDownError("the SOCKS port is silent")

    def _rest(self) -> None:
        if self._alarm is not None and self._alarm.active():
            self._alarm.cancel()

    def _open(self) -> None:
        self._rest()
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
