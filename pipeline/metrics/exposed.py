"""Figures in Prometheus's text format, and back."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from prometheus_client.core import Metric as Family
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from pipeline.metrics.table import Kind, Metric

__all__ = ["CONTENT_TYPE_LATEST", "Figure", "figures", "text"]


class Figure(NamedTuple):
    """One sample of a metric."""

    metric: Metric
    value: float
    labels: dict[str, str]
    series: str = ""
    """Which of a histogram's series it belongs to: `_bucket` (with the label `le`), `_count`, `_sum`."""


def text(figures: Iterable[Figure]) -> bytes:
    """The figures as Prometheus reads them, metric by metric, values of labels escaped."""
    return generate_latest(_Figures(figures))


def figures(written: str, known: Iterable[Metric]) -> Iterator[Figure]:
    """The figures that a text of this format holds of the known metrics; a `ValueError` where it is none."""
    named = {metric.name: metric for metric in known}
    for family in text_string_to_metric_families(written):
        for sample in family.samples:
            metric = named.get(sample.name)
            if metric and set(sample.labels) == set(metric.labels):
                yield Figure(metric, sample.value, sample.labels)


class _Figures(Collector):
    def __init__(self, figures: Iterable[Figure]) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Family]:
        """The figures by metric."""
        families: dict[str, Family] = {}
        for metric, value, labels, series in self._figures:
            name = metric.name.removesuffix("_total") if metric.kind is Kind.COUNTER else metric.name
            family = families.setdefault(name, Family(name, metric.meaning, metric.kind))
            family.add_sample(metric.name + series, labels, value)
        return families.values()
