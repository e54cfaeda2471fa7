"""From examples to a model: two linear models joined on scores of vendors they had not seen, a category and an act model."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from classifier.calibrate import Join, Thresholds, Truth, calibrated, joined, probability, threshold
from classifier.examples import Source
from classifier.lesson import Lesson, folds
from classifier.linear import Floats, Weights
from classifier.matrix import Rows
from classifier.stack import ACT, CATEGORY, WITHIN, Model, output
from pipeline.taxonomy import IN_SCOPE, Act, Category

NAME = "linear-1"
ASIDE_IN, ASIDE_OUT = 0.05, 0.3
"""Weights of an example that is no dark-web listing, in scope and out: real vendors count most, counter-examples more than adverts."""
FOREIGN = 0.02
"""Weight of a generated advert where models are joined: so that one which knows English markets alone is not believed alone."""
STRENGTH = 10.0
"""Inverse of the regularisation (scikit-learn's C)."""
KINDS_STRENGTH = 2.0
OPEN_WEB, PARTS = 0.2, 1.5
"""Weights of open-web adverts and of parts where the categories in scope are told from each other."""
KINDS_OTHERS = 6_000
"""Dark-web listings of category OTHER that the category model sees; it only shares out what the score leaves."""
REVIEW_RATE, FLAG_RATE = 0.01, 0.001
"""False alarms per listing out of scope that the thresholds allow, on dark-web listings of unseen vendors."""
DARKWEB, ALL = "darkweb", "all"
INPUTS = (DARKWEB, ALL)


@dataclass(frozen=True, kw_only=True)
class Fit:
    """One linear model: a row of coefficients and an intercept per output."""

    coefficients: Floats
    intercepts: Floats
    names: tuple[str, ...] = ("",)


def train(taught: Lesson, rows: Rows, seed: int) -> Model:
    """The model that the rows teach."""
    tested = np.intersect1d(taught.tested, rows)
    columns = out_of_fold(taught, rows, tested, folds(taught.examples, tested, seed))
    join, thresholds = settled(taught, tested, columns)
    known = taught.corpus.vocabulary(rows)
    fits = _fits(taught, rows, taught.corpus.vectors(rows, known))
    names = taught.corpus.grams
    return Model(
        name=NAME,
        weights=Weights(
            grams=tuple(names[column] for column in known.columns),
            idf=known.idf,
            coefficients=np.vstack([fit.coefficients for fit in fits.values()]).T.astype(np.float16),
            intercepts=np.concatenate([fit.intercepts for fit in fits.values()]),
            outputs=tuple(output(kind, name) for kind, fit in fits.items() for name in fit.names),
        ),
        join=join,
        thresholds=thresholds,
        categories=tuple(map(Category, fits[CATEGORY].names)),
        within=tuple(map(Category, fits[WITHIN].names)),
        acts=tuple(map(Act, fits[ACT].names)),
    )


def _fits(taught: Lesson, rows: Rows, vectors: csr_matrix) -> dict[str, Fit]:
    courses = zip(INPUTS, _courses(taught, rows), strict=True)
    truth = taught.truth[rows]
    joined_models = {name: _two_sided(vectors[kept], truth[kept], weights) for name, (kept, weights) in courses}
    return joined_models | {
        CATEGORY: _many_sided(vectors, *_categories(taught, rows)),
        WITHIN: _many_sided(vectors, *_within(taught, rows)),
        ACT: _many_sided(vectors, *_acts(taught, rows)),
    }


def settled(taught: Lesson, tested: Rows, columns: Floats) -> tuple[Join, Thresholds]:
    """How the columns are joined, calibrated and cut, by the rows they were not trained on."""
    truth, posted = taught.truth[tested], np.isin(tested, taught.listings)
    join = joined(INPUTS, columns, truth, np.where(posted, 1.0, FOREIGN))
    join = calibrated(join, columns[posted], truth[posted])
    scores = probability(join.logits(columns[posted]))
    cuts = [threshold(scores, truth[posted], rate) for rate in (REVIEW_RATE, FLAG_RATE)]
    return join, Thresholds(review_at=cuts[0], flag_at=cuts[1])


def out_of_fold(taught: Lesson, rows: Rows, tested: Rows, fold: Rows) -> Floats:
    """A column per joined model: each tested row's score by models trained on the other folds' rows."""
    columns = np.zeros((len(tested), len(INPUTS)))
    for number in np.unique(fold):
        held = tested[fold == number]
        rest = np.intersect1d(rows, taught.without(held))
        known = taught.corpus.vocabulary(rest)
        vectors, unseen = taught.corpus.vectors(rest, known), taught.corpus.vectors(held, known)
        for column, (chosen, shares) in enumerate(_courses(taught, rest)):
            fit = _two_sided(vectors[chosen], taught.truth[rest[chosen]], shares)
            columns[fold == number, column] = unseen @ fit.coefficients[0] + fit.intercepts[0]
    return columns


def _courses(taught: Lesson, rows: Rows) -> list[tuple[Rows, Floats]]:
    """Which of the rows each joined model learns from, and their weights: the dark-web listings alone, and everything."""
    posted = np.isin(rows, taught.listings)
    everything = np.arange(len(rows))
    aside = np.where(taught.truth[rows], ASIDE_IN, ASIDE_OUT)
    return [(everything[posted], np.ones(posted.sum())), (everything, np.where(posted, 1.0, aside))]


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
    """What the text does, by the generated adverts and the open web: nobody has labelled the acts of dark-web listings."""
    posted = np.isin(rows, taught.listings)
    kept = np.union1d(np.flatnonzero(~posted), np.flatnonzero(posted)[::4])
    return kept, np.array([taught.examples[row].act.value for row in rows[kept]]), np.ones(len(kept))


def _names(taught: Lesson, rows: Rows) -> NDArray[np.str_]:
    return np.array([taught.examples[row].category.value for row in rows])


def _many_sided(vectors: csr_matrix, kept: Rows, names: NDArray[np.str_], weights: Floats) -> Fit:
    model = LogisticRegression(C=KINDS_STRENGTH, solver="lbfgs", max_iter=60, tol=1e-3)
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):  # the last digits decide nothing here
        model.fit(vectors[kept], names, sample_weight=weights)
    return Fit(coefficients=model.coef_, intercepts=model.intercept_, names=tuple(map(str, model.classes_)))
