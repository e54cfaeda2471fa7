"""The client's side of SOCKS5 (RFC 1928 and 1929), without a socket: what to say after what was heard."""

import ipaddress
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.errors import SettingsError

MEANING = {
    0x01: "the service's web server refused, or the circuit broke",
    0x02: "tor's settings forbid this target",
    0x04: "the service cannot be reached",
    0x05: "the service refused the connection",
    0x06: "the circuit took too long",
    0xF0: "the service's descriptor was not found: it is down, or there is no such service",
    0xF1: "the service's descriptor is invalid",
    0xF2: "the introduction to the service failed",
    0xF3: "the rendezvous with the service failed",
    0xF4: "the service asks for a client authorisation key",
    0xF5: "the client authorisation key is wrong",
    0xF6: "the onion address is invalid",
    0xF7: "the introduction to the service took too long",
}
"""Replies of RFC 1928, and those of Tor's proposal 304."""
LONGEST = 255
BY_PASSWORD = b"\x05\x02"
ADDRESS_SIZES = {1: 4, 4: 16}


class SocksError(Exception):
    """The SOCKS port answered that there is no way to the host; `code` is its reply, 0 where it gave none."""

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


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
        self._target = target
        self._heard = bytearray()
        self._talk = self._steps()
        next(self._talk)

    def hear(self, data: bytes) -> bytes:
        """What to say now; "" while more must be heard. A `SocksError` where there is no way."""
        self._heard += data
        return next(self._talk, b"")

    @property
    def rest(self) -> bytes:
        """What the host said already, behind the port's last answer."""
        return bytes(self._heard)

    def _steps(self) -> Iterator[bytes]:
        yield from self._until(2)
        if self._take(2) != BY_PASSWORD:
            raise SocksError("the SOCKS port takes no isolation key (user name and password)")
        user, password, host = self._target.user, self._target.password, self._target.host
        yield bytes([1, len(user)]) + user + bytes([len(password)]) + password
        yield from self._until(2)
        if self._take(2)[1] != 0:
            raise SocksError("the SOCKS port refused the isolation key")
        yield b"\x05\x01\x00\x03" + bytes([len(host)]) + host + self._target.port.to_bytes(2, "big")
        yield from self._until(5)
        code, kind, first = self._heard[1], self._heard[3], self._heard[4]
        if code != 0:
            raise SocksError(f"SOCKS reply 0x{code:02x}: {MEANING.get(code, 'unknown')}", code)
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


def port(address: str, setting: str = "crawl.socks") -> tuple[str, int]:
    """Host and number of the port at "127.0.0.1:9050", or path and 0 of the one at "unix:/run/tor/socks".

    A name is refused: it would have to be resolved.
    """
    if address.startswith("unix:/"):
        return address.removeprefix("unix:"), 0
    host, _, number = address.rpartition(":")
    try:
        return str(ipaddress.IPv4Address(host)), int(number)
    except ValueError:
        raise SettingsError(
            f"{setting}: '{address}' is neither a numeric address such as 127.0.0.1:9050 nor unix:/PATH"
        ) from None
