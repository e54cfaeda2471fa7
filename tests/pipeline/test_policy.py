"""From scores to verdict, track by track."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.policy import NEVER, UNFINISHED, USUAL, Cut, Policy, in_force, verdicts
from pipeline.policy.budget import LEAST, Cuts, Line, derived, reached
from pipeline.policy.force import unfit
from pipeline.records import Classification, Context, Import, Listing, Sign
from pipeline.settings import Assess, Counts, Settings
from pipeline.taxonomy import Act, Category, Subtype, Track, Verdict

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OFFERS = Cut(review_at=0.2, flag_at=0.8)
POLICY = Policy(cuts={Track.OFFERS: OFFERS})
CLEAR, REVIEW, FLAGGED = Verdict.CLEAR, Verdict.REVIEW, Verdict.FLAGGED


def listing(title: str = "a plain offer of some ordinary thing", path: tuple[str, ...] = ()) -> Listing:
    origin = Import(time=NOON, file="f", line=1, mapping="m", activation=1)
    return Listing(market="m", key="1", title=title, category_path=path, vendor="v", provenance=origin)


def classification(score: float, act: Act = Act.OFFER, **more: object) -> Classification:
    told: dict[str, object] = {"category": Category.OTHER, "model": "m", "activation": 1}
    return Classification(score=score, act=act, **(told | more))  # type: ignore[arg-type]  # a test's own words


def scored(score: float, **scores: float) -> Classification:
    return classification(score, scores={Category[name]: value for name, value in scores.items()})


def counting(**national: bool) -> Policy:
    return Policy(cuts={Track.OFFERS: OFFERS}, counts=Counts(**national))


@pytest.mark.parametrize(
    ("score", "verdict"),
    [(0.0, "clear"), (0.199, "clear"), (0.2, "review"), (0.799, "review"), (0.8, "flagged"), (1.0, "flagged")],
)
def test_a_threshold_belongs_to_the_verdict_above_it(score: float, verdict: str) -> None:
    assert verdicts(listing(), classification(score), POLICY) == {Track.OFFERS: Verdict(verdict)}


def test_a_request_is_no_offer() -> None:
    assert verdicts(listing(), classification(0.9, Act.REQUEST), POLICY) == {
        Track.OFFERS: CLEAR,
        Track.REQUESTS: FLAGGED,
    }


@pytest.mark.parametrize(("wanted", "verdict"), [(0.1, None), (0.2, REVIEW), (0.8, FLAGGED)])
def test_a_text_that_asks_for_something_in_scope_waits_among_the_requests(
    wanted: float, verdict: Verdict | None
) -> None:
    found = verdicts(listing(), classification(0.01, Act.REQUEST, wanted=wanted), POLICY)
    assert (found[Track.OFFERS], found.get(Track.REQUESTS)) == (CLEAR, verdict)


@pytest.mark.parametrize(
    ("category", "track"), [("DIGITAL", Track.DIGITAL), ("EXPLOSIVE", Track.EXPLOSIVES), ("SERVICE", Track.SERVICES)]
)
def test_what_is_outside_the_article_waits_on_a_track_of_its_own(category: str, track: Track) -> None:
    assert verdicts(listing(), scored(0.0, **{category: 0.7}), POLICY) == {Track.OFFERS: CLEAR, track: REVIEW}


def test_blank_firing_and_deactivated_weapons_count_together_as_convertible() -> None:
    assert verdicts(listing(), scored(0.0, BLANK=0.3, DEACTIVATED=0.3), POLICY)[Track.CONVERTIBLE] is REVIEW


def test_each_track_is_cut_where_its_own_thresholds_are() -> None:
    explosives = Policy(
        cuts={Track.OFFERS: OFFERS, Track.EXPLOSIVES: Cut(review_at=0.1, flag_at=0.3)},
        categories={Category.AMMUNITION: Cut(review_at=0.05, flag_at=0.95)},
    )
    assert verdicts(listing(), scored(0.9, EXPLOSIVE=0.3, FIREARM=0.9), explosives) == {
        Track.OFFERS: FLAGGED,
        Track.EXPLOSIVES: FLAGGED,
    }
    assert verdicts(listing(), scored(0.9, AMMUNITION=0.9), explosives) == {Track.OFFERS: REVIEW}
    assert verdicts(listing(), scored(0.06, AMMUNITION=0.05, FIREARM=0.01), explosives) == {Track.OFFERS: REVIEW}


THIN = listing("Custom for K.")


def test_a_text_too_thin_to_tell_waits_where_its_section_sells_arms() -> None:
    thin = verdicts(listing("Custom for K.", ("Weapons", "Lethal firearms")), classification(0.0), POLICY)
    assert thin[Track.THIN] is REVIEW
    assert Track.THIN not in verdicts(listing("Custom for K.", ("Drugs",)), classification(0.0), POLICY)


@pytest.mark.parametrize(("hits", "others", "waits"), [(0, 9, False), (1, 9, True), (1, 1, True), (1, 500, False)])
def test_a_text_too_thin_to_tell_waits_where_its_vendor_had_hits(hits: int, others: int, *, waits: bool) -> None:
    context = Context(vendor_listings=others, vendor_flagged=hits)
    assert (Track.THIN in verdicts(THIN, classification(0.0), POLICY, context)) is waits


def test_a_short_text_that_told_enough_waits_only_as_an_offer() -> None:
    hit = Context(vendor_listings=2, vendor_flagged=2)
    assert verdicts(listing("Glock 17"), classification(0.9), POLICY, hit) == {Track.OFFERS: FLAGGED}


def test_a_text_that_tells_is_not_thin_whoever_posts_it() -> None:
    hit = Context(vendor_listings=2, vendor_flagged=2)
    assert verdicts(listing(), classification(0.0), POLICY, hit) == {Track.OFFERS: CLEAR}


@pytest.mark.parametrize(
    ("toggle", "said"),
    [
        ("magazines", classification(0.9, subtype=Subtype.MAGAZINE)),
        ("blank_cartridges", classification(0.9, subtype=Subtype.BLANK_CARTRIDGE)),
        ("unfinished_frames", classification(0.9, subtype=Subtype.FRAME, flags=(UNFINISHED,))),
        ("antiques", scored(0.1, ANTIQUE=0.8)),
        ("deactivated", scored(0.1, DEACTIVATED=0.8)),
    ],
)
def test_what_national_law_sees_otherwise_counts_as_the_settings_say(toggle: str, said: Classification) -> None:
    with_it, without = counting(**{toggle: True}), counting(**{toggle: False})
    assert verdicts(listing(), said, with_it)[Track.OFFERS] is FLAGGED
    assert verdicts(listing(), said, without)[Track.OFFERS] is CLEAR
    assert with_it.digest != without.digest


def test_an_unfinished_frame_needs_no_flag_where_the_taxonomy_has_a_code_for_it() -> None:
    for subtype in (each for each in Subtype if each == "PC.UNF"):
        frame = classification(0.9, subtype=subtype)
        assert verdicts(listing(), frame, counting(unfinished_frames=False))[Track.OFFERS] is CLEAR
        assert verdicts(listing(), frame, counting())[Track.OFFERS] is FLAGGED


def test_a_finished_frame_counts_whatever_is_said_of_unfinished_ones() -> None:
    frame = classification(0.9, subtype=Subtype.FRAME)
    assert verdicts(listing(), frame, counting(unfinished_frames=False))[Track.OFFERS] is FLAGGED


@pytest.mark.parametrize(
    ("category", "act", "track"),
    [
        (Category.SERVICE, Act.OFFER, Track.SERVICES),
        (Category.OTHER, Act.OFFER, Track.SERVICES),
        (Category.EXPLOSIVE, Act.OFFER, Track.EXPLOSIVES),
        (Category.FIREARM, Act.OFFER, Track.OFFERS),
        (Category.FIREARM, Act.REQUEST, Track.REQUESTS),
    ],
)
def test_a_threat_to_life_is_flagged_outside_every_budget(category: Category, act: Act, track: Track) -> None:
    closed = Policy(cuts=dict.fromkeys(Track, Cut(review_at=NEVER, flag_at=NEVER)), counts=Counts(magazines=False))
    sign = Sign(id="TI-HRM", field="title", start=0, end=4)
    said = classification(0.0, act, category=category, signs=(sign,))
    assert verdicts(listing(), said, closed)[track] is FLAGGED
    harmless = msgspec.structs.replace(said, signs=(Sign(id="TI-STL", field="title", start=0, end=4),))
    assert verdicts(listing(), harmless, closed) == {Track.OFFERS: CLEAR}


def test_another_threshold_is_another_policy() -> None:
    assert POLICY.digest != Policy(cuts={Track.OFFERS: Cut(review_at=0.3, flag_at=0.8)}).digest


def test_a_policy_is_read_back_from_its_text() -> None:
    whole = in_force(Settings(), {Track.OFFERS: OFFERS}, None)
    assert set(whole.cuts) == {Track.OFFERS, *USUAL}
    assert Policy.of(whole.text) == whole
    assert Policy.of(whole.text).digest == whole.digest


def test_the_settings_overrule_the_budget_and_the_budget_the_model() -> None:
    adopted = Cuts(
        model="m",
        budget={"offers": 0.01},
        listings=1000,
        tracks={Track.OFFERS: Cut(review_at=0.4, flag_at=0.9)},
        categories={Category.PARTS: Cut(review_at=0.1, flag_at=0.9)},
    )
    found = in_force(Settings(assess=Assess(flag_at=0.7)), {Track.OFFERS: OFFERS}, adopted)
    assert found.cuts[Track.OFFERS] == Cut(review_at=0.4, flag_at=0.7)
    assert found.categories == {Category.PARTS: Cut(review_at=0.1, flag_at=0.7)}


def test_a_budget_that_was_not_made_into_thresholds_is_told() -> None:
    settings = Settings(assess=Assess(budget=0.01))
    made = Cuts(model="m", budget={"offers": 0.01}, listings=1000, tracks={})
    assert unfit(settings, made, "m") == ""
    assert unfit(Settings(), None, "m") == ""
    assert "headstamp policy budget --adopt" in unfit(settings, None, "m")
    assert "another model" in unfit(settings, made, "other")
    assert "0.02" in unfit(Settings(assess=Assess(budget=0.02)), made, "m")


@given(st.lists(st.floats(0, 1), max_size=60), st.integers(1, 30))
def test_a_cut_lets_through_what_people_can_read_and_parts_no_equals(scores: list[float], most: int) -> None:
    cut = reached(scores, most)
    through = [score for score in scores if score >= cut]
    only_the_top = bool(scores) and set(through) == {max(scores)}
    assert len(through) <= most or only_the_top
    below = [score for score in scores if LEAST <= score < cut]
    assert not below or len(through) + below.count(max(below)) > most


def test_a_budget_leaves_flagging_as_the_model_advises_it_unless_that_were_too_much() -> None:
    scores: list[dict[Line, float]] = [
        {Track.OFFERS: number / 1000, Category.FIREARM: number / 1000} for number in range(1000)
    ]
    advised: dict[Line, Cut] = {
        Track.OFFERS: Cut(review_at=0.1, flag_at=0.985),
        Category.FIREARM: Cut(review_at=0.1, flag_at=0.985),
    }
    wide = derived("m", {Track.OFFERS: 0.1}, scores, advised)
    assert wide.tracks[Track.OFFERS] == Cut(review_at=0.9, flag_at=0.985)
    narrow = derived("m", {Track.OFFERS: 0.01, Category.FIREARM: 0.005}, scores, advised)
    assert narrow.tracks[Track.OFFERS] == Cut(review_at=0.99, flag_at=0.99)
    assert narrow.categories[Category.FIREARM] == Cut(review_at=0.995, flag_at=0.995)
    assert narrow == derived("m", {Track.OFFERS: 0.01, Category.FIREARM: 0.005}, scores[::-1], advised)
