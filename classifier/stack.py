"""The classifier: linear models joined into one calibrated score, with category, act and the words that decided.

A further model, such as an encoder, is a further source of columns for the join.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from classifier.calibrate import Join, Thresholds, probability, shared_out, softmax
from classifier.explain import spans
from classifier.features import View, view
from classifier.linear import Floats, Linear, Weights
from pipeline.policy import Cut
from pipeline.records import Classification, Context, Listing, Span, digest
from pipeline.taxonomy import IN_SCOPE, Act, Category, Track

WANTED = 0.2
"""Probability of being about something in scope from which a request says so; people look at requests apart."""
CATEGORY, WITHIN, ACT = "category", "within", "act"
"""What the outputs are for, beside those that are joined."""
DIGITS = 9
"""Decimals kept of a probability, so that no machine's last bit shows."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """Everything a model directory holds."""

    name: str
    weights: Weights
    join: Join
    thresholds: Thresholds
    categories: tuple[Category, ...]
    within: tuple[Category, ...]
    """The categories in scope, as the model tells them from each other."""
    acts: tuple[Act, ...]


@dataclass(frozen=True, kw_only=True)
class Scored:
    """What the models say of some texts: one row each."""

    score: Floats
    categories: Floats
    """The score shared out among the categories in scope, what is left among the others."""
    wanted: Floats
    """Probability that it is about something in scope, whether offered or asked for."""
    acts: Floats


class Stack:
    """Scores listings with one model, under the number it was activated with."""

    def __init__(self, model: Model, *, digest: str, activation: int) -> None:
        self.model = model
        self._digest = digest
        self._activation = activation
        self._linear = Linear(model.weights)
        numbers = {name: number for number, name in enumerate(model.weights.outputs)}
        self._inputs = [numbers[name] for name in model.join.inputs]
        self._categories = [numbers[output(CATEGORY, each)] for each in model.categories]
        self._within = [numbers[output(WITHIN, each)] for each in model.within]
        self._acts = [numbers[output(ACT, each)] for each in model.acts]
        self._inside = np.array([each in IN_SCOPE for each in model.categories])
        self._places = [model.categories.index(each) for each in model.within]

    @property
    def digest(self) -> str:
        """Digest of the model directory."""
        return self._digest

    @property
    def thresholds(self) -> Mapping[Track, Cut]:
        """The scores from which the model advises to review and to flag offers."""
        advised = self.model.thresholds
        return {Track.OFFERS: Cut(review_at=advised.review_at, flag_at=advised.flag_at)}

    def classify(self, listings: Sequence[Listing], contexts: Sequence[Context]) -> Sequence[Classification]:
        """One classification per listing, in their order; equal listings in equal contexts get equal ones."""
        views = [view(listing.title, listing.description) for listing in listings]
        scored = self.scored(views)
        rows = zip(scored.score.tolist(), scored.categories.tolist(), self._judged(scored), strict=True)
        return [
            Classification(
                score=score,
                category=self.category(chances, score),
                model=self._digest,
                activation=self._activation,
                scores=dict(zip(self.model.categories, chances, strict=True)),
                act=act,
                wanted=wanted,
                spans=self._spans(listing, score),
                flags=_flags(
                    wanted=wanted >= WANTED, hidden_characters=bool(seen.invisible), mixed_scripts=bool(seen.mixed)
                ),
                inputs=digest("inputs", listing.title, listing.description),
                context=context.digest,
            )
            for listing, context, seen, (score, chances, (act, wanted)) in zip(
                listings, contexts, views, rows, strict=True
            )
        ]

    def scored(self, views: Sequence[View]) -> Scored:
        """What the models say of some texts."""
        outputs = self._linear.scores(views)
        acts, shares = softmax(outputs[:, self._acts]), softmax(outputs[:, self._categories])
        likely = probability(self.model.join.logits(outputs[:, self._inputs]))
        score = (likely * self._offered(acts)).round(DIGITS)
        wanted = shares[:, self._inside].sum(axis=1)
        shares[:, self._places] = softmax(outputs[:, self._within])
        return Scored(
            score=score,
            categories=shared_out(score, shares, self._inside).round(DIGITS),
            wanted=wanted,
            acts=acts,
        )

    def _offered(self, acts: Floats) -> Floats:
        """The probability that a text is an offer, where another act is likelier; else 1."""
        offer = self.model.acts.index(Act.OFFER)
        return np.where(acts.argmax(axis=1) == offer, 1.0, acts[:, offer])

    def _judged(self, scored: Scored) -> list[tuple[Act, float]]:
        """Each text's likeliest act, and how likely it asks for something in scope."""
        acts = [self.model.acts[number] for number in scored.acts.argmax(axis=1)]
        wanted = scored.wanted.round(DIGITS).tolist()
        return [(act, chance if act is Act.REQUEST else 0.0) for act, chance in zip(acts, wanted, strict=True)]

    def category(self, chances: Sequence[float], score: float) -> Category:
        """The likeliest category; from the flagging threshold on, the likeliest in scope, for the score is then the better witness."""
        flagged = score >= self.model.thresholds.flag_at
        named = zip(chances, self.model.categories, strict=True)
        return max((each for each in named if not flagged or each[1] in IN_SCOPE), key=lambda each: each[0])[1]

    def _spans(self, listing: Listing, score: float) -> tuple[Span, ...]:
        if score < self.model.thresholds.review_at:
            return ()
        return spans(listing, self.logit, self._share)

    def logit(self, title: str, description: str) -> float:
        """The joined score of one text, before it becomes a probability."""
        outputs = self._linear.scores([view(title, description)])
        return float(self.model.join.logits(outputs[:, self._inputs])[0])

    def _share(self, title: str, description: str) -> float:
        """What the words of a text would add to the joined score of a longer one, up to that one's length."""
        parts = self._linear.parts(view(title, description))
        return float((parts[self._inputs] * np.array(self.model.join.coefficients)).sum())


def output(kind: str, name: str) -> str:
    """The name of an output: "darkweb", "category FA"."""
    return f"{kind} {name}".strip()


def _flags(**named: bool) -> tuple[str, ...]:
    return tuple(name for name, holds in named.items() if holds)
