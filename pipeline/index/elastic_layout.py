"""Lays documents out for Elasticsearch: the mapping, and what is stored of each listing."""

from collections.abc import Iterable, Mapping

import msgspec

from pipeline.index.document import Document
from pipeline.index.fields import FIELDS, Content, Field, Kind
from pipeline.index.places import milliseconds
from pipeline.index.research import RESEARCHED, pseudonym, pseudonymous
from pipeline.records import digest
from pipeline.text import tokens

Source = dict[str, object]
"""What an index stores of one listing, by field."""

SHORT = 8_000
"""Characters of the longest value kept whole: Lucene refuses terms of more than 32,766 bytes, and a character has up to four."""
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
    return described(properties(FIELDS.values()) | {"document": {"type": "object", "enabled": False}})


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


def source(document: Document) -> Source:
    """What `listings` stores of a document: all fields of a visible one, the id alone of a hidden one."""
    found: Source = {"id": document.id, "hidden": "true" if document.hidden else "false", "document": document}
    if current := document.current:
        for field in FIELDS.values():
            found |= _contents(field, field.get(document, current))
    return found


def research_source(document: Document, key: bytes) -> Source:
    """What `listings-research` stores of a document."""
    found: Source = {"hidden": "true" if document.hidden else "false"}
    for name, content in pseudonymous(document, key).items():
        found |= _contents(FIELDS[name], content)
    return found


def kept(value: str) -> str:
    """A keyword as it is stored, filtered and counted by: a very long one is its beginning and its digest."""
    return value if len(value) <= SHORT else f"{value[:_HEAD]}… {digest('keyword', value)}"


def words(text: str) -> str:
    """The search text: its tokens, parted by spaces."""
    return " ".join(tokens(text))


def encoded(stored: Source) -> bytes:
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


def _contents(field: Field, content: Content) -> Source:
    match field.kind:
        case Kind.TEXT:
            text = str(content)
            shown: Source = {"title": text} if field.name == "title" else {}
            return shown | {f"{field.name}_words": words(text)}
        case Kind.KEYWORD | Kind.FLAG:
            values = [kept(value) for value in field.values(content)]
            return {field.name: values if field.many else values[0]}
        case Kind.DATE:
            assert not isinstance(content, str | tuple | int | float), "a date holds a time"
            return {field.name: milliseconds(content)} if content else {}
        case _:
            return {} if content is None else {field.name: content}


_WORDS: Source = {"type": "text", "analyzer": "whitespace"}
