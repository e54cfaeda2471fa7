"""A few thousand invented listings and measures, as plain facts and as the documents that our stages make of them."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from pipeline.index.document import Document
from pipeline.records import Dollars, Erasure, Measure, Review, Sign
from pipeline.records.review import Decision
from pipeline.taxonomy import Category, Track, Verdict
from tests.dashboards.conftest import offer
from tests.dashboards.kibana_reckoned import Fact

MARKETS = ("aster", "birch", "cedar", "dahlia", "elder")
VENDORS = ("", *(f"vendor{number}" for number in range(40)))
COUNTRIES = ("DE", "US", "NL", "EU", "WW", "GB", "FR", "CA", "AU", "PL", "CZ", "SE", "ES")
VERDICTS = (Verdict.CLEAR, Verdict.REVIEW, Verdict.FLAGGED)
THREATS = ("ET-A", "ET-D", "ET-F", "ET-H")
DAYS_OF_LISTINGS, DAYS_OF_MEASURES = 1_400, 85
FIELDS = ("title", "vendor", "price")


def listings(number: int, now: datetime, chance: random.Random) -> list[Fact]:
    """What is known of so many listings; none was first seen within half an hour of a border between ages of the queue."""
    return [_listing(one, now, chance) for one in range(number)]


def _listing(number: int, now: datetime, chance: random.Random) -> Fact:
    verdict = chance.choices(VERDICTS, (5, 2, 4), k=1)[0]
    days = 0 if number % 80 == 0 else int(DAYS_OF_LISTINGS * chance.random() ** 3)
    first = now - timedelta(days=days, hours=chance.randrange(1, 23), minutes=30, seconds=number % 60)
    clear = verdict is Verdict.CLEAR
    return {
        "key": f"offer-{number}",
        "hidden": "true" if number % 97 == 0 else "false",
        "market": chance.choice(MARKETS),
        "vendor": chance.choice(VENDORS),
        "category": str(chance.choice(tuple(Category))),
        "verdict": str(verdict),
        "track": str(Track.OFFERS if clear else chance.choice(tuple(Track)[:4])),
        "review": chance.choices(("open", "in_scope", "out_of_scope", "unsure"), (6, 2, 1, 1), k=1)[0],
        "ships_from": tuple(chance.sample(COUNTRIES, chance.randrange(3))),
        "ships_to": tuple(chance.sample(COUNTRIES, chance.randrange(4))),
        "threats": tuple(chance.sample(THREATS, chance.choice((0, 0, 1, 2)))),
        "indicators": ("TI-HRM",) if number % 40 == 0 else (),
        "price_cents": chance.choice((None, chance.randrange(0, 400_000))),
        "first_seen": first,
        "last_seen": first + (now - first) * chance.random(),
    }


def document(fact: Fact) -> Document:
    """The document of a listing as the index stage would have it."""
    cents = fact["price_cents"]
    made = offer(
        fact["key"],
        market=fact["market"],
        vendor=fact["vendor"],
        category=Category(fact["category"]),
        ships_from=fact["ships_from"],
        price=str(Decimal(cents or 0) / 100),
    )
    signs = tuple(Sign(id=code, field="title", start=0, end=1) for code in (*fact["threats"], *fact["indicators"]))
    current = replace(
        made,
        listing=replace(made.listing, ships_to=fact["ships_to"], price=made.listing.price if cents else None),
        classification=replace(made.classification, signs=signs),
        verdicts={Track(fact["track"]): Verdict(fact["verdict"])},
        dollars=None if cents is None else Dollars(cents=cents, rate_date=""),
    )
    if fact["hidden"] == "true":
        gone = Erasure(id="e", listing_id=current.id, analyst="ana", time=fact["last_seen"], reason="asked")
        return Document(id=current.id, erased=gone)
    return Document(
        id=current.id,
        current=current,
        first_seen=fact["first_seen"],
        last_seen=fact["last_seen"],
        reviews=_reviews(fact, current.id, current.listing.version),
    )


def _reviews(fact: Fact, listing_id: str, version: str) -> tuple[Review, ...]:
    if fact["review"] == "open":
        return ()
    said = {"listing_id": listing_id, "version": version, "analyst": "ana", "time": fact["last_seen"]}
    return (Review(id="r", decision=Decision(fact["review"]), **said),)


def measures(now: datetime, chance: random.Random) -> list[Measure]:
    """Measures of visits, stages and drift over twelve weeks."""
    whens = [now - timedelta(days=DAYS_OF_MEASURES * one / 120, minutes=7) for one in range(120)]
    found = [measure for when in whens for measure in (*_visit(when, chance), *_stages(when, chance))]
    months = sorted({when.replace(day=1, hour=0, minute=0, second=0, microsecond=0) for when in whens[:60]})
    found.append(
        Measure(
            name="headstamp_stage_lag",
            value=15_000,
            time=now - timedelta(minutes=5),
            stage="index",
            topic="assessments",
        )
    )
    return found + [measure for month in months[1:] for measure in _drift(month, chance)]


def _visit(time: datetime, chance: random.Random) -> Sequence[Measure]:
    at: dict[str, Any] = {"time": time, "market": chance.choice(MARKETS)}
    fills = [(field, chance.random()) for field in FIELDS]
    return (
        Measure(name="headstamp_visit_pages", value=chance.randrange(0, 500), **at),
        Measure(name="headstamp_visit_listings", value=chance.randrange(0, 300), **at),
        Measure(name="headstamp_visit_coverage_ratio", value=chance.random(), **at),
        *(
            Measure(name="headstamp_visit_failures", value=chance.randrange(1, 9), reason=reason, **at)
            for reason in chance.sample(("timeout", "unreachable", "http_status"), 2)
        ),
        *(
            Measure(name="headstamp_visit_gated", value=chance.choice((0, 0, 3)), reason=kind, **at)
            for kind in ("login", "captcha", "queue")
        ),
        *(Measure(name="headstamp_visit_fill_ratio", value=share, field=field, **at) for field, share in fills),
        *(Measure(name="headstamp_visit_expected_fill_ratio", value=0.9, field=field, **at) for field in FIELDS),
    )


def _stages(time: datetime, chance: random.Random) -> Sequence[Measure]:
    found: list[Measure] = []
    for stage, topic in (("assess", "listings"), ("index", "assessments"), ("settle", "reviews")):
        at: dict[str, Any] = {"time": time, "stage": stage, "topic": topic}
        found += (
            Measure(name="headstamp_stage_lag", value=chance.choice((0, 40, 12_000)), **at),
            Measure(name="headstamp_stage_messages_total", value=chance.randrange(900), **at),
        )
        if chance.random() < 0.2:
            found.append(Measure(name="headstamp_stage_dead_total", value=chance.randrange(1, 4), **at))
            waited = Measure(name="headstamp_server_waiting_seconds", value=chance.random() * 300, reason="index", **at)
            found.append(replace(waited, topic=""))
    return found


def _drift(month: datetime, chance: random.Random) -> Sequence[Measure]:
    names = ("scores_psi", "words_jsd", "unknown_words_ratio", "scores_by_chance_psi", "words_by_chance_jsd")
    return [
        Measure(name=f"headstamp_drift_{name}", value=chance.random(), time=month, market=market)
        for market in ("all", *MARKETS)
        for name in names
    ]


def fact_of(measure: Measure) -> Fact:
    """A measure by field."""
    return {name: getattr(measure, name) for name in measure.__struct_fields__}
