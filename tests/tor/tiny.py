"""A tiny market on a local port, which can be down for a while, and crawls of it through a tor."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.authorities import write_authorities
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
PROFILE = """
market: tiny
authority: test
mirrors: {mirrors}
start: [/]
listing: "/listing/{{key}}"
fields: {{title: h1, vendor: .vendor, price: .price, description: .description}}
pace: {{delay: 0, concurrent: 2, pages_per_visit: 500}}
"""


class Origin(ThreadingHTTPServer):
    """The market's web server."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, listings: int) -> None:
        super().__init__(("127.0.0.1", 0), Client)
        self.listings, self.pause_s = listings, 0.1
        self.asked: list[str] = []
        self.talks: list[socket.socket] = []
        self.listen()

    def listen(self) -> None:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def leave(self) -> None:
        """Be gone: no port, no connections."""
        self.shutdown()
        self.socket.close()
        for talk in self.talks:
            with suppress(OSError):
                talk.shutdown(socket.SHUT_RDWR)

    def come_back(self) -> None:
        """Answer at the same port again."""
        self.socket = socket.socket(self.address_family, self.socket_type)
        self.server_bind()
        self.server_activate()
        self.listen()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: connections break here."""


class Client(BaseHTTPRequestHandler):
    """One connection."""

    server: Origin
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.talks.append(self.connection)
        self.server.asked.append(self.path)
        time.sleep(self.server.pause_s)
        body = self._page().encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _page(self) -> str:
        if self.path == "/":
            return "".join(f'<p><a href="/listing/k{n}">{n}</a></p>' for n in range(self.server.listings))
        title = f"Article {self.path.rpartition('/')[2]}"
        return f"<h1>{title}</h1><b class=vendor>quietmill</b><p class=price>$5</p><div class=description>Short.</div>"

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@dataclass
class Crawl:
    """A crawl under way."""

    process: "subprocess.Popen[str]"

    def ended(self, *, reached: bool = True) -> dict[str, Any]:
        """What it says when it has ended; it may have reached nobody for so long that it left the rest to the next visit, unless it must have `reached` the market."""
        said, errors = self.process.communicate(timeout=PATIENCE_S)
        assert self.process.returncode in {0, int(not reached)}, (said, errors)
        summary: dict[str, Any] = json.loads(said)["markets"][0]
        return summary

    def await_pages(self, origin: Origin, pages: int) -> None:
        """Return when so many pages were asked for."""
        while len(origin.asked) < pages and self.process.poll() is None:
            time.sleep(0.02)


def write_profile(folder: Path, mirrors: Sequence[str]) -> None:
    write_authorities(folder / "authorities.yaml", ["tiny"])
    (folder / "tiny.yaml").write_text(PROFILE.format(mirrors=json.dumps(list(mirrors))))


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """What a command with a home and profiles in this folder is told."""
    own = {"HOME": folder / "home", "CRAWL_PROFILES": folder, "CRAWL_AUTHORITIES": folder / "authorities.yaml"}
    told = {**own, "CRAWL_TIMEOUT_S": "8", **settings}
    return {"PATH": os.environ["PATH"]} | {f"HEADSTAMP_{name}": str(value) for name, value in told.items()}


@contextmanager
def crawl(folder: Path, **settings: str) -> Iterator[Crawl]:
    """A crawl of the tiny market, started; it ends with the block at the latest."""
    words = [sys.executable, "-m", "headstamp", "crawl", "tiny", "--json"]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, cwd=ROOT, env=environment(folder, **settings), text=True, **pipes) as process:
        try:
            yield Crawl(process)
        finally:
            process.kill()
