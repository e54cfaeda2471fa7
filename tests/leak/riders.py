"""Crawls that are not quite the product's: without its guards, with a library that betrays it, and plain Scrapy.

Run as `python -m tests.leak.riders WHAT …`. There is no setting that takes the guards away, and none shall be.
"""

import ctypes
import os
import socket
import struct
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

import crawlers.crawl
import headstamp
from crawlers.guards import Watch, Way, confine, landlock, libc, seccomp
from tests.leak.origin import CLEARNET, NAME

MSG_FASTOPEN, MPTCP = 0x2000_0000, 262
PLACE = struct.pack("!HH4s8x", socket.htons(socket.AF_INET), 80, socket.inet_aton(CLEARNET))


def product(words: Sequence[str]) -> int:
    """The product's crawl as it is."""
    return headstamp.main(list(words))


def unguarded(words: Sequence[str]) -> int:
    """The product's crawl without its guards: the gate in its handler holds alone."""
    crawlers.crawl.confine = _nothing  # type: ignore[attr-defined]  # imported there, not of there
    return headstamp.main(list(words))


def _nothing(way: Way, *, required: bool) -> Watch:
    return Watch(way)


def betrayed(by: Callable[[], None], crawl: Callable[[Sequence[str]], int], words: Sequence[str]) -> int:
    """A crawl in whose process a library phones home as soon as the crawl connects."""
    left = [by]

    def hook(event: str, _arguments: tuple[object, ...]) -> None:
        if event == "socket.connect" and left:
            left.pop()()

    sys.addaudithook(hook)
    return crawl(words)


def in_python() -> None:
    """What a library in Python tries, and takes no notice of what becomes of it."""
    for attempt in (
        lambda: socket.create_connection((CLEARNET, 80), 1),
        lambda: socket.create_connection((NAME, 80), 1),
        lambda: socket.socket().connect((NAME, 80)),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", (CLEARNET, 53)),
        lambda: socket.gethostbyaddr(CLEARNET),
        lambda: os.system("getent hosts " + NAME),
    ):
        with suppress(Exception):
            attempt()


def in_c() -> None:
    """What a library in C tries, of which Python hears nothing."""
    c = ctypes.CDLL(None)
    found = ctypes.c_void_p()
    c.getaddrinfo(NAME.encode(), b"80", None, ctypes.byref(found))
    c.gethostbyname(NAME.encode())
    streams = [c.socket(socket.AF_INET, socket.SOCK_STREAM, protocol) for protocol in (0, MPTCP)]
    for stream in streams:
        c.connect(stream, PLACE, len(PLACE))
    datagram = c.socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
    c.sendto(datagram, b"x", 1, 0, PLACE, len(PLACE))
    c.sendto(c.socket(socket.AF_INET, socket.SOCK_STREAM, 0), b"x", 1, MSG_FASTOPEN, PLACE, len(PLACE))
    c.system(f"getent hosts {NAME}".encode())


LIBRARIES = {"python": in_python, "c": in_c}


class Plain(Spider):
    """Scrapy as it comes: follows what it is given and asks for robots.txt."""

    name = "plain"

    def __init__(self, urls: Sequence[str]) -> None:
        super().__init__()
        self.start_urls = list(urls)

    def parse(self, response: Response) -> object:
        yield from (Request(url) for href in response.css("a::attr(href)").getall() if (url := _joined(response, href)))


def _joined(response: Response, href: str) -> str:
    with suppress(ValueError):
        return response.urljoin(href)
    return ""


def plain(urls: Sequence[str]) -> int:
    """Plain Scrapy: the control, which must leak."""
    quiet = {
        "LOG_LEVEL": "CRITICAL",
        "LOG_VERSIONS": [],
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
    }
    brief = {"ROBOTSTXT_OBEY": True, "RETRY_ENABLED": False, "DOWNLOAD_TIMEOUT": 3, "CLOSESPIDER_TIMEOUT": 10}
    process = AsyncCrawlerProcess(quiet | brief)
    process.crawl(Plain, urls=urls)
    process.start()
    return 0


def guarded(guard: str, urls: Sequence[str]) -> int:
    """Plain Scrapy under the product's guards, all or one kind of them: they hold alone."""
    way = Way(doors=("127.0.0.1:9",), writes=(Path.cwd(),))
    match guard:
        case "hook":
            Watch(way).begin()
        case "kernel":
            libc.renounce()
            landlock.restrict(way, landlock.version())
            seccomp.restrict(way)
        case _:
            confine(way, required=True)
    return plain(urls)


def main(what: str, *words: str) -> int:
    match what:
        case "unguarded":
            return unguarded(words)
        case "python" | "c":
            return betrayed(LIBRARIES[what], product, words)
        case "python-unguarded" | "c-unguarded":
            return betrayed(LIBRARIES[what.partition("-")[0]], unguarded, words)
        case "plain":
            return plain(words)
        case _:
            return guarded(what, words)


if __name__ == "__main__":
    status = main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(status)
