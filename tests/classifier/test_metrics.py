"""Figures are what they say they are."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from classifier.calibrate import calibrated, joined, probability, shared_out, softmax, threshold
from classifier.metrics import Marked, average_precision, figures


@pytest.fixture
def marked() -> Marked:
    rng = np.random.default_rng(3)
    truth = rng.random(600) < 0.1
    scores = np.clip(truth * np.float64(0.5) + rng.random(600) * 0.6, 0, 1).round(2).astype(np.float64)
    return Marked(
        scores=scores,
        flagged=scores >= 0.7,
        truth=truth,
        vendors=np.array([f"v{number % 50}" for number in range(600)]),
        markets=np.array(["a", "b"] * 300),
    )


def test_the_area_is_that_of_scikit_learn_ties_included(marked: Marked) -> None:
    assert average_precision(marked.scores, marked.truth) == pytest.approx(
        average_precision_score(marked.truth, marked.scores), abs=1e-9
    )


def test_precision_and_recall_count_what_was_flagged(marked: Marked) -> None:
    found = figures(marked, seed=1)
    hits = (marked.flagged & marked.truth).sum()
    assert found.precision == pytest.approx(hits / marked.flagged.sum())
    assert found.recall == pytest.approx(hits / marked.truth.sum())
    assert found.f1 == pytest.approx(2 * hits / (marked.flagged.sum() + marked.truth.sum()))
    assert (found.listings, found.vendors, found.markets) == (600, 50, ("a", "b"))


def test_an_interval_holds_its_figure_and_repeats(marked: Marked) -> None:
    found = figures(marked, seed=1)
    assert found.pr_auc
    assert found.pr_auc_interval
    assert found.pr_auc_interval.low < found.pr_auc < found.pr_auc_interval.high
    assert found == figures(marked, seed=1)


def test_nothing_to_find_gives_no_figure(marked: Marked) -> None:
    none = Marked(
        scores=marked.scores[~marked.truth],
        flagged=marked.flagged[~marked.truth],
        truth=marked.truth[~marked.truth],
        vendors=marked.vendors[~marked.truth],
        markets=marked.markets[~marked.truth],
    )
    found = figures(none, seed=1)
    assert (found.pr_auc, found.recall, found.recall_at_rate) == (None, None, None)
    assert found.false_alarms == none.flagged.sum()


def test_a_threshold_keeps_its_budget_and_goes_as_low_as_it_can() -> None:
    scores, truth = np.linspace(0, 1, 1001), np.zeros(1001, dtype=bool)
    cut = threshold(scores, truth, 0.01)
    assert (scores >= cut).sum() == 10


def test_a_threshold_counts_equal_scores_together() -> None:
    scores = np.array([0.9] * 20 + [0.1] * 80)
    assert (scores >= threshold(scores, np.zeros(100, dtype=bool), 0.1)).sum() == 0


def test_the_join_is_a_logistic_regression() -> None:
    rng = np.random.default_rng(1)
    columns = rng.normal(size=(500, 2))
    truth = columns @ np.array([2.0, -1.0]) + rng.normal(size=500) > 1
    join = joined(("a", "b"), columns, truth, np.ones(500))
    expected = LogisticRegression(C=1e3).fit(columns, truth)
    assert join.coefficients == pytest.approx(tuple(expected.coef_[0]), rel=1e-2)
    assert join.intercept == pytest.approx(expected.intercept_[0], rel=1e-2)


def test_calibrated_probabilities_add_up_to_what_is_there() -> None:
    rng = np.random.default_rng(2)
    columns = rng.normal(size=(2000, 1))
    truth = rng.random(2000) < probability(3 * columns[:, 0] - 4)
    join = calibrated(joined(("a",), columns[:200], truth[:200], np.ones(200)), columns, truth)
    assert probability(join.logits(columns)).sum() == pytest.approx(truth.sum(), rel=0.01)


def test_shares_keep_to_the_score() -> None:
    shares = softmax(np.array([[1.0, 2.0, 0.0], [400.0, -400.0, 0.0]]))
    spread = shared_out(np.array([0.3, 0.9]), shares, np.array([True, True, False]))
    assert spread[:, :2].sum(axis=1) == pytest.approx([0.3, 0.9])
    assert spread.sum(axis=1) == pytest.approx([1, 1])
