"""What each stage does with a batch of records."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pipeline.audit import Audit
from pipeline.index import Index
from pipeline.policy import Cut, Policy, verdicts
from pipeline.rates import Rates
from pipeline.records import (
    Alert,
    Assessment,
    Classification,
    Context,
    Erasure,
    Listing,
    Measure,
    Record,
    Review,
    Sighting,
    digest,
)
from pipeline.taxonomy import Indicator, Track
from pipeline.topics import ALERTS, ASSESSMENTS, AUDIT, LISTINGS, MEASURES, REVIEWS, Topic

Published = Sequence[tuple[Topic, Record]]
Kind = TypeVar("Kind", bound=Record)
THREAT_TO_LIFE = "threat_to_life"
"""The kind of the alert that a text which threatens life raises."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A named reader of one topic; its name is also its group's."""

    name: str
    topic: Topic
    work: Callable[[Sequence[Record]], Published]
    """Does a batch's work, repeatably, and returns what to publish."""


class Classifier(Protocol):
    """Scores listings."""

    @property
    def digest(self) -> str:
        """Digest of the model directory."""

    @property
    def thresholds(self) -> Mapping[Track, Cut]:
        """The scores from which the model advises to review and to flag; for offers always, for other tracks where it can."""

    def classify(self, listings: Sequence[Listing], contexts: Sequence[Context]) -> Sequence[Classification]:
        """One classification per listing, in their order; equal listings in equal contexts get equal ones."""


class Charts(Protocol):
    """Where measures can be searched and charted."""

    def put(self, measures: Sequence[Measure]) -> None:
        """Keep measures, each in the place of the one of its id; a `MalformedError` where one is refused."""

    def close(self) -> None:
        """Let go of it."""


def assess_stage(
    classifier: Classifier,
    policy: Policy,
    rates: Rates,
    context: Callable[[Listing], Context],
    *,
    rules: int = 0,
    software: str = "",
) -> Stage:
    """Asks the classifier, applies the policy, appends assessments and what must be looked at now; sightings pass through."""

    def work(records: Sequence[Record]) -> Published:
        listings = only(records, Listing)
        assessed = assessments(listings, classifier, policy, rates, context, rules=rules, software=software)
        alarms = [(ALERTS, alert) for each in assessed if (alert := alarm(each))]
        one = iter(assessed)
        return [*alarms, *((ASSESSMENTS, next(one) if isinstance(record, Listing) else record) for record in records)]

    return Stage(name="assess", topic=LISTINGS, work=work)


def assessments(
    listings: Sequence[Listing],
    classifier: Classifier,
    policy: Policy,
    rates: Rates,
    context: Callable[[Listing], Context],
    *,
    rules: int = 0,
    software: str = "",
) -> list[Assessment]:
    """One assessment per listing, in their order."""
    contexts = [context(listing) for listing in listings]
    classifications = classifier.classify(listings, contexts)
    in_force, table = policy.digest, rates.digest
    return [
        Assessment(
            listing=listing,
            classification=classification,
            verdicts=verdicts(listing, classification, policy, known),
            policy=in_force,
            dollars=rates.dollars(listing.price, listing.provenance.time) if listing.price else None,
            rules=rules,
            context=known,
            rates=table,
            software=software,
        )
        for listing, classification, known in zip(listings, classifications, contexts, strict=True)
    ]


def alarm(assessment: Assessment) -> Alert | None:
    """What a person must look at now, outside every budget: a listing whose text threatens life; every replay gives it the same id."""
    threats = [sign for sign in assessment.classification.signs if sign.id == Indicator.HARM]
    if not threats:
        return None
    listing, first = assessment.listing, threats[0]
    return Alert(
        id=digest("alert", THREAT_TO_LIFE, listing.id, listing.version),
        kind=THREAT_TO_LIFE,
        time=listing.provenance.time,
        market=listing.market,
        listing_id=listing.id,
        detail=f"{first.id} {first.field} {first.start}-{first.end}",
    )


def index_stage(index: Index) -> Stage:
    """Merges assessments and sightings into the index."""

    def work(records: Sequence[Record]) -> Published:
        index.merge([record for record in records if isinstance(record, Assessment | Sighting)])
        return ()

    return Stage(name="index", topic=ASSESSMENTS, work=work)


def settle_stage(index: Index, audit: Audit) -> Stage:
    """Files reviews and erasures: first the audit entry, then the effect on the index."""

    def work(records: Sequence[Record]) -> Published:
        decided = [record for record in records if isinstance(record, Review | Erasure)]
        entries = audit.file(decided)
        index.merge(decided)
        return [(AUDIT, entry) for entry in entries]

    return Stage(name="settle", topic=REVIEWS, work=work)


def chart_stage(charts: Charts) -> Stage:
    """Keeps measures where they can be searched and charted."""

    def work(records: Sequence[Record]) -> Published:
        charts.put(only(records, Measure))
        return ()

    return Stage(name="chart", topic=MEASURES, work=work)


def only(records: Sequence[Record], kind: type[Kind]) -> list[Kind]:
    """The records of one kind, in their order."""
    return [record for record in records if isinstance(record, kind)]
