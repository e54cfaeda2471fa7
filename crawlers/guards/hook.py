"""Python's audit hook: refuses, and remembers, what Python code attempts beyond the ways of a crawl."""

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
NAMES = ("socket.getaddrinfo", "socket.gethostbyname")
LONGEST = 200
KIND = 0xF
"""The bits of a socket's type that are not flags."""


class Watch:
    """Stands over one process for good. Libraries swallow what they do not expect, so the first attempt is kept."""

    def __init__(self, way: Way) -> None:
        self._doors: frozenset[object] = way.ports | way.sockets
        self._hosts = frozenset(host for host, _ in way.ports)
        self.attempt: GuardError | None = None
        self._tell: Callable[[GuardError], None] = lambda _error: None

    def begin(self) -> None:
        """Refuse from here on; Python takes no audit hook back."""
        tests = self._tests()

        def hook(event: str, arguments: Arguments) -> None:
            test = tests.get(event)
            if test is not None:
                self._judge(event, test(arguments))

        sys.addaudithook(hook)

    def report(self, tell: Callable[[GuardError], None]) -> None:
        """Let `tell` hear of each attempt, on the thread that made it, and of one made already."""
        self._tell = tell
        if self.attempt:
            tell(self.attempt)

    def _judge(self, event: str, tried: str) -> None:
        if not tried:
            return
        error = GuardError(
            f"a crawl tried {tried} ({event}), which is not its SOCKS port: refused, and the crawl stopped; "
            "no page makes Headstamp do that: find out which library did"
        )
        self.attempt = self.attempt or error
        self._tell(error)
        raise error

    def _tests(self) -> Mapping[str, Callable[[Arguments], str]]:
        """By audit event: what was tried; "" where it may be."""
        return {
            "socket.__new__": self._kind,
            **dict.fromkeys(("socket.connect", "socket.sendto", "socket.sendmsg"), self._place),
            **dict.fromkeys(("socket.bind", *REVERSE), _named("to use ")),
            **dict.fromkeys(NAMES, self._resolved),
            **dict.fromkeys(PROGRAMS, _named("to start ")),
        }

    def _place(self, arguments: Arguments) -> str:
        address = arguments[1]
        if address is None:  # the socket is connected already
            return ""
        known = address[:2] if isinstance(address, tuple) else _text(address)
        return "" if known in self._doors else f"to reach {_shown(address)}"

    def _kind(self, arguments: Arguments) -> str:
        _, family, kind, *_ = arguments
        assert isinstance(family, int)
        assert isinstance(kind, int)
        if family < 0:  # a socket that exists already is given a Python object, as each half of a pair is
            return ""
        families = (socket.AF_UNIX, socket.AF_INET) if self._hosts else (socket.AF_UNIX,)
        stream = family in families and kind & KIND == socket.SOCK_STREAM
        return "" if stream else f"to make a socket of family {family}, type {kind & KIND}"

    def _resolved(self, arguments: Arguments) -> str:
        host = arguments[0]
        return "" if host is None or _text(host) in {"", *self._hosts} else f"to resolve {_shown(host)}"


def _named(verb: str) -> Callable[[Arguments], str]:
    return lambda arguments: verb + _shown(next((one for one in arguments if not isinstance(one, socket.socket)), ""))


def _text(value: object) -> str:
    return os.fsdecode(value) if isinstance(value, (str, bytes)) else str(value)


def _shown(value: object) -> str:
    place = ":".join(map(str, value[:2])) if isinstance(value, tuple) else _text(value)
    return place[:LONGEST]
