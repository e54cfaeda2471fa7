"""A tiny market behind a SOCKS5 port on loopback, and crawls of it as processes of their own."""

import json
import os
import re
import resource
import signal
import socket
import socketserver
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import mkstemp
from typing import Any

import pytest

import crawlers.setting_out
import headstamp
from crawlers import account
from crawlers.address import onion
from crawlers.frontier import Frontier
from pipeline.broker import START
from pipeline.codec import decode
from pipeline.records import Record
from pipeline.settings import Settings
from pipeline.topics import Topic
from tests.authorities import write_authorities
from tests.crawlers.kernel import lack
from tests.crawlers.watch import watch
from tests.patience import PATIENCE_S

HTTPS = 443
FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["crawlers.crawl", "headstamp", __name__])  # the imports of a crawl cost a second each
MIRRORS = (onion(bytes(range(32))), onion(bytes(range(32, 64))))
PROFILE = """
market: {name}
authority: test
mirrors: {mirrors}
start: [/]
follow: ["/page/{{n}}", "/find?cat={{cat}}&page={{n}}"]
listing: "/listing/{{key}}"
fields:
  title: h1
  vendor: .vendor
  price: .price
  description: .description
gates: {{captcha: "form#captcha", login: [/login]}}
gone: [404, 410, ".removed", /removed]
pace: {{delay: 0, concurrent: 1, pages_per_visit: 500}}
{more}
"""


@dataclass
class Answer:
    """What the tiny market answers with."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    chunks: Callable[[], Iterator[bytes]] | None = None
    """Sent one by one instead of the body, without a length."""
    raw: Callable[[socket.socket], None] | None = None
    """Answers in its own way, on the bare connection, which is then closed."""


def listing(title: str, *, vendor: str = "quietmill", price: str = "$120.00", text: str = "Short advert.") -> Answer:
    """A listing's page."""
    page = f"<h1>{title}</h1><b class=vendor>{vendor}</b><p class=price>{price}</p><div class=description>{text}</div>"
    return Answer(page.encode())


def links(*addresses: str, before: str = "") -> Answer:
    """A page of links."""
    return Answer((before + "".join(f'<p><a href="{address}">{address}</a></p>' for address in addresses)).encode())


class Trouble(StrEnum):
    """What a SOCKS port does to one connection."""

    SILENT = "does not answer the greeting"
    STOPS = "does not answer the keys"
    HANGS = "does not answer the wish"
    CLOSES = "closes when greeted"
    BREAKS = "closes when asked"
    NO_KEYS = "takes no name and password"
    NO_SOCKS = "speaks HTTP"


class Tiny(socketserver.ThreadingTCPServer):
    """A SOCKS5 port behind which every mirror is the same small market."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, path: str = "") -> None:
        self.address_family = socket.AF_UNIX if path else socket.AF_INET
        super().__init__(path or ("127.0.0.1", 0), Client)  # type: ignore[arg-type]  # a unix socket's address is a path
        self.pages: dict[str, Answer] = {}
        self.guard: Callable[[str, Mapping[str, str]], Answer | None] = lambda _path, _headers: None
        """What stands before the pages, by path and headers of the request."""
        self.down: set[str] = set()
        self.replies: dict[str, list[int]] = {}
        """SOCKS replies that a mirror's next connections get, one each."""
        self.troubles: list[Trouble] = []
        """What happens to the next connections, one each."""
        self.tls: ssl.SSLContext | None = None
        self.asked: list[str] = []
        self.heads: list[tuple[str, dict[str, str]]] = []
        """Method and headers of every request."""
        self.hosts: list[str] = []
        self.wishes: list[tuple[str, int]] = []
        self.keys: list[bytes] = []
        self.talks: list[socket.socket] = []
        self.waiting = threading.Event()
        self.pause_s = 0.0

    @property
    def socks(self) -> str:
        """The address of the port."""
        if self.address_family == socket.AF_UNIX:
            return f"unix:{self.server_address}"
        return f"127.0.0.1:{self.server_address[1]}"

    def listen(self) -> None:
        """Answer at the port, in a thread."""
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
        """Nothing: crawlers are killed here."""


GREETINGS = {Trouble.SILENT: b"", Trouble.CLOSES: b"", Trouble.NO_KEYS: b"\x05\x00", Trouble.NO_SOCKS: b"HTTP/1.1 400"}


class Client(BaseHTTPRequestHandler):
    """One connection: the SOCKS5 handshake, then HTTP."""

    server: Tiny
    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        self.server.talks.append(self.connection)
        if self._handshake():
            super().handle()

    def _handshake(self) -> bool:
        assert self.rfile.read(3) == b"\x05\x01\x02", "only authentication by password is offered"
        trouble = self.server.troubles.pop(0) if self.server.troubles else None
        if trouble in GREETINGS:
            self.connection.sendall(GREETINGS[trouble])
            if trouble is Trouble.SILENT:
                self.rfile.read(1)
            return False
        self.connection.sendall(b"\x05\x02")
        assert self.rfile.read(1) == b"\x01"
        user, password = self._string(), self._string()
        assert user.startswith(b"<torS0X>0")
        if trouble is Trouble.STOPS:
            self.rfile.read(1)
            return False
        self.connection.sendall(b"\x01\x00")
        head = self.rfile.read(4)
        assert head == b"\x05\x01\x00\x03", "the name goes to the port as it is"
        host = self._string().decode()
        self.server.wishes.append((host, int.from_bytes(self.rfile.read(2), "big")))
        self.server.keys.append(password)
        if trouble is Trouble.HANGS:
            self.rfile.read(1)
        if trouble:
            return False
        reply = self._reply(host)
        self.connection.sendall(bytes([5, reply]) + b"\x00\x01" + bytes(6))
        if reply == 0 and self.server.tls and self.server.wishes[-1][1] == HTTPS:
            self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        return reply == 0

    def _reply(self, host: str) -> int:
        if replies := self.server.replies.get(host):
            return replies.pop(0)
        if host not in MIRRORS or host in self.server.down:
            return 0xF0
        self.server.hosts.append(host)
        return 0

    def _string(self) -> bytes:
        return self.rfile.read(self.rfile.read(1)[0])

    def parse_request(self) -> bool:
        good = super().parse_request()
        if good:
            self.server.heads.append((self.command, dict(self.headers)))
        return good

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.waiting.set()
        time.sleep(self.server.pause_s)
        before = self.server.guard(self.path, dict(self.headers))
        answer = before or self.server.pages.get(self.path, Answer(b"<h1>nothing</h1>", 404))
        if answer.raw is not None:
            answer.raw(self.connection)
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in {"Content-Type": "text/html; charset=utf-8", **answer.headers}.items():
            self.send_header(name, value)
        if answer.chunks is None:
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)
            return
        self.send_header("Connection", "close")
        self.end_headers()
        for chunk in answer.chunks():
            self.wfile.write(chunk)
        self.close_connection = True

    def finish(self) -> None:
        super().finish()
        if isinstance(self.connection, ssl.SSLSocket):
            self.connection.close()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@dataclass
class Crawl:
    """A finished crawl."""

    status: int
    errors: str
    summary: dict[str, Any]
    peak_mib: float = 0.0
    """The most memory that the process took."""

    @property
    def visit(self) -> dict[str, Any]:
        """The summary of the only market."""
        visit: dict[str, Any] = self.summary["markets"][0]
        return visit


def headstamped(words: list[str], environment: dict[str, str], said: Path, errors: Path, limits: "Limits") -> None:
    """The command line in a process of its own."""
    crawlers.setting_out.HOLD_S = limits.hold_s
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
    if limits.lacking:
        lack(limits.lacking)
    if limits.library:
        limits.library()
    if limits.watch:
        watch(limits.watch)
    for number, path in ((1, said), (2, errors)):
        os.dup2(os.open(path, os.O_WRONLY), number)
    os.environ.clear()
    os.environ |= environment
    Path("/proc/self/clear_refs").write_text("5")  # from here on counts the peak
    with (
        Path("/proc/self/status").open() as memory,
        said.with_suffix(".status").open("w") as peak,
    ):  # while it still may
        status = headstamp.main(words)
        peak.write(memory.read())
    sys.stdout.flush()
    os._exit(status)


@dataclass
class Limits:
    """What a crawl has."""

    hold_s: float = 60.0
    file_bytes: int = resource.RLIM_INFINITY
    watch: Path | None = None
    """A file that tells every attempt of the process to reach something beyond itself."""
    lacking: Sequence[int] = ()
    """System calls that its kernel lacks."""
    library: Callable[[], None] | None = None
    """What is loaded into its process beside it."""


@dataclass
class Running:
    """A crawl under way."""

    process: ForkServerProcess
    said: Path
    errors: Path

    def ended(self) -> Crawl:
        """The crawl, when it has ended."""
        self.process.join(PATIENCE_S)
        assert self.process.exitcode is not None, "the crawl does not end"
        said = self.said.read_text()
        status = self.said.with_suffix(".status")
        peak = re.search(r"VmHWM:\s*(\d+) kB", status.read_text()) if status.exists() else None
        summary = json.loads(said) if said else {}
        return Crawl(self.process.exitcode, self.errors.read_text(), summary, int(peak[1]) / 1024 if peak else 0.0)


@dataclass
class Bench:
    """A home, a folder of profiles, and the tiny market."""

    tiny: Tiny
    folder: Path
    limits: Limits = field(default_factory=Limits)
    markets: list[str] = field(default_factory=list)

    @property
    def authorities(self) -> Path:
        return self.folder / "home" / "authorities.yaml"

    @property
    def settings(self) -> Settings:
        return Settings(home=str(self.folder / "home"))

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HEADSTAMP_HOME": self.settings.home,
            "HEADSTAMP_CRAWL_SOCKS": self.tiny.socks,
            "HEADSTAMP_CRAWL_PROFILES": str(self.folder),
            "HEADSTAMP_CRAWL_MAX_PAGE_BYTES": "100000",
            "HEADSTAMP_CRAWL_TIMEOUT_S": "20",
            "HEADSTAMP_CRAWL_BACKOFF_S": "0.02",
        }

    def profile(self, name: str = "tiny", *, mirrors: Sequence[str] = MIRRORS[:1], more: str = "") -> None:
        text = PROFILE.format(name=name, mirrors=json.dumps(list(mirrors)), more=more)
        (self.folder / f"{name}.yaml").write_text(text)
        self.markets.append(name)
        write_authorities(self.authorities, self.markets)

    def start(self, *markets: str, **extra: str) -> "Running":
        """A crawl that has been started."""
        words = ["crawl", *(markets or ["tiny"]), "--json"]
        said, errors = (Path(mkstemp(dir=self.folder)[1]) for _ in range(2))
        process = FORKS.Process(target=headstamped, args=(words, self.environment | extra, said, errors, self.limits))
        process.start()
        return Running(process, said, errors)

    def crawl(self, *markets: str, **extra: str) -> Crawl:
        return self.start(*markets, **extra).ended()

    def killed_at(self, pages: int, how: signal.Signals) -> Crawl:
        """A crawl that gets a signal when so many pages were asked for."""
        running = self.start()
        self.await_pages(pages, running)
        assert running.process.pid is not None
        os.kill(running.process.pid, how)
        return running.ended()

    def await_pages(self, pages: int, running: "Running") -> None:
        """Return when so many pages were asked for."""
        while len(self.tiny.asked) < pages and running.process.is_alive():
            self.tiny.waiting.wait(5)
            self.tiny.waiting.clear()

    def why(self, address: str, market: str = "tiny") -> tuple[str, str, str]:
        """State, reason and detail of an address."""
        with closing(Frontier(self.settings.root)) as frontier:
            (found,) = account.why(frontier.database, address, [market])
        return found.state, found.reason, found.detail

    def published(self, topic: Topic) -> list[Record]:
        with closing(headstamp.deployment(self.settings).log()) as log:
            return [decode(message, topic.records) for message in log.read(topic.name, START)]


@pytest.fixture
def tiny() -> Iterator[Tiny]:
    with Tiny() as server:
        server.listen()
        yield server
        server.shutdown()


@pytest.fixture
def bench(tiny: Tiny, tmp_path: Path) -> Bench:
    made = Bench(tiny, tmp_path)
    made.profile()
    return made
