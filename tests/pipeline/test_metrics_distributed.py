"""A crawl's measures and the stages' own, through a real Kafka into a real Elasticsearch, and served on the way."""

import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import headstamp
from dashboards.web.operations import Operations
from pipeline import codec
from pipeline.commands import run
from pipeline.forward import Forward
from pipeline.index.elastic_access import cluster
from pipeline.metrics import beat
from pipeline.records import Measure
from pipeline.settings import Elastic, Metrics, Run, Settings
from pipeline.topics import ASSESSMENTS, MEASURES
from tests.elastics import address, own_prefix
from tests.kafka_logs import LEAVES_SOCKETS, kafka_log
from tests.patience import PATIENCE_S
from tests.pipeline.test_elastic_index import assessment
from tests.pipeline.test_metrics import get, samples, until
from tests.servers import free

pytestmark = LEAVES_SOCKETS


def test_what_a_crawl_and_the_stages_say_of_themselves_can_be_charted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beat, "LOOK_EVERY_S", 0.5)
    now = datetime.now(UTC).replace(microsecond=0)
    with kafka_log() as kafka, closing(cluster(address(), Elastic())) as at, own_prefix(at) as prefix:
        settings = Settings(
            home=str(tmp_path),
            broker=kafka.address,
            index=address(),
            kafka=kafka.settings,
            elastic=Elastic(prefix=prefix),
            metrics=Metrics(port=free()),
            run=Run(wait_s=0.2),
        )
        deployment = headstamp.deployment(settings)
        crawled = [Measure(name="headstamp_visit_pages", value=pages, time=now, market="m") for pages in (3, 9)]
        with closing(deployment.log()) as log, closing(deployment.broker()) as broker:
            log.publish(MEASURES.name, codec.messages(crawled))
            broker.publish(ASSESSMENTS.name, codec.messages([assessment(0)]))
            Forward(log, broker, size=10).once()
            stop = threading.Event()
            runner = threading.Thread(target=run.stages_forever, args=(("index", "chart"), deployment, stop))
            runner.start()
            there = f"http://127.0.0.1:{settings.metrics.port}"
            try:
                until(there, "/metrics", 'headstamp_stage_messages_total{stage="index"} 1')
                page = until(there, "/metrics", 'headstamp_stage_lag{stage="index",topic="assessments"} 0')
                until(there, "/readyz", '"ok": true')
                assert get(there, "/healthz")[0] == 200
                until_told = time.monotonic() + PATIENCE_S
                while "headstamp_stage_messages_total" not in names(at, prefix) and time.monotonic() < until_told:
                    time.sleep(0.2)
            finally:
                stop.set()
                runner.join()
            shown = Operations(("index", "chart"), now).look(broker)
        charted = {(one["name"], one["value"]) for one in found(at, prefix)}
    assert ("headstamp_visit_pages", 9) in charted
    assert ("headstamp_visit_pages", 3) not in charted, "the visit went on"
    assert [one for one in charted if one[0] == "headstamp_stage_messages_total"], "a stage told of its own work"
    assert samples(page)["headstamp_stage_lag", "index", "assessments"] == 0
    assert [(visit.market, visit.pages) for visit in shown.visits] == [("m", 9)]
    assert [(work.stage, work.dead) for work in shown.work] == [("index", 0), ("chart", 0)]


def names(at: Any, prefix: str) -> set[str]:  # a cluster
    return {one["name"] for one in found(at, prefix)}


def found(at: Any, prefix: str) -> list[Any]:  # as Elasticsearch answers
    """What is charted."""
    if not at.ask("GET", f"/_cat/indices/{prefix}measures*?format=json", Any):
        return []
    at.ask("POST", f"/{prefix}measures/_refresh", object)
    hits = at.ask("POST", f"/{prefix}measures/_search", Any, {"size": 100})["hits"]["hits"]
    return [one["_source"] for one in hits]
