"""Who stepped into which trap of the practice market."""

import json
from collections import Counter
from pathlib import Path

from crawlers.practice.site import Trap
from pipeline.taxonomy import Open

MOST_NAMED = 50
"""Leaks that the report names; it counts all."""


class Leak(Open):
    """A wish that reached the SOCKS port and should not have."""

    ADDRESS = "address"
    NAME = "name"
    PORT = "port"
    COMMAND = "command"
    UNKNOWN = "unknown"


class Tally:
    """Counts of one run, kept in a file where one is given: written anew at every trap, every leak and the end."""

    def __init__(self, file: Path | None = None) -> None:
        """A tally with nothing in it yet."""
        self._file = file
        self._statuses: Counter[int] = Counter()
        self._traps: Counter[Trap] = Counter()
        self._leaks: Counter[Leak] = Counter()
        self._named: list[str] = []
        self._lanes: set[bytes] = set()
        self.write()

    def answered(self, status: int, trap: Trap | None) -> None:
        """Count a response."""
        self._statuses[status] += 1
        if trap:
            self._traps[trap] += 1
            self.write()

    def leaked(self, leak: Leak, wish: str) -> None:
        """Count a wish that was refused."""
        self._leaks[leak] += 1
        if len(self._named) < MOST_NAMED:
            self._named.append(wish)
        self.write()

    def entered(self, lane: bytes) -> None:
        """Count a SOCKS user name, behind which tor would keep circuits of their own."""
        self._lanes.add(lane)

    def report(self) -> dict[str, object]:
        """What has been counted; every trap and leak is named, with 0 where it was left alone."""
        return {
            "requests": self._statuses.total(),
            "statuses": {str(status): count for status, count in sorted(self._statuses.items())},
            "lanes": len(self._lanes),
            "traps": {trap: self._traps[trap] for trap in Trap if trap is not Trap.UNKNOWN},
            "leaks": {leak: self._leaks[leak] for leak in Leak if leak is not Leak.UNKNOWN},
            "wishes": self._named,
        }

    def write(self) -> None:
        """Write the report to its file, whole or not at all."""
        if self._file:
            half = self._file.with_name(f"{self._file.name}.part")
            half.write_text(json.dumps(self.report(), indent=1) + "\n", encoding="utf-8")
            half.replace(self._file)
