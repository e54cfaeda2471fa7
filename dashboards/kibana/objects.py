"""Makes an audience's data view, saved searches and dashboard the saved objects that Kibana imports."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboards.kibana.condition import Json, kql
from dashboards.kibana.lens import LAYER_REFERENCE, chart
from dashboards.kibana.source import COLUMNS, Audience, Dashboard, Line, Note, Panel, Rows, Search, View

CORE = "8.8.0"
"""`coreMigrationVersion` of every export since Kibana 8.8."""
VERSIONS = {"index-pattern": "7.11.0", "search": "8.0.0", "dashboard": "8.9.0"}
"""`typeMigrationVersion`: Kibana brings older objects up to its own version, and refuses newer ones."""
INDEX = "kibanaSavedObjectMeta.searchSourceJSON.index"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an audience's objects are to stand."""

    space: str
    """The Kibana space, which is part of every id: an id is taken in all spaces at once."""
    prefix: str
    """What the names of indexes begin with."""
    console: str
    """Address of the console, as the browsers of those who use Kibana reach it."""

    def id(self, name: str) -> str:
        """The id of the object of that name."""
        return f"{self.space}-{name}"


def objects(audience: Audience, place: Place) -> list[Json]:
    """An audience's saved objects: the data view, then searches, then the dashboard; the same for the same input."""
    searches = [_search(search, audience.view, place) for search in audience.searches]
    return [_view(audience.view, place), *searches, _dashboard(audience, place)]


def ndjson(found: Sequence[Json]) -> str:
    """Saved objects as the file that Kibana imports: one a line, keys sorted."""
    return "".join(json.dumps(one, ensure_ascii=False, sort_keys=True) + "\n" for one in found)


def _object(kind: str, name: str, place: Place, attributes: Json, references: list[Json]) -> Json:
    return {
        "type": kind,
        "id": place.id(name),
        "attributes": attributes,
        "references": references,
        "coreMigrationVersion": CORE,
        "typeMigrationVersion": VERSIONS[kind],
        "managed": False,
    }


def _view(view: View, place: Place) -> Json:
    formats: Json = {name: {"id": "percent", "params": {"pattern": "0.0%"}} for name in view.shares}
    formats |= {name: {"id": "number", "params": {"pattern": "0,0"}} for name in view.whole}
    formats |= {name: {"id": "static_lookup", "params": _lookup(codes)} for name, codes in view.names.items()}
    link = {"urlTemplate": f"{place.console}/listing/{{{{value}}}}", "labelTemplate": "open", "type": "a"}
    formats |= {name: {"id": "url", "params": link} for name in view.links}
    attributes: Json = {
        "title": f"{place.prefix}{view.index}",
        "name": view.title,
        "timeFieldName": view.time,
        "fields": "[]",
        "sourceFilters": "[]",
        "typeMeta": "{}",
        "runtimeFieldMap": "{}",
        "fieldAttrs": _text({name: {"customLabel": label} for name, label in view.labels.items()}),
        "fieldFormatMap": _text(formats),
    }
    return _object("index-pattern", view.index, place, attributes, [])


def _lookup(codes: Mapping[str, str]) -> Json:
    return {"lookupEntries": [{"key": code, "value": name} for code, name in codes.items()], "unknownKeyValue": ""}


def _search(search: Search, view: View, place: Place) -> Json:
    source: Json = {"query": {"query": kql(search.where), "language": "kuery"}, "filter": [], "indexRefName": INDEX}
    attributes: Json = {
        "title": search.title,
        "description": search.about,
        "columns": list(search.columns),
        "sort": [[view.time, "desc"]],
        "grid": {},
        "hideChart": False,
        "isTextBasedQuery": False,
        "timeRestore": False,
        "kibanaSavedObjectMeta": {"searchSourceJSON": _text(source)},
    }
    return _object("search", search.name, place, attributes, [_of_view(INDEX, view, place)])


def _dashboard(audience: Audience, place: Place) -> Json:
    shown: Dashboard = audience.dashboard
    made = [_panel(panel, grid, audience.view, place) for panel, grid in _laid(shown.lines)]
    attributes: Json = {
        "title": shown.title,
        "description": shown.about,
        "panelsJSON": _text([panel for panel, _ in made]),
        "optionsJSON": _text({"useMargins": True, "syncColors": False, "hidePanelTitles": False}),
        "timeRestore": True,
        "timeFrom": shown.since,
        "timeTo": "now",
        "kibanaSavedObjectMeta": {
            "searchSourceJSON": _text({"query": {"query": "", "language": "kuery"}, "filter": []})
        },
    }
    return _object("dashboard", audience.name, place, attributes, [one for _, more in made for one in more])


def _laid(lines: tuple[Line, ...]) -> list[tuple[Panel | Note | Rows, Json]]:
    """Every panel with its place on the grid, line under line."""
    found: list[tuple[Panel | Note | Rows, Json]] = []
    top = 0
    for line in lines:
        width = COLUMNS // len(line.panels)
        for number, panel in enumerate(line.panels):
            grid: Json = {"x": number * width, "y": top, "w": width, "h": line.height, "i": panel.name}
            found.append((panel, grid))
        top += line.height
    return found


def _panel(panel: Panel | Note | Rows, grid: Json, view: View, place: Place) -> tuple[Json, list[Json]]:
    """A panel, and what the dashboard has to refer to for it."""
    # Without a version Kibana puts a panel through every migration since 7.x when it is opened, which ours would not survive.
    frame: Json = {"panelIndex": panel.name, "gridData": grid, "version": VERSIONS["dashboard"]}
    match panel:
        case Note():
            markdown = {"markdown": " ".join(panel.text.split()), "fontSize": 12, "openLinksInNewTab": False}
            saved = {"type": "markdown", "title": "", "description": "", "params": markdown, "uiState": {}}
            saved["data"] = {"aggs": [], "searchSource": {"query": {"query": "", "language": "kuery"}, "filter": []}}
            return {**frame, "type": "visualization", "embeddableConfig": {"savedVis": saved, "enhancements": {}}}, []
        case Rows():
            name = f"panel_{panel.name}"
            shown: Json = {**frame, "type": "search", "title": panel.title, "panelRefName": name}
            shown["embeddableConfig"] = {"enhancements": {}}
            of: Json = {"type": "search", "id": place.id(panel.search), "name": f"{panel.name}:{name}"}
            return shown, [of]
        case Panel():
            config: Json = {"attributes": chart(panel, [_of_view(LAYER_REFERENCE, view, place)]), "enhancements": {}}
            shown = {**frame, "type": "lens", "title": panel.title, "embeddableConfig": config}
            return shown, [_of_view(f"{panel.name}:{LAYER_REFERENCE}", view, place)]


def _of_view(name: str, view: View, place: Place) -> Json:
    return {"type": "index-pattern", "id": place.id(view.index), "name": name}


def _text(content: object) -> str:
    """JSON within JSON."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True)
