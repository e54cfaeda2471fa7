"""Whether the SOCKS port is there."""

import socket

from crawlers.socks import port
from pipeline.errors import TorUnavailableError

PROBE_TIMEOUT_S = 10.0


def probe(socks: str, timeout_s: float = PROBE_TIMEOUT_S) -> None:
    """Return if the SOCKS port answers; a `TorUnavailableError` if it does not."""
    host, number = port(socks)
    family, address = (socket.AF_INET, (host, number)) if number else (socket.AF_UNIX, host)
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout_s)
        try:
            connection.connect(address)
        except OSError as error:
            raise unavailable(socks) from error


def unavailable(socks: str) -> TorUnavailableError:
    """What an operator is told when the SOCKS port is away."""
    return TorUnavailableError(
        f"SOCKS port {socks} does not answer: start tor, or set crawl.socks; `headstamp tor status` says how far the home's own is"
    )
