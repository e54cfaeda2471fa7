"""Listens on loopback, answers with the console, and settles reviews meanwhile."""

import ipaddress
import socket
from collections.abc import Callable

import uvicorn

from dashboards.web.app import application
from pipeline.deployment import Deployment
from pipeline.errors import SettingsError

PORTS = 2**16
GOODBYE_S = 3
"""Seconds that open requests get when the console stops."""


class Server(uvicorn.Server):
    """A server that says when it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the application, then say so."""
        await super().startup(sockets)
        self._ready()


def listening(host: str, port: int) -> socket.socket:
    """A socket on a loopback address; a `SettingsError` where the host is none or the port is taken."""
    address = _loopback(host)
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET  # noqa: PLR2004  # IPv6
    if port not in range(PORTS):
        raise SettingsError(f"{port} is no port; choose one below {PORTS} with --port, or 0 for a free one")
    try:
        door = socket.create_server((str(address), port), family=family)
    except OSError as error:
        raise SettingsError(f"{host}:{port}: {error}; choose another port with --port, or 0 for a free one") from error
    # asyncio does this only for sockets it made itself; without it every page waits 40 ms for a delayed ACK.
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return door


def server(deployment: Deployment, door: socket.socket, ready: Callable[[str], None]) -> Server:
    """The console behind a listening socket; `ready` gets its address once it answers."""
    host, port = door.getsockname()[:2]
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    config = uvicorn.Config(
        application(deployment, frozenset({address.removeprefix("http://"), f"127.0.0.1:{port}", f"localhost:{port}"})),
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GOODBYE_S,
    )
    return Server(config, lambda: ready(address))


def _loopback(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host.strip("[]"))
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise SettingsError(
            f"serve: {host} is not a loopback address; the console asks nobody for a password yet, so it listens on 127.0.0.1 only"
        )
    return address
