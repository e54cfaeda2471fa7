"""Serves figures, health and readiness over HTTP."""

import json
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Thread
from typing import NamedTuple

from pipeline.errors import SettingsError

PATIENCE_S = 10.0
"""Seconds that a client may take to say what it asks."""

LOOPBACK = frozenset({"127.0.0.1", "[::1]", "localhost"})
"""What names this host in a request."""
PORT = re.compile(r":\d+$")


class Answer(NamedTuple):
    """What a path answers with."""

    body: bytes
    kind: str
    status: HTTPStatus = HTTPStatus.OK


Pages = Mapping[str, Callable[[], Answer]]


def told(faults: Mapping[str, str]) -> Answer:
    """The answer of a health check: 200 where there is no fault, else 503 and each fault by the part that has it."""
    status = HTTPStatus.SERVICE_UNAVAILABLE if faults else HTTPStatus.OK
    return Answer(json.dumps({"ok": not faults, "faults": dict(faults)}).encode(), "application/json", status)


@contextmanager
def serving(host: str, port: int, pages: Pages) -> Iterator[str]:
    """Answer at these paths in threads while the block runs; the address. A `SettingsError` where the port cannot be had."""
    with _listening(host, port, pages) as door:
        thread = Thread(target=door.serve_forever, kwargs={"poll_interval": 0.1}, name="metrics", daemon=True)
        thread.start()
        try:
            yield f"http://{f'[{host}]' if ':' in host else host}:{door.server_address[1]}"
        finally:
            door.shutdown()


class _Door(ThreadingHTTPServer):
    pages: Pages
    host: str


def _listening(host: str, port: int, pages: Pages) -> _Door:
    kind = type("Door", (_Door,), {"address_family": socket.AF_INET6 if ":" in host else socket.AF_INET})
    try:
        door: _Door = kind((host, port), _Asked)
    except OSError as error:
        raise SettingsError(
            f"metrics: {host}:{port}: {error}; choose another metrics.host or metrics.port, a port for each process"
        ) from error
    door.pages, door.host = pages, host
    return door


class _Asked(BaseHTTPRequestHandler):
    server: _Door
    server_version, sys_version = "headstamp", ""
    timeout = PATIENCE_S

    def do_GET(self) -> None:
        """Answer with the page of the path, to whoever asks for this server by its own name."""
        if not self._is_meant():
            self._send(Answer(b"ask for it as it is named in metrics.host\n", "text/plain", HTTPStatus.FORBIDDEN))
            return
        page = self.server.pages.get(self.path.partition("?")[0])
        self._send(page() if page else Answer(b"/metrics, /healthz, /readyz\n", "text/plain", HTTPStatus.NOT_FOUND))

    def _is_meant(self) -> bool:
        """Whether the name asked for is ours; on loopback alone, where only a browser that was led astray asks for another."""
        listens = str(self.server.server_address[0])
        if not ip_address(listens).is_loopback:
            return True
        name = PORT.sub("", self.headers.get("Host", "")).lower()
        return name in LOOPBACK or name in {listens, self.server.host.lower()}

    def _send(self, found: Answer) -> None:
        self.send_response(found.status)
        self.send_header("Content-Type", found.kind)
        self.send_header("Content-Length", str(len(found.body)))
        self.end_headers()
        self.wfile.write(found.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name that it has there
        """Nothing: a scrape every few seconds is no event."""
