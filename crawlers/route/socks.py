"""The client's side of SOCKS5 (RFC 1928 and 1929), without a socket: what to say after what was heard."""

import ipaddress
from collections.abc import Iterator
from typing import NamedTuple

from crawlers.reason import Reason
from pipeline.errors import SettingsError

REPLIES = {
    0x01: (Reason.NO_SERVICE, "the service's web server refused, or the circuit broke"),
    0x02: (Reason.TOR_REFUSED, "tor's settings forbid this target"),
    0x03: (Reason.NO_CIRCUIT, "the network cannot be reached"),
    0x04: (Reason.NO_RENDEZVOUS, "the service cannot be reached"),
    0x05: (Reason.NO_PORT, "the service refused the connection"),
    0x06: (Reason.NO_CIRCUIT, "the circuit took too long"),
    0x07: (Reason.TOR_REFUSED, "the port does not know the command"),
    0x08: (Reason.TOR_REFUSED, "the port does not know this kind of address"),
    0xF0: (Reason.NO_DESCRIPTOR, "the service's descriptor was not found: it is down, or there is no such service"),
    0xF1: (Reason.BAD_DESCRIPTOR, "the service's descriptor is invalid"),
    0xF2: (Reason.NO_INTRODUCTION, "the introduction to the service failed"),
    0xF3: (Reason.NO_RENDEZVOUS, "the rendezvous with the service failed"),
    0xF4: (Reason.NEEDS_CLIENT_KEY, "the service asks for a client authorisation key"),
    0xF5: (Reason.WRONG_CLIENT_KEY, "the client authorisation key is wrong"),
    0xF6: (Reason.BAD_ADDRESS, "the onion address is invalid"),
    0xF7: (Reason.NO_INTRODUCTION, "the introduction to the service took too long"),
}
"""What each reply means: RFC 1928, and from 0xF0 on Tor's proposal 304."""
LASTING = frozenset(
    {
        Reason.TOR_REFUSED,
        Reason.BAD_DESCRIPTOR,
        Reason.NEEDS_CLIENT_KEY,
        Reason.WRONG_CLIENT_KEY,
        Reason.BAD_ADDRESS,
    }
)
"""Reasons that only an operator can take away, so that asking again is of no use."""
VERSION = 5
LONGEST = 255
LAST_PORT = 65_535
BY_PASSWORD = b"\x05\x02"
ADDRESS_SIZES = {1: 4, 4: 16}


class SocksError(Exception):
    """The SOCKS port answered that there is no way to the host; `code` is its reply, 0 where it gave none in time."""

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code

    @property
    def reason(self) -> Reason:
        """Why the host could not be reached; a reply that nobody documented may pass."""
        return REPLIES.get(self.code, (Reason.NO_CIRCUIT, ""))[0]


class SocksUnfitError(Exception):
    """The port takes no isolation key, or does not speak SOCKS5: it is not tor's."""


class Target(NamedTuple):
    """Where to, and behind which isolation key."""

    host: bytes
    port: int
    user: bytes
    password: bytes


class Handshake:
    """The talk that opens the way to a host, whose name goes to the port as it is: nothing is resolved here.

    It takes strictly one step at a time: tor 0.4.9 swallows its first answer when the second question comes before it.
    """

    HELLO = b"\x05\x01\x02"
    """Offers authentication by name and password only, because that carries the isolation key."""

    def __init__(self, target: Target) -> None:
        if not all(0 < len(part) <= LONGEST for part in (target.host, target.user, target.password)):
            raise ValueError("a SOCKS5 field has 1 to 255 octets")
        self.open = False
        self.asked = False
        """Whether the port has been asked for the way, so that it is the network's turn and no more the port's."""
        self._target = target
        self._heard = bytearray()
        self._talk = self._steps()
        next(self._talk)

    def hear(self, data: bytes) -> bytes:
        """What to say now; "" while more must be heard. A `SocksError` where there is no way, a `SocksUnfitError` at a port that is none."""
        self._heard += data
        return next(self._talk, b"")

    @property
    def rest(self) -> bytes:
        """What the host said already, behind the port's last answer."""
        return bytes(self._heard)

    def _steps(self) -> Iterator[bytes]:
        yield from self._until(2)
        fitting(self._take(2))
        user, password, host = self._target.user, self._target.password, self._target.host
        yield bytes([1, len(user)]) + user + bytes([len(password)]) + password
        yield from self._until(2)
        if self._take(2)[1] != 0:
            raise SocksUnfitError("it refuses the isolation key")
        self.asked = True
        yield b"\x05\x01\x00\x03" + bytes([len(host)]) + host + self._target.port.to_bytes(2, "big")
        yield from self._until(5)
        version, code, kind, first = self._heard[0], self._heard[1], self._heard[3], self._heard[4]
        if version != VERSION:
            raise SocksUnfitError("it does not speak SOCKS5")
        if code != 0:
            raise SocksError(f"SOCKS reply 0x{code:02x}: {REPLIES.get(code, (None, 'unknown'))[1]}", code)
        size = 6 + ADDRESS_SIZES.get(kind, 1 + first)
        yield from self._until(size)
        self._take(size)
        self.open = True

    def _until(self, size: int) -> Iterator[bytes]:
        while len(self._heard) < size:
            yield b""

    def _take(self, size: int) -> bytes:
        taken = bytes(self._heard[:size])
        del self._heard[:size]
        return taken


def fitting(answer: bytes) -> None:
    """Return if a port answers the greeting as tor's does; a `SocksUnfitError` if not."""
    if answer[:1] != BY_PASSWORD[:1]:
        raise SocksUnfitError("it does not speak SOCKS5")
    if answer != BY_PASSWORD:
        raise SocksUnfitError("it takes no isolation key (user name and password)")


def port(address: str, setting: str = "crawl.socks") -> tuple[str, int]:
    """Host and number of the port at "127.0.0.1:9050", or path and 0 of the one at "unix:/run/tor/socks".

    A name is refused, for it would have to be resolved, and another machine, to which addresses would go in the clear.
    """
    if address.startswith("unix:/"):
        return address.removeprefix("unix:"), 0
    host, _, number = address.rpartition(":")
    try:
        found, chosen = ipaddress.IPv4Address(host), int(number)
    except ValueError:
        raise SettingsError(
            f"{setting}: '{address}' is neither a numeric address such as 127.0.0.1:9050 nor unix:/PATH"
        ) from None
    if not found.is_loopback or not 0 < chosen <= LAST_PORT:
        raise SettingsError(
            f"{setting}: '{address}' is no port of this machine, on which tor must run: write 127.0.0.1:9050 or unix:/PATH"
        )
    return str(found), chosen
