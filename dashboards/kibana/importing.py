"""Puts saved objects into a space of Kibana, and tells what that changed."""

import json
from collections.abc import Mapping, Sequence

import msgspec

from dashboards.kibana.client import Kibana
from dashboards.kibana.condition import Json
from dashboards.kibana.objects import VERSIONS, ndjson
from dashboards.kibana.same import Change, What, holds
from dashboards.kibana.space import within
from pipeline.errors import KibanaError

SHOWN = 5
"""Most faults that one error names."""


class _Fault(msgspec.Struct, frozen=True):
    type: str = "unknown"


class _Failed(msgspec.Struct, frozen=True):
    type: str
    id: str
    error: _Fault = _Fault()


class _Put(msgspec.Struct, frozen=True, rename="camel"):
    type: str
    id: str
    destination_id: str = ""


class _Imported(msgspec.Struct, frozen=True, rename="camel"):
    success: bool
    success_results: tuple[_Put, ...] = ()
    errors: tuple[_Failed, ...] = ()


def put(kibana: Kibana, space: str, ours: Sequence[Json]) -> list[Change]:
    """Import objects over those of the same ids, unless all are there and the same; what became of each."""
    theirs = _exported(kibana, space)
    changes = [_change(one, theirs.get((one["type"], one["id"])), space) for one in ours]
    if any(change.what is not What.UNCHANGED for change in changes):
        _import(kibana, space, ours)
    return changes


def _exported(kibana: Kibana, space: str) -> Mapping[tuple[object, object], Json]:
    asked = {"type": list(VERSIONS), "excludeExportDetails": True}
    reply = kibana.ask("POST", f"{within(space)}/api/saved_objects/_export", asked)
    try:
        found: list[Json] = [json.loads(line) for line in reply.content.splitlines() if line.strip()]
        return {(one["type"], one["id"]): one for one in found}
    except (ValueError, TypeError, KeyError) as error:
        raise KibanaError(
            f"what Kibana exports of space {space} is not of its documented form ({error}); tell us its version"
        ) from error


def _change(one: Json, there: Json | None, space: str) -> Change:
    what = What.CREATED if there is None else What.UNCHANGED if _same(there, one) else What.UPDATED
    return Change(space=space, kind=str(one["type"]), name=str(one["id"]), what=what)


def _same(theirs: Json, ours: Json) -> bool:
    return holds(theirs.get("attributes"), ours["attributes"]) and holds(_references(theirs), _references(ours))


def _references(one: Json) -> list[str]:
    references = one.get("references")
    assert isinstance(references, list), "references stand in a list"
    return sorted(f"{each['name']} {each['type']} {each['id']}" for each in references)


def _import(kibana: Kibana, space: str, ours: Sequence[Json]) -> None:
    path = f"{within(space)}/api/saved_objects/_import?overwrite=true"
    done = kibana.send(path, "headstamp.ndjson", ndjson(ours).encode()).read(_Imported)
    if not done.success or done.errors:
        faults = ", ".join(f"{one.type} {one.id}: {one.error.type}" for one in done.errors[:SHOWN])
        raise KibanaError(f"Kibana did not take all objects into space {space} ({faults}); see docs/kibana.md")
    if moved := [one.id for one in done.success_results if one.destination_id not in {"", one.id}]:
        raise KibanaError(
            f"ids of ours are taken by objects of another space ({', '.join(moved[:SHOWN])}); remove those, or name another space than {space}"
        )
