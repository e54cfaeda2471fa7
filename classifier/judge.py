"""From the models' raw outputs to probabilities: in scope, category, act, goods and subtype."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from classifier import heads
from classifier.calibrate import Join, Truth, log_odds, probability, shared_out, softmax
from classifier.heads import ACT, CATEGORY, GOODS, SUBTYPE
from classifier.linear import Floats
from classifier.model import ABOUT, ENCODER, OFFER, SCREEN_INPUTS, WITHIN, Model, output
from pipeline.taxonomy import IN_SCOPE, Act, Category, Subtype

DIGITS = 9
"""Decimals kept of a probability, so that no machine's last bit shows."""
TYPED = 0.4
"""Probability from which a subtype is named."""
CATEGORIES = tuple(map(Category, heads.NAMES[CATEGORY]))
INSIDE = np.array([each in IN_SCOPE for each in CATEGORIES])
OFFERED = heads.NAMES[ACT].index(Act.OFFER)
"""Where the offer stands among the acts."""
SUBTYPES = {
    category: [place for place, name in enumerate(heads.NAMES[SUBTYPE]) if name.partition(".")[0] == category]
    for category in Category
}
"""Where the subtypes of each category stand in their head."""


@dataclass(frozen=True, kw_only=True)
class Raw:
    """What the models answered: one row a listing."""

    linear: Floats
    encoder: Floats
    """Zeros where the encoder was not asked."""
    asked: Truth
    abroad: Truth
    """Which are in a language that no real listing taught."""
    around: Floats
    """What is known around each listing, as `classifier.around` counts it."""


@dataclass(frozen=True, kw_only=True)
class Chances:
    """Probabilities: one row a listing; columns are the members of `classifier.heads`."""

    score: Floats
    """That it offers something in scope."""
    about: Floats
    """That it is about something in scope, whether offered or asked for."""
    categories: Floats
    """The score shared out among the categories in scope, what is left among the others."""
    acts: Floats
    goods: Floats
    subtypes: Floats


class Judge:
    """Makes the outputs of one model's parts into probabilities."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._numbers = {name: number for number, name in enumerate(model.weights.outputs)}
        self._linear = {
            CATEGORY: tuple(map(str, model.categories)), WITHIN: tuple(map(str, model.within)),
            ACT: model.acts, GOODS: model.goods, SUBTYPE: model.subtypes,
        }  # fmt: skip

    def screened(self, linear: Floats) -> Floats:
        """The screen's logits."""
        return self.model.screen.logits(linear[:, [self._numbers[name] for name in SCREEN_INPUTS]])

    def logits(self, raw: Raw) -> Floats:
        """The logits of being in scope, before the act is looked at."""
        found = self.screened(raw.linear)
        if self.model.join is not None and raw.asked.any():
            found = np.where(raw.asked, self.model.join.logits(self._columns(self.model.join, raw)), found)
        if self.model.abroad is not None and raw.abroad.any():
            found = np.where(raw.abroad, self.model.abroad.logits(self._columns(self.model.abroad, raw)), found)
        return found if self.model.around is None else found + self.model.around.logits(raw.around)

    def _columns(self, join: Join, raw: Raw) -> Floats:
        named = {ENCODER: raw.encoder[:, 0]}
        return np.stack(
            [named[name] if name in named else raw.linear[:, self._numbers[name]] for name in join.inputs], axis=1
        )

    def chances(self, raw: Raw) -> Chances:
        """Everything the models say of some listings."""
        acts = self._told(ACT, raw)
        shares = self._told(CATEGORY, raw)
        about = shares[:, INSIDE].sum(axis=1)
        left = _offered(acts) * self._damped({OFFER: acts[:, OFFERED], ABOUT: about})
        score = (probability(self.logits(raw)) * left).round(DIGITS)
        shares[:, INSIDE] = self._within(raw)
        return Chances(
            score=score,
            about=about,
            categories=shared_out(score, shares, INSIDE).round(DIGITS),
            acts=acts,
            goods=self._told(GOODS, raw),
            subtypes=self._told(SUBTYPE, raw),
        )

    def _damped(self, chances: Mapping[str, Floats]) -> Floats:
        """What is left of the score once the dampers are through: all of it, or the less the smaller the chance."""
        odds = {name: log_odds(chance)[:, None] for name, chance in chances.items()}
        lowered = [np.minimum(0.0, each.logits(odds[each.inputs[0]])) for each in self.model.dampers]
        left: Floats = np.exp(sum(lowered, start=np.zeros(len(odds[OFFER]))))
        return left

    def _told(self, head: str, raw: Raw) -> Floats:
        return self._spread(head, heads.NAMES[head], raw.linear)

    def _within(self, raw: Raw) -> Floats:
        """The categories in scope, told from each other."""
        return self._spread(WITHIN, [name for name in heads.NAMES[CATEGORY] if Category(name) in IN_SCOPE], raw.linear)

    def _spread(self, head: str, names: Sequence[str], linear: Floats) -> Floats:
        """The linear models' probabilities in the columns of the head; members they do not know have none."""
        own = self._linear[head]
        found = np.zeros((len(linear), len(names)))
        if own:
            found[:, [names.index(name) for name in own]] = softmax(
                linear[:, [self._numbers[output(head, n)] for n in own]]
            )
        return found if own else found + 1 / len(names)


def likeliest(row: Floats, names: Sequence[str]) -> str:
    """The member with the highest probability."""
    return names[int(row.argmax())]


def category(row: Floats, score: float, flag_at: float) -> Category:
    """The likeliest category; from the flagging threshold on, the likeliest in scope, for the score is then the better witness."""
    chances = row if score < flag_at else np.where(INSIDE, row, -1.0)
    return CATEGORIES[int(chances.argmax())]


def subtype(chances: Floats, category: Category) -> Subtype:
    """The likeliest subtype of the category, where one stands out."""
    best = max(SUBTYPES[category], key=lambda number: chances[number], default=None)
    return Subtype(heads.NAMES[SUBTYPE][best]) if best is not None and chances[best] >= TYPED else Subtype.UNKNOWN


def _offered(acts: Floats) -> Floats:
    """The probability that a text is an offer, where another act is likelier; else 1."""
    return np.where(acts.argmax(axis=1) == OFFERED, 1.0, acts[:, OFFERED])


def by_category(row: Floats) -> dict[Category, float]:
    """A row of probabilities by the categories that they are of."""
    return dict(zip(CATEGORIES, row.tolist(), strict=True))
