"""Whether what stands in Kibana is what we put there."""

import json
from collections.abc import Sequence
from enum import StrEnum

import msgspec


class What(StrEnum):
    """What became of a thing."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one thing; `space` is "" for what stands in none."""

    space: str
    kind: str
    name: str
    what: What


def holds(theirs: object, ours: object) -> bool:
    """Whether all that is ours stands in theirs; they may add keys, as newer versions of Kibana do, but no items of lists.

    A text that holds JSON is compared by what it holds.
    """
    theirs, ours = _read(theirs), _read(ours)
    if isinstance(ours, dict):
        return isinstance(theirs, dict) and all(name in theirs and holds(theirs[name], ours[name]) for name in ours)
    if isinstance(ours, Sequence) and not isinstance(ours, str):
        return isinstance(theirs, list) and len(theirs) == len(ours) and all(map(holds, theirs, ours))
    return theirs == ours


def _read(value: object) -> object:
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
