"""Real servers of a test's own, to be stopped and killed: those of ../shared/services."""

import os
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from benchmarks.servers import SERVICES, Server, free
from benchmarks.servers import server as started

__all__ = ["SERVICES", "Server", "free", "server"]


def server(kind: str, folder: Path, **more: str) -> AbstractContextManager[Server]:
    """A server that runs while the block does; `more` is further environment of its script."""
    if SERVICES not in os.environ:
        pytest.skip(f"{SERVICES} names no folder of servers: nothing was stopped or killed")
    return started(kind, folder, **more)
