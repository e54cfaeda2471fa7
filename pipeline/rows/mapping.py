"""Which column of a file is which field of a listing, from a small YAML file."""

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import yaml

from pipeline.errors import SettingsError
from pipeline.records import digest
from pipeline.rows.table import header
from pipeline.values import date

SHIPPED = Path(__file__).parents[1] / "mappings"
KIND = "mapping"
"""Under which the wordings of mappings are kept."""
REQUIRED = ("market", "key", "title")
"""Fields without which a row is no listing."""


MOST_SHOWN = 20
"""Columns that an error names."""
_PARTING = {";": "semicolons", "\t": "tabs"}


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Part of a mapping."""


class Columns(Section, frozen=True, kw_only=True):
    """The column of each field; "" is none."""

    market: str = ""
    key: str = ""
    """The market's own name for the offer."""
    title: str = ""
    description: str = ""
    vendor: str = ""
    price: str = ""
    currency: str = ""
    """Read where the price is a bare number."""
    ships_from: str = ""
    ships_to: str = ""
    date: str = ""
    """When the market showed it so."""
    posted: str = ""
    feedback: str = ""
    sold: str = ""
    stock: str = ""
    category: str | tuple[str, ...] = ()
    """The column of a path, or the columns of its steps."""


FIELDS = tuple(field for field in Columns.__struct_fields__ if field != "category")


class Default(Section, frozen=True, kw_only=True):
    """What holds where a row says nothing."""

    market: str = ""
    vendor: str = ""
    currency: str = ""
    date: str = ""


class Mapping(Section, frozen=True, kw_only=True):
    """A column mapping: key and title come from columns, the market too or by default; all else is optional."""

    columns: Columns
    default: Default = Default()
    separator: str = "/"
    """What stands between the steps of a category path."""
    name: str = ""

    @property
    def text(self) -> str:
        """All of it but its name as JSON; the same for mappings that read a file in the same way."""
        return msgspec.json.encode(msgspec.structs.replace(self, name="")).decode()

    @property
    def digest(self) -> str:
        """The same for mappings that read a file in the same way."""
        return digest(KIND, self.text)

    @property
    def category(self) -> tuple[str, ...]:
        """The columns of the category path."""
        named = self.columns.category
        return ((named,) if named else ()) if isinstance(named, str) else named

    @property
    def known(self) -> frozenset[str]:
        """All columns that are read where a file has them."""
        return frozenset(filter(None, map(self.column, FIELDS))).union(self.category)

    def column(self, field: str) -> str:
        """The column of a field; "" where it has none."""
        found: str = getattr(self.columns, field)
        return found

    def otherwise(self, field: str) -> str:
        """What holds for a field where a row says nothing."""
        found: str = getattr(self.default, field, "")
        return found

    @property
    def required(self) -> list[str]:
        """The columns without which a file is not read."""
        return self.missing(())

    def missing(self, columns: Iterable[str]) -> list[str]:
        """The columns that the mapping needs and a file with these columns has not."""
        held = set(columns)
        return [
            self.column(field) or field
            for field in REQUIRED
            if self.column(field) not in held and not self.otherwise(field)
        ]


def chosen(path: Path, given: Path | None = None) -> Mapping:
    """The mapping in the file `given`, or the shipped one that knows most columns of `path`; a `SettingsError` where none fits."""
    mappings = [read(given)] if given else shipped()
    columns = header(path)
    fitting = [mapping for mapping in mappings if not mapping.missing(columns)]
    if not fitting:
        raise SettingsError(f"{path}: {_unfit(columns, mappings, given)}")
    return max(fitting, key=lambda mapping: len(mapping.known.intersection(columns)))


def shipped() -> list[Mapping]:
    """The mappings that come with Headstamp."""
    return [read(path) for path in sorted(SHIPPED.glob("*.yaml"))]


def _unfit(columns: Sequence[str], mappings: Sequence[Mapping], given: Path | None) -> str:
    """Why none of the mappings fits these columns, and what to do."""
    parting = next((name for mark, name in _PARTING.items() if len(columns) == 1 and mark in columns[0]), "")
    if parting:
        return f"its columns are separated by {parting}, not by commas; save it as CSV with commas"
    if given:
        lacking, needed = _listed(mappings[0].missing(columns)), _listed(mappings[0].required)
        return f"has no column {lacking}, which {given} needs; it has {_listed(columns)}, required are {needed}"
    needed = " or ".join(_listed(mapping.required) for mapping in mappings)
    return (
        f"no shipped mapping fits its columns {_listed(columns)}; required are {needed}: "
        "rename its columns, or write a mapping and name it with --mapping FILE"
    )


def read(path: Path) -> Mapping:
    """The mapping in a file; a `SettingsError` names what cannot be used, and the nearest known key."""
    try:
        tree = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  # safe too, and every scalar stays text
        _check(tree, path)
        mapping = msgspec.structs.replace(msgspec.convert(tree, Mapping), name=path.stem)
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such file; correct --mapping") from None
    except (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise SettingsError(f"{path}: {' '.join(str(error).split())}") from error
    lacking = [field for field in REQUIRED if not (mapping.column(field) or mapping.otherwise(field))]
    if lacking:
        raise SettingsError(
            f"{path}: names no column for {_listed(lacking)}; add it under 'columns', or the market under 'default'"
        )
    if mapping.default.date and date(mapping.default.date) is None:
        raise SettingsError(f"{path}: 'default.date' is {mapping.default.date!r}; write a date such as 2014-01-01")
    return mapping


def _check(tree: object, path: Path) -> None:
    """Raise where a key is unknown; msgspec would name it, and not what was meant."""
    if not isinstance(tree, dict):
        raise SettingsError(f"{path}: holds no keys; begin with 'columns:'")
    for section, kind in (("", Mapping), ("columns", Columns), ("default", Default)):
        keys = tree.get(section) if section else tree
        for key in keys if isinstance(keys, dict) else ():
            known = [field for field in kind.__struct_fields__ if field != "name"]
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
                raise SettingsError(f"{path}: unknown key '{key}'; {hint}")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{name[:40]}'" for name in names[:MOST_SHOWN]) or "none"
    return f"{shown} and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else shown
