"""Measures on the real Elasticsearch: one document each, however often they are told."""

import dataclasses
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import headstamp
from pipeline import codec
from pipeline.broker import START
from pipeline.commands import run
from pipeline.errors import IndexUnavailableError, MalformedError
from pipeline.index.elastic_access import cluster
from pipeline.index.elastic_client import Cluster
from pipeline.index.elastic_measures import ElasticMeasures, mapping
from pipeline.records import DeadLetter, Measure
from pipeline.settings import Elastic, Settings
from pipeline.topics import MEASURES
from pipeline.worker import Tally
from tests.elastics import address

TIME = datetime(2026, 3, 1, 9, 30, 0, 250_000, tzinfo=UTC)


def measure(value: float, minute: int = 0, **labels: str) -> Measure:
    labels.setdefault("name", "headstamp_stage_lag")
    return Measure(value=value, time=TIME + timedelta(minutes=minute), **labels)


def searched(at: Cluster, prefix: str, body: dict[str, object]) -> Any:  # as Elasticsearch answers
    at.ask("POST", f"/{prefix}measures/_refresh", object)
    return at.ask("POST", f"/{prefix}measures/_search", Any, body)


def sources(at: Cluster, prefix: str) -> list[dict[str, object]]:
    found = searched(at, prefix, {"size": 100, "sort": ["time", "value"]})
    return [hit["_source"] for hit in found["hits"]["hits"]]


def test_a_measure_told_again_overwrites(at: Cluster, prefix: str) -> None:
    charts = ElasticMeasures(at, prefix=prefix)
    charts.put([measure(1, stage="assess", topic="listings"), measure(7, minute=1, stage="assess", topic="listings")])
    charts.put([measure(3, stage="assess", topic="listings")])
    blank = dict.fromkeys(("market", "reason", "field"), "")
    own = {"name": "headstamp_stage_lag", "stage": "assess", "topic": "listings", **blank}
    first = int(TIME.timestamp() * 1000)
    assert sources(at, prefix) == [
        {"time": first, **own, "value": 3.0},
        {"time": first + 60_000, **own, "value": 7.0},
    ]


def test_measures_are_summed_by_their_labels_and_time(at: Cluster, prefix: str) -> None:
    told = [
        measure(count, minute=minute, name="headstamp_visit_failures", market=market, reason=reason)
        for market in ("alder", "birch")
        for minute, (reason, count) in enumerate([("timeout", 3), ("no_title", 4)])
    ]
    ElasticMeasures(at, prefix=prefix).put(told)
    by = {"reason": {"terms": {"field": "reason"}, "aggs": {"sum": {"sum": {"field": "value"}}}}}
    days = {"day": {"date_histogram": {"field": "time", "fixed_interval": "1d"}}}
    found = searched(at, prefix, {"size": 0, "aggs": {**by, **days}})["aggregations"]
    assert {one["key"]: one["sum"]["value"] for one in found["reason"]["buckets"]} == {"timeout": 6, "no_title": 8}
    assert [one["key_as_string"] for one in found["day"]["buckets"]] == [
        f"{int(TIME.timestamp()) // 86_400 * 86_400_000}"
    ]


def test_the_mapping_is_strict_and_the_index_stands_behind_an_alias(at: Cluster, prefix: str) -> None:
    ElasticMeasures(at, prefix=prefix).put([measure(1)])
    found = at.ask("GET", f"/{prefix}measures/_mapping", dict[str, dict[str, object]])
    assert set(found) == {f"{prefix}measures-v1"}
    assert found[f"{prefix}measures-v1"]["mappings"] == {**mapping(), "dynamic": "strict"}


def test_a_measure_that_is_refused_becomes_a_dead_letter_with_the_reason(
    at: Cluster, prefix: str, tmp_path: Path
) -> None:
    chosen = Elastic(prefix=prefix, measures_days=0)
    deployment = headstamp.deployment(Settings(home=str(tmp_path), index=address(), elastic=chosen))
    told = [measure(1), measure(2, name="x" * 40_000), measure(3, minute=2)]
    with closing(deployment.broker()) as log:
        log.publish(MEASURES.name, codec.messages(told))
    assert run.stages_once(("chart",), deployment) == {"chart": Tally(taken=3, published=0, dead=1)}
    assert [one["value"] for one in sources(at, prefix)] == [1.0, 3.0]
    with closing(deployment.broker()) as log:
        (letter,) = [codec.decode(each, (DeadLetter,)) for each in log.read(MEASURES.dead, START)]
    assert isinstance(letter, DeadLetter)
    assert "immense term" in letter.reason
    with pytest.raises(MalformedError, match="refuses 1 measures"):
        ElasticMeasures(at, prefix=prefix).put(told)


def test_the_chart_stage_runs_where_the_index_is_elasticsearch_alone(tmp_path: Path) -> None:
    there = headstamp.deployment(Settings(home=str(tmp_path), index="http://127.0.0.1:9200"))
    assert run._charts(there) == ("chart",)
    assert run._charts(headstamp.deployment(Settings(home=str(tmp_path)))) == ()


def test_an_elasticsearch_that_is_away_is_waited_for_and_loses_nothing(
    at: Cluster, prefix: str, tmp_path: Path
) -> None:
    settings = Settings(home=str(tmp_path), index="http://127.0.0.1:9", elastic=Elastic(prefix=prefix))
    away = headstamp.deployment(settings)
    with closing(away.broker()) as log:
        log.publish(MEASURES.name, codec.messages([measure(1)]))
    with pytest.raises(IndexUnavailableError):
        run.stages_once(("chart",), away)
    back = dataclasses.replace(away, measures=lambda: ElasticMeasures(cluster(address(), Elastic()), prefix=prefix))
    assert run.stages_once(("chart",), back)["chart"].taken == 1
    assert len(sources(at, prefix)) == 1


def test_an_index_that_was_removed_is_made_anew(at: Cluster, prefix: str) -> None:
    charts = ElasticMeasures(at, prefix=prefix)
    charts.put([measure(1)])
    at.ask("DELETE", f"/{prefix}measures-v1", object)
    with pytest.raises(IndexUnavailableError):
        charts.put([measure(2)])
    charts.put([measure(2)])
    assert [one["value"] for one in sources(at, prefix)] == [2.0]


def test_measures_past_their_days_are_deleted_an_hour_apart_and_no_other_index_is_touched(
    at: Cluster, prefix: str
) -> None:
    now = datetime.now(UTC)
    old = [
        Measure(name="headstamp_stage_lag", time=now - timedelta(days=401, minutes=each), value=1)
        for each in range(2_500)
    ]
    young = Measure(name="headstamp_stage_lag", time=now - timedelta(days=399), value=2)
    ElasticMeasures(at, prefix=prefix).put([*old, young])
    ElasticMeasures(at, prefix=f"{prefix}other-").put(old[:3])
    assert len(sources(at, prefix)) == 100  # the first hundred; found by every search from now on
    charts = ElasticMeasures(at, prefix=prefix, days=400)
    charts.put([measure(3)])
    assert [one["value"] for one in sources(at, prefix)] == [2.0, 3.0]
    charts.put(old[:1])
    assert [one["value"] for one in sources(at, prefix)] == [1.0, 2.0, 3.0]
    ElasticMeasures(at, prefix=prefix, days=400, forget_every_s=0).put([measure(4)])
    assert [one["value"] for one in sources(at, prefix)] == [2.0, 4.0]
    assert len(sources(at, f"{prefix}other-")) == 3


def test_the_setting_says_how_long_measures_are_kept(at: Cluster, prefix: str, tmp_path: Path) -> None:
    old = Measure(name="headstamp_stage_lag", time=datetime.now(UTC) - timedelta(days=20), value=1)
    for days, kept in ((0, 1), (21, 1), (19, 0)):
        chosen = Elastic(prefix=prefix, measures_days=days)
        deployment = headstamp.deployment(Settings(home=str(tmp_path / str(days)), index=address(), elastic=chosen))
        with closing(deployment.broker()) as log:
            log.publish(MEASURES.name, codec.messages([old]))
        assert run.stages_once(("chart",), deployment) == {"chart": Tally(taken=1)}
        assert len(sources(at, prefix)) == kept


def test_old_measures_that_cannot_be_deleted_are_waited_for_and_deleted_later(at: Cluster, prefix: str) -> None:
    old = Measure(name="headstamp_stage_lag", time=datetime.now(UTC) - timedelta(days=2), value=1)
    charts = ElasticMeasures(at, prefix=prefix, days=1)
    ElasticMeasures(at, prefix=prefix).put([old])
    assert len(sources(at, prefix)) == 1
    at.ask("PUT", f"/{prefix}measures/_settings", object, {"index.blocks.write": True})
    with pytest.raises(IndexUnavailableError, match="takes no writes"):
        charts.put([])
    at.ask("PUT", f"/{prefix}measures/_settings", object, {"index.blocks.write": None})
    charts.put([])
    assert not sources(at, prefix)
