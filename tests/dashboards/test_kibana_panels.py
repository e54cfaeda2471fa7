"""Every panel's aggregation, on a real Elasticsearch, gives the figures reckoned from the listings themselves."""

import json
import os
import random
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.request import Request, urlopen

import pytest

from dashboards.kibana.alarms import TOLD, query
from dashboards.kibana.audiences import AUDIENCES
from dashboards.kibana.mapped import WITHHELD, mapped
from dashboards.kibana.objects import Place, objects
from dashboards.kibana.source import Alarm, Audience, Panel
from pipeline.index import elastic_layout
from pipeline.index.places import milliseconds
from tests.dashboards.kibana_asked import Asked, kuery
from tests.dashboards.kibana_reckoned import Fact, holds, reckoned
from tests.dashboards.kibana_seeds import document, fact_of, listings, measures

NAME = "HEADSTAMP_TEST_ELASTIC"
LISTINGS = 3_000
PANELS = [
    pytest.param(audience, panel, id=f"{audience.name}-{panel.name}")
    for audience in AUDIENCES
    for line in audience.dashboard.lines
    for panel in line.panels
    if isinstance(panel, Panel)
]
SEARCHES = [
    pytest.param(audience, number, id=f"{audience.name}-{search.name}")
    for audience in AUDIENCES
    for number, search in enumerate(audience.searches)
]
ALARMS = [
    pytest.param(audience, alarm, id=f"{audience.name}-{alarm.name}")
    for audience in AUDIENCES
    for alarm in audience.alarms
]


@dataclass(frozen=True)
class Seeded:
    """An Elasticsearch that holds documents of our own making, and the facts that they were made from."""

    url: str
    prefix: str
    now: datetime
    facts: Mapping[str, list[Fact]]

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> Any:
        asked = Request(f"{self.url}/{path}", data=body or None, method=method, headers={"Content-Type": kind})
        with urlopen(asked, timeout=60) as answer:
            return json.loads(answer.read() or b"{}")

    def fill(self, index: str, mapping: object, sources: Mapping[str, bytes]) -> None:
        settings = {"number_of_shards": 1, "number_of_replicas": 0}
        created = {"mappings": mapping, "settings": settings}
        self.ask("PUT", f"{self.prefix}{index}", json.dumps(created).encode())
        lines = b"".join(
            json.dumps({"create": {"_id": name}}).encode() + b"\n" + source + b"\n" for name, source in sources.items()
        )
        done = self.ask("POST", f"{self.prefix}{index}/_bulk?refresh=true", lines, "application/x-ndjson")
        assert not done["errors"], [item for item in done["items"] if item["create"]["status"] != 201][:2]

    def search(self, index: str, body: Mapping[str, object]) -> Any:
        return self.ask("POST", f"{self.prefix}{index}/_search", json.dumps(body).encode())


@pytest.fixture(scope="module")
def seeded() -> Iterator[Seeded]:
    if NAME not in os.environ:
        pytest.skip(f"{NAME} names no Elasticsearch: no panel was asked of one")
    now, chance = datetime.now(UTC).replace(microsecond=0), random.Random(6)
    facts = listings(LISTINGS, now, chance)
    said = measures(now, chance)
    visible = [fact for fact in facts if fact["hidden"] == "false"]
    known = {"listings": visible, "listings-research": visible, "measures": [fact_of(measure) for measure in said]}
    server = Seeded(os.environ[NAME].rstrip("/"), f"kibana-{uuid.uuid4().hex[:8]}-", now, known)
    made = [elastic_layout.source(document(fact)) for fact in facts]
    pseudonymous = [{name: value for name, value in one.items() if name not in WITHHELD} for one in made]
    try:
        server.fill("listings", elastic_layout.mapping(), {str(one["id"]): elastic_layout.encoded(one) for one in made})
        server.fill(
            "listings-research",
            _strict(mapped("listings-research")),
            {str(one["id"]): elastic_layout.encoded(one) for one in pseudonymous},
        )
        sources = {
            measure.id: json.dumps({**fact_of(measure), "time": milliseconds(measure.time)}).encode()
            for measure in said
        }
        server.fill("measures", _strict(mapped("measures")), sources)
        yield server
    finally:
        for index in known:
            server.ask("DELETE", f"{server.prefix}{index}?ignore_unavailable=true")


def _strict(types: Mapping[str, str]) -> object:
    return {"dynamic": "strict", "properties": {name: {"type": kind} for name, kind in types.items()}}


def _chart(audience: Audience, panel: Panel) -> Any:
    dashboard = objects(audience, Place(space="s", prefix="", console="http://127.0.0.1:8600"))[-1]
    panels = json.loads(dashboard["attributes"]["panelsJSON"])  # type: ignore[index]  # attributes are JSON
    return next(one for one in panels if one["panelIndex"] == panel.name)["embeddableConfig"]["attributes"]


@pytest.mark.parametrize(("audience", "panel"), PANELS)
def test_a_panel_shows_what_the_listings_themselves_say(seeded: Seeded, audience: Audience, panel: Panel) -> None:
    asked = Asked(_chart(audience, panel), audience.view.time, audience.dashboard.since)
    found = asked.rows(seeded.search(audience.view.index, asked.body))
    expected = reckoned(panel, seeded.facts[audience.view.index], seeded.now)
    assert [keys for keys, _ in found] == [keys for keys, _ in expected]
    assert sum(value or 0 for _, values in expected for value in values) > 0, "the seeds say nothing of this panel"
    for (keys, figures), (_, reckoning) in zip(found, expected, strict=True):
        assert figures == pytest.approx(reckoning, rel=1e-6), keys


@pytest.mark.parametrize(("audience", "number"), SEARCHES)
def test_a_saved_search_lists_what_it_says_newest_first(seeded: Seeded, audience: Audience, number: int) -> None:
    saved: Any = objects(audience, Place(space="s", prefix="", console=""))[1 + number]["attributes"]
    query = json.loads(saved["kibanaSavedObjectMeta"]["searchSourceJSON"])["query"]["query"]
    time = audience.view.time
    body = {"size": 50, "query": kuery(query), "sort": [{name: way} for name, way in saved["sort"]]}
    hits = seeded.search(audience.view.index, {**body, "track_total_hits": True})["hits"]
    where = audience.searches[number].where
    expected = [
        fact for fact in seeded.facts[audience.view.index] if all(holds(one, fact, seeded.now) for one in where)
    ]
    assert hits["total"]["value"] == len(expected) > 0
    newest = sorted((milliseconds(fact[time]) for fact in expected), reverse=True)[:50]
    assert [hit["sort"][0] for hit in hits["hits"]] == newest


@pytest.mark.parametrize(("audience", "alarm"), ALARMS)
def test_an_alarm_counts_what_its_title_says(seeded: Seeded, audience: Audience, alarm: Alarm) -> None:
    asked, time = query(alarm, audience.view), audience.view.time
    since = seeded.now - timedelta(hours=alarm.hours)
    window = {"range": {time: {"gt": milliseconds(since), "lte": milliseconds(seeded.now), "format": "epoch_millis"}}}
    body = {**asked, "query": {"bool": {"filter": [asked["query"], window]}}, "track_total_hits": True}
    found = seeded.search(audience.view.index, body)["hits"]
    expected = [
        fact
        for fact in seeded.facts[audience.view.index]
        if since < fact[time] <= seeded.now and all(holds(one, fact, seeded.now) for one in alarm.where)
    ]
    assert found["total"]["value"] == len(expected)
    assert expected or alarm.fewer_than, "the seeds raise no such alarm"
    assert all(set(hit["_source"]) <= set(TOLD[audience.view.index]) for hit in found["hits"])


def test_flagged_now_is_what_a_person_would_count(seeded: Seeded) -> None:
    audience = next(one for one in AUDIENCES if one.name == "investigators")
    panel = next(one.values[1] for one in PANELS if one.id == "investigators-flagged")
    assert isinstance(panel, Panel)
    asked = Asked(_chart(audience, panel), "first_seen", "now-10y")
    flagged = [
        fact
        for fact in seeded.facts["listings"]
        if fact["verdict"] == "flagged" and fact["review"] in {"open", "in_scope", "unsure"}
    ]
    assert asked.rows(seeded.search("listings", asked.body)) == [((), (len(flagged),))]


def test_hidden_documents_are_counted_nowhere(seeded: Seeded) -> None:
    held = seeded.search("listings", {"size": 0, "track_total_hits": True})["hits"]["total"]["value"]
    assert held == LISTINGS > len(seeded.facts["listings"])


def test_the_seeds_reach_into_every_age_of_the_queue(seeded: Seeded) -> None:
    ages = {min((seeded.now - fact["first_seen"]) // timedelta(days=1), 30) for fact in seeded.facts["listings"]}
    assert {0, 3, 14, 30} <= ages
