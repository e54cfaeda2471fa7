"""Chooses what the encoder learns from: every offer several times, the hardest of the others, and a share of each further source."""

from collections.abc import Iterator

import numpy as np

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
HARDEST, OTHERS, SPARE = 800, 2_500, 9_000
"""Dark-web listings of anything else: those the linear models score highest, others of the first round, and those later rounds choose from."""
COPIES = {True: 300, False: 300}
"""Respelt and shortened copies, in scope and out."""
ASIDE = {
    (Source.SURFACE, True): 250, (Source.SURFACE, False): 250, (Source.AIRSOFT, False): 200, (Source.GAME, False): 300,
    (Source.GENERATED, True): 2_200, (Source.GENERATED, False): 3_600,
}  # fmt: skip


def course(taught: Lesson, rows: Rows, hardness: Floats, seed: int) -> Course:
    """A course drawn from these rows; `hardness` is the linear score of every row of the lesson."""
    rng = np.random.default_rng(seed)
    core, plain = np.concatenate(list(_core(taught, rows, rng))), _plain(taught, rows)
    plain = plain[np.argsort(-hardness[plain], kind="stable")]
    core = np.concatenate([core, plain[:HARDEST]])
    spare = _drawn(plain[HARDEST:], OTHERS + SPARE, rng)
    examples = [taught.examples[row] for row in (*core, *spare)]
    return Course(
        lines=[line(each.title, each.description) for each in examples],
        in_scope=np.array([each.in_scope for each in examples]),
        heads={head: np.array([_number(head, each) for each in examples]) for head in HEADS},
        first=np.arange(len(core) + min(OTHERS, len(spare))),
        core=np.arange(len(core)),
    )


def _core(taught: Lesson, rows: Rows, rng: np.random.Generator) -> Iterator[Rows]:
    """What every round has but for the hardest listings: offers, other listings about arms, copies, and further sources."""
    truth, posted = taught.truth[rows], np.isin(rows, taught.listings)
    arms = np.array([taught.examples[row].category is not Category.OTHER for row in rows])
    yield np.repeat(rows[posted & truth], OFFERS)
    yield np.repeat(rows[posted & ~truth & arms], ARMS)
    source = np.array([taught.examples[row].source for row in rows])
    copied = (source == Source.DARKWEB) & ~posted
    for side, most in COPIES.items():
        yield _drawn(rows[copied & (truth == side)], most, rng)
    for (name, side), most in ASIDE.items():
        yield _drawn(rows[(source == name) & (truth == side)], most, rng)


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
