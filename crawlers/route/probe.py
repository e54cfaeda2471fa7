"""Whether the SOCKS port is there, and tor's."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from crawlers.route.socks import Handshake, SocksUnfitError, fitting, port
from pipeline.errors import TorUnavailableError

PROBE_TIMEOUT_S = 10.0


def probe(socks: str, timeout_s: float = PROBE_TIMEOUT_S) -> None:
    """Return if the SOCKS port answers; a `TorUnavailableError` if it does not."""
    with _connected(socks, timeout_s):
        pass


def greet(socks: str, timeout_s: float = PROBE_TIMEOUT_S) -> None:
    """Return if the SOCKS port speaks as tor's does; a `TorUnavailableError` that says what is wrong if it does not."""
    with _connected(socks, timeout_s) as connection:
        try:
            connection.sendall(Handshake.HELLO)
            fitting(connection.recv(2))
        except OSError as error:
            raise unfit(socks, "it gives no answer to a greeting") from error
        except SocksUnfitError as error:
            raise unfit(socks, str(error)) from error


def unavailable(socks: str) -> TorUnavailableError:
    """What an operator is told when the SOCKS port is away."""
    return TorUnavailableError(
        f"SOCKS port {socks} does not answer: start tor, or set crawl.socks; `headstamp tor status` says how far the home's own is"
    )


def unfit(socks: str, detail: str) -> TorUnavailableError:
    """What an operator is told when something else than tor stands at the SOCKS port."""
    return TorUnavailableError(f"SOCKS port {socks} is not tor's, {detail}: correct crawl.socks")


@contextmanager
def _connected(socks: str, timeout_s: float) -> Iterator[socket.socket]:
    host, number = port(socks)
    family, address = (socket.AF_INET, (host, number)) if number else (socket.AF_UNIX, host)
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout_s)
        try:
            connection.connect(address)
        except OSError as error:
            raise unavailable(socks) from error
        yield connection
