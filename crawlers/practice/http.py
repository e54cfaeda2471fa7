"""A small HTTP/1.1 server: reads requests from a stream and writes what the site answers."""

import asyncio
from http import HTTPStatus
from typing import NamedTuple

from crawlers.practice.site import Answer, Site
from crawlers.practice.tally import Tally

IDLE_S = 60.0
MOST_BODY = 64 * 1024
METHODS = frozenset({"GET", "HEAD", "POST"})


class Request(NamedTuple):
    """A request line with the headers that matter here."""

    method: str
    target: str
    lasting: bool
    """Whether the connection stays open after the response."""
    cookies: str = ""


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, site: Site, tally: Tally) -> None:
    """Answer requests, one after another, until one side has had enough."""
    try:
        while request := await _request(reader):
            answer = _answer(site, request)
            await asyncio.sleep(answer.delay_s)
            tally.answered(answer.status, answer.trap)
            writer.write(_response(answer, request))
            await writer.drain()
            if not request.lasting:
                return
    except (ConnectionError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return


def _answer(site: Site, request: Request) -> Answer:
    if request.method not in METHODS or not request.target.startswith("/"):
        return Answer(status=HTTPStatus.BAD_REQUEST, body=b"Bad request", type="text/plain")
    if request.method == "POST" and request.target == "/captcha" and (cookie := site.gatehouse.passed()):
        return Answer(status=HTTPStatus.SEE_OTHER, location="/", cookie=cookie)
    if request.method == "POST" or site.gatehouse.stops(request.target.partition("?")[0], request.cookies):
        return Answer(status=HTTPStatus.SEE_OTHER, location="/login")
    return site.answer(request.target)


async def _request(reader: asyncio.StreamReader) -> Request | None:
    """The next request, its body read and dropped; None at the end, or where it is too long."""
    async with asyncio.timeout(IDLE_S):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *lines = head.split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length[:9]) > MOST_BODY:
            return None
        await reader.readexactly(int(length))
    method, _, rest = line.partition(" ")
    target, _, version = rest.rpartition(" ")
    lasting = version == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
    return Request(method, target, lasting, headers.get("cookie", ""))


def _response(answer: Answer, request: Request) -> bytes:
    head = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        f"Content-Type: {answer.type}",
        f"Content-Length: {len(answer.body)}",
        f"Connection: {'keep-alive' if request.lasting else 'close'}",
        *([f"Location: {answer.location}"] if answer.location else []),
        *([f"Set-Cookie: {answer.cookie}"] if answer.cookie else []),
    ]
    return "\r\n".join([*head, "", ""]).encode() + (b"" if request.method == "HEAD" else answer.body)
