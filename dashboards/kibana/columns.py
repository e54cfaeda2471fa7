"""The columns of a Lens panel: what its rows are, and what is counted in each."""

from dashboards.kibana.condition import Json, kql
from dashboards.kibana.source import Classes, Figure, Operation, Panel, Terms, Time

RECORDS = "___records___"
"""What Lens calls the field of a count."""
SCALES = {"terms": "ordinal", "filters": "ordinal", "date_histogram": "interval"}
"""The operations that make buckets, and how these stand to one another."""


def columns(panel: Panel) -> dict[str, Json]:
    """A panel's columns by their ids, in order: buckets `by0` …, then figures `show0` …, each after the parts it is made of."""
    found = {f"by{number}": _bucket(bucket, panel) for number, bucket in enumerate(panel.by)}
    for number, figure in enumerate(panel.show):
        found |= _figure(f"show{number}", figure)
    return found


def _bucket(bucket: Terms | Time | Classes, panel: Panel) -> Json:
    match bucket:
        case Terms():
            return _column(bucket.label, "string", "terms", bucket.field, _terms(bucket, panel))
        case Time():
            params: Json = {"interval": bucket.interval, "includeEmptyRows": False, "dropPartials": False}
            return _column(bucket.label, "date", "date_histogram", bucket.field, params)
        case Classes():
            choices = [
                {"label": label, "input": {"query": kql(where), "language": "kuery"}}
                for label, where in bucket.choices.items()
            ]
            return _column(bucket.label, "string", "filters", "", {"filters": choices})


def _terms(bucket: Terms, panel: Panel) -> Json:
    first = panel.show[0]
    if not bucket.alphabetical and (first.where or first.cents):
        raise ValueError(f"panel {panel.name}: Lens sorts by a plain figure only; put another one first")
    by_name: Json = {"orderBy": {"type": "alphabetical", "fallback": False}, "orderDirection": "asc"}
    by_first: Json = {"orderBy": {"type": "column", "columnId": "show0"}, "orderDirection": "desc"}
    return {
        "size": bucket.most,
        **(by_name if bucket.alphabetical else by_first),
        "otherBucket": False,
        "missingBucket": False,
        "parentFormat": {"id": "terms"},
    }


def _figure(name: str, figure: Figure) -> dict[str, Json]:
    plain = _plain(figure)
    if not figure.cents:
        return {name: plain}
    part, divided = f"{name}X0", f"{name}X1"
    formula = f"{_call(figure)} / 100"
    ast: Json = {"type": "function", "name": "divide", "args": [part, 100], "text": formula}
    ast["location"] = {"min": 0, "max": len(formula)}
    part_of = f"Part of {formula}"
    params: Json = {"formula": formula, "isFormulaBroken": False, "format": _format("number", 2)}
    return {
        part: {**plain, "label": part_of},
        divided: _made(part_of, "math", {"tinymathAst": ast}, [part]),
        name: _made(figure.label, "formula", params, [divided]),
    }


def _plain(figure: Figure) -> Json:
    params: Json = {}
    if figure.percentile:
        params["percentile"] = figure.percentile
    if figure.share:
        params["format"] = _format("percent", 1)
    count = figure.operation is Operation.COUNT
    kind = "date" if figure.date else "number"
    column = _column(figure.label, kind, str(figure.operation), RECORDS if count else figure.field, params)
    if figure.where:
        column["filter"] = {"query": kql(figure.where), "language": "kuery"}
    return column


def _call(figure: Figure) -> str:
    """A figure in the words of Lens's formulas."""
    more = f", percentile={figure.percentile}" if figure.percentile else ""
    return f"{figure.operation}({figure.field}{more})"


def _column(label: str, kind: str, operation: str, field: str, params: Json) -> Json:
    found: Json = {
        "label": label,
        "customLabel": True,
        "dataType": kind,
        "operationType": operation,
        "isBucketed": operation in SCALES,
        "scale": SCALES.get(operation, "ratio"),
        "params": params,
    }
    return {**found, "sourceField": field} if field else found


def _made(label: str, operation: str, params: Json, of: list[str]) -> Json:
    return {**_column(label, "number", operation, "", params), "references": of}


def _format(kind: str, decimals: int) -> Json:
    return {"id": kind, "params": {"decimals": decimals}}
