"""The practice market as a process: HTTP and SOCKS5 on loopback."""

import asyncio
import hashlib
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

from crawlers.address import onion
from crawlers.practice.http import converse
from crawlers.practice.site import Site
from crawlers.practice.socks import granted
from crawlers.practice.tally import Tally

LOOPBACK = "127.0.0.1"
NAME = "practice"
PARENT_S = 0.5
"""Seconds between two looks at whether the process that started this one is still there."""
Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Ports(NamedTuple):
    """Where the market listens."""

    socks: int
    http: int


def mirrors() -> tuple[str, str]:
    """The market's two onion addresses; nobody has the private halves of their keys."""
    first, second = (onion(hashlib.sha256(f"headstamp practice mirror {n}".encode()).digest()) for n in (1, 2))
    return first, second


@asynccontextmanager
async def opened(site: Site, tally: Tally, port: int = 0) -> AsyncIterator[Ports]:
    """The market's ports, served while the block runs: SOCKS5 for crawlers, HTTP for a look with a browser."""

    async def enter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await granted(reader, writer, site.mirrors, tally):
            await converse(reader, writer, site, tally)

    async with (
        await asyncio.start_server(_closing(enter), LOOPBACK, port) as socks,
        await asyncio.start_server(browsing(site, tally), LOOPBACK, 0) as http,
    ):
        yield Ports(socks.sockets[0].getsockname()[1], http.sockets[0].getsockname()[1])


async def serve(site: Site, tally: Tally, *, port: int, parent: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM, SIGINT or the end of the parent process; `ready` gets one line of JSON once it can be reached."""
    stop = stopped()
    async with opened(site, tally, port) as ports:
        ready(told(site, f"{LOOPBACK}:{ports.socks}", ports.http))
        await ended(stop, parent)
    tally.write()


def stopped() -> asyncio.Event:
    """What SIGTERM and SIGINT set from now on."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


async def ended(stop: asyncio.Event, parent: int) -> None:
    """Return once it is set, or when the process `parent` has ended."""
    while os.getppid() == parent:
        try:
            async with asyncio.timeout(PARENT_S):
                await stop.wait()
        except TimeoutError:
            continue
        return


def told(site: Site, socks: str, http: int, **more: str) -> str:
    """The line of JSON that says where the market can be reached."""
    facts = {"socks": socks, "market": NAME, "mirrors": site.mirrors, "http": f"http://{LOOPBACK}:{http}/"}
    return json.dumps(facts | more)


def browsing(site: Site, tally: Tally) -> Conversation:
    """What answers a browser, or an onion service's tor."""

    async def browse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await converse(reader, writer, site, tally)

    return _closing(browse)


def _closing(talk: Conversation) -> Conversation:
    async def handled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    return handled
