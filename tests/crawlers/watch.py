"""Tells what a process attempts beyond itself."""

import json
import os
import socket
import sys
from pathlib import Path

ATTEMPTS = frozenset(
    {
        *(f"socket.{call}" for call in ("bind", "connect", "sendmsg", "sendto")),
        *(f"socket.{call}" for call in ("getaddrinfo", "gethostbyaddr", "gethostbyname", "getnameinfo")),
        *("subprocess.Popen", "os.exec", "os.fork", "os.posix_spawn", "os.system"),
    }
)
"""Audit events of Python by which a process reaches beyond itself."""


def watch(told: Path) -> None:
    """Tell every attempt to reach a network or to start a program, from here on and for good."""
    file = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def tell(event: str, arguments: tuple[object, ...]) -> None:
        if event in ATTEMPTS:
            shown = [one for one in arguments if not isinstance(one, socket.socket)]
            os.write(file, (json.dumps([event, *shown], default=repr) + "\n").encode())

    sys.addaudithook(tell)
