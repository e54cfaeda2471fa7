"""The records of a CSV or JSONL file as cells by column."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from pipeline.errors import MalformedError, SettingsError
from pipeline.records import Rejected
from pipeline.rows.source import Lines, TooLargeError, opened

LARGEST_CELL = 2**20
"""Characters of one CSV cell; a row with a longer one is rejected. Cells beyond `pipeline.text.LIMIT` are only cut."""

_MOST = "more than a row may hold"
_TOO_LARGE = Rejected(reason="too_large", detail=_MOST)
_decoder = msgspec.json.Decoder(float_hook=str)  # a price keeps its decimals


Cells = Mapping[str, str]
"""The cells of a row by column."""


class Record(NamedTuple):
    """One record of a file: its cells by column, or why it has none."""

    line: int
    found: Cells | Rejected
    replaced: int
    """Characters put for bytes that are no UTF-8."""


def header(path: Path) -> tuple[str, ...]:
    """The columns of a CSV file, or the keys of a JSONL file's first object; a `MalformedError` where there are none."""
    with opened(path) as lines:
        if not _is_json(lines, path):
            return _columns(csv.reader(lines, strict=True), path)
        found = _object(lines.peek())
        if isinstance(found, Rejected):
            raise MalformedError(f"{path}: the first line is no JSON object; write one object a line")
        return tuple(found)


def records(path: Path, columns: Sequence[str]) -> Iterator[Record]:
    """The records of a file in its order, with the cells of `columns` where it has them; blank lines are none."""
    with opened(path) as lines:
        yield from _objects(lines, columns) if _is_json(lines, path) else _rows(lines, path, columns)


def _is_json(lines: Lines, path: Path) -> bool:
    first = lines.peek()
    if not first:
        raise MalformedError(f"{path}: is empty; there is nothing to read")
    return first.lstrip().startswith("{")


def _columns(reader: Iterator[list[str]], path: Path) -> tuple[str, ...]:
    csv.field_size_limit(LARGEST_CELL)
    try:
        return tuple(cell.strip() for cell in next(filter(None, reader), ()))
    except (csv.Error, TooLargeError) as error:
        raise MalformedError(f"{path}: the first line names no columns ({_fault(error)}); is this CSV?") from error


def _rows(lines: Lines, path: Path, columns: Sequence[str]) -> Iterator[Record]:
    reader = csv.reader(lines, strict=True)
    held = _columns(reader, path)
    if twice := [name for name in columns if held.count(name) > 1]:
        raise SettingsError(f"{path}: has two columns {twice[0][:40]!r}; rename one")
    places = [(name, held.index(name)) for name in columns if name in held]
    while True:
        line, replaced, cut = lines.begin(), lines.replaced, lines.cut
        try:
            cells = _cells(next(reader), held, cut=lines.cut > cut)
        except StopIteration:
            return
        except (csv.Error, TooLargeError):
            cells = _cells(_leniently(lines.first), held, cut=lines.cut > cut)
            lines.again()
        if isinstance(cells, Rejected):
            lines.again()
            yield Record(line, cells, lines.replaced - replaced)
        elif cells:
            yield Record(line, {name: cells[place] for name, place in places}, lines.replaced - replaced)


def _leniently(line: str) -> list[str] | Rejected:
    """The cells of one line whose quotes are out of order: an unclosed one ends with its line, so that it swallows no good rows."""
    try:
        return next(csv.reader([line]))
    except csv.Error as error:
        return _TOO_LARGE if "field limit" in str(error) else Rejected(reason="not_csv", detail=_fault(error))


def _fault(error: Exception) -> str:
    """What is wrong with a line in words for whoever made the file; the csv module's are for programmers."""
    match str(error):
        case told if isinstance(error, TooLargeError) or "field limit" in told:
            return _MOST
        case told if "new-line" in told:
            return "a line break stands in a cell without quotes"
        case _:
            return "its quotes are out of order"


def _cells(cells: list[str] | Rejected, held: Sequence[str], *, cut: bool) -> list[str] | Rejected:
    """The cells of a row that has one for each column; cells beyond them must be blank."""
    if cut or isinstance(cells, Rejected):
        return cells if isinstance(cells, Rejected) else _TOO_LARGE
    if not cells or len(cells) == len(held) or (len(cells) > len(held) and not any(map(str.strip, cells[len(held) :]))):
        return cells
    return Rejected(reason="cells", detail=f"{len(cells)} cells where the header has {len(held)} columns")


def _objects(lines: Lines, columns: Sequence[str]) -> Iterator[Record]:
    while True:
        number, replaced, cut = lines.begin(), lines.replaced, lines.cut
        line = next(lines, "")
        if not line:
            return
        if line.isspace():
            continue
        found = _TOO_LARGE if lines.cut > cut else _object(line)
        cells = (
            found if isinstance(found, Rejected) else {name: _text(found[name]) for name in columns if name in found}
        )
        yield Record(number, cells, lines.replaced - replaced)


def _object(line: str) -> dict[str, object] | Rejected:
    try:
        found = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        return Rejected(reason="not_json", detail=str(error))
    return found if isinstance(found, dict) else Rejected(reason="not_json", detail="no object")


def _text(value: object) -> str:
    """A JSON value as a cell; a list's values are parted by commas, an object or a list in a list is none."""
    match value:
        case str():
            return value
        case bool() | int():
            return str(value).lower()
        case list():
            return ", ".join(filter(None, (_text(part) for part in value if not isinstance(part, list))))
        case _:
            return ""
