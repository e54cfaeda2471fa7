"""Fits the linear models: three for the score, and one each for category, category in scope, act and goods."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from classifier.calibrate import Truth
from classifier.heads import ACT, CATEGORY, GOODS, SUBTYPE
from classifier.linear import Floats, Weights
from classifier.model import SCORES, WITHIN, output
from classifier.training.lesson import Lesson
from classifier.training.matrix import Rows, Vocabulary
from classifier.truth.examples import Source
from pipeline.taxonomy import IN_SCOPE, Category, Goods, Subtype

ASIDE_IN, ASIDE_OUT = 0.05, 0.3
"""Weights of an example that is no dark-web listing, in scope and out: real vendors count most, counter-examples more than adverts."""
STRENGTH = 10.0
"""Inverse of the regularisation (scikit-learn's C)."""
KINDS_STRENGTH = 2.0
OPEN_WEB, PARTS = 0.2, 1.5
"""Weights of open-web adverts and of parts where the categories in scope are told from each other."""
KINDS_OTHERS = 6_000
"""Dark-web listings of category OTHER that the category model sees; it only shares out what the score leaves."""

RECIPE = 3
"""Raised when the linear models are fitted otherwise, so that none of an earlier way is taken for one of this."""
TYPED = IN_SCOPE | {Category.DIGITAL}
"""Categories whose subtypes are told."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """One linear model: a row of coefficients and an intercept per output."""

    coefficients: Floats
    intercepts: Floats
    names: tuple[str, ...] = ("",)


@dataclass(frozen=True, kw_only=True)
class Fits:
    """All linear models that some rows teach."""

    known: Vocabulary
    models: dict[str, Fit]

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the outputs, in their order."""
        return tuple(output(kind, name) for kind, fit in self.models.items() for name in fit.names)

    def scores(self, taught: Lesson, rows: Rows) -> Floats:
        """The outputs for some rows of the lesson."""
        vectors = taught.corpus.vectors(rows, self.known)
        columns = np.vstack([fit.coefficients for fit in self.models.values()]).T
        found: Floats = vectors @ columns + np.concatenate([fit.intercepts for fit in self.models.values()])
        return found

    def weights(self, taught: Lesson) -> Weights:
        """The models as they ship."""
        names = taught.corpus.grams
        return Weights(
            grams=tuple(names[column] for column in self.known.columns),
            idf=self.known.idf,
            coefficients=np.vstack([fit.coefficients for fit in self.models.values()]).T.astype(np.float16),
            intercepts=np.concatenate([fit.intercepts for fit in self.models.values()]),
            outputs=self.outputs,
        )


def fitted(taught: Lesson, rows: Rows, *, score_alone: bool = False) -> Fits:
    """The linear models that the rows teach; `score_alone` makes those of the score and no other."""
    known = taught.corpus.vocabulary(rows)
    vectors, truth = taught.corpus.vectors(rows, known), taught.truth[rows]
    courses = zip(SCORES, _courses(taught, rows), strict=True)
    models = {name: _two_sided(vectors[kept], truth[kept], weights) for name, (kept, weights) in courses}
    kinds = {} if score_alone else KINDS
    return Fits(
        known=known, models=models | {kind: _many_sided(vectors, *of(taught, rows)) for kind, of in kinds.items()}
    )


def _courses(taught: Lesson, rows: Rows) -> list[tuple[Rows, Floats]]:
    """Which of the rows each joined model learns from, and their weights.

    One knows the dark-web listings alone; one everything, real listings most; one everything alike, for markets and languages unlike the known ones.
    """
    posted = np.isin(rows, taught.listings)
    aside = np.where(taught.truth[rows], ASIDE_IN, ASIDE_OUT)
    everything = np.arange(len(rows))
    return [
        (np.flatnonzero(posted), np.ones(posted.sum())),
        (everything, np.where(posted, 1.0, aside)),
        (everything, np.ones(len(rows))),
    ]


def _two_sided(vectors: csr_matrix, truth: Truth, shares: Floats) -> Fit:
    """A logistic regression in which both sides weigh the same."""
    inside = shares[truth].sum() / shares.sum()
    balanced = shares / np.where(truth, 2 * inside, 2 * (1 - inside))
    model = LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=200, random_state=0)
    model.fit(vectors, truth, sample_weight=balanced)
    return Fit(coefficients=model.coef_, intercepts=model.intercept_)


def _categories(taught: Lesson, rows: Rows) -> tuple[Rows, NDArray[np.str_], Floats]:
    """What is offered. It only shares out what the score leaves, so that most of the plain OTH listings can stay out."""
    posted, names = np.isin(rows, taught.listings), _names(taught, rows)
    plain = np.flatnonzero(posted & (names == Category.OTHER))
    kept = np.union1d(np.flatnonzero(~posted | (names != Category.OTHER)), plain[:: max(1, len(plain) // KINDS_OTHERS)])
    return kept, names[kept], np.ones(len(kept))


def _within(taught: Lesson, rows: Rows) -> tuple[Rows, NDArray[np.str_], Floats]:
    """Which category in scope it is: shops of the open web sell few parts and describe firearms at length."""
    names = _names(taught, rows)
    kept = np.flatnonzero(np.isin(names, sorted(IN_SCOPE)))
    open_web = np.array([taught.examples[row].source is Source.SURFACE for row in rows[kept]])
    weights = np.where(open_web, OPEN_WEB, 1.0) * np.where(names[kept] == Category.PARTS, PARTS, 1.0)
    return kept, names[kept], weights


def _acts(taught: Lesson, rows: Rows) -> tuple[Rows, NDArray[np.str_], Floats]:
    """What the text does: by generated adverts and the open web, and a quarter of the dark-web listings."""
    posted = np.isin(rows, taught.listings)
    kept = np.union1d(np.flatnonzero(~posted), np.flatnonzero(posted)[::4])
    return kept, np.array([taught.examples[row].act.value for row in rows[kept]]), np.ones(len(kept))


def _goods(taught: Lesson, rows: Rows) -> tuple[Rows, NDArray[np.str_], Floats]:
    """What is offered where it is no arms, by the markets' own category paths and by generated adverts."""
    names = np.array([taught.examples[row].goods.value for row in rows])
    kept = np.flatnonzero(names != Goods.UNKNOWN)[::2]
    return kept, names[kept], np.ones(len(kept))


def _subtypes(taught: Lesson, rows: Rows) -> tuple[Rows, NDArray[np.str_], Floats]:
    """What is offered more closely, of what is in scope or sold as a file; the open web's many alike count little."""
    examples = [taught.examples[row] for row in rows]
    names = np.array([each.subtype.value for each in examples])
    typed = [each.subtype is not Subtype.UNKNOWN and each.category in TYPED for each in examples]
    kept = np.flatnonzero(typed)
    open_web = np.array([examples[place].source is Source.SURFACE for place in kept])
    return kept, names[kept], np.where(open_web, OPEN_WEB, 1.0)


def _names(taught: Lesson, rows: Rows) -> NDArray[np.str_]:
    return np.array([taught.examples[row].category.value for row in rows])


KINDS = {CATEGORY: _categories, WITHIN: _within, ACT: _acts, GOODS: _goods, SUBTYPE: _subtypes}
"""What each linear model beside those of the score learns from."""


def _many_sided(vectors: csr_matrix, kept: Rows, names: NDArray[np.str_], weights: Floats) -> Fit:
    found = sorted(set(names))
    if len(found) < 2:  # noqa: PLR2004  # nothing to tell apart
        return Fit(coefficients=np.zeros((0, vectors.shape[1])), intercepts=np.zeros(0), names=())
    model = LogisticRegression(C=KINDS_STRENGTH, solver="lbfgs", max_iter=60, tol=1e-3)
    rows = vectors[kept]
    used = np.flatnonzero(rows.getnnz(axis=0))  # an n-gram that no row has gets no weight
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):  # the last digits decide nothing here
        model.fit(rows[:, used], names, sample_weight=weights)
    coefficients, intercepts = np.zeros((len(model.coef_), vectors.shape[1])), model.intercept_
    coefficients[:, used] = model.coef_
    if len(found) == 2:  # noqa: PLR2004  # scikit-learn gives two sides one row
        coefficients, intercepts = np.vstack([-coefficients, coefficients]) / 2, np.append(-intercepts, intercepts) / 2
    return Fit(coefficients=coefficients, intercepts=intercepts, names=tuple(map(str, model.classes_)))
