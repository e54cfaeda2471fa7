"""Real listings whose entities were marked by hand, joined with the research data that hold their text."""

import csv
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from pipeline.errors import SettingsError
from pipeline.records.listing import Import, Listing

TRUTH = Path(__file__).parent / "entities.jsonl"
FILES = {"darkweb": "darkweb_listings.csv", "surface": "surface_weapon_text.csv"}
KINDS = (
    "make", "model", "calibre", "amount", "price", "ships_from", "ships_to", "pgp", "address", "handle", "serial",
    "condition", "origin", "delivery", "concealment",
)  # fmt: skip
"""Every kind that is marked, as docs/entities.md defines them."""
NAMELESS = frozenset({"pgp", "address", "handle", "serial"})
"""Kinds that may identify somebody: offsets alone are kept."""


class Mark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entity; start and end in code points of the original field."""

    kind: str
    field: Literal["title", "description"]
    start: int
    end: int
    value: str | None = None
    """Its normal form ("9x19mm", "50 rounds", "120 EUR", "DE"), where that identifies nobody."""


class Annotated(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The marks of one listing, and where its text is."""

    data: Literal["darkweb", "surface"]
    """Which file of the research data."""
    row: int
    """Number of the row in it, from 1, the heading not counted."""
    market: str
    """The market, or the surface site."""
    listing_id: str
    """The market's own id; markets give one more than once, so that only the row is unique."""
    text: str
    """SHA-256 of title, NUL, description."""
    part: Literal["dev", "test"]
    """Rules may be made with "dev" in view; "test" is drawn by vendor, so that none is in both."""
    entities: tuple[Mark, ...]


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """An annotated listing with its text."""

    annotated: Annotated
    listing: Listing
    vendor: str
    """In lower case; a name of its own where nobody is named."""


def annotated(path: Path = TRUTH) -> list[Annotated]:
    """All annotated listings, without their text."""
    with path.open("rb") as lines:
        return [msgspec.json.decode(line, type=Annotated) for line in lines]


def read(data: Path, truth: Path = TRUTH) -> list[Read]:
    """The annotated listings with their text; a row that is gone or has changed is an error that names it."""
    found = annotated(truth)
    rows = {(name, number): row for name in FILES for number, row in _wanted(data, name, found)}
    return [_joined(each, rows.get((each.data, each.row)), data) for each in found]


def digest(title: str, description: str) -> str:
    """The digest by which a changed text is noticed."""
    return hashlib.sha256(f"{title}\0{description}".encode()).hexdigest()


def _wanted(data: Path, name: str, found: list[Annotated]) -> Iterator[tuple[int, dict[str, str]]]:
    wanted, path = {each.row for each in found if each.data == name}, data / FILES[name]
    try:
        with path.open(encoding="utf-8", newline="") as file:
            yield from ((number, row) for number, row in enumerate(csv.DictReader(file), 1) if number in wanted)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}; name the folder of the research data with --data") from error


def _joined(each: Annotated, row: dict[str, str] | None, data: Path) -> Read:
    if row is None or digest(row["title"], row["description"]) != each.text:
        raise SettingsError(
            f"{data / FILES[each.data]}: row {each.row} is not the text that was annotated; fetch the data as they were"
        )
    vendor = row.get("vendor", "").strip().lower()
    return Read(annotated=each, listing=_listing(each, row), vendor=vendor or f"{each.data} {each.row}")


def _listing(each: Annotated, row: dict[str, str]) -> Listing:
    path = row.get("category_raw") or row.get("category") or ""
    return Listing(
        market=each.market,
        key=each.listing_id or str(each.row),
        title=row["title"],
        description=row["description"],
        vendor=row.get("vendor", ""),
        category_path=tuple(path.split("/")) if path else (),
        provenance=Import(time=datetime.now(UTC), file="", line=each.row, mapping="", activation=0),
    )
