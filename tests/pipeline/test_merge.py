"""However the records of a listing come, its document is the same."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pipeline.index import Mergeable
from pipeline.index.document import Document, Gone
from pipeline.index.merge import KEPT, merge
from pipeline.records import (
    Assessment,
    Capture,
    Classification,
    Decision,
    Erasure,
    Import,
    Listing,
    Money,
    Precision,
    Presence,
    Review,
    Sighting,
)
from pipeline.taxonomy import Category, Track, Verdict

START = datetime(2024, 5, 1, tzinfo=UTC)
KEPT_IN_TESTS = 3


def hour(number: int) -> datetime:
    return START + timedelta(hours=number)


def assessment(
    time: int = 0, *, title: str = "Lot A", mirror: str = "a", profile: int = 1, model: int = 1, score: float = 0.5
) -> Assessment:
    capture = Capture(
        time=hour(time),
        url=f"http://{mirror}.onion/1",
        visit="v",
        page="00",
        profile="p",
        activation=profile,
    )
    return assessed(Listing(market="practice", key="1", title=title, provenance=capture), model, score)


def row(line: int, title: str, *, day: int = 0) -> Assessment:
    source = Import(time=hour(24 * day), file="f", line=line, mapping="m", activation=1)
    return assessed(Listing(market="practice", key="1", title=title, provenance=source))


UNDATED_ROW = Import(
    time=datetime(2000, 1, 1, tzinfo=UTC), file="f", line=1, mapping="m", activation=1, precision=Precision.UNKNOWN
)


def assessed(listing: Listing, model: int = 1, score: float = 0.5) -> Assessment:
    return Assessment(
        listing=listing,
        classification=Classification(score=score, category=Category.OTHER, model=f"m{model}", activation=model),
        verdicts={Track.OFFERS: Verdict.CLEAR},
        policy="p",
    )


ID = assessment().id
VERSIONS = [assessment(title=title).listing.version for title in ("Lot A", "Lot B")]


def sighting(time: int, presence: Presence = Presence.PRESENT, visit: str = "v", reason: str = "") -> Sighting:
    return Sighting(
        listing_id=ID, market="practice", visit=visit, time=hour(time), presence=presence, version="", reason=reason
    )


def review(
    number: int = 1,
    decision: Decision = Decision.IN_SCOPE,
    *,
    time: int = 0,
    version: str = VERSIONS[0],
    undoes: str = "",
    reason: str = "",
) -> Review:
    return Review(
        id=f"r{number}",
        listing_id=ID,
        version=version,
        decision=decision,
        analyst="ana",
        time=hour(time),
        undoes=undoes,
        reason=reason,
    )


def erasure(number: int = 1, time: int = 0, reason: str = "order") -> Erasure:
    return Erasure(id=f"e{number}", listing_id=ID, analyst="ana", time=hour(time), reason=reason)


def merged(*records: Mergeable, kept: int = KEPT) -> Document:
    found: Document | None = None
    for record in records:
        found = merge(found, record, kept=kept)
    assert found is not None
    return found


few = st.integers(0, 8)
some = st.integers(1, 3)
titles = st.sampled_from(["Lot A", "Lot B"])
assessments = st.builds(
    assessment,
    few,
    title=titles,
    mirror=st.sampled_from("abc"),
    profile=some,
    model=some,
    score=st.sampled_from([0.0, 0.25, 1.0]),
)
rows = st.builds(row, st.integers(0, 30), titles, day=st.integers(0, 1))
sightings = st.builds(sighting, few, st.sampled_from(Presence), st.sampled_from("vw"), st.sampled_from("xy"))
reviews = st.builds(
    review,
    some,
    st.sampled_from(Decision),
    time=few,
    version=st.sampled_from(VERSIONS),
    undoes=st.sampled_from(["", "r1", "r2"]),
)
erasures = st.builds(erasure, some, few, st.sampled_from(["order", "error"]))
living = assessments | rows | sightings | reviews


@st.composite
def told_twice(draw: st.DrawFn, records: st.SearchStrategy[Mergeable]) -> tuple[list[Mergeable], list[Mergeable]]:
    """Records, and the same ones in another order, some of them repeated."""
    once = draw(st.lists(records, min_size=1, max_size=14))
    again = draw(st.lists(st.sampled_from(once), max_size=5))
    return once, draw(st.permutations([*once, *again]))


@given(told_twice(living))
def test_neither_order_nor_repetition_changes_a_document(told: tuple[list[Mergeable], list[Mergeable]]) -> None:
    assert merged(*told[0]) == merged(*told[1])


@given(told_twice(assessments | rows))
def test_the_bound_of_the_history_does_not_depend_on_the_order(told: tuple[list[Mergeable], list[Mergeable]]) -> None:
    assert merged(*told[0], kept=1) == merged(*told[1], kept=1)
    assert merged(*told[0], kept=KEPT_IN_TESTS) == merged(*told[1], kept=KEPT_IN_TESTS)


@given(told_twice(living | erasures))
def test_erasures_come_at_any_moment(told: tuple[list[Mergeable], list[Mergeable]]) -> None:
    assert merged(*told[0], kept=KEPT_IN_TESTS) == merged(*told[1], kept=KEPT_IN_TESTS)


@given(st.lists(living | erasures, min_size=1, max_size=14))
def test_a_record_merged_again_gives_the_very_same_document(records: list[Mergeable]) -> None:
    document = merged(*records, kept=KEPT_IN_TESTS)
    assert all(merge(document, record, kept=KEPT_IN_TESTS) is document for record in records)


@given(st.lists(assessments | rows, min_size=1, max_size=14))
def test_the_bound_keeps_the_first_the_newest_and_the_one_in_force(records: list[Mergeable]) -> None:
    whole, bounded = merged(*records), merged(*records, kept=KEPT_IN_TESTS)
    in_force = max(whole.history, key=lambda seen: (seen.time, seen.activations, seen.line, seen.digest))
    expected = {whole.history[0], *whole.history[-KEPT_IN_TESTS:], in_force}
    assert bounded.history == tuple(seen for seen in whole.history if seen in expected)


@given(st.lists(living, min_size=1, max_size=14))
def test_the_history_holds_what_the_assessment_in_force_showed(records: list[Mergeable]) -> None:
    document = merged(*records, kept=1)
    if document.current is not None:
        capture = document.current.listing.provenance.id
        seen = next(
            seen
            for seen in document.history
            if seen.capture == capture and seen.time == document.current.listing.provenance.time
        )
        assert seen.version == document.current.listing.version


def test_first_and_last_seen_are_those_of_captures_and_present_sightings() -> None:
    records = (assessment(5), sighting(2), sighting(9), sighting(1, Presence.GONE), sighting(30, Presence.GONE))
    document = merged(*records)
    assert (document.first_seen, document.last_seen) == (hour(2), hour(9))


def test_a_listing_is_gone_until_it_is_seen_again() -> None:
    away = merged(assessment(1), sighting(2, Presence.GONE, reason="removed"))
    assert away.gone == Gone(time=hour(2), visit="v", reason="removed")
    assert not away.present
    assert merge(away, sighting(3)).present


def test_a_later_capture_is_in_force_and_both_are_versions() -> None:
    document = merged(assessment(2, title="Lot B"), assessment(1, title="Lot A"))
    assert document.current == assessment(2, title="Lot B")
    assert [seen.title for seen in document.history] == ["Lot A", "Lot B"]


def test_a_newer_extraction_of_a_capture_replaces_the_older_ones_version_and_price() -> None:
    older = assessment(1, title="Lot B", profile=1)
    newer = assessment(1, title="Lot A", profile=2)
    document = merged(newer, older)
    assert document.current == newer
    assert [seen.title for seen in document.history] == ["Lot A"]


def test_a_newer_extraction_counts_more_than_a_newer_model() -> None:
    old_extraction = assessment(1, title="Lot B", profile=1, model=7)
    new_extraction = assessment(1, title="Lot A", profile=2, model=3)
    assert merged(new_extraction, old_extraction).current == new_extraction


def test_going_back_to_an_earlier_model_is_an_activation_too() -> None:
    first, second = assessment(1, model=1, score=0.9), assessment(1, model=2, score=0.1)
    back = assessment(1, model=3, score=0.9)
    assert merged(first, back, second).current == back


def test_a_later_policy_or_table_of_rates_counts_more_than_an_earlier_one() -> None:
    first, second, back = (replace(assessment(1), policy=policy, rules=rules) for rules, policy in enumerate("aba"))
    for told in permutations((first, second, back)):
        assert merged(*told).current == back


def test_a_reassessment_of_an_older_capture_leaves_the_one_in_force() -> None:
    document = merged(assessment(2, model=1), assessment(1, model=5))
    assert document.current == assessment(2, model=1)


def test_rows_of_one_date_are_versions_and_the_latest_line_is_in_force() -> None:
    lots = [row(line, f"Lot {line}") for line in (2, 9, 10)]
    for told in permutations(lots):
        document = merged(*told)
        assert {seen.title for seen in document.history} == {"Lot 2", "Lot 9", "Lot 10"}
        assert document.current == lots[-1]


def test_an_undated_row_says_no_time() -> None:
    undated = assessed(replace(row(1, "Lot").listing, provenance=UNDATED_ROW))
    document = merged(undated, row(2, "Lot"))
    assert document.first_seen is not None
    assert document.last_seen is not None
    assert (document.dated(document.first_seen), document.dated(document.last_seen)) == (False, True)


def test_more_rows_of_one_date_than_a_history_holds_keep_the_one_in_force() -> None:
    document = merged(*(row(line, f"Lot {line}") for line in range(40)), kept=KEPT_IN_TESTS)
    assert document.current is not None
    assert document.current.listing.version in {seen.version for seen in document.history}


def test_a_history_holds_the_first_capture_and_the_newest_hundred() -> None:
    document = merged(*(assessment(number) for number in range(150)))
    assert [seen.time for seen in document.history] == [hour(0), *map(hour, range(50, 150))]


def test_a_price_written_with_more_digits_is_the_same_version_in_any_order() -> None:
    told = [
        assessed(replace(assessment().listing, price=Money(amount=Decimal(text), currency="USD")))
        for text in ("5", "5.00")
    ]
    assert merged(*told) == merged(*reversed(told))
    assert len({seen.version for seen in merged(*told).history}) == 1


def test_a_review_before_its_listing_makes_a_hidden_stub() -> None:
    stub = merged(review())
    assert stub.hidden
    assert stub.review is None
    shown = merge(stub, assessment())
    assert shown.review == review()


def test_changed_text_opens_a_reviewed_listing_again() -> None:
    document = merged(assessment(1), review())
    assert document.review is not None
    assert merge(document, assessment(2, title="Lot B")).review is None


def test_a_review_taken_back_does_not_count() -> None:
    document = merged(assessment(), review(1), review(2, Decision.UNDO, time=1, undoes="r1"))
    assert document.review is None


def test_two_reviews_of_one_id_leave_the_same_one() -> None:
    one, other = review(reason="first"), review(reason="second")
    assert merged(one, other) == merged(other, one)


def test_reviews_stand_in_the_order_of_their_times() -> None:
    document = merged(review(1, time=5), review(2, time=3), review(3, time=3))
    assert [found.id for found in document.reviews] == ["r2", "r3", "r1"]


@pytest.mark.parametrize("records", [(assessment(), review(), sighting(3)), ()])
def test_an_erasure_leaves_nothing_but_itself(records: tuple[Mergeable, ...]) -> None:
    erased = merged(*records, erasure())
    assert erased == Document(id=ID, erased=erasure())
    assert reduce(merge, records, erased) is erased


def test_the_earliest_of_several_erasures_stays() -> None:
    assert merged(erasure(1, time=2), erasure(2, time=1)).erased == erasure(2, time=1)
