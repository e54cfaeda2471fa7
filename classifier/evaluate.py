"""How good the classifier is on vendors and on markets that it has not seen, and how much a random split would flatter it."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline, make_union

from classifier.calibrate import Truth, probability
from classifier.disguise import disguised
from classifier.examples import Example
from classifier.features import view
from classifier.lesson import Lesson, folds, lesson
from classifier.linear import Floats
from classifier.matrix import Rows
from classifier.metrics import Figures, Marked, figures
from classifier.stack import Stack
from classifier.train import out_of_fold, settled, train
from pipeline.taxonomy import IN_SCOPE

LEFT_OUT = (("agora",), ("evolution",), ("hydra_2014",), ("cypher", "whitehouse"), ("nexus_wethenorth",))
"""Markets held out together: Cypher and White House share vendors."""
Step = Callable[[str], None]


class MarketOut(msgspec.Struct, frozen=True, kw_only=True):
    """A market whose listings, shared titles and shared vendors' offers the model was trained without."""

    markets: tuple[str, ...]
    as_posted: Figures
    titles_only: Figures
    disguised: Figures
    """The same listings, titles respelt as vendors do to hide words."""
    categories: dict[str, dict[str, int]]
    """True category → category given, for listings in scope that were flagged."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything `headstamp evaluate` measures, all of it on real listings."""

    seed: int
    baseline_vendors_out: Figures
    """TF-IDF + logistic regression as scikit-learn has it, Agora's titles alone."""
    baseline_random: Figures
    vendors_out: Figures
    random: Figures
    """The same model, listings split at random: vendors repeat themselves, so this flatters."""
    markets_out: tuple[MarketOut, ...]


def evaluate(data: Path, seed: int, step: Step) -> Report:
    """The report on the research data; takes about a quarter of an hour. `step` is told what comes next."""
    step("baseline on Agora's titles")
    taught = lesson(data, seed)
    listings = taught.listings
    step("vendors held out")
    vendors_out = cross_fitted(taught, folds(taught.examples, taught.tested, seed))
    step("random split")
    random_split = cross_fitted(taught, np.random.default_rng(seed).integers(0, 5, len(taught.tested)))
    agora = [taught.examples[row] for row in listings if taught.examples[row].market == "agora"]
    return Report(
        seed=seed,
        baseline_vendors_out=figures(_baseline(agora, [each.vendor for each in agora], seed), seed),
        baseline_random=figures(_baseline(agora, [str(row) for row in range(len(agora))], seed), seed),
        vendors_out=figures(vendors_out, seed),
        random=figures(random_split, seed),
        markets_out=tuple(_told(taught, markets, seed, step) for markets in LEFT_OUT),
    )


def cross_fitted(taught: Lesson, fold: Rows) -> Marked:
    """Each listing scored by models, a join and thresholds that come from the other folds."""
    tested = taught.tested
    columns = out_of_fold(taught, np.arange(len(taught.examples)), tested, fold)
    posted = np.isin(tested, taught.listings)
    scores, flagged = np.zeros(len(tested)), np.zeros(len(tested), dtype=bool)
    for number in np.unique(fold):
        held = fold == number
        join, cuts = settled(taught, tested[~held], columns[~held])
        scores[held] = probability(join.logits(columns[held]))
        flagged[held] = scores[held] >= cuts.flag_at
    return _marked([taught.examples[row] for row in tested[posted]], scores[posted], flagged[posted])


def _told(taught: Lesson, markets: Sequence[str], seed: int, step: Step) -> MarketOut:
    step(f"{' and '.join(markets)} left out")
    return market_out(taught, markets, seed)


def market_out(taught: Lesson, markets: Sequence[str], seed: int) -> MarketOut:
    """How well a market is told by a model trained without it."""
    held = np.array([row for row in taught.listings if taught.examples[row].market in markets])
    model = train(taught, taught.without(np.union1d(held, _shared(taught, held))), seed)
    stack = Stack(model, digest="", activation=0)
    examples = [taught.examples[row] for row in held]
    rng = random.Random(seed)  # noqa: S311  # a reproducible draw, no secret
    spelt = [msgspec.structs.replace(each, title=disguised(each.title, rng)) for each in examples]
    bare = [msgspec.structs.replace(each, description="") for each in examples]
    return MarketOut(
        markets=tuple(markets),
        as_posted=figures(_scored(stack, examples), seed),
        titles_only=figures(_scored(stack, bare), seed),
        disguised=figures(_scored(stack, spelt), seed),
        categories=_categories(stack, examples),
    )


def _shared(taught: Lesson, held: Rows) -> Rows:
    """Listings of other markets that would give the held ones away: the same text, or a vendor's offers in scope."""
    texts = {taught.examples[row].text for row in held}
    vendors = {taught.examples[row].vendor for row in held} - {""}
    examples = [(row, taught.examples[row]) for row in taught.listings]
    return np.array(
        [row for row, each in examples if each.text in texts or (each.in_scope and each.vendor in vendors)],
        dtype=np.int64,
    )


def _scored(stack: Stack, examples: Sequence[Example]) -> Marked:
    scores = stack.scored([view(each.title, each.description) for each in examples]).score
    return _marked(examples, scores, scores >= stack.model.thresholds.flag_at)


def _categories(stack: Stack, examples: Sequence[Example]) -> dict[str, dict[str, int]]:
    """What flagged listings in scope were called."""
    counts: dict[str, dict[str, int]] = {category: {} for category in sorted(IN_SCOPE)}
    offers = [each for each in examples if each.in_scope]
    scored = stack.scored([view(each.title, each.description) for each in offers])
    for each, score, chances in zip(offers, scored.score, scored.categories.tolist(), strict=True):
        if score >= stack.model.thresholds.flag_at:
            given = stack.category(chances, float(score))
            counts[each.category][given] = counts[each.category].get(given, 0) + 1
    return counts


def _marked(examples: Sequence[Example], scores: Floats, flagged: Truth) -> Marked:
    return Marked(
        scores=scores,
        flagged=flagged,
        truth=np.array([each.in_scope for each in examples]),
        vendors=np.array([each.vendor or f"#{number}" for number, each in enumerate(examples)]),
        markets=np.array([each.market for each in examples]),
    )


def _baseline(examples: Sequence[Example], groups: Sequence[str], seed: int) -> Marked:
    """Words and letter runs of titles, one logistic regression, threshold .5: what the research data's README reports."""
    rows = {each.title.lower(): row for row, each in reversed(list(enumerate(examples)))}.values()
    unique = [examples[row] for row in rows]
    titles, truth = [each.title for each in unique], np.array([each.in_scope for each in unique])
    splitter = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
    scores = np.zeros(len(unique))
    for rest, held in splitter.split(titles, truth, [groups[row] for row in rows]):
        words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
        runs = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True)
        regression = LogisticRegression(C=10, class_weight="balanced", max_iter=300)
        model = make_pipeline(make_union(words, runs), regression).fit([titles[row] for row in rest], truth[rest])
        scores[held] = model.predict_proba([titles[row] for row in held])[:, 1]
    return _marked(unique, scores, scores >= 0.5)  # noqa: PLR2004  # untuned, as reported
