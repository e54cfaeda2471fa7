"""Which fields our indexes have, and of what type, so that nothing in Kibana asks for another."""

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import fields

from pipeline.index import elastic_layout
from pipeline.records import Measure

WITHHELD = ("title", "title_words", "description_words", "document")
"""What `listings-research` leaves out."""


def mapped(index: str) -> Mapping[str, str]:
    """The type of each field of an index of ours, by its name without prefix."""
    match index:
        case "listings":
            return _listings()
        case "listings-research":
            return {name: kind for name, kind in _listings().items() if name not in WITHHELD}
        case _:
            return {field.name: _type(field.type) for field in fields(Measure)}


def _listings() -> Mapping[str, str]:
    properties = elastic_layout.mapping()["properties"]
    assert isinstance(properties, dict), "a mapping has properties"
    return {name: found["type"] for name, found in properties.items()}


def _type(kind: object) -> str:
    if kind is datetime:
        return "date"
    return "double" if kind is float else "keyword"
