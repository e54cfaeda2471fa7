"""Every panel's aggregation, on a real Elasticsearch, gives the figures reckoned from the listings themselves."""

import json
import random
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboards.kibana.alarms import TOLD, query
from dashboards.kibana.audiences import AUDIENCES
from dashboards.kibana.indexes import make_indexes
from dashboards.kibana.objects import Place, objects
from dashboards.kibana.source import Alarm, Audience, Panel
from pipeline.index.elastic import ElasticIndex
from pipeline.index.elastic_access import cluster
from pipeline.index.elastic_client import Cluster
from pipeline.index.elastic_layout import Source, encoded, research_source, source
from pipeline.index.elastic_measures import ElasticMeasures
from pipeline.index.places import milliseconds
from pipeline.index.research import rounded
from pipeline.settings import Elastic
from tests.dashboards.kibana_asked import Asked, kuery
from tests.dashboards.kibana_reckoned import Fact, holds, reckoned
from tests.dashboards.kibana_seeds import document, fact_of, listings, measures
from tests.elastics import address, own_prefix

LISTINGS = 3_000
DATES = ("first_seen", "last_seen")
KEY = b"a key of nobody's, for invented listings"
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

    server: Cluster
    prefix: str
    now: datetime
    facts: Mapping[str, list[Fact]]

    def fill(self, index: str, sources: Mapping[str, Source]) -> None:
        lines = b"".join(
            json.dumps({"create": {"_id": name}}).encode() + b"\n" + encoded(stored) + b"\n"
            for name, stored in sources.items()
        )
        done = self.server.ask("POST", f"/{self.prefix}{index}/_bulk", dict[str, Any], lines=lines, refresh="true")
        assert not done["errors"], [item for item in done["items"] if item["create"]["status"] != 201][:2]

    def search(self, index: str, body: Mapping[str, object]) -> Any:
        return self.server.ask("POST", f"/{self.prefix}{index}/_search", dict[str, Any], body)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    now, chance = datetime.now(UTC).replace(microsecond=0), random.Random(6)
    facts, said = listings(LISTINGS, now, chance), measures(now, chance)
    visible = [fact for fact in facts if fact["hidden"] == "false"]
    known: Mapping[str, list[Fact]] = {
        "listings": visible,
        "listings-research": [_researched(fact) for fact in visible],
        "measures": [fact_of(measure) for measure in said],
    }
    key = tmp_path_factory.mktemp("research") / "key"
    key.write_bytes(KEY)
    key.chmod(0o600)
    with closing(cluster(address(), Elastic())) as server, own_prefix(server) as prefix:
        chosen = Elastic(prefix=prefix, research_key_file=str(key))
        make_indexes(ElasticIndex(server, chosen), chosen)
        made = Seeded(server, prefix, now, known)
        documents = [document(fact) for fact in facts]
        made.fill("listings", {one.id: source(one) for one in documents})
        made.fill("listings-research", {one.id: research_source(one, KEY) for one in documents})
        ElasticMeasures(server, prefix=prefix).put(said)
        server.ask("POST", f"/{prefix}measures/_refresh", object)
        yield made


def _researched(fact: Fact) -> Fact:
    """What researchers' index holds of a fact: days, and rounded prices."""
    cents = fact["price_cents"]
    return {
        **fact,
        **{name: _day(fact[name]) for name in DATES},
        "price_cents": None if cents is None else rounded(cents),
    }


def _day(time: datetime) -> datetime:
    return time.replace(hour=0, minute=0, second=0)


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
