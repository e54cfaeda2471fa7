"""Chooses what the encoder learns from: every offer several times, the hardest of the others, and a share of each further source."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from classifier.heads import ACT, CATEGORY, GOODS, HEADS, SUBTYPE
from classifier.linear import Floats
from classifier.reading import line
from classifier.training.lesson import Lesson
from classifier.training.matrix import Rows
from classifier.truth.examples import Example, Source
from classifier.tuning.tune import UNKNOWN, Course
from pipeline.taxonomy import Category

OFFERS, ARMS = 3, 2
"""Times that a dark-web offer in scope, and one of arms out of scope, is taken."""
HARDEST, OTHERS, SPARE = 800, 1_500, 5_000
"""Dark-web listings of anything else: those the linear models score highest, others of each round, and how many those are chosen from."""
COPIES = {True: 300, False: 300}
"""Respelt and shortened copies, in scope and out."""
TALK = 300
"""Open-web texts that offer nothing, in every round."""
ASIDE = {
    (Source.SURFACE, True): 500, (Source.AIRSOFT, False): 400, (Source.GAME, False): 600,
    (Source.GENERATED, True): 5_500, (Source.GENERATED, False): 9_000,
}  # fmt: skip
"""Texts of other sources, in scope and out; the rounds share them out, so that each sees new ones."""


def course(taught: Lesson, rows: Rows, hardness: Floats, seed: int) -> Course:
    """A course drawn from these rows; `hardness` is the linear score of every row of the lesson."""
    rng = np.random.default_rng(seed)
    plain = _plain(taught, rows)
    plain = plain[np.argsort(-hardness[plain], kind="stable")]
    parts = [
        np.concatenate([*_core(taught, rows, rng), plain[:HARDEST]]),
        rng.permutation(np.concatenate(list(_aside(taught, rows, rng)))),
        _drawn(plain[HARDEST:], SPARE, rng),
    ]
    examples = [taught.examples[row] for part in parts for row in part]
    core, aside, spare = np.split(np.arange(len(examples)), np.cumsum([len(part) for part in parts])[:-1])
    return Course(
        lines=[line(each.title, each.description) for each in examples],
        in_scope=np.array([each.in_scope for each in examples]),
        heads={head: np.array([_number(head, each) for each in examples]) for head in HEADS},
        core=core,
        aside=aside,
        spare=spare,
        others=OTHERS,
    )


def _core(taught: Lesson, rows: Rows, rng: np.random.Generator) -> Iterator[Rows]:
    """What every round has but for the hardest listings: offers, other listings about arms, copies, and talk of the open web."""
    truth, posted = taught.truth[rows], np.isin(rows, taught.listings)
    arms = np.array([taught.examples[row].category is not Category.OTHER for row in rows])
    yield np.repeat(rows[posted & truth], OFFERS)
    yield np.repeat(rows[posted & ~truth & arms], ARMS)
    source = _sources(taught, rows)
    copied = (source == Source.DARKWEB) & ~posted
    for side, most in COPIES.items():
        yield _drawn(rows[copied & (truth == side)], most, rng)
    yield _drawn(rows[(source == Source.SURFACE) & ~truth], TALK, rng)


def _aside(taught: Lesson, rows: Rows, rng: np.random.Generator) -> Iterator[Rows]:
    """What the rounds share out among them."""
    source, truth = _sources(taught, rows), taught.truth[rows]
    for (name, side), most in ASIDE.items():
        yield _drawn(rows[(source == name) & (truth == side)], most, rng)


def _sources(taught: Lesson, rows: Rows) -> NDArray[np.str_]:
    return np.array([taught.examples[row].source for row in rows])


def _plain(taught: Lesson, rows: Rows) -> Rows:
    """Dark-web listings that are about no arms."""
    posted = rows[np.isin(rows, taught.listings)]
    return np.array([row for row in posted if taught.examples[row].category is Category.OTHER], dtype=np.int64)


def _drawn(rows: Rows, most: int, rng: np.random.Generator) -> Rows:
    return rng.choice(rows, min(most, len(rows)), replace=False)


def _number(head: str, example: Example) -> int:
    """The place of the example's own member in a head, where it has one."""
    member = {CATEGORY: example.category, ACT: example.act, SUBTYPE: example.subtype, GOODS: example.goods}[head]
    members = list(HEADS[head])
    return members.index(member) if member in members else UNKNOWN
