"""Reads what stands within saved objects."""

import json
import re
from collections.abc import Mapping
from typing import Any

from dashboards.kibana.condition import Json

_FIELD = re.compile(r"(\w+) (?::|>=|<=|>|<) ")
_QUOTED = re.compile(r'"[^"]*"')


def pick(of: Mapping[str, Any], path: str) -> Any:  # Any: foreign JSON, of which each reader knows its own part
    """What stands in JSON at a path of keys, joined by points."""
    found: Any = of
    for key in path.split("."):
        found = found[key]
    return found


def inner(one: Json, path: str) -> Any:  # Any: as above
    """The JSON that stands as a text among an object's attributes; None where it is none."""
    try:
        return json.loads(pick(one, f"attributes.{path}"))
    except (KeyError, TypeError, ValueError):
        return None


def texts(one: Json, name: str) -> list[str]:
    """An attribute that is a text, or a list of texts."""
    found = pick(one, f"attributes.{name}")
    return list(found) if isinstance(found, list) else [str(found)]


def fields_of(query: str) -> list[str]:
    """The fields that a text in Kibana's query language asks for."""
    return _FIELD.findall(_QUOTED.sub('""', query))
