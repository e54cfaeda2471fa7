"""Pages a second by our way through a SOCKS port, against plain Scrapy to the same server on loopback.

    python -m benchmarks.route                                        # through a relay of its own
    python -m benchmarks.route --socks ADDRESS --mirror ONION --origin http://127.0.0.1:PORT/PATH

Both sides ask the same server for the same page with the same settings, but for the download handler. Each measurement is
a process of its own; the two sides take turns, and only their ratio within one round counts.
"""

import argparse
import asyncio
import contextlib
import json
import logging
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings

from crawlers.address import onion
from crawlers.hardening import scrapy_settings
from crawlers.practice.socks import granted
from crawlers.practice.tally import Tally
from crawlers.profile import Pace
from crawlers.route.bounds import Route
from crawlers.route.lanes import Lanes
from crawlers.route.origin import Origin
from pipeline.settings import Crawl

ROOT = Path(__file__).parents[1]
PAGE = b"<h1>Lot</h1>" + b"<p>Short advert, read again and again.</p>" * 500
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(PAGE) + PAGE
MIRROR = onion(bytes(range(32)))
SIDES = ("plain", "ours")


class Reader(Spider):
    """Asks for one page so many times, and counts from when all its connections stand."""

    name = "route"

    def __init__(self, url: str, route: Route, pages: int, warm: int) -> None:
        super().__init__()
        self.url, self.route, self.pages, self.warm = url, route, pages, warm
        self.times: list[float] = []
        self.failures = 0
        self.cpu = 0.0

    async def start(self) -> AsyncIterator[Request]:
        """The same page, again and again."""
        for number in range(self.pages + self.warm):
            mark = "&" if "?" in self.url else "?"
            yield Request(f"{self.url}{mark}n={number}", callback=self.parse, errback=self.failed, dont_filter=True)

    def parse(self, response: Response) -> None:
        """Note when it came."""
        assert response.body
        if len(self.times) == self.warm:
            self.cpu = time.process_time()
        self.times.append(time.monotonic())

    def failed(self, _failure: object) -> None:
        """Note that it did not."""
        self.failures += 1


def measured(side: str, words: argparse.Namespace) -> dict[str, float]:
    """Pages a second and CPU a page of one side, in this process."""
    settings = dict(scrapy_settings(Crawl(), Pace(delay=0, concurrent=words.concurrent)))
    del settings["SCHEDULER"], settings["ITEM_PIPELINES"]
    if side == "plain":
        settings["DOWNLOAD_HANDLERS"] = dict.fromkeys(("http", "https"), HTTP11DownloadHandler)
        del settings["TWISTED_DNS_RESOLVER"]
    mirror = Origin.of(words.mirror)
    parts = urlsplit(words.origin)
    url = (
        words.origin
        if side == "plain"
        else mirror.url + (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    )
    lanes = Lanes.of("route", words.lanes)
    route = Route(socks=words.socks, origins=frozenset({mirror}), lanes=lanes, hold_s=5)
    logging.disable(logging.WARNING)
    process = AsyncCrawlerProcess(Settings(settings))
    crawler = process.create_crawler(Reader)
    process.crawl(crawler, url=url, route=route, pages=words.pages, warm=words.concurrent * 2)
    process.start()
    reader = crawler.spider
    assert isinstance(reader, Reader)
    assert reader.failures == 0, f"{reader.failures} pages failed"
    counted = reader.times[reader.warm :]
    seconds = counted[-1] - reader.times[reader.warm - 1]
    return {"rate": len(counted) / seconds, "cpu_ms": 1000 * (time.process_time() - reader.cpu) / len(counted)}


async def serve(ready: asyncio.Future[tuple[int, int]]) -> None:
    """A web server and a SOCKS port in front of it, until cancelled."""
    web = await asyncio.start_server(_answer, "127.0.0.1", 0)
    origin: int = web.sockets[0].getsockname()[1]

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await granted(reader, writer, [MIRROR], Tally()):
            inner, outer = await asyncio.open_connection("127.0.0.1", origin)
            await asyncio.gather(_carry(reader, outer), _carry(inner, writer))

    socks = await asyncio.start_server(relay, "127.0.0.1", 0)
    ready.set_result((origin, socks.sockets[0].getsockname()[1]))
    async with web, socks:
        await web.serve_forever()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(ANSWER)
            await writer.drain()
    writer.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _serving() -> None:
    ready: asyncio.Future[tuple[int, int]] = asyncio.get_running_loop().create_future()
    server = asyncio.create_task(serve(ready))
    print(json.dumps(await ready), flush=True)
    await server


@contextlib.contextmanager
def ports() -> Iterator[tuple[str, str]]:
    """The address of a web server and of a SOCKS port in front of it, in a process of their own."""
    words = [sys.executable, "-m", "benchmarks.route", "--serve"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        origin, socks = json.loads(server.stdout.readline())
        try:
            yield f"http://127.0.0.1:{origin}/listing", f"127.0.0.1:{socks}"
        finally:
            server.kill()


def measure(side: str, concurrent: int, words: argparse.Namespace) -> dict[str, float]:
    """Figures of one side from a process of its own."""
    pages = max(50, words.pages if concurrent > 1 else words.pages // 3)
    options = {
        "--side": side,
        "--concurrent": concurrent,
        "--pages": pages,
        "--socks": words.socks,
        "--mirror": words.mirror,
        "--origin": words.origin,
        "--lanes": words.lanes,
    }
    line = [sys.executable, "-m", "benchmarks.route", *(str(word) for pair in options.items() for word in pair)]
    done = subprocess.run(line, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(words: argparse.Namespace) -> None:
    """Print a line for each number of requests under way."""
    print("    c  plain/s   ours/s  ratio (least to most)  CPU ms a page, plain and ours")
    for concurrent in words.concurrencies:
        rounds = [{side: measure(side, concurrent, words) for side in SIDES} for _ in range(words.rounds)]
        ratios = sorted(one["ours"]["rate"] / one["plain"]["rate"] for one in rounds)
        rate, cpu = (
            {side: statistics.median(one[side][figure] for one in rounds) for side in SIDES}
            for figure in ("rate", "cpu_ms")
        )
        spread = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        print(
            f"{concurrent:5d}{rate['plain']:9.0f}{rate['ours']:9.0f}  {spread}    {cpu['plain']:.2f} {cpu['ours']:.2f}"
        )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--socks", default="", help="a SOCKS port, instead of a relay of our own")
    parser.add_argument("--mirror", default=MIRROR, help="the onion service behind it")
    parser.add_argument("--origin", default="", help="the address of the same page on loopback")
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--concurrencies", type=int, nargs="+", default=[1, 8, 16, 32])
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--concurrent", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    words: Any = parser.parse_args(arguments)
    if words.serve:
        asyncio.run(_serving())
    elif words.side:
        print(json.dumps(measured(words.side, words)))
    elif words.socks:
        compare(words)
    else:
        with ports() as (words.origin, words.socks):
            compare(words)


if __name__ == "__main__":
    main()
