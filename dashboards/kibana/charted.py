"""Checks one Lens chart: that its columns fit one another and the index."""

from collections.abc import Iterator, Mapping

from dashboards.kibana.columns import RECORDS
from dashboards.kibana.condition import Json
from dashboards.kibana.lens import LAYER
from dashboards.kibana.reading import fields_of, pick

NUMBERS = frozenset({"long", "double"})
FITTING = {
    "terms": frozenset({"keyword"}),
    "date_histogram": frozenset({"date"}),
    "unique_count": NUMBERS | {"keyword", "date"},
    "min": NUMBERS | {"date"},
    "max": NUMBERS | {"date"},
    "sum": NUMBERS,
    "average": NUMBERS,
    "median": NUMBERS,
    "percentile": NUMBERS,
}
"""On fields of which types each operation works."""
SHOWN_AS = {"keyword": "string", "date": "date", "long": "number", "double": "number"}
ACCESSORS = frozenset({"xAccessor", "accessors", "splitAccessor", "metricAccessor", "columnId"})
SAME_TYPE = frozenset({"terms", "date_histogram", "min", "max"})
"""Operations whose result is of the field's own type."""


def charted(chart: Json, types: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a chart over an index of fields of these types."""
    layer = pick(chart, f"state.datasourceStates.formBased.layers.{LAYER}")
    columns: dict[str, Json] = layer["columns"]
    if sorted(layer["columnOrder"]) != sorted(columns):
        yield "columnOrder and columns differ"
    for name, column in columns.items():
        yield from (f"column {name}: {fault}" for fault in _column(column, columns, types))
    for accessor, name in _accessors(pick(chart, "state.visualization")):
        if name not in columns:
            yield f"{accessor} shows column {name}, which is not there"
    yield from _unknown(str(pick(chart, "state.query.query")), types)


def _column(column: Json, columns: Mapping[str, Json], types: Mapping[str, str]) -> Iterator[str]:
    params: Json = pick(column, "params")
    of = [*pick(column, "references"), *_order(params)] if "references" in column else _order(params)
    yield from (f"column {name} is not there" for name in of if name not in columns)
    operation, field = column["operationType"], column.get("sourceField", RECORDS)
    if field != RECORDS and field not in types:
        yield f"field {field} is not in the index"
    elif field != RECORDS and types[str(field)] not in FITTING[str(operation)]:
        yield f"{operation} does not work on {field}, which is {types[str(field)]}"
    elif operation in SAME_TYPE and SHOWN_AS[types[str(field)]] != column["dataType"]:
        yield f"{field} is {types[str(field)]}, not {column['dataType']}"
    for query in _queries(column, params):
        yield from _unknown(query, types)


def _order(params: Json) -> list[str]:
    by = params.get("orderBy")
    return [str(by["columnId"])] if isinstance(by, dict) and by["type"] == "column" else []


def _queries(column: Json, params: Json) -> list[str]:
    own = [str(pick(column, "filter.query"))] if "filter" in column else []
    choices = params.get("filters", [])
    assert isinstance(choices, list), "choices stand in a list"
    return [*own, *(str(pick(choice, "input.query")) for choice in choices)]


def _unknown(query: str, types: Mapping[str, str]) -> Iterator[str]:
    yield from (f"field {name} is not in the index" for name in fields_of(query) if name not in types)


def _accessors(shown: object, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(shown, dict):
        for name, value in shown.items():
            yield from _accessors(value, name)
    elif isinstance(shown, list):
        for value in shown:
            yield from _accessors(value, key)
    elif key in ACCESSORS:
        yield key, str(shown)
