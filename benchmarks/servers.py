"""Real servers of one's own, to be stopped and killed: those of ../shared/services."""

import os
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

SERVICES = "HEADSTAMP_TEST_SERVICES"
"""The variable that names the folder of their scripts; without it ../shared/services."""
PORTS = {"kafka": "KAFKA_PORT", "elasticsearch": "ES_PORT"}


class Server:
    """One Kafka or Elasticsearch on a free port, with its state in a folder; `more` is further environment of its script."""

    def __init__(self, kind: str, folder: Path, **more: str) -> None:
        self._script = str(scripts() / f"{kind}.sh")
        self.port = free()
        own = {"SERVICES_DIR": str(folder), PORTS[kind]: str(self.port), "ES_HEAP": "256m"}
        self.environment: Mapping[str, str] = {**os.environ, **own, **more}
        self._state = folder / f"{kind}-{self.port}"

    @property
    def pid(self) -> int:
        """Its process."""
        return int((self._state / "pid").read_text())

    def start(self) -> str:
        """Its address, once it answers; a RuntimeError with its last words where it does not."""
        self._ask("start")
        said = self._ask("status")
        if said == "down":
            raise RuntimeError(f"{self._script} did not start: see {self._state}")
        return said

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
        with (Path(self.environment["SERVICES_DIR"]) / f"said-{self.port}").open("w+") as said:
            # A file, no pipe: the server keeps what it inherits open.
            subprocess.run(self.command(word), env=self.environment, stdout=said, stderr=said, check=False)
            said.seek(0)
            lines = said.read().strip().splitlines()
        return lines[-1] if lines else ""


@contextmanager
def server(kind: str, folder: Path, **more: str) -> Iterator[Server]:
    """A server that runs while the block does."""
    found = Server(kind, folder, **more)
    try:
        found.start()
        yield found
    finally:
        found.kill()


def scripts() -> Path:
    """The folder of the scripts that start servers; it may be absent."""
    return Path(os.environ.get(SERVICES, Path(__file__).parents[2] / "shared" / "services")).absolute()


def cpu_of(pid: int) -> float:
    """CPU-seconds that a process has spent so far, with all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
