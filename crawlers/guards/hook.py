"""Python's audit hook: refuses, and remembers, what Python code attempts beyond the ways of a crawl."""

import ipaddress
import os
import socket
import sys
from collections.abc import Callable, Mapping

from crawlers.guards.way import Way
from pipeline.errors import GuardError

Arguments = tuple[object, ...]
PROGRAMS = ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.forkpty", "pty.spawn")
REVERSE = ("socket.gethostbyaddr", "socket.getnameinfo")
"""These ask a resolver even for a numeric address."""
NUMERIC = ("socket.getaddrinfo", "socket.gethostbyname")
LONGEST = 200
KIND = 0xF
"""The bits of a socket's type that are not flags."""


class Watch:
    """Stands over one process for good. Libraries swallow what they do not expect, so the first attempt is kept."""

    def __init__(self, way: Way) -> None:
        self._doors: frozenset[object] = way.ports | way.sockets
        self.attempt: GuardError | None = None
        self.tell: Callable[[GuardError], None] = lambda _error: None
        """Hears of each attempt, on the thread that made it."""

    def begin(self) -> None:
        """Refuse from here on; Python takes no audit hook back."""
        tests = self._tests()

        def hook(event: str, arguments: Arguments) -> None:
            test = tests.get(event)
            if test is not None:
                self._judge(event, test(arguments))

        sys.addaudithook(hook)

    def _judge(self, event: str, tried: str) -> None:
        if not tried:
            return
        error = GuardError(
            f"a crawl tried {tried} ({event}), which is not its SOCKS port: refused, and the crawl stopped; "
            "no page makes Headstamp do that: find out which library did"
        )
        self.attempt = self.attempt or error
        self.tell(error)
        raise error

    def _tests(self) -> Mapping[str, Callable[[Arguments], str]]:
        """By audit event: what was tried; "" where it may be."""
        return {
            "socket.__new__": _kind,
            **dict.fromkeys(("socket.connect", "socket.sendto", "socket.sendmsg"), self._place),
            **dict.fromkeys(("socket.bind", *REVERSE), _named("to use ")),
            **dict.fromkeys(NUMERIC, _resolved),
            **dict.fromkeys(PROGRAMS, _named("to start ")),
        }

    def _place(self, arguments: Arguments) -> str:
        address = arguments[1]
        if address is None:  # the socket is connected already
            return ""
        known = address[:2] if isinstance(address, tuple) else _text(address)
        return "" if known in self._doors else f"to reach {_shown(address)}"


def _kind(arguments: Arguments) -> str:
    _, family, kind, *_ = arguments
    assert isinstance(family, int)
    assert isinstance(kind, int)
    given = family < 0  # a socket that exists already is given a Python object
    stream = family in (socket.AF_INET, socket.AF_UNIX) and kind & KIND == socket.SOCK_STREAM
    return "" if given or stream else f"to make a socket of family {family}, type {kind}"


def _resolved(arguments: Arguments) -> str:
    host = arguments[0]
    if host in (None, "", b""):
        return ""
    try:
        ipaddress.ip_address(_text(host))
    except ValueError:
        return f"to resolve {_shown(host)}"
    return ""


def _named(verb: str) -> Callable[[Arguments], str]:
    return lambda arguments: verb + _shown(next((one for one in arguments if not isinstance(one, socket.socket)), ""))


def _text(value: object) -> str:
    return os.fsdecode(value) if isinstance(value, (str, bytes)) else str(value)


def _shown(value: object) -> str:
    place = ":".join(map(str, value[:2])) if isinstance(value, tuple) else _text(value)
    return place[:LONGEST]
