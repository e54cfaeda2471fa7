"""The systems that are compared on the same listings: a baseline, the linear models, the encoder, and all of them joined."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union

from classifier.calibrate import Truth, best_cut, calibrated, joined, probability, threshold
from classifier.judge import Judge
from classifier.linear import Floats
from classifier.model import ENCODER, Model
from classifier.training.folded import Folded
from classifier.training.lesson import Lesson
from classifier.training.settle import FLAG_RATE, contexts, raw
from classifier.truth.examples import Example

BASELINE, LINEAR, ENCODER_ALONE, STACK, SECTION, AROUND = (
    "baseline", "linear", "encoder", "stack", "stack+section", "stack+context"
)  # fmt: skip
"""`stack` reads the text alone; the others know the market's section too, and the vendor's other listings."""
WHOLE = "stack at 32 bits"
"""The stack with the encoder as it was before its weights were cut to 8 bits; what ships is the stack."""
BASELINE_AT = 0.5
"""Threshold of the baseline: untuned, as the research data's README reports it."""
Score = Callable[[Folded], Floats]


class Said(NamedTuple):
    """What a system says of some listings."""

    scores: Floats
    flagged: Truth
    """At the policy's threshold."""
    best: Truth | None = None
    """Flags at the threshold of best F1; None where none was chosen."""


def said(taught: Lesson, model: Model, rest: Folded, held: Folded) -> dict[str, Said]:
    """What each system says of the held rows; models, joins and thresholds come from the rest, as posted."""
    posted = rest.of(np.flatnonzero(np.isin(rest.rows, taught.listings)))
    truth = taught.truth[posted.rows]
    found = {}
    for name, score in _systems(taught, model, posted).items():
        scores, known = score(held), score(posted)
        found[name] = Said(scores, scores >= threshold(known, truth, FLAG_RATE), scores >= best_cut(known, truth))
    return found | {BASELINE: baseline(_examples(taught, posted), _examples(taught, held))}


def baseline(rest: Sequence[Example], held: Sequence[Example]) -> Said:
    """Words and letter runs of title and description, one logistic regression, threshold .5."""
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    runs = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True)
    regression = LogisticRegression(C=10, class_weight="balanced", max_iter=300)
    model = make_pipeline(make_union(words, runs), regression)
    model.fit([_line(each) for each in rest], np.array([each.in_scope for each in rest]))
    scores = model.predict_proba([_line(each) for each in held])[:, 1]
    return Said(scores, scores >= BASELINE_AT)


def _systems(taught: Lesson, model: Model, posted: Folded) -> dict[str, Score]:
    stack, alone = Judge(model), Judge(replace(model, join=None, abroad=None))
    found: dict[str, Score] = {LINEAR: lambda part: alone.chances(raw(taught, _bare(part), sections=False)).score}
    if posted.encoder is None:
        return found
    truth = taught.truth[posted.rows]
    column = posted.encoder[:, :1]
    join = calibrated(joined((ENCODER,), column, truth, np.ones(len(truth))), column, truth)

    def around(part: Folded) -> Floats:
        logits = stack.logits(raw(taught, part, sections=False))
        flagged = probability(logits) >= min(cut.flag_at for cut in model.thresholds.values())
        return stack.chances(raw(taught, part, contexts(taught, part, flagged), sections=True)).score

    return found | {
        ENCODER_ALONE: lambda part: probability(join.logits(_encoder(part)[:, :1])),
        STACK: lambda part: stack.chances(raw(taught, part, sections=False)).score,
        WHOLE: lambda part: stack.chances(raw(taught, replace(part, encoder=part.whole), sections=False)).score,
        SECTION: lambda part: stack.chances(raw(taught, part, sections=True)).score,
        AROUND: around,
    }


def _bare(part: Folded) -> Folded:
    return replace(part, encoder=None)


def _encoder(part: Folded) -> Floats:
    assert part.encoder is not None
    return part.encoder


def _examples(taught: Lesson, part: Folded) -> list[Example]:
    return [taught.examples[row] for row in part.rows]


def _line(example: Example) -> str:
    return f"{example.title}. {example.description}"
