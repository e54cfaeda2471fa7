"""Scoring with numpy alone says what scikit-learn says."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize

from classifier import linear
from classifier.features import grams, view
from classifier.linear import Linear
from classifier.model import Model
from classifier.training.lesson import Lesson


def test_scores_are_those_of_scikit_learn(lesson: Lesson, model: Model) -> None:
    rows = lesson.rows[:400]
    known = lesson.corpus.vocabulary(lesson.rows)
    regression = LogisticRegression()
    regression.classes_ = np.arange(len(model.weights.outputs))
    regression.coef_ = model.weights.coefficients.T.astype(np.float64)
    regression.intercept_ = model.weights.intercepts
    expected = regression.decision_function(lesson.corpus.vectors(rows, known))
    views = [view(lesson.examples[row].title, lesson.examples[row].description) for row in rows]
    assert np.abs(Linear(model.weights).scores(views) - expected).max() <= 1e-6


def test_vectors_of_titles_point_where_those_of_scikit_learn_point(lesson: Lesson) -> None:
    rows = lesson.rows
    known = lesson.corpus.vocabulary(rows)
    names = lesson.corpus.grams
    vectorizer = TfidfVectorizer(
        analyzer=lambda row: _counted(lesson, row), norm=None, vocabulary=[names[column] for column in known.columns]
    )
    expected, ours = normalize(vectorizer.fit_transform(rows)), normalize(lesson.corpus.vectors(rows, known))
    bare = [row for row in rows if not lesson.examples[row].description]
    assert len(bare) > 500
    assert abs(ours[bare] - expected[bare]).max() <= 1e-6


def test_an_n_gram_of_fewer_than_three_vendors_is_dropped(lesson: Lesson) -> None:
    known = lesson.corpus.vocabulary(lesson.rows)
    names = lesson.corpus.grams
    kept = {names[column] for column in known.columns}
    for gram in ("=glock", " gloc"):
        assert gram in kept
    few = lesson.rows[:2]
    assert len(lesson.corpus.vocabulary(few).columns) == 0


def test_forgetting_words_changes_no_score(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [view(f"Glock {number} word{number}", "") for number in range(40)]
    expected = Linear(model.weights).scores(texts)
    monkeypatch.setattr(linear, "CACHED", 5)
    assert np.array_equal(Linear(model.weights).scores(texts), expected)


def test_scoring_loads_neither_scipy_nor_scikit_learn() -> None:
    code = "import sys, classifier.store; sys.exit(str({'scipy', 'sklearn'} & set(sys.modules) or ''))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


def _counted(lesson: Lesson, row: int) -> list[str]:
    parts = view(lesson.examples[row].title, lesson.examples[row].description)[:2]
    pairs = [pair for part in parts for pair in part.pairs]
    return [*pairs, *(gram for part in parts for word in part.words for gram in grams(word))]
