"""Lays documents out as rows: the columns, the search text and the tags of the SQLite index."""

from collections.abc import Mapping
from functools import lru_cache
from itertools import starmap
from typing import NamedTuple

import msgspec

from pipeline.index.document import Document
from pipeline.index.fields import FACETS, RANGES, Content, Kind
from pipeline.index.places import milliseconds
from pipeline.records import digest
from pipeline.sqlite import Value
from pipeline.text import search_text

MARK = "\ue000"
"""Begins every tag: a private character, which the search index takes for a letter and no text's tokens hold."""
EVERY = f"{MARK}every"
"""The tag of every listing."""
COLUMNS = (*FACETS, *RANGES)
_TYPES: Mapping[Kind, str] = {Kind.DATE: "INTEGER", Kind.MONEY: "INTEGER", Kind.NUMBER: "REAL"}

SCHEMA = f"""
CREATE TABLE listing(
    place INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    {", ".join(f"{name} TEXT NOT NULL" for name in FACETS)},
    {", ".join(f"{name} {_TYPES[field.kind]}" for name, field in RANGES.items())}
) STRICT;
CREATE INDEX by_month ON listing(month, category, ships_from);
CREATE INDEX by_score ON listing(score, id);
CREATE INDEX by_last_seen ON listing(last_seen, id);
CREATE TABLE body(place INTEGER PRIMARY KEY, document BLOB NOT NULL) STRICT;
CREATE TABLE stub(id TEXT PRIMARY KEY, document BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE value(field TEXT, value TEXT, PRIMARY KEY(field, value)) STRICT, WITHOUT ROWID;
CREATE TABLE crowded(moment INTEGER PRIMARY KEY) STRICT;
CREATE VIRTUAL TABLE ft USING fts5(
    title, description, tags, content='', contentless_delete=1,
    tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co M*' tokenchars '.'"
);
"""

LAYOUTS = ("", SCHEMA)
"""Raise their number, and so empty every index, when the tables, the fields or the tokens change: `("", "", SCHEMA)` …"""

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Document)
_packer = msgspec.json.Encoder()
_unpacker = msgspec.json.Decoder(tuple[str, ...])


class Row(NamedTuple):
    """What the tables hold of a visible document."""

    columns: tuple[Value, ...]
    """Contents of COLUMNS."""
    values: tuple[tuple[str, str], ...]
    """Each facet with each of its values."""
    title: str
    description: str


def row(document: Document) -> Row:
    """The row of a visible document."""
    current = document.current
    assert current is not None, "a hidden document has no row"
    facets = [(field, field.values(field.get(document, current))) for field in FACETS.values()]
    packed = [_packer.encode(values).decode() if field.many else values[0] for field, values in facets]
    numbers = [_number(field.get(document, current)) for field in RANGES.values()]
    pairs = [(field.name, value) for field, values in facets for value in values]
    return Row((*packed, *numbers), tuple(pairs), current.listing.title, current.listing.description)


def searched(found: Row) -> tuple[str, str, str]:
    """What the search index takes of a row: title and description as tokens, facets as tags."""
    tags = " ".join((EVERY, *starmap(tag, found.values)))
    return search_text(found.title), search_text(found.description), tags


@lru_cache(maxsize=65_536)
def tag(field: str, value: str) -> str:
    """The token that stands for a field's value; nothing in it means anything to the search syntax."""
    return f"{MARK}{digest('tag', field, value)[:14]}"


def encoded(document: Document) -> bytes:
    """The document as it is stored; equal documents give equal bytes."""
    return _encoder.encode(document)


def decoded(stored: Value) -> Document:
    """The document in stored bytes."""
    assert isinstance(stored, bytes)
    return _decoder.decode(stored)


@lru_cache(maxsize=65_536)
def unpacked(name: str, stored: Value) -> tuple[str, ...]:
    """The values in a facet's column."""
    return _unpacker.decode(str(stored)) if FACETS[name].many else (str(stored),)


def _number(content: Content) -> Value:
    match content:
        case None | int() | float():
            return content
        case _:
            assert not isinstance(content, str | tuple), "a ranged field holds numbers and times"
            return milliseconds(content)
