"""Makes a panel the state of a Kibana Lens chart."""

from dashboards.kibana.columns import columns
from dashboards.kibana.condition import Json, kql
from dashboards.kibana.source import Panel, Shape, Terms, Time

LAYER = "data"
"""Each chart has one layer, of this id."""
LAYER_REFERENCE = f"indexpattern-datasource-layer-{LAYER}"
TYPES = {
    Shape.FIGURE: "lnsMetric",
    Shape.BARS: "lnsXY",
    Shape.STACKED: "lnsXY",
    Shape.LINES: "lnsXY",
    Shape.TABLE: "lnsDatatable",
}
SERIES = {Shape.BARS: "bar_horizontal", Shape.STACKED: "bar_stacked", Shape.LINES: "line"}


def chart(panel: Panel, references: list[Json]) -> Json:
    """The attributes of a chart that stands in a dashboard, with its reference to the data view."""
    layer: Json = {"columns": (made := columns(panel)), "columnOrder": list(made), "incompleteColumns": {}}
    return {
        "title": panel.title,
        "description": panel.about,
        "type": "lens",
        "visualizationType": TYPES[panel.shape],
        "references": references,
        "state": {
            "datasourceStates": {
                "formBased": {"layers": {LAYER: layer}},
                "indexpattern": {"layers": {}},
                "textBased": {"layers": {}},
            },
            "visualization": _visualization(panel),
            "query": {"query": kql(panel.where), "language": "kuery"},
            "filters": [],
            "internalReferences": [],
            "adHocDataViews": {},
        },
    }


def _visualization(panel: Panel) -> Json:
    match panel.shape:
        case Shape.FIGURE:
            return {"layerId": LAYER, "layerType": "data", "metricAccessor": "show0"}
        case Shape.TABLE:
            return {"layerId": LAYER, "layerType": "data", "columns": _table(panel)}
        case _:
            return _axes(panel)


def _table(panel: Panel) -> list[Json]:
    rows: list[Json] = [
        {"columnId": f"by{number}", "isTransposed": isinstance(bucket, Terms) and bucket.across}
        for number, bucket in enumerate(panel.by)
    ]
    figures: list[Json] = [{"columnId": f"show{number}"} for number in range(len(panel.show))]
    return rows + figures


def _axes(panel: Panel) -> Json:
    """Bars and lines over the last bucket, in a colour for each value of the one before it."""
    series = SERIES[panel.shape]
    layer: Json = {
        "layerId": LAYER,
        "layerType": "data",
        "seriesType": series,
        "xAccessor": f"by{len(panel.by) - 1}",
        "accessors": [f"show{number}" for number in range(len(panel.show))],
    }
    if len(panel.by) > 1:
        layer["splitAccessor"] = "by0"
    return {
        "preferredSeriesType": series,
        "legend": {"isVisible": len(panel.by) + len(panel.show) > 2, "position": "right"},  # noqa: PLR2004  # one bucket and one figure say all
        "valueLabels": "hide" if isinstance(panel.by[-1], Time) else "show",
        "fittingFunction": "None",
        "layers": [layer],
    }
