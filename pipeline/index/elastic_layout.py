"""Lays documents out for Elasticsearch: the mapping, and what is stored of each listing."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec

from pipeline.index.document import Document
from pipeline.index.fields import FIELDS, Content, Field, Kind
from pipeline.index.places import milliseconds
from pipeline.index.research import RESEARCHED, pseudonym, pseudonymous
from pipeline.records import Listing, digest
from pipeline.text import search_text

Source = dict[str, object]
"""What an index stores of one listing, by field."""

SHORT = 8_000
"""Characters of the longest value kept whole: Lucene refuses terms of more than 32,766 bytes, and a character has up to four."""
WORDING = ""
"""Another value, and so another layout, when `tokens` changes: a merge keeps the search text of what it does not touch."""
_HEAD = 1_000
_SHOWN = 1_000
_TYPES: Mapping[Kind, str] = {
    Kind.KEYWORD: "keyword",
    Kind.FLAG: "keyword",
    Kind.DATE: "date",
    Kind.NUMBER: "double",
    Kind.MONEY: "long",
}
_DATE_FORMAT = "epoch_millis||strict_date_optional_time"
_encoder = msgspec.json.Encoder(order="deterministic")


def mapping() -> Source:
    """The mapping of `listings`: every field of the table, `hidden`, and the whole document, which nothing searches."""
    return described(properties(FIELDS.values()) | {"document": {"type": "object", "enabled": False}}, WORDING)


def research_mapping(key: bytes = b"") -> Source:
    """The mapping of `listings-research`: what is left of the fields under this key, and `hidden`."""
    return described(properties(RESEARCHED.values()), pseudonym(key, "layout", "key, rounded"))


def properties(fields: Iterable[Field]) -> Source:
    """How each of these fields is stored, and `hidden`."""
    found: Source = {"hidden": {"type": "keyword"}}
    for field in fields:
        found |= _properties(field)
    return found


def described(properties: Source, also: str = "") -> Source:
    """A strict mapping of these fields, with the digest of it by which a later program knows whether it is still its own."""
    layout = digest("layout", _encoder.encode(properties).decode(), also)
    return {"dynamic": "strict", "_meta": {"layout": layout}, "properties": properties}


class Words(NamedTuple):
    """The search text of a listing: of each text its tokens, parted by spaces."""

    title: str
    description: str


def words(listing: Listing) -> Words:
    """The search text, made anew."""
    return Words(search_text(listing.title), search_text(listing.description))


def source(document: Document, known: Words | None = None) -> Source:
    """What `listings` stores of a document: all fields of a visible one, the id alone of a hidden one.

    `known` is its search text where that is known: making it is most of the work.
    """
    found: Source = {"id": document.id, "hidden": "true" if document.hidden else "false", "document": document}
    if current := document.current:
        _fill(found, [(name, field.get(document, current)) for name, field in _PLAIN.items()])
        title, description = known or words(current.listing)
        found |= {"title": current.listing.title, "title_words": title, "description_words": description}
    return found


def research_source(document: Document, key: bytes) -> Source:
    """What `listings-research` stores of a document."""
    found: Source = {"hidden": "true" if document.hidden else "false"}
    _fill(found, pseudonymous(document, key).items())
    return found


def kept(value: str) -> str:
    """A keyword as it is stored, filtered and counted by: a very long one is its beginning and its digest."""
    return value if len(value) <= SHORT else f"{value[:_HEAD]}… {digest('keyword', value)}"


def encoded(stored: Source | Document) -> bytes:
    """What is stored as JSON; a `UnicodeEncodeError` where a text holds half a character."""
    return _encoder.encode(stored)


def _properties(field: Field) -> Source:
    match field.kind:
        case Kind.TEXT if field.name == "title":
            shown: Source = {"type": "keyword", "ignore_above": _SHOWN}
            return {field.name: shown, f"{field.name}_words": _WORDS}
        case Kind.TEXT:
            return {f"{field.name}_words": _WORDS}
        case Kind.DATE:
            return {field.name: {"type": "date", "format": _DATE_FORMAT}}
        case _:
            return {field.name: {"type": _TYPES[field.kind]}}


def _fill(found: Source, contents: Iterable[tuple[str, Content]]) -> None:
    for name, content in contents:
        if (stored := _STORED[name](content)) is not None:
            found[name] = stored


def _stored(field: Field) -> Callable[[Content], object]:
    """What is stored of a field's content; None where nothing is."""
    match field.kind:
        case Kind.KEYWORD | Kind.FLAG if field.many:
            return lambda content: [kept(value) for value in field.values(content)]
        case Kind.KEYWORD:
            return lambda content: kept(content) if isinstance(content, str) else kept(field.values(content)[0])
        case Kind.FLAG:
            return lambda content: field.values(content)[0]
        case Kind.DATE:
            return _moment
        case _:
            return lambda content: content


def _moment(content: Content) -> int | None:
    assert not isinstance(content, str | tuple | int | float), "a date holds a time"
    return milliseconds(content) if content else None


_WORDS: Source = {"type": "text", "analyzer": "whitespace"}
_PLAIN = {name: field for name, field in FIELDS.items() if field.kind is not Kind.TEXT}
_STORED = {name: _stored(field) for name, field in _PLAIN.items()}
