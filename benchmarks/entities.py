"""How many entities are found in real listings that were annotated by hand, per kind, dev and test apart?"""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import msgspec

from classifier.truth.annotated import Read, read
from classifier.truth.score import Figure, Finder, KindFigures, figures
from pipeline.errors import SettingsError
from pipeline.terminal import show_json, show_table

DATA = Path(__file__).parents[2] / "shared" / "data"
HEAD = ("kind", "n", "found", "listings", "vendors", "markets", "P", "R", "F1", "95 %", "F1 overlap", "95 %", "values")


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one part of one file; figures of different files are never pooled."""

    data: str
    part: str
    listings: int
    vendors: int
    kinds: list[KindFigures]


def main() -> int:
    """Print a table a file and part; 2 where the research data are not there or have changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the research data")
    parser.add_argument(
        "--finder", default="classifier.entities:entities", help="MODULE:FUNCTION, from a listing to its entities"
    )
    parser.add_argument("--part", choices=("dev", "test"), help="only this part; rules may be made with dev in view")
    parser.add_argument("--wrong", action="store_true", help="print each span of dev that was missed or is too many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    arguments = parser.parse_args()
    try:
        reads, find = read(arguments.data), finder(arguments.finder)
    except SettingsError as error:
        print(f"NOTHING WAS MEASURED. {error}", file=sys.stderr)
        return 2
    parts = (arguments.part,) if arguments.part else ("dev", "test")
    found = [table for part in parts for table in tables(reads, part, find, arguments.seed)]
    show_json(found) if arguments.json else show(found)
    if arguments.wrong and "dev" in parts:
        show_wrong(reads, find)
    return 0


def finder(name: str) -> Finder:
    """The function that `name` says, "module:function"."""
    module, _, function = name.partition(":")
    try:
        return cast("Finder", getattr(importlib.import_module(module), function))
    except (ImportError, AttributeError) as error:
        raise SettingsError(f"{name}: {error}; name the finder as MODULE:FUNCTION") from error


def tables(reads: Sequence[Read], part: str, find: Finder, seed: int) -> list[Table]:
    """The figures of one part, dark web and surface web apart."""
    return [
        Table(
            data=data,
            part=part,
            listings=len(chosen),
            vendors=len({each.vendor for each in chosen}),
            kinds=figures(chosen, find, seed),
        )
        for data in ("darkweb", "surface")
        if (chosen := [each for each in reads if (each.annotated.data, each.annotated.part) == (data, part)])
    ]


def show(found: Sequence[Table]) -> None:
    """Print the tables."""
    for table in found:
        print(f"\n{table.data}, {table.part}: {table.listings} listings of {table.vendors} vendors")
        show_table(HEAD, [_row(kind) for kind in table.kinds])


def _row(kind: KindFigures) -> tuple[object, ...]:
    start = (kind.kind, kind.marked, kind.found, kind.listings, kind.vendors, kind.markets)
    if not kind.claimed:
        return (*start, *["no claim"] * 6, _values(kind))
    exact = kind.exact
    return (*start, _told(exact.precision), _told(exact.recall), *_f1(exact), *_f1(kind.overlap), _values(kind))


def _f1(figure: Figure) -> tuple[str, str]:
    interval = f"{figure.interval[0]:.3f} to {figure.interval[1]:.3f}" if figure.interval else ""
    return _told(figure.f1), interval


def _values(kind: KindFigures) -> str:
    return f"{kind.values} of {kind.valued}" if kind.valued else ""


def _told(share: float | None) -> str:
    return "" if share is None else f"{share:.3f}"


def show_wrong(reads: Sequence[Read], find: Finder) -> None:
    """Print the spans of dev listings that were missed, and those that nobody marked."""
    for each in (each for each in reads if each.annotated.part == "dev"):
        marked = {(one.kind, one.field, one.start, one.end) for one in each.annotated.entities}
        found = {(one.kind, one.field, one.start, one.end) for one in find(each.listing)}
        where = f"{each.annotated.data} {each.annotated.row}"
        for name, spans in (("missed", marked - found), ("too many", found - marked)):
            for kind, field, start, end in sorted(spans):
                print(f"{name}\t{where}\t{kind}\t{field}\t{getattr(each.listing, field)[start:end]!r}")


if __name__ == "__main__":
    sys.exit(main())
