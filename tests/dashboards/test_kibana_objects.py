"""The committed objects are what their source says, and the checker sees what Kibana would choke on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboards.kibana.audiences import AUDIENCES, FOLDER, files
from dashboards.kibana.check import problems
from dashboards.kibana.columns import columns
from dashboards.kibana.mapped import mapped
from dashboards.kibana.objects import Place, ndjson, objects
from dashboards.kibana.source import Audience, Figure, Operation, Panel, Shape, Terms
from pipeline.taxonomy import Category

PLACE = Place(space="s", prefix="", console="http://127.0.0.1:8600")
BY_NAME = {audience.name: audience for audience in AUDIENCES}
Change = Callable[[list[Any]], None]


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_the_committed_files_are_what_the_source_says(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == files()[path], f"{path.name} is behind its source; run `make docs`"
    assert sorted(FOLDER.glob("*.ndjson")) == sorted(files())


@pytest.mark.parametrize("audience", AUDIENCES, ids=lambda audience: audience.name)
def test_our_own_objects_have_no_fault(audience: Audience) -> None:
    assert problems(ndjson(objects(audience, PLACE)), mapped(audience.view.index)) == []


def test_every_audience_has_a_data_view_searches_and_a_dashboard() -> None:
    kinds = [[one["type"] for one in objects(audience, PLACE)] for audience in AUDIENCES]
    assert [(of[0], of[-1], "search" in of) for of in kinds] == [("index-pattern", "dashboard", True)] * 3


def _changed(change: Change, name: str = "investigators") -> list[str]:
    audience = BY_NAME[name]
    found = json.loads(json.dumps(objects(audience, PLACE)))
    change(found)
    return problems(ndjson(found), mapped(audience.view.index))


def _panels(change: Callable[[list[Any]], None]) -> Change:
    def changed(found: list[Any]) -> None:
        attributes = found[-1]["attributes"]
        panels = json.loads(attributes["panelsJSON"])
        change(panels)
        attributes["panelsJSON"] = json.dumps(panels)

    return changed


def _chart(change: Callable[[Any], None], number: int = 4) -> Change:
    return _panels(lambda panels: change(panels[number]["embeddableConfig"]["attributes"]["state"]))


def _columns(change: Callable[[Any], None], number: int = 4) -> Change:
    return _chart(lambda state: change(state["datasourceStates"]["formBased"]["layers"]["data"]["columns"]), number)


def _put(keys: str, value: object) -> Callable[[Any], None]:
    *path, last = keys.split(".")

    def put(into: Any) -> None:
        for key in path:
            into = into[int(key) if isinstance(into, list) else key]
        into[int(last) if isinstance(into, list) else last] = value

    return put


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (_columns(_put("by0.sourceField", "markets")), "panel markets: column by0: field markets is not in the index"),
        (_columns(_put("by0.sourceField", "price_cents")), "terms does not work on price_cents, which is long"),
        (_columns(_put("by0.params.orderBy.columnId", "show1")), "column show1 is not there"),
        (_columns(_put("show0.filter", {"query": 'verdikt : "flagged"'})), "field verdikt is not in the index"),
        (_columns(lambda columns: columns.pop("show0")), "columnOrder and columns differ"),
        (_columns(_put("show1.dataType", "number"), 2), "first_seen is date, not number"),
        (_columns(_put("by0.params.filters.0.input.query", "seen >= now-1d"), 3), "field seen is not in the index"),
        (_chart(_put("query.query", 'hiden : "false"')), "field hiden is not in the index"),
        (_chart(_put("visualization.layers.0.xAccessor", "by7")), "xAccessor shows column by7, which is not there"),
        (_chart(_put("visualization.columns.0.columnId", "by7"), 2), "columnId shows column by7"),
        (_panels(_put("1.gridData.x", 11)), "panel waiting lies over panel flagged"),
        (_panels(_put("0.gridData.w", 49)), "panel flagged leaves the 48 columns of the grid"),
        (_panels(_put("0.gridData.i", "other")), "panel flagged is called other on the grid"),
        (_panels(lambda panels: panels[0].pop("version")), "panel flagged is of version None, not 8.9.0"),
        (_panels(_put("-1.panelRefName", "panel_other")), "newest:panel_other is not among the references"),
        (_put("0.attributes.fieldFormatMap", "{"), "fieldFormatMap is no JSON"),
        (_put("0.attributes.fieldFormatMap", '{"scor": {"id": "percent"}}'), "field scor is not in the index"),
        (
            _put("0.attributes.fieldFormatMap", '{"id": {"id": "url", "params": {"urlTemplate": "http://x"}}}'),
            "the link of id has no {{value}}",
        ),
        (_put("0.attributes.timeFieldName", "seen"), "field seen is not in the index"),
        (_put("1.attributes.columns", ["titel"]), "field titel is not in the index"),
        (_put("1.attributes.sort", [["first", "desc"]]), "field first is not in the index"),
        (_put("1.references.0.id", "other"), "leads to index-pattern other, which is not here"),
        (_put("1.references.0.name", "other"), "searchSourceJSON.index is not among the references"),
        (_put("-1.references", []), "flagged:indexpattern-datasource-layer-data is not among the references"),
        (_put("-1.attributes.panelsJSON", "[{]"), "panelsJSON is no JSON"),
        (_put("-1.typeMigrationVersion", "10.2.0"), "typeMigrationVersion 10.2.0 is newer than 8.9.0"),
        (_put("0.typeMigrationVersion", "7.12.0"), "typeMigrationVersion 7.12.0 is newer than 7.11.0"),
        (_put("1.coreMigrationVersion", "9.0.0"), "coreMigrationVersion is 9.0.0, not 8.8.0"),
        (_put("1.type", "map"), "of this type are not ours"),
    ],
)
def test_the_checker_sees(change: Change, fault: str) -> None:
    assert any(fault in said for said in _changed(change)), _changed(change)


def test_the_checker_sees_a_field_that_researchers_do_not_have() -> None:
    assert any("title is not in" in said for said in _changed(_put("1.attributes.columns", ["title"]), "researchers"))


def test_the_checker_sees_a_line_that_is_no_json() -> None:
    assert problems("{\n", {})[0].startswith("a line is no JSON")


def test_a_panel_that_lens_could_not_sort_is_refused() -> None:
    cents = Figure(label="Median", operation=Operation.MEDIAN, field="price_cents", cents=True)
    panel = Panel(name="p", title="P", shape=Shape.TABLE, by=(Terms(field="market", label="M"),), show=(cents,))
    with pytest.raises(ValueError, match="put another one first"):
        columns(panel)


def test_listings_link_to_their_page_in_the_console_and_pseudonyms_to_nothing() -> None:
    views = {name: objects(audience, PLACE)[0]["attributes"] for name, audience in BY_NAME.items()}
    formats = {name: json.loads(view["fieldFormatMap"]) for name, view in views.items()}  # type: ignore[index]
    assert formats["investigators"]["id"]["params"]["urlTemplate"] == "http://127.0.0.1:8600/listing/{{value}}"
    assert "id" not in formats["researchers"]


def test_codes_are_shown_by_their_names_in_the_taxonomy() -> None:
    view: Any = objects(BY_NAME["investigators"], PLACE)[0]["attributes"]
    entries = json.loads(view["fieldFormatMap"])["category"]["params"]["lookupEntries"]
    assert {"key": "FA", "value": "Firearm (FA)"} in entries
    assert {one["key"] for one in entries} == {str(code) for code in Category if code is not Category.UNKNOWN}


def test_prices_are_shown_in_dollars_without_a_script() -> None:
    (panel,) = (one for one in _charts("researchers") if one["panelIndex"] == "prices")
    made = panel["embeddableConfig"]["attributes"]["state"]["datasourceStates"]["formBased"]["layers"]["data"]
    assert made["columns"]["show2"]["params"]["formula"] == "median(price_cents) / 100"
    assert "script" not in json.dumps(made)


def _charts(name: str) -> list[Any]:
    found: list[Any] = json.loads(objects(BY_NAME[name], PLACE)[-1]["attributes"]["panelsJSON"])  # type: ignore[index]
    return found


def test_nothing_says_more_than_adverts_say() -> None:
    shown = "".join(files().values())
    assert [word for word in ("illegal", "16.4", "EMS", "illicit") if word in shown] == []


def test_nothing_leads_researchers_to_a_page() -> None:
    assert "/listing/" not in files()[FOLDER / "researchers.ndjson"]
    assert not {"title", "title_words", "description_words", "document"} & set(mapped("listings-research"))
