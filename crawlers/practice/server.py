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

    async def browse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await converse(reader, writer, site, tally)

    async def enter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await granted(reader, writer, site.mirrors, tally):
            await converse(reader, writer, site, tally)

    async with (
        await asyncio.start_server(_closing(enter), LOOPBACK, port) as socks,
        await asyncio.start_server(_closing(browse), LOOPBACK, 0) as http,
    ):
        yield Ports(socks.sockets[0].getsockname()[1], http.sockets[0].getsockname()[1])


async def serve(site: Site, tally: Tally, *, port: int, parent: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM, SIGINT or the end of the parent process; `ready` gets one line of JSON once it can be reached."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with opened(site, tally, port) as ports:
        ready(_told(ports, site))
        await _ended(stop, parent)
    tally.write()


async def _ended(stop: asyncio.Event, parent: int) -> None:
    while os.getppid() == parent:
        try:
            async with asyncio.timeout(PARENT_S):
                await stop.wait()
        except TimeoutError:
            continue
        return


def _told(ports: Ports, site: Site) -> str:
    facts = {
        "socks": f"{LOOPBACK}:{ports.socks}",
        "market": NAME,
        "mirrors": site.mirrors,
        "http": f"http://{LOOPBACK}:{ports.http}/",
    }
    return json.dumps(facts)


def _closing(talk: Conversation) -> Conversation:
    async def handled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    return handled
