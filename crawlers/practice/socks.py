"""The greeting of a SOCKS5 server that, like tor's, knows onion names only (RFC 1928, RFC 1929)."""

import asyncio
import ipaddress
from collections.abc import Collection
from enum import IntEnum

from crawlers.practice.tally import Leak, Tally

VERSION, PASSWORD_VERSION = 5, 1
NO_PASSWORD, PASSWORD, NONE_OF_THESE = 0, 2, 0xFF
CONNECT = 1
IPV4, NAME, IPV6 = 1, 3, 4
WEB = 80
GREETING_S = 10.0


class Reply(IntEnum):
    """What the server says to a wish."""

    GRANTED = 0
    NOT_ALLOWED = 2
    HOST_UNREACHABLE = 4
    REFUSED = 5
    COMMAND_UNKNOWN = 7
    ADDRESS_UNKNOWN = 8


async def granted(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, names: Collection[str], tally: Tally
) -> bool:
    """Whether the client asked, in due form, for one of `names`; it has then been told so, else why not."""
    try:
        async with asyncio.timeout(GREETING_S):
            if not await _greeted(reader, writer, tally):
                return False
            reply = await _wish(reader, names, tally)
            writer.write(bytes([VERSION, reply, 0, IPV4, 0, 0, 0, 0, 0, 0]))
            await writer.drain()
            return reply is Reply.GRANTED
    except (ConnectionError, TimeoutError, asyncio.IncompleteReadError):
        return False


async def _greeted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tally: Tally) -> bool:
    version, count = await reader.readexactly(2)
    methods = await reader.readexactly(count)
    chosen = next((method for method in (PASSWORD, NO_PASSWORD) if method in methods), NONE_OF_THESE)
    if version != VERSION:
        return False
    writer.write(bytes([VERSION, chosen]))
    await writer.drain()
    if chosen == PASSWORD:
        tally.entered(await _user(reader))
        writer.write(bytes([PASSWORD_VERSION, 0]))
    return chosen != NONE_OF_THESE


async def _user(reader: asyncio.StreamReader) -> bytes:
    """The user name; any password does, as with tor."""
    await reader.readexactly(1)
    name = await reader.readexactly((await reader.readexactly(1))[0])
    await reader.readexactly((await reader.readexactly(1))[0])
    return name


async def _wish(reader: asyncio.StreamReader, names: Collection[str], tally: Tally) -> Reply:
    _, command, _, kind = await reader.readexactly(4)
    if kind not in {IPV4, NAME, IPV6}:
        return Reply.ADDRESS_UNKNOWN
    host = await _host(reader, kind)
    port = int.from_bytes(await reader.readexactly(2), "big")
    leak, reply = _judged(command, kind, host, port, names)
    if leak:
        tally.leaked(leak, f"{host}:{port}")
    return reply


async def _host(reader: asyncio.StreamReader, kind: int) -> str:
    if kind == NAME:
        return (await reader.readexactly((await reader.readexactly(1))[0])).decode("latin-1").lower()
    return str(ipaddress.ip_address(await reader.readexactly(4 if kind == IPV4 else 16)))


def _judged(command: int, kind: int, host: str, port: int, names: Collection[str]) -> tuple[Leak | None, Reply]:
    if command != CONNECT:
        return Leak.COMMAND, Reply.COMMAND_UNKNOWN
    if kind != NAME:
        return Leak.ADDRESS, Reply.NOT_ALLOWED
    if host not in names:
        return Leak.NAME, Reply.HOST_UNREACHABLE
    return (None, Reply.GRANTED) if port == WEB else (Leak.PORT, Reply.REFUSED)
