"""Identity and wire form of the records."""

import contextlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.codec import Message, decode, encode, message
from pipeline.errors import MalformedError, SchemaTooNewError
from pipeline.records import (
    Alert,
    Amount,
    Assessment,
    Capture,
    Classification,
    DeadLetter,
    Decision,
    Dollars,
    Import,
    Listing,
    Measure,
    Money,
    Presence,
    Record,
    Review,
    Sighting,
    Span,
)
from pipeline.taxonomy import Act, Category, Track, Verdict
from pipeline.topics import ASSESSMENTS, LISTINGS, REVIEWS

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
texts = st.text(max_size=40)
times = st.datetimes(datetime(2000, 1, 1), datetime(2069, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001  # made aware by timezones
    lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000)
)
moneys = st.builds(Money, amount=st.decimals(0, 10**9, places=8), currency=st.sampled_from(["USD", "XMR"]))
origins = st.one_of(
    st.builds(Import, time=times, file=texts, line=st.integers(1, 10**6), mapping=texts, activation=st.integers(0, 9)),
    st.builds(Capture, time=times, url=texts, visit=texts, page=texts, profile=texts, activation=st.integers(0, 9)),
)
listings = st.builds(
    Listing,
    market=texts,
    key=texts,
    title=texts,
    description=texts,
    vendor=texts,
    provenance=origins,
    price=st.none() | moneys,
    ships_from=st.lists(texts, max_size=3).map(tuple),
    amounts=st.lists(st.builds(Amount, value=st.decimals(0, 99, places=2), unit=texts), max_size=2).map(tuple),
    stock=st.none() | st.integers(0, 99),
)
scores = st.floats(0, 1)
assessments = st.builds(
    Assessment,
    listing=listings,
    classification=st.builds(
        Classification,
        score=scores,
        category=st.sampled_from(Category),
        model=texts,
        activation=st.integers(0, 9),
        scores=st.dictionaries(st.sampled_from(Category), scores),
        spans=st.lists(
            st.builds(Span, field=texts, start=st.integers(0, 9), end=st.integers(0, 9), weight=scores), max_size=2
        ).map(tuple),
    ),
    verdicts=st.dictionaries(st.sampled_from(Track), st.sampled_from(Verdict)),
    policy=texts,
    dollars=st.none() | st.builds(Dollars, cents=st.integers(0, 10**9), rate_date=texts),
)
dead = st.builds(
    DeadLetter,
    topic=texts,
    group=texts,
    key=st.binary(),
    value=st.binary(),
    headers=st.dictionaries(texts, texts),
    reason=texts,
)


def listing(**changes: object) -> Listing:
    origin = Import(time=NOON, file="f" * 64, line=2, mapping="m", activation=1)
    plain = Listing(
        market="somewhere",
        key="7",
        title="blue lamp",
        provenance=origin,
        price=Money(amount=Decimal("1.50"), currency="XMR"),
    )
    return msgspec.structs.replace(plain, **changes)


@given(listings | assessments | dead)
def test_a_record_reads_back_as_it_was_written(record: Record) -> None:
    assert decode(message(record), (type(record),)) == record


@given(st.binary(max_size=200))
def test_any_bytes_are_a_record_or_malformed(value: bytes) -> None:
    with contextlib.suppress(MalformedError):
        decode(Message(key=b"", value=value), LISTINGS.records)


def test_deeply_nested_bytes_are_malformed() -> None:
    with pytest.raises(MalformedError):
        decode(Message(key=b"", value=b'{"record":"listing","x":' + b"[" * 100_000), LISTINGS.records)


def test_a_record_of_another_topic_is_malformed() -> None:
    review = Review(id="1", listing_id="2", version="3", decision=Decision.UNSURE, analyst="a", time=NOON)
    with pytest.raises(MalformedError):
        decode(message(review), LISTINGS.records)
    assert decode(message(review), REVIEWS.records) == review


def test_a_review_from_before_acts_were_said_is_of_an_offer_and_is_written_as_it_was() -> None:
    value = (
        b'{"record":"review","id":"1","listing_id":"2","version":"3","decision":"in_scope","analyst":"a",'
        b'"time":"2026-03-01T12:00:00Z","category":"FA"}'
    )
    review = decode(Message(key=b"2", value=value, headers={"schema": "1.2"}), REVIEWS.records)
    assert isinstance(review, Review)
    assert review.act is Act.OFFER
    assert encode(review) == value


def test_a_newer_schema_asks_for_an_upgrade() -> None:
    newer = msgspec.structs.replace(message(listing()), headers={"schema": "2.0"})
    with pytest.raises(SchemaTooNewError, match="upgrade"):
        decode(newer, LISTINGS.records)


def test_a_field_that_a_newer_program_added_is_passed_over() -> None:
    value = encode(listing()).replace(b'"title"', b'"added_later":{"a":[1]},"title"')
    assert decode(Message(key=b"", value=value, headers={"schema": "1.9"}), LISTINGS.records) == listing()


def test_a_category_that_a_newer_program_knows_reads_as_unknown() -> None:
    classification = Classification(score=0.5, category=Category.FIREARM, model="m", activation=1)
    assessment = Assessment(listing=listing(), classification=classification, verdicts={}, policy="p")
    found = decode(Message(key=b"", value=encode(assessment).replace(b'"FA"', b'"ZZ"')), ASSESSMENTS.records)
    assert isinstance(found, Assessment)
    assert found.classification.category is Category.UNKNOWN


def test_a_listing_and_its_sightings_share_one_key() -> None:
    sighting = Sighting(listing_id=listing().id, market="somewhere", visit="v", time=NOON, presence="present")  # type: ignore[arg-type]  # as a reader may hold it
    assert message(listing()).key == message(sighting).key


@pytest.mark.parametrize(
    "changed",
    [{"stock": 3}, {"feedback": 4}, {"ships_from_text": "EU"}, {"price": Money(amount=Decimal("1.5"), currency="XMR")}],
)
def test_what_is_not_part_of_the_offer_makes_no_version(changed: dict[str, object]) -> None:
    assert listing(**changed).version == listing().version


@pytest.mark.parametrize("changed", [{"title": "red lamp"}, {"description": "x"}, {"vendor": "x"}, {"price": None}])
def test_a_changed_offer_is_another_version_of_the_same_listing(changed: dict[str, object]) -> None:
    other = listing(**changed)
    assert (other.id, other.version == listing().version) == (listing().id, False)


def test_parts_of_an_identity_cannot_run_into_each_other() -> None:
    assert listing(market="ab", key="c").id != listing(market="a", key="bc").id


def test_two_readings_of_one_page_share_their_capture() -> None:
    page = Capture(time=NOON, url="http://x/1", visit="v", page="p", profile="old", activation=1)
    assert msgspec.structs.replace(page, profile="new", activation=2).id == page.id
    assert msgspec.structs.replace(page, time=NOON + timedelta(milliseconds=1)).id != page.id


def test_the_verdict_of_an_assessment_is_the_one_that_asks_for_most() -> None:
    verdicts = {Track.OFFERS: Verdict.CLEAR, Track.DIGITAL: Verdict.REVIEW}
    classification = Classification(score=0.0, category=Category.DIGITAL, model="m", activation=1)
    assessment = Assessment(listing=listing(), classification=classification, verdicts=verdicts, policy="p")
    assert (assessment.verdict, assessment.track) == (Verdict.REVIEW, Track.DIGITAL)


@pytest.mark.parametrize(
    "record",
    [
        Measure(name="n", value=1, time=NOON.replace(tzinfo=None)),
        Sighting(listing_id="i", market="m", visit="v", time=NOON.replace(tzinfo=None), presence=Presence.PRESENT),
        Alert(id="i", kind="k", time=NOON.replace(tzinfo=None)),
    ],
)
def test_a_time_without_a_zone_makes_no_record(record: Record) -> None:
    with pytest.raises(MalformedError, match="timezone"):
        decode(message(record), (type(record),))
