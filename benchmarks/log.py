"""How fast does the log append and read, beside the prototype of ../shared/notes in the same run?"""

import argparse
import importlib.util
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import Message
from pipeline.terminal import show_json, show_table
from pipeline.topics import LISTINGS

PROTOTYPE = Path(__file__).parents[2] / "shared" / "notes" / "embedded_lab" / "embedded_log.py"
SIZES = (1024, 4096)
BATCHES = {1: 400, 50: 15_000, 500: 30_000}
READ = 500
TURNS = 3


class Figure(NamedTuple):
    """Messages a second for one way of working, ours and the prototype's."""

    work: str
    size: int
    ours: float
    prototype: float | None

    @property
    def ratio(self) -> str:
        """Ours by the prototype's."""
        return f"{self.ours / self.prototype:.2f}" if self.prototype else "-"


class Ours:
    """The log that ships."""

    def __init__(self, folder: Path) -> None:
        self._broker = SqliteBroker(folder / "log.db")

    def append(self, pairs: Sequence[tuple[bytes, bytes]]) -> None:
        """Append keys and values; return once they are on disk."""
        self._broker.publish(LISTINGS.name, [Message(key=key, value=value) for key, value in pairs])

    def read(self) -> int:
        """Read the next messages and mark them read; how many."""
        with self._broker.batch(LISTINGS.name, "benchmark", size=READ, wait=0) as found:
            return len(found)

    def close(self) -> None:
        """Let go of the file."""
        self._broker.close()


class Prototype:
    """The log of the notes, with one partition."""

    def __init__(self, folder: Path) -> None:
        spec = importlib.util.spec_from_file_location("embedded_log", PROTOTYPE)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self._log: Any = module.Log(str(folder / "prototype.db"))  # Any: the prototype has no types
        self._log.create_topic("t", 1)

    def append(self, pairs: Sequence[tuple[bytes, bytes]]) -> None:
        """Append keys and values; return once they are on disk."""
        self._log.append("t", pairs)

    def read(self) -> int:
        """Read the next messages and mark them read; how many."""
        place = self._log.position("benchmark", "t", 0)
        found = self._log.read("t", 0, place, READ)
        if found:
            self._log.commit("benchmark", "t", {0: found[-1][0] + 1})
        return len(found)

    def close(self) -> None:
        """Let go of the file."""
        self._log.db.close()


def main() -> None:
    """Print messages a second, ours and the prototype's, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    arguments = parser.parse_args()
    if not PROTOTYPE.exists():
        sys.stderr.write("../shared is absent: the prototype's column stays empty\n")
    found = list(figures())
    if arguments.json:
        show_json([figure._asdict() for figure in found])
    else:
        show_table(("work", "bytes", "messages/s", "prototype", "ratio"), [_row(figure) for figure in found])


def figures() -> Iterator[Figure]:
    """One figure per size and way of working."""
    for size in SIZES:
        for batch, count in BATCHES.items():
            ours, theirs = _best(size, batch, count)
            yield Figure(f"append {batch} a batch", size, ours[0], theirs[0])
            if batch == max(BATCHES):
                yield Figure(f"read {READ} and commit", size, ours[1], theirs[1])


def _best(size: int, batch: int, count: int) -> tuple[tuple[float, float], tuple[float, float] | tuple[None, None]]:
    """The best rates of a few turns in which ours and the prototype's follow each other: other work only slows one."""
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    for _ in range(TURNS):
        ours.append(_rates(Ours, size, batch, count))
        if PROTOTYPE.exists():
            theirs.append(_rates(Prototype, size, batch, count))
    return _highest(ours), _highest(theirs) if theirs else (None, None)


def _highest(rates: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return max(append for append, _ in rates), max(read for _, read in rates)


def _rates(log: Callable[[Path], Ours | Prototype], size: int, batch: int, count: int) -> tuple[float, float]:
    value = os.urandom(size // 2).hex().encode()
    with TemporaryDirectory(prefix="headstamp-") as folder:
        opened = log(Path(folder))
        appended = _seconds(lambda: _append(opened, value, batch, count))
        read = _seconds(lambda: _read(opened, count))
        opened.close()
    return count / appended, count / read


def _append(log: Ours | Prototype, value: bytes, batch: int, count: int) -> None:
    for start in range(0, count, batch):
        log.append([(b"key%d" % number, value) for number in range(start, start + batch)])


def _read(log: Ours | Prototype, count: int) -> None:
    taken = 0
    while taken < count:
        taken += log.read()


def _seconds(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _row(figure: Figure) -> tuple[str, int, str, str, str]:
    theirs = f"{figure.prototype:,.0f}" if figure.prototype else "-"
    return figure.work, figure.size, f"{figure.ours:,.0f}", theirs, figure.ratio


if __name__ == "__main__":
    main()
