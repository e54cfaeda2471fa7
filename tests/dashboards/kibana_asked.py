"""What Kibana's Lens asks Elasticsearch for a chart, made from the chart's own columns, and the rows of the answer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Row = tuple[tuple[object, ...], tuple[float | None, ...]]
"""The keys of its buckets, and its figures; a time is milliseconds."""
METRICS = {"unique_count": "cardinality", "average": "avg", "min": "min", "max": "max", "sum": "sum"}
_TEST = re.compile(r"(?P<no>not )?(?P<field>\w+) (?P<how>:|>=|<) (?P<value>\([^)]*\)|\"[^\"]*\"|[^ ]+)$")


def kuery(text: str) -> dict[str, Any]:
    """The query that Kibana makes of a text in its query language, of which our panels use a part."""
    return {"bool": {"filter": [_test(part) for part in text.split(" and ")] if text else [{"match_all": {}}]}}


def _test(text: str) -> dict[str, Any]:
    found = _TEST.match(text)
    assert found, f"no test: {text}"
    field, value = found["field"], found["value"]
    if found["how"] != ":":
        return {"range": {field: {{">=": "gte", "<": "lt"}[found["how"]]: value}}}
    phrases = [{"match_phrase": {field: one}} for one in re.findall(r'"([^"]*)"', value)]
    either: dict[str, Any] = {"bool": {"should": phrases, "minimum_should_match": 1}}
    return {"bool": {"must_not": [either]}} if found["no"] else either


class Asked:
    """A chart's request, and the reading of its answer."""

    def __init__(self, chart: Mapping[str, Any], time: str, since: str) -> None:
        layer = chart["state"]["datasourceStates"]["formBased"]["layers"]["data"]
        self.columns: dict[str, Any] = layer["columns"]
        self._buckets = [name for name in layer["columnOrder"] if self.columns[name]["isBucketed"]]
        self._figures = [name for name in layer["columnOrder"] if not self.columns[name]["isBucketed"]]
        self.shown = [name for name in self._figures if "X" not in name]
        within = {"range": {time: {"gte": since, "lte": "now"}}}
        asked = kuery(chart["state"]["query"]["query"])
        self.body = {"size": 0, "track_total_hits": True, "query": {"bool": {"filter": [asked, within]}}}
        self.body["aggs"] = self._inside(self._buckets)

    def rows(self, answer: Mapping[str, Any]) -> list[Row]:
        """The rows of the chart's table."""
        whole = {"doc_count": answer["hits"]["total"]["value"], **answer.get("aggregations", {})}
        return list(self._read(whole, self._buckets, ()))

    def _inside(self, buckets: Sequence[str]) -> dict[str, Any]:
        if not buckets:
            return {name: made for name in self._figures if (made := self._metric(self.columns[name]))}
        name, *inner = buckets
        # Each level has the figures as well: a terms bucket may be sorted by one.
        deeper = self._inside(inner) | self._inside([])
        return {name: self._bucket(self.columns[name]) | {"aggs": deeper}}

    def _bucket(self, column: Mapping[str, Any]) -> dict[str, Any]:
        params = column["params"]
        match column["operationType"]:
            case "terms":
                return {"terms": {"field": column["sourceField"], "size": params["size"], "order": self._order(params)}}
            case "date_histogram":
                least = 0 if params["includeEmptyRows"] else 1
                asked = {"calendar_interval": params["interval"], "time_zone": "UTC", "min_doc_count": least}
                return {"date_histogram": {"field": column["sourceField"], **asked}}
            case _:
                queries = {one["label"]: kuery(one["input"]["query"]) for one in params["filters"]}
                return {"filters": {"filters": queries}}

    def _order(self, params: Mapping[str, Any]) -> dict[str, str]:
        by, way = params["orderBy"], params["orderDirection"]
        if by["type"] == "alphabetical":
            return {"_key": way}
        count = self.columns[by["columnId"]]["operationType"] == "count"
        return {"_count" if count else by["columnId"]: way}

    def _metric(self, column: Mapping[str, Any]) -> dict[str, Any] | None:
        operation = column["operationType"]
        if operation in {"math", "formula"}:
            return None
        made = self._plain(operation, column)
        if "filter" not in column:
            return made
        return {"filter": kuery(column["filter"]["query"]), "aggs": {"of": made} if made else {}}

    def _plain(self, operation: str, column: Mapping[str, Any]) -> dict[str, Any] | None:
        field = column["sourceField"]
        match operation:
            case "count":
                return None
            case "median" | "percentile":
                return {"percentiles": {"field": field, "percents": [column["params"].get("percentile", 50)]}}
            case _:
                return {METRICS[operation]: {"field": field}}

    def _read(self, found: Mapping[str, Any], buckets: Sequence[str], keys: tuple[object, ...]) -> Iterator[Row]:
        if not buckets:
            yield keys, tuple(self._value(name, found) for name in self.shown)
            return
        name, *inner = buckets
        got = found[name]["buckets"]
        pairs = got.items() if isinstance(got, dict) else [(one["key"], one) for one in got]
        for key, one in pairs:
            yield from self._read(one, inner, (*keys, key))

    def _value(self, name: str, found: Mapping[str, Any]) -> float | None:
        column = self.columns[name]
        match column["operationType"]:
            case "formula":
                return self._value(column["references"][0], found)
            case "math":
                ast = column["params"]["tinymathAst"]
                part, by = ast["args"]
                assert ast["name"] == "divide"
                cents = self._value(part, found)
                return None if cents is None else cents / float(by)
            case operation:
                inside = found[name] if "filter" in column else found
                if operation == "count":
                    return float(inside["doc_count"])
                got = inside["of"] if "filter" in column else inside[name]
                value: float | None = next(iter(got["values"].values())) if "values" in got else got["value"]
                return value
