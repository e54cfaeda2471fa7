"""What crawls say of themselves: a file a market in the home, for a crawl's process opens no server."""

import logging
import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.logs import line
from pipeline.metrics.exposed import Figure, figures, text
from pipeline.metrics.table import CRAWLS, UNREADABLE

FOLDER = "metrics"
"""Where they lie in a home."""
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\.prom")
"""What a file of them is called: a market's name; anything else in the folder is passed over."""
MOST_BYTES = 2**20
"""Of a file; a market's own takes some 5 KB."""


def write(home: Path, market: str, found: Iterable[Figure]) -> None:
    """Put a market's figures in the place of those before, whole or not at all; a disk that takes none stops no crawl."""
    file = home / FOLDER / f"{market}.prom"
    unfinished = file.with_name(f".{file.name}")
    try:
        file.parent.mkdir(exist_ok=True)
        unfinished.write_bytes(text(found))
        unfinished.replace(file)
    except OSError as error:
        line("figures not written", level=logging.WARNING, market=market, reason=error.strerror)


def read(home: Path) -> Iterator[Figure]:
    """The figures of every market of the home, and how many files cannot be read."""
    unreadable = 0
    for file in sorted((home / FOLDER).glob("*.prom")):
        try:
            yield from _of_market(file) if NAME.fullmatch(file.name) else ()
        except (OSError, ValueError):
            unreadable += 1
    yield Figure(UNREADABLE, unreadable, {})


def _of_market(file: Path) -> list[Figure]:
    """A file's figures of its own market: none of another's, whatever it says."""
    with open(file, "rb", opener=_regular) as opened:  # Path.open takes no opener
        written = opened.read(MOST_BYTES + 1)
    if len(written) > MOST_BYTES:
        raise ValueError(f"{file}: larger than {MOST_BYTES} bytes")
    found = figures(written.decode(), CRAWLS)
    return [figure for figure in found if figure.labels["market"] == file.stem]


def _regular(path: str, flags: int) -> int:
    """Opens a file, never waiting for the other end of a pipe; an `OSError` where it is no file of bytes, or a link."""
    opened = os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW)
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise OSError(f"{path}: is no file")
    return opened
