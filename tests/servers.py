"""Real servers of a test's own, to be stopped and killed: those of ../shared/services."""

import os
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

SERVICES = "HEADSTAMP_TEST_SERVICES"
PORTS = {"kafka": "KAFKA_PORT", "elasticsearch": "ES_PORT"}


class Server:
    """One Kafka or Elasticsearch on a free port, with its state in a folder."""

    def __init__(self, kind: str, folder: Path, **more: str) -> None:
        self._script = str(Path(os.environ[SERVICES]) / f"{kind}.sh")
        self.port = free()
        own = {"SERVICES_DIR": str(folder), PORTS[kind]: str(self.port), "ES_HEAP": "256m"}
        self.environment: Mapping[str, str] = {**os.environ, **own, **more}

    def start(self) -> str:
        """Its address, once it answers."""
        return self._ask("start").splitlines()[-1]

    def stop(self) -> None:
        """End it in order."""
        self._ask("stop")

    def kill(self) -> None:
        """End it with SIGKILL; `start` begins again from the same state."""
        self._ask("kill9")

    def command(self, word: str) -> list[str]:
        """What asks its script, for who does not wait for the answer."""
        return [self._script, word]

    def _ask(self, word: str) -> str:
        with (Path(self.environment["SERVICES_DIR"]) / "said").open("w+") as said:
            # A file, no pipe: the server keeps what it inherits open.
            subprocess.run(self.command(word), env=self.environment, stdout=said, stderr=said, check=False)
            said.seek(0)
            return said.read().strip()


@contextmanager
def server(kind: str, folder: Path, **more: str) -> Iterator[Server]:
    """A server that runs while the block does; `more` is further environment of its script."""
    if SERVICES not in os.environ:
        pytest.skip(f"{SERVICES} names no folder of servers: nothing was stopped or killed")
    found = Server(kind, folder, **more)
    try:
        found.start()
        yield found
    finally:
        found.kill()


def free() -> int:
    """A port that nobody listens on, nor on the one two or a hundred above it."""
    while True:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
        if port < 60_000 and all(_is_free(port + more) for more in (0, 2, 100)):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) != 0
