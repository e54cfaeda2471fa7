"""What every classifier promises, asked of the shipped model."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.store import load
from pipeline.codec import decode, message
from pipeline.records import Assessment, Classification, Context, Import, Listing
from pipeline.stages import Classifier
from pipeline.taxonomy import Category, Track, Verdict

TITLES = ("Glock 19 9mm", "1g cocaine", "", "AK-47 weed 10g", "500 rounds 9mm", "Walther P99", "Netflix account", "9mm")
FRAGMENTS = (
    "Glock",
    "9mm",
    "\u200b",
    "\u202e",
    "\0",
    "\ud800",
    "а",
    "𝐆",
    "é",
    "-----BEGIN PGP",
    "\n",
    " ",
    "😀",
    "<b>",
    "0",
    "{}",
)


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load(Path(__file__).parents[2] / "models" / "stack-1", activation=3)


def listing(title: str, description: str = "") -> Listing:
    provenance = Import(time=datetime(2024, 5, 1, tzinfo=UTC), file="0" * 64, line=1, mapping="m", activation=1)
    return Listing(market="practice", key=title, title=title, description=description, provenance=provenance)


def classified(classifier: Classifier, listings: list[Listing]) -> list[Classification]:
    return list(classifier.classify(listings, [Context()] * len(listings)))


def test_each_listing_gets_one_classification_in_order(classifier: Classifier) -> None:
    listings = [listing(title) for title in TITLES]
    assert classified(classifier, listings) == [classified(classifier, [each])[0] for each in listings]


def test_no_listing_gets_no_classification(classifier: Classifier) -> None:
    assert classified(classifier, []) == []


def test_the_company_of_a_batch_changes_nothing(classifier: Classifier) -> None:
    listings = [listing(f"{title} {number}") for number in range(40) for title in TITLES]
    expected = dict(zip((each.title for each in listings), classified(classifier, listings), strict=True))
    random.Random(1).shuffle(listings)
    for start in range(0, len(listings), 7):
        batch = listings[start : start + 7]
        assert classified(classifier, batch) == [expected[each.title] for each in batch]


def test_another_copy_of_the_model_says_the_same(classifier: Classifier) -> None:
    again = load(Path(__file__).parents[2] / "models" / "stack-1", activation=3)
    listings = [listing(title) for title in TITLES]
    assert classified(again, listings) == classified(classifier, listings)


def test_a_context_is_named_by_its_digest(classifier: Classifier) -> None:
    context = Context(vendor_listings=3, vendor_flagged=1)
    first, second = classifier.classify([listing("Glock 19 9mm")] * 2, [context, Context()])
    assert (first.context, second.context) == (context.digest, "")


def test_model_and_activation_are_named(classifier: Classifier) -> None:
    found = classified(classifier, [listing("Glock 19 9mm")])[0]
    assert (found.model, found.activation) == (classifier.digest, 3)


def test_other_text_has_another_digest(classifier: Classifier) -> None:
    one, other, same = classified(classifier, [listing("a", "b"), listing("a b", ""), listing("a", "b")])
    assert one.inputs != other.inputs
    assert one.inputs == same.inputs


def test_the_thresholds_are_in_order(classifier: Classifier) -> None:
    offers = classifier.thresholds[Track.OFFERS]
    assert 0 < offers.review_at < offers.flag_at < 1
    assert all(cut.review_at <= cut.flag_at for cut in classifier.thresholds.values())


def test_an_empty_text_is_clear(classifier: Classifier) -> None:
    assert classified(classifier, [listing("")])[0].score < classifier.thresholds[Track.OFFERS].review_at


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=20), max_size=12).map("".join),
    st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=20), max_size=30).map("".join),
)
def test_any_text_gets_a_probability_and_spans_inside_it(classifier: Classifier, title: str, description: str) -> None:
    found = classified(classifier, [listing(title, description)])[0]
    assert 0 <= found.score <= 1
    assert set(found.scores) <= set(Category)
    for span in found.spans:
        assert 0 <= span.start < span.end <= len({"title": title, "description": description}[span.field])


@pytest.mark.parametrize("unit", ["Glock 19 ", "a ", "ab", "9mm.", "\u0301", "a\u200b", "g l ", "!|1"])
def test_the_longest_text_is_scored(classifier: Classifier, unit: str) -> None:
    text = (unit * 65_536)[:65_536]
    found = classified(classifier, [listing(text[:300], text)])[0]
    assert 0 <= found.score <= 1


def test_a_classification_survives_the_log(classifier: Classifier) -> None:
    each = listing("Glock 19 9mm")
    found = classified(classifier, [each])[0]
    assessment = Assessment(listing=each, classification=found, verdicts={Track.OFFERS: Verdict.FLAGGED}, policy="p")
    assert decode(message(assessment), (Assessment,)) == assessment
