"""Checks saved objects without Kibana: that they hold together, and fit our indexes and its oldest version that we name."""

import json
from collections.abc import Iterator, Mapping, Sequence

from dashboards.kibana.charted import charted
from dashboards.kibana.condition import Json
from dashboards.kibana.grid import laid
from dashboards.kibana.objects import CORE, VERSIONS
from dashboards.kibana.reading import fields_of, inner, pick, texts

Types = Mapping[str, str]
"""Type of each field of the index."""
NESTED = {
    "index-pattern": ("fields", "sourceFilters", "typeMeta", "runtimeFieldMap", "fieldAttrs", "fieldFormatMap"),
    "search": ("kibanaSavedObjectMeta.searchSourceJSON",),
    "dashboard": ("kibanaSavedObjectMeta.searchSourceJSON", "panelsJSON", "optionsJSON"),
}
"""Where JSON stands within JSON."""


def problems(bundle: str, types: Types) -> list[str]:
    """What is wrong with a file of saved objects that are meant for an index of these fields; empty where nothing is."""
    try:
        found = [json.loads(line) for line in bundle.splitlines()]
    except ValueError as error:
        return [f"a line is no JSON: {error}"]
    known = {(one["type"], one["id"]) for one in found}
    return [f"{one['type']} {one['id']}: {fault}" for one in found for fault in _faults(one, known, types)]


def _faults(one: Json, known: set[tuple[str, str]], types: Types) -> Iterator[str]:
    kind = str(one["type"])
    if kind not in VERSIONS:
        yield "objects of this type are not ours to install"
        return
    yield from _versions(one, kind)
    for reference in pick(one, "references"):
        if (reference["type"], reference["id"]) not in known:
            yield f"reference {reference['name']} leads to {reference['type']} {reference['id']}, which is not here"
    broken = [path for path in NESTED[kind] if inner(one, path) is None]
    if broken:
        yield from (f"{path} is no JSON" for path in broken)
        return
    match kind:
        case "index-pattern":
            yield from _view(one, types)
        case "search":
            yield from _search(one, types)
        case _:
            yield from _dashboard(one, types)


def _versions(one: Json, kind: str) -> Iterator[str]:
    if one["coreMigrationVersion"] != CORE:
        yield f"coreMigrationVersion is {one['coreMigrationVersion']}, not {CORE}"
    if _number(str(one["typeMigrationVersion"])) > _number(VERSIONS[kind]):
        yield f"typeMigrationVersion {one['typeMigrationVersion']} is newer than {VERSIONS[kind]}: an older Kibana refuses it"


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _view(one: Json, types: Types) -> Iterator[str]:
    formats: Mapping[str, Json] = inner(one, "fieldFormatMap") or {}
    labels: Mapping[str, Json] = inner(one, "fieldAttrs") or {}
    yield from _unknown([*formats, *labels, *texts(one, "timeFieldName")], types)
    for name, shown in formats.items():
        if shown["id"] == "url" and "{{value}}" not in str(pick(shown, "params.urlTemplate")):
            yield f"the link of {name} has no {{{{value}}}}"


def _search(one: Json, types: Types) -> Iterator[str]:
    source: Json = inner(one, "kibanaSavedObjectMeta.searchSourceJSON") or {}
    sorted_by = [name for name, _ in pick(one, "attributes.sort")]
    yield from _unknown([*texts(one, "columns"), *sorted_by, *fields_of(str(pick(source, "query.query")))], types)
    yield from _unnamed([str(source["indexRefName"])], one)


def _dashboard(one: Json, types: Types) -> Iterator[str]:
    panels: Sequence[Json] = inner(one, "panelsJSON") or []
    yield from laid(panels)
    for panel in panels:
        name = str(panel["panelIndex"])
        if panel.get("version") != VERSIONS["dashboard"]:
            yield f"panel {name} is of version {panel.get('version')}, not {VERSIONS['dashboard']}"
        if panel["type"] == "lens":
            chart = pick(panel, "embeddableConfig.attributes")
            layers = [f"{name}:{reference['name']}" for reference in chart["references"]]
            yield from _unnamed(layers, one)
            yield from (f"panel {name}: {fault}" for fault in charted(chart, types))
        elif reference := panel.get("panelRefName"):
            yield from _unnamed([f"{name}:{reference}"], one)


def _unnamed(wanted: Sequence[str], one: Json) -> Iterator[str]:
    names = {reference["name"] for reference in pick(one, "references")}
    yield from (f"{name} is not among the references" for name in wanted if name not in names)


def _unknown(names: Sequence[str], types: Types) -> Iterator[str]:
    yield from (f"field {name} is not in the index" for name in names if name not in types)
