"""A text that threatens life is put before a person at once, whatever its score."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline import codec
from pipeline.broker import START
from pipeline.broker.sqlite import SqliteBroker
from pipeline.context import no_context
from pipeline.policy import Cut, Policy
from pipeline.rates import Rates
from pipeline.records import Alert, Classification, Context, Import, Listing, Presence, Sighting, Sign
from pipeline.stages import Stage, assess_stage
from pipeline.taxonomy import Category, Track
from pipeline.topics import ALERTS, ASSESSMENTS, LISTINGS
from pipeline.worker import run_once

CUTS = {Track.OFFERS: Cut(review_at=0.5, flag_at=0.9)}
TIME = datetime(2026, 3, 1, tzinfo=UTC)


class Reader:
    """Finds a threat to life where a title says so, and scores everything as harmless."""

    digest = "reader"
    thresholds = CUTS

    def classify(self, listings: Sequence[Listing], contexts: Sequence[Context]) -> Sequence[Classification]:
        assert len(contexts) == len(listings)
        return [
            Classification(score=0.0, category=Category.OTHER, model="reader", activation=1, signs=signs(each))
            for each in listings
        ]


def signs(found: Listing) -> tuple[Sign, ...]:
    start = found.title.find("threat")
    codes = ("TI-STL", "TI-HRM", "TI-HRM") if start >= 0 else ("TI-STL",)
    return tuple(Sign(id=code, field="title", start=max(start, 0), end=max(start, 0) + 6) for code in codes)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[SqliteBroker]:
    with closing(SqliteBroker(tmp_path / "log.db")) as opened:
        yield opened


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return assess_stage(Reader(), Policy(cuts=CUTS), Rates.of(tmp_path), no_context)


def listing(key: str, title: str) -> Listing:
    provenance = Import(time=TIME, file="0" * 64, line=1, mapping="m", activation=1)
    return Listing(market="practice", key=key, title=title, provenance=provenance)


def alerts(broker: SqliteBroker) -> list[Alert]:
    found = (codec.decode(each, ALERTS.records) for each in broker.read(ALERTS.name, START))
    return [each for each in found if isinstance(each, Alert)]


def test_a_threat_to_life_is_published_on_alerts_whatever_its_score(broker: SqliteBroker, stage: Stage) -> None:
    threat = listing("1", "a threat")
    seen = Sighting(listing_id=threat.id, market="practice", visit="v", time=TIME, presence=Presence.PRESENT)
    broker.publish(LISTINGS.name, codec.messages([threat, seen, listing("2", "harmless")]))
    run_once(stage, broker, size=10, wait=0)
    (alert,) = alerts(broker)
    assert (alert.kind, alert.market, alert.listing_id) == ("threat_to_life", "practice", threat.id)
    assert (alert.time, alert.detail) == (TIME, "TI-HRM title 2-8")
    assert len(list(broker.read(ASSESSMENTS.name, START))) == 3


def test_a_replay_raises_the_same_alert_and_a_new_text_a_new_one(broker: SqliteBroker, stage: Stage) -> None:
    broker.publish(LISTINGS.name, codec.messages([listing("1", "a threat"), listing("1", "another threat")]))
    run_once(stage, broker, size=10, wait=0)
    broker.rewind(LISTINGS.name, "assess", START)
    run_once(stage, broker, size=1, wait=0)
    ids = [alert.id for alert in alerts(broker)]
    assert ids[:2] == ids[2:]
    assert len(set(ids)) == 2
