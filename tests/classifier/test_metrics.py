"""Figures are what they say they are."""

import msgspec
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss

from classifier.calibrate import best_cut, calibrated, joined, probability, shared_out, softmax, threshold
from classifier.metrics.classes import on_track, protocol_class, protocol_class_given, told, track
from classifier.metrics.curve import average_precision, curve, precision_among, ranked, recall_at_rate, recall_within
from classifier.metrics.draws import components, wilson
from classifier.metrics.figures import counts, difference, figures
from classifier.metrics.judged import Judged
from classifier.metrics.measures import Measure, adjusted
from classifier.metrics.slices import languages, screen, slices
from pipeline.taxonomy import Act, Category, Track, Verdict


def row(number: int, *, in_scope: bool, score: float, **further: object) -> Judged:
    known: dict[str, object] = {
        "id": str(number),
        "source": "darkweb",
        "market": f"m{number % 2}",
        "vendor": f"v{number % 50}",
        "category": Category.FIREARM if in_scope else Category.OTHER,
        "act": Act.OFFER,
        "in_scope": in_scope,
        "scores": {"linear": score, "worse": 1 - score},
        "flagged": {"linear": score >= 0.7, "worse": score < 0.3},
    }
    return Judged(**(known | further))  # type: ignore[arg-type]


@pytest.fixture
def rows() -> list[Judged]:
    rng = np.random.default_rng(3)
    truth = rng.random(600) < 0.1
    scores = np.clip(truth * np.float64(0.5) + rng.random(600) * 0.6, 0, 1).round(2)
    return [row(number, in_scope=bool(truth[number]), score=float(scores[number])) for number in range(600)]


def columns(rows: list[Judged]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([each.scores["linear"] for each in rows]), np.array([each.in_scope for each in rows])


def test_the_area_is_that_of_scikit_learn_ties_included(rows: list[Judged]) -> None:
    scores, truth = columns(rows)
    assert average_precision(scores, truth) == pytest.approx(average_precision_score(truth, scores), abs=1e-9)


def test_a_listing_that_counts_twice_is_one_that_is_there_twice(rows: list[Judged]) -> None:
    scores, truth = columns(rows)
    weights = np.random.default_rng(1).integers(0, 3, len(rows))
    copied = np.repeat(np.arange(len(rows)), weights)
    weighed = curve(ranked(scores, truth), weights.astype(np.float64))
    copies = curve(ranked(scores[copied], truth[copied]), np.ones(len(copied)))
    assert recall_at_rate(weighed, 0.01) == pytest.approx(recall_at_rate(copies, 0.01))
    assert recall_within(weighed, 0.02) == pytest.approx(recall_within(copies, 0.02))
    assert precision_among(weighed, 20) == pytest.approx(precision_among(copies, 20))


def test_recall_at_a_rate_lets_no_more_alarms_through() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    truth = np.array([True, False, True, False, True])
    points = curve(ranked(scores, truth), np.ones(5))
    assert recall_at_rate(points, 0.0) == pytest.approx(1 / 3)
    assert recall_at_rate(points, 0.5) == pytest.approx(2 / 3)
    assert recall_at_rate(points, 1.0) == 1


def test_among_equal_scores_the_average_order_counts() -> None:
    points = curve(ranked(np.ones(10), np.arange(10) < 5), np.ones(10))
    assert precision_among(points, 2) == pytest.approx(0.5)


def test_precision_and_recall_count_what_was_flagged(rows: list[Judged]) -> None:
    found = figures(rows, "linear", seed=1)
    flagged, truth = np.array([each.flagged["linear"] for each in rows]), columns(rows)[1]
    hits = (flagged & truth).sum()
    assert found.value(Measure.PRECISION) == pytest.approx(hits / flagged.sum())
    assert found.value(Measure.RECALL) == pytest.approx(hits / truth.sum())
    assert found.value(Measure.F1) == pytest.approx(2 * hits / (flagged.sum() + truth.sum()))
    assert found.value(Measure.FALSE_ALARM_RATE) == pytest.approx((flagged & ~truth).sum() / (~truth).sum())
    assert found.value(Measure.ELUSION) == pytest.approx((truth & ~flagged).sum() / (~flagged).sum())
    assert (found.counts.listings, found.counts.vendors, found.counts.markets) == (600, 50, 2)
    assert found.missed == (truth & ~flagged).sum()


def test_f1_at_the_threshold_chosen_for_it_counts_its_own_flags_and_is_absent_without_them(rows: list[Judged]) -> None:
    truth = columns(rows)[1]
    chosen = [msgspec.structs.replace(each, best={"linear": each.scores["linear"] >= 0.6}) for each in rows]
    flagged = np.array([each.best["linear"] for each in chosen])
    expected = 2 * (flagged & truth).sum() / (flagged.sum() + truth.sum())
    assert figures(chosen, "linear", seed=1).value(Measure.BEST_F1) == pytest.approx(expected)
    assert Measure.BEST_F1 not in figures(rows, "linear", seed=1).measures
    assert Measure.BEST_F1 not in figures(chosen, "worse", seed=1).measures


def test_the_best_cut_has_the_best_f1_of_all(rows: list[Judged]) -> None:
    scores, truth = columns(rows)

    def f1(cut: float) -> float:
        return float(2 * ((scores >= cut) & truth).sum() / ((scores >= cut).sum() + truth.sum()))

    assert f1(best_cut(scores, truth)) == max(f1(cut) for cut in scores)
    assert best_cut(np.array([0.1, 0.4, 0.4, 0.9]), np.array([False, True, True, True])) == 0.4


def test_the_brier_score_is_that_of_scikit_learn(rows: list[Judged]) -> None:
    scores, truth = columns(rows)
    assert figures(rows, "linear", 1).value(Measure.BRIER) == pytest.approx(brier_score_loss(truth, scores))


def test_scores_that_are_the_truth_are_calibrated_and_overconfident_ones_are_not() -> None:
    true = [row(number, in_scope=number % 10 == 0, score=0.1) for number in range(900)]
    sure = [row(number, in_scope=number % 10 == 0, score=0.9) for number in range(900)]
    assert figures(true, "linear", 1).value(Measure.ECE) == pytest.approx(0, abs=1e-9)
    assert figures(sure, "linear", 1).value(Measure.ECE) == pytest.approx(0.8)


def test_every_interval_holds_its_figure_and_repeats(rows: list[Judged]) -> None:
    found = figures(rows, "linear", seed=1)
    assert all(each.low <= each.value <= each.high for each in found.measures.values())
    assert found == figures(rows, "linear", seed=1)
    assert found != figures(rows, "linear", seed=2)


def test_fewer_vendors_make_wider_intervals(rows: list[Judged]) -> None:
    few = [msgspec.structs.replace(each, vendor=f"v{number % 5}") for number, each in enumerate(rows)]
    wide, narrow = (figures(each, "linear", 1).measures[Measure.FALSE_ALARM_RATE] for each in (few, rows))
    assert counts(few).clusters == 5
    assert wide.value == narrow.value


def test_a_vendor_and_a_cluster_are_drawn_together_and_an_unnamed_row_alone() -> None:
    given = [("a", 1), ("a", 2), ("b", 2), ("c", -1), ("", -1), ("", -1), ("", 7), ("d", 7)]
    made = [
        row(number, in_scope=False, score=0, vendor=vendor, cluster=cluster)
        for number, (vendor, cluster) in enumerate(given)
    ]
    groups = components(made)
    assert groups[0] == groups[1] == groups[2]
    assert groups[6] == groups[7]
    assert len(set(groups)) == 5


def test_no_mistake_of_few_vendors_is_no_certainty() -> None:
    made = [row(number, in_scope=True, score=0.9, vendor=f"v{number % 4}") for number in range(40)]
    recall = figures(made, "linear", 1).measures[Measure.RECALL]
    assert recall == wilson(4, 4)
    assert recall.low < 0.6


def test_nothing_to_find_gives_no_figure(rows: list[Judged]) -> None:
    found = figures([each for each in rows if not each.in_scope], "linear", seed=1)
    assert not {Measure.PR_AUC, Measure.RECALL, Measure.F1, Measure.RECALL_AT_RATE} & set(found.measures)
    assert found.false_alarms == sum(each.flagged["linear"] for each in rows if not each.in_scope)


def test_a_pool_of_few_offers_fills_no_hundred_places(rows: list[Judged]) -> None:
    found = figures(rows, "linear", seed=1)
    assert Measure.P20 in found.measures
    assert Measure.P100 not in found.measures
    assert Measure.R_PRECISION in found.measures


@pytest.mark.parametrize(
    ("rate", "prevalence", "expected"), [(0.01, 0.0048, 0.32), (0.001, 0.0048, 0.82), (0.001, 0.002, 0.66)]
)
def test_precision_falls_with_prevalence_as_published(rate: float, prevalence: float, expected: float) -> None:
    """The table of literature.md 4.3."""
    assert adjusted(0.95, rate, prevalence) == pytest.approx(expected, abs=0.006)


def test_a_better_system_gains_in_nearly_every_draw(rows: list[Judged]) -> None:
    found = difference(rows, "worse", "linear", Measure.PR_AUC, seed=1)
    assert found
    assert found.gain.low > 0
    assert found.no_better == 0
    same = difference(rows, "linear", "linear", Measure.PR_AUC, seed=1)
    assert same
    assert (same.gain.low, same.gain.high, same.no_better) == (0, 0, 1)


def test_changed_rows_are_compared_with_themselves(rows: list[Judged]) -> None:
    silent = [msgspec.structs.replace(each, flagged={"linear": False}) for each in rows]
    found = difference(rows, "linear", "linear", Measure.RECALL, seed=1, others=silent)
    assert found
    assert found.gain.value == -(figures(rows, "linear", 1).value(Measure.RECALL) or 0)


def test_a_class_out_of_scope_or_not_flagged_is_other() -> None:
    made = [
        row(0, in_scope=True, score=0.9, category="FA", given_category="FA"),
        row(1, in_scope=True, score=0.9, category="AM", given_category="FA"),
        row(2, in_scope=True, score=0.1, category="AM", given_category="AM"),
        row(3, in_scope=False, score=0.9, category="REP", given_category="FA"),
        row(4, in_scope=False, score=0.1, category="OTH", given_category="OTH"),
    ]
    found = told(made, protocol_class, protocol_class_given("linear"), seed=1)
    by_name = {each.name: each for each in found.classes}
    assert by_name["AM"].given == {"FA": 1, "other": 1}
    assert by_name["FA"].recall == 1
    assert by_name["FA"].precision == pytest.approx(1 / 3)
    assert by_name["other"].alarms == 1
    assert found.macro_f1
    assert found.macro_f1.value == pytest.approx(np.mean([each.f1 for each in found.classes]))


@pytest.mark.parametrize(
    ("in_scope", "category", "act", "expected"),
    [
        (True, Category.FIREARM, Act.OFFER, Track.OFFERS),
        (False, Category.FIREARM, Act.REQUEST, Track.REQUESTS),
        (False, Category.BLANK, Act.OFFER, Track.CONVERTIBLE),
        (False, Category.DIGITAL, Act.OFFER, Track.DIGITAL),
        (False, Category.DIGITAL, Act.NEWS, ""),
        (False, Category.REPLICA, Act.OFFER, ""),
    ],
)
def test_an_example_asks_for_its_own_track(*, in_scope: bool, category: Category, act: Act, expected: str) -> None:
    made = row(0, in_scope=in_scope, score=0.5, category=category, act=act, verdicts={Track.DIGITAL: Verdict.REVIEW})
    assert track(made) == expected
    assert on_track(Track.DIGITAL)(made) == Track.DIGITAL
    assert on_track(Track.OFFERS)(made) == "other"


def test_slices_keep_sources_apart() -> None:
    made = [
        row(
            number,
            in_scope=False,
            score=0.9 if number < 2 else 0.1,
            slice="airsoft",
            source="slices" if number % 2 else "darkweb",
        )
        for number in range(10)
    ]
    found = slices([*made, row(99, in_scope=False, score=0.9)], "linear")
    assert [(each.name, each.source, each.outside, each.alarms["linear"]) for each in found] == [
        ("airsoft", "darkweb", 5, 1),
        ("airsoft", "slices", 5, 1),
    ]
    assert found[0].alarm_rate == wilson(1, 5)
    assert languages(made, "linear") == ()


def test_a_screen_loses_what_it_keeps_back_and_the_model_would_have_flagged() -> None:
    made = [
        row(number, in_scope=number < 4, score=0.9 if number < 3 else 0.1, screened=number > 1) for number in range(10)
    ]
    found = screen(made, "linear")
    assert found
    assert (found.passed, found.in_scope, found.lost) == (2, 4, 1)
    assert found.share == pytest.approx(0.2)
    assert screen([row(0, in_scope=True, score=1)], "linear") is None


def test_wilson_gives_the_bounds_of_the_notes() -> None:
    """95 % of 100 found: a lower bound of .888 (literature.md 4.4)."""
    found = wilson(95, 100)
    assert found
    assert found.low == pytest.approx(0.888, abs=1e-3)
    assert wilson(0, 0) is None


def test_a_threshold_keeps_its_budget_and_goes_as_low_as_it_can() -> None:
    scores, truth = np.linspace(0, 1, 1001), np.zeros(1001, dtype=bool)
    cut = threshold(scores, truth, 0.01)
    assert (scores >= cut).sum() == 10


def test_a_threshold_counts_equal_scores_together() -> None:
    scores = np.array([0.9] * 20 + [0.1] * 80)
    assert (scores >= threshold(scores, np.zeros(100, dtype=bool), 0.1)).sum() == 0


def test_the_join_is_a_logistic_regression() -> None:
    rng = np.random.default_rng(1)
    table = rng.normal(size=(500, 2))
    truth = table @ np.array([2.0, -1.0]) + rng.normal(size=500) > 1
    join = joined(("a", "b"), table, truth, np.ones(500))
    expected = LogisticRegression(C=1e3).fit(table, truth)
    assert join.coefficients == pytest.approx(tuple(expected.coef_[0]), rel=1e-2)
    assert join.intercept == pytest.approx(expected.intercept_[0], rel=1e-2)


def test_calibrated_probabilities_add_up_to_what_is_there() -> None:
    rng = np.random.default_rng(2)
    table = rng.normal(size=(2000, 1))
    truth = rng.random(2000) < probability(3 * table[:, 0] - 4)
    join = calibrated(joined(("a",), table[:200], truth[:200], np.ones(200)), table, truth)
    assert probability(join.logits(table)).sum() == pytest.approx(truth.sum(), rel=0.01)


def test_shares_keep_to_the_score() -> None:
    shares = softmax(np.array([[1.0, 2.0, 0.0], [400.0, -400.0, 0.0]]))
    spread = shared_out(np.array([0.3, 0.9]), shares, np.array([True, True, False]))
    assert spread[:, :2].sum(axis=1) == pytest.approx([0.3, 0.9])
    assert spread.sum(axis=1) == pytest.approx([1, 1])
