"""Nothing leaves a crawl but through the SOCKS port, whatever a market's pages tempt it to."""

import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import count
from pathlib import Path

import pytest

from crawlers.address import onion
from tests.crawlers.conftest import FORKS, MIRRORS, Answer, Bench, links, listing
from tests.crawlers.watch import watch
from tests.patience import PATIENCE_S

ELSEWHERE = onion(bytes([9] * 32))
CLEARNET = "203.0.113.9"
NOTATIONS = (
    CLEARNET,
    "203.0.28937",
    "3405803785",
    "0xcb007109",
    "0313.0.0161.011",
    "[2001:db8::9]",
    f"[::ffff:{CLEARNET}]",
)
PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "socks_proxy")
LOOPBACK = ("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost")


class Trap:
    """A port on loopback that nobody has any business with."""

    def __init__(self) -> None:
        self.door = socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        self.port: int = self.door.getsockname()[1]
        self.caught = 0
        threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        with suppress(OSError):
            while True:
                self.door.accept()[0].close()
                self.caught += 1


@pytest.fixture
def trap() -> Iterator[Trap]:
    made = Trap()
    with closing(made.door):
        yield made


def temptations(port: int) -> list[str]:
    """Addresses that no crawl of the market may reach."""
    return [
        *(f"http://{host}:{port}/x" for host in LOOPBACK),
        *(f"http://{host}/listing/k0" for host in NOTATIONS),
        f"//127.0.0.1:{port}/x",
        f"\\\\127.0.0.1:{port}\\x",
        f"http:\\\\127.0.0.1:{port}\\x",
        f"http://{MIRRORS[0]}@127.0.0.1:{port}/listing/k0",
        f"http://127.0.0.1:{port}#@{MIRRORS[0]}/listing/k0",
        f"http://127.0.0.1:{port}\\@{MIRRORS[0]}/listing/k0",
        f"ftp://127.0.0.1:{port}/x",
        f"https://{MIRRORS[0]}:{port}/listing/k0",
        f"http://{ELSEWHERE}/listing/k0",
        f"http://www.{MIRRORS[0]}/listing/k0",
        f"http://{MIRRORS[0]}./listing/k0",
        "http://market.example/listing/k0",
        "http://m\u00e4rket.example/",
        "file:///etc/passwd",
        "data:text/html,<h1>x</h1>",
        "javascript:location='http://market.example/'",
    ]


def page(port: int) -> Answer:
    """A page that asks for other pages in every way that a browser obeys."""
    there = f"http://127.0.0.1:{port}/x"
    entities = f"<!DOCTYPE html SYSTEM '{there}.dtd' [<!ENTITY e SYSTEM '{there}'><!ENTITY % p SYSTEM '{there}'> %p;]>"
    tags = "".join(
        f"<{tag}='{there}'></{tag.split()[0]}>" for tag in ("img src", "iframe src", "script src", "object data")
    )
    more = f"<meta http-equiv=refresh content='0;url={there}'><link rel=stylesheet href='{there}'>&e;{tags}"
    form = f"<form id=f action='{there}' method=post><input name=a></form><script>f.submit()</script>"
    body = (
        entities + f"<base href='{there}'>" + listing("Lot").body.decode() + more + form + "<a href=/listing/k1>x</a>"
    )
    ways = {"Refresh": f"0; url={there}", "Link": f"<{there}>; rel=preload", "Alt-Svc": f'h2="127.0.0.1:{port}"'}
    return Answer(
        body.encode(), headers=ways | {"Content-Location": there, "Set-Cookie": "a=b", "Onion-Location": there}
    )


def tempting(port: int) -> dict[str, Answer]:
    """A market of nothing but temptations."""
    elsewhere = temptations(port)
    redirects = {
        f"/page/{number}": Answer(status=301 + number % 8, headers={"Location": there.encode().decode("latin-1")})
        for number, there in enumerate(elsewhere)
    }
    return {"/": links("/listing/k0", *redirects, *elsewhere), "/listing/k0": page(port), **redirects}


def attempts(told: Path) -> list[list[object]]:
    return [json.loads(line) for line in told.read_text().splitlines()]


def beyond(told: Path) -> set[str]:
    """What a process did beyond itself, but for Scrapy's question what system this is."""
    return {str(attempt) for attempt in attempts(told) if attempt[:2] != ["subprocess.Popen", "uname"]}


def connecting(port: int) -> str:
    return str(["socket.connect", ["127.0.0.1", port]])


def test_nothing_leaves_a_crawl_but_through_the_socks_port(bench: Bench, trap: Trap) -> None:
    told = bench.limits.watch = bench.folder / "attempts"
    bench.tiny.pages = tempting(trap.port)
    proxy = f"http://127.0.0.1:{trap.port}"
    done = bench.crawl(**{name: proxy for lower in PROXIES for name in (lower, lower.upper())})
    assert (done.status, done.visit["finished"], done.summary["listings"]) == (0, True, 1), done.errors
    assert set(bench.tiny.pages) <= set(bench.tiny.asked), "every temptation was met"
    assert beyond(told) == {connecting(bench.tiny.server_address[1])}
    assert set(bench.tiny.wishes) == {(MIRRORS[0], 80)}
    assert "/robots.txt" not in bench.tiny.asked
    assert trap.caught == 0


def phoning_home() -> None:
    """A library that reports to its maker at the second connection of its process, the first to a page."""
    seen = count(1)

    def hook(event: str, _arguments: tuple[object, ...]) -> None:
        if event == "socket.connect" and next(seen) == 2:
            with suppress(Exception):
                socket.create_connection((CLEARNET, 80), 1)

    sys.addaudithook(hook)


def test_a_library_that_phones_home_stops_the_crawl_which_names_the_address(bench: Bench) -> None:
    bench.limits.library = phoning_home
    bench.tiny.pages = {"/": links(*(f"/listing/k{n}" for n in range(40)))}
    bench.tiny.pages |= {f"/listing/k{n}": listing("Lot") for n in range(40)}
    done = bench.crawl()
    assert (done.status, done.summary) == (1, {})
    assert f"headstamp: a crawl tried to resolve {CLEARNET} (socket.getaddrinfo)" in done.errors
    assert len(bench.tiny.asked) < 5, "it stopped there and then"
    bench.limits.library = None
    assert bench.crawl().visit["listings"] > 30, "and the visit goes on the next time"


def test_a_crawl_that_cannot_reach_its_socks_port_tries_nothing_else(bench: Bench, trap: Trap) -> None:
    told = bench.limits.watch = bench.folder / "attempts"
    bench.tiny.leave()
    assert bench.crawl(all_proxy=f"socks5://127.0.0.1:{trap.port}").status == 1
    assert beyond(told) == {connecting(bench.tiny.server_address[1])}
    assert trap.caught == 0


def leaking(told: Path, port: int) -> None:
    """What a crawl must never do."""
    watch(told)
    socket.create_connection(("localhost", port)).close()


def test_the_watch_sees_what_does_leave(tmp_path: Path, trap: Trap) -> None:
    told = tmp_path / "attempts"
    process = FORKS.Process(target=leaking, args=(told, trap.port))
    process.start()
    process.join(PATIENCE_S)
    assert [attempt[0] for attempt in attempts(told)][:2] == ["socket.getaddrinfo", "socket.connect"]
