"""Scores every example by systems that had not seen its vendor, or its market, and by ones that may have."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union

from classifier.calibrate import Truth, probability
from classifier.disguise import disguised
from classifier.examples import Example
from classifier.features import view
from classifier.judged import MARKET, OBFUSCATED, RANDOM, STRICT, TITLES, Judged, Split
from classifier.lesson import FOLDS, Lesson, folds, lesson
from classifier.linear import Floats
from classifier.matrix import Rows
from classifier.stack import Stack
from classifier.train import out_of_fold, settled, train
from pipeline.records import digest

LEFT_OUT = (("agora",), ("evolution",), ("hydra_2014",), ("cypher", "whitehouse"), ("nexus_wethenorth",))
"""Markets held out together: Cypher and White House share vendors."""
BASELINE, LINEAR = "baseline", "linear"
BASELINE_AT = 0.5
"""Threshold of the baseline: untuned, as the research data's README reports it."""
Step = Callable[[str], None]
Said = Mapping[str, tuple[Floats, Truth]]
"""Scores and flags by system."""


def judged(data: Path, seed: int, step: Step) -> Iterator[Split]:
    """Every split of the research data, scored; `step` is told what comes next."""
    step("reading the research data")
    taught = lesson(data, seed)
    yield from splits(taught, LEFT_OUT, seed, step)


def splits(taught: Lesson, left_out: Sequence[Sequence[str]], seed: int, step: Step) -> Iterator[Split]:
    """Every split of a lesson, scored."""
    step("vendors held out")
    yield cross_fitted(taught, STRICT, folds(taught.examples, taught.tested, seed))
    step("random split")
    yield cross_fitted(taught, RANDOM, np.random.default_rng(seed).integers(0, FOLDS, len(taught.tested)))
    for markets in left_out:
        step(f"{' and '.join(markets)} left out")
        yield from market_out(taught, markets, seed)


def cross_fitted(taught: Lesson, name: str, fold: Rows) -> Split:
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
    examples = [taught.examples[row] for row in tested[posted]]
    return Split(
        name=name,
        rows=_rows(examples, {BASELINE: _folded(examples, fold[posted]), LINEAR: (scores[posted], flagged[posted])}),
    )


def market_out(taught: Lesson, markets: Sequence[str], seed: int) -> Iterator[Split]:
    """A market scored by systems trained without it, as posted, by titles alone and respelt."""
    held = np.array([row for row in taught.listings if taught.examples[row].market in markets])
    kept = taught.without(np.union1d(held, _shared(taught, held)))
    stack = Stack(train(taught, kept, seed), digest="", activation=0)
    rest = [taught.examples[row] for row in np.intersect1d(kept, taught.listings)]
    examples = [taught.examples[row] for row in held]
    rng = random.Random(seed)  # noqa: S311  # a reproducible draw, no secret
    variants = {
        "": examples,
        TITLES: [msgspec.structs.replace(each, description="") for each in examples],
        OBFUSCATED: [msgspec.structs.replace(each, title=disguised(each.title, rng)) for each in examples],
    }
    for variant, changed in variants.items():
        said = {BASELINE: _baseline(rest, changed), LINEAR: _scored(stack, changed)}
        rows = _called(_rows(changed, said, examples), stack, changed)
        yield Split(name=f"{MARKET}{'-'.join(markets)}", variant=variant, rows=rows)


def _shared(taught: Lesson, held: Rows) -> Rows:
    """Listings of other markets that would give the held ones away: the same text, or a vendor's offers in scope."""
    texts = {taught.examples[row].text for row in held}
    vendors = {taught.examples[row].vendor for row in held} - {""}
    examples = [(row, taught.examples[row]) for row in taught.listings]
    return np.array(
        [row for row, each in examples if each.text in texts or (each.in_scope and each.vendor in vendors)],
        dtype=np.int64,
    )


def _scored(stack: Stack, examples: Sequence[Example]) -> tuple[Floats, Truth]:
    scores = stack.scored([view(each.title, each.description) for each in examples]).score
    return scores, scores >= stack.thresholds[1]


def _rows(examples: Sequence[Example], said: Said, posted: Sequence[Example] = ()) -> tuple[Judged, ...]:
    """What the systems said of each example; its id is that of the text as posted."""
    numbers: dict[str, int] = {}
    return tuple(
        Judged(
            id=digest("example", original.market, original.text),
            market=each.market,
            vendor=each.vendor,
            cluster=numbers.setdefault(original.text, len(numbers)),
            source=each.source,
            category=each.category,
            act=each.act,
            in_scope=each.in_scope,
            scores={name: round(float(scores[place]), 6) for name, (scores, _) in said.items()},
            flagged={name: bool(flags[place]) for name, (_, flags) in said.items()},
        )
        for place, (each, original) in enumerate(zip(examples, posted or examples, strict=True))
    )


def _called(rows: Sequence[Judged], stack: Stack, examples: Sequence[Example]) -> tuple[Judged, ...]:
    """The rows with the category and the act that the classifier gives."""
    scored = stack.scored([view(each.title, each.description) for each in examples])
    acts = [stack.model.acts[number] for number in scored.acts.argmax(axis=1)]
    categories = map(stack.category, scored.categories.tolist(), scored.score.tolist())
    return tuple(
        msgspec.structs.replace(row, given_category=category, given_act=act)
        for row, category, act in zip(rows, categories, acts, strict=True)
    )


def _folded(examples: Sequence[Example], fold: Rows) -> tuple[Floats, Truth]:
    """The baseline, each fold scored by one trained on the others."""
    scores = np.zeros(len(examples))
    for number in np.unique(fold):
        held = fold == number
        asked = [each for each, there in zip(examples, held, strict=True) if there]
        rest = [each for each, there in zip(examples, held, strict=True) if not there]
        scores[held] = _baseline(rest, asked)[0]
    return scores, scores >= BASELINE_AT


def _baseline(rest: Sequence[Example], held: Sequence[Example]) -> tuple[Floats, Truth]:
    """Words and letter runs, one logistic regression, as scikit-learn has them."""
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    runs = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True)
    regression = LogisticRegression(C=10, class_weight="balanced", max_iter=300)
    model = make_pipeline(make_union(words, runs), regression)
    model.fit([_text(each) for each in rest], [each.in_scope for each in rest])
    scores = model.predict_proba([_text(each) for each in held])[:, 1]
    return scores, scores >= BASELINE_AT


def _text(example: Example) -> str:
    return f"{example.title}\n{example.description}"
