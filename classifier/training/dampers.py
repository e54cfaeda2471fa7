"""How far a listing is believed to be an offer, and one of something in scope, by adverts of vendors that the models had not seen."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from classifier.calibrate import Join, Truth, joined, log_odds
from classifier.judge import OFFERED, Chances
from classifier.linear import Floats
from classifier.model import ABOUT, OFFER
from classifier.training.lesson import Lesson
from classifier.training.matrix import Rows
from classifier.truth.examples import Source
from pipeline.taxonomy import Act, Category

SPARED = 0.01
"""Part of the offers in scope that a damper may take something from: those that look least like what they are."""


def dampers(taught: Lesson, rows: Rows, chances: Chances) -> Iterator[Join]:
    """What lowers the score of texts that are likely no offer, or one of goods out of scope, given what models that had not seen the rows say of them."""
    examples = [taught.examples[row] for row in rows]
    offers = np.array([each.act is Act.OFFER for each in examples])
    arms = np.array([each.category is not Category.OTHER for each in examples])
    invented = np.array([each.source is Source.GENERATED for each in examples])
    truth = taught.truth[rows]
    yield from _damper(OFFER, log_odds(chances.acts[:, OFFERED]), offers, ~offers | arms | invented, truth)
    yield from _damper(ABOUT, log_odds(chances.about), truth, offers & arms, truth)


def _damper(name: str, odds: Floats, held: Truth, pool: Truth, truth: Truth) -> Iterator[Join]:
    """The chance that something holds, fitted on a pool, from which on it is out of the way of all but `SPARED` of the offers."""
    if not truth.any() or held[pool].all():
        return
    join = joined((name,), odds[pool, None], held[pool], np.ones(int(pool.sum())))
    if join.coefficients[0] > 0:
        least = float(np.quantile(join.logits(odds[truth, None]), SPARED))
        yield replace(join, intercept=join.intercept - least)
