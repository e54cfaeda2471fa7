"""What a command shows: results on stdout, progress on stderr."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST = "`headstamp ingest FILE` or `headstamp crawl MARKET`, then `headstamp run --once`"
"""What fills an empty home."""


def show_json(result: object) -> None:
    """Print one result as one line of JSON; records and values keep their wire form, keys their order."""
    sys.stdout.write(msgspec.json.encode(result, order="deterministic").decode() + "\n")


def show_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their headings, in columns as wide as needed; control characters of page text are left out."""
    lines = [list(map(str, head)), *([plain(str(cell)) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n")


def show_facts(facts: Mapping[str, object]) -> None:
    """Print names and values, a line each."""
    for name, value in facts.items():
        sys.stdout.write(f"{name}: {plain(str(value))}\n")


def plain(text: str) -> str:
    """The text on one line, without what could move a terminal's cursor or turn its writing direction."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def minute(time: str) -> str:
    """A time in ISO 8601 as tables show it, to the minute; "" for none."""
    return f"{datetime.fromisoformat(time):%Y-%m-%d %H:%M}" if time else ""


@contextmanager
def progress(work: str, total: int | None = None) -> "Iterator[Callable[[int], None]]":
    """A bar on stderr while the block runs, moved on by the function it gets; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _steps: None
        return
    from rich.console import Console  # noqa: PLC0415  # costs 40 ms, which only a bar is worth
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(work, total=total)
        yield lambda steps: bar.advance(task, steps)
