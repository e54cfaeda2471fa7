"""Whether an onion service can be reached: one SOCKS5 talk with a client of the network."""

import secrets
import socket

from crawlers.route.socks import Handshake, SocksError, Target

USER = b"<torS0X>0"
REACHED = 0


def reply(socks: str, host: str, port: int, timeout_s: float) -> int:
    """The SOCKS reply, 0 where the service answered; each time over a new circuit. An `OSError` where tor is away."""
    talk = Handshake(Target(host.encode(), port, USER, secrets.token_hex(8).encode()))
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(timeout_s)
        line.connect(socks.removeprefix("unix:"))
        line.sendall(Handshake.HELLO)
        try:
            while not talk.open:
                line.sendall(talk.hear(_heard(line)))
        except SocksError as error:
            return error.code
    return REACHED


def _heard(line: socket.socket) -> bytes:
    data = line.recv(1024)
    if not data:
        raise ConnectionError("tor closed its SOCKS port")
    return data
