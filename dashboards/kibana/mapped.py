"""Which fields our indexes have, and of what type, so that nothing in Kibana asks for another."""

from collections.abc import Mapping

from pipeline.index import elastic_layout, elastic_measures
from pipeline.index.elastic_layout import Source


def mapped(index: str) -> Mapping[str, str]:
    """The type of each field of an index of ours, by its name without prefix."""
    match index:
        case "listings":
            return _types(elastic_layout.mapping())
        case "listings-research":
            return _types(elastic_layout.research_mapping())
        case _:
            return _types(elastic_measures.mapping())


def _types(mapping: Source) -> Mapping[str, str]:
    properties = mapping["properties"]
    assert isinstance(properties, dict), "a mapping has properties"
    return {name: found["type"] for name, found in properties.items()}
