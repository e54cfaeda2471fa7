"""From scores to verdict."""

from datetime import UTC, datetime

import msgspec
import pytest

from pipeline.policy import Policy, verdicts
from pipeline.records import Classification, Import, Listing
from pipeline.taxonomy import Act, Category, Track, Verdict

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLICY = Policy(flag_at=0.8, review_at=0.2)


def listing(title: str = "a plain offer of some ordinary thing", path: tuple[str, ...] = ()) -> Listing:
    origin = Import(time=NOON, file="f", line=1, mapping="m", activation=1)
    return Listing(market="m", key="1", title=title, category_path=path, provenance=origin)


def classification(score: float, act: Act = Act.OFFER, scores: dict[str, float] | None = None) -> Classification:
    named = {Category[name]: value for name, value in (scores or {}).items()}
    return Classification(score=score, category=Category.OTHER, model="m", activation=1, act=act, scores=named)


@pytest.mark.parametrize(
    ("score", "verdict"),
    [(0.0, "clear"), (0.199, "clear"), (0.2, "review"), (0.799, "review"), (0.8, "flagged"), (1.0, "flagged")],
)
def test_a_threshold_belongs_to_the_verdict_above_it(score: float, verdict: str) -> None:
    assert verdicts(listing(), classification(score), POLICY) == {Track.OFFERS: Verdict(verdict)}


def test_a_request_is_no_offer() -> None:
    assert verdicts(listing(), classification(0.9, Act.REQUEST), POLICY) == {
        Track.OFFERS: Verdict.CLEAR,
        Track.REQUESTS: Verdict.FLAGGED,
    }


@pytest.mark.parametrize(
    ("category", "track"), [("DIGITAL", Track.DIGITAL), ("EXPLOSIVE", Track.EXPLOSIVES), ("SERVICE", Track.SERVICES)]
)
def test_what_is_outside_the_article_waits_on_a_track_of_its_own(category: str, track: Track) -> None:
    assert verdicts(listing(), classification(0.0, scores={category: 0.7}), POLICY) == {
        Track.OFFERS: Verdict.CLEAR,
        track: Verdict.REVIEW,
    }


def test_blank_firing_and_deactivated_weapons_count_together_as_convertible() -> None:
    found = verdicts(listing(), classification(0.0, scores={"BLANK": 0.3, "DEACTIVATED": 0.3}), POLICY)
    assert found[Track.CONVERTIBLE] is Verdict.REVIEW


def test_a_text_too_thin_to_tell_waits_where_its_section_sells_arms() -> None:
    thin = verdicts(listing("Custom for K.", ("Weapons", "Lethal firearms")), classification(0.0), POLICY)
    assert thin[Track.THIN] is Verdict.REVIEW
    assert Track.THIN not in verdicts(listing("Custom for K.", ("Drugs",)), classification(0.0), POLICY)


def test_another_threshold_is_another_policy() -> None:
    assert POLICY.digest != Policy(flag_at=0.8, review_at=0.3).digest


def test_a_text_that_asks_for_something_in_scope_waits_among_the_requests() -> None:
    wanted = msgspec.structs.replace(classification(0.01, Act.REQUEST), flags=("wanted",))
    assert verdicts(listing(), wanted, POLICY) == {Track.OFFERS: Verdict.CLEAR, Track.REQUESTS: Verdict.REVIEW}
