"""Listens on loopback or at a socket's path, and answers with the console."""

import ipaddress
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import uvicorn

from dashboards.web.app import application
from pipeline.deployment import Deployment
from pipeline.errors import SettingsError

PORTS = 2**16
UNIX = "unix:"
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
    """A socket on a loopback address, or at unix:/PATH; a `SettingsError` where the host is neither or the port is taken."""
    if port not in range(PORTS):
        raise SettingsError(f"{port} is no port; choose one below {PORTS} with --port, or 0 for a free one")
    if host.startswith(f"{UNIX}/"):
        return _at_path(Path(host.removeprefix(UNIX)), port)
    address = _loopback(host)
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET  # noqa: PLR2004  # IPv6
    try:
        door = socket.create_server((str(address), port), family=family)
    except OSError as error:
        raise SettingsError(f"{host}:{port}: {error}; choose another port with --port, or 0 for a free one") from error
    # asyncio does this only for sockets it made itself; without it every page waits 40 ms for a delayed ACK.
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return door


def server(deployment: Deployment, door: socket.socket, ready: Callable[[str], None], port: int = 0) -> Server:
    """The console behind a listening socket; `ready` gets its address once it answers.

    Behind a socket's path it is known by the loopback `port` from which something passes connections on.
    """
    host, port = ("127.0.0.1", port) if door.family == socket.AF_UNIX else door.getsockname()[:2]
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
            f"serve: {host} is not a loopback address; the console asks nobody for a password yet, so it listens on 127.0.0.1"
            " or at unix:/PATH only"
        )
    return address


def _at_path(path: Path, port: int) -> socket.socket:
    """A socket at a path, for who may write there; one that a killed console left behind is replaced."""
    if not port:
        raise SettingsError(f"serve: {path} needs the port that browsers come from; name it with --port")
    door = socket.socket(socket.AF_UNIX)
    try:
        if path.is_socket() and not _answers(path):
            path.unlink()
        door.bind(str(path))
        door.listen()
    except OSError as error:
        door.close()
        raise SettingsError(
            f"serve: {path}: {error}; another console may listen there, or name another path"
        ) from error
    return door


def _answers(path: Path) -> bool:
    with closing(socket.socket(socket.AF_UNIX)) as asked:
        return asked.connect_ex(str(path)) == 0
