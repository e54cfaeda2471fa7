"""Chooses what the encoder learns from: every offer several times, the hardest of the others, and a share of each further source."""

from collections.abc import Iterator

import numpy as np

from classifier.examples import Example, Source
from classifier.heads import ACT, CATEGORY, GOODS, HEADS, SUBTYPE
from classifier.lesson import Lesson
from classifier.linear import Floats
from classifier.matrix import Rows
from classifier.reading import line
from classifier.tuning.tune import UNKNOWN, Course
from pipeline.taxonomy import Category

OFFERS, ARMS = 3, 2
"""Times that a dark-web offer in scope, and one of arms out of scope, is taken."""
HARDEST, OTHERS = 1_000, 3_500
"""Dark-web listings of anything else: those the linear models score highest, and others at random."""
COPIES = {True: 500, False: 400}
"""Respelt and shortened copies, in scope and out."""
ASIDE = {
    (Source.SURFACE, True): 800, (Source.SURFACE, False): 250, (Source.AIRSOFT, False): 300, (Source.GAME, False): 500,
    (Source.GENERATED, True): 1_400, (Source.GENERATED, False): 2_600,
}  # fmt: skip


def course(taught: Lesson, rows: Rows, hardness: Floats, seed: int) -> Course:
    """A course drawn from these rows; `hardness` is the linear score of every row of the lesson."""
    rng = np.random.default_rng(seed)
    chosen = np.concatenate(list(_chosen(taught, rows, hardness, rng)))
    examples = [taught.examples[row] for row in chosen]
    return Course(
        lines=[line(each.title, each.description) for each in examples],
        in_scope=np.array([each.in_scope for each in examples]),
        heads={head: np.array([_number(head, each) for each in examples]) for head in HEADS},
    )


def _chosen(taught: Lesson, rows: Rows, hardness: Floats, rng: np.random.Generator) -> Iterator[Rows]:
    truth, posted = taught.truth[rows], np.isin(rows, taught.listings)
    other = np.array([taught.examples[row].category is Category.OTHER for row in rows])
    yield np.repeat(rows[posted & truth], OFFERS)
    yield np.repeat(rows[posted & ~truth & ~other], ARMS)
    plain = rows[posted & ~truth & other]
    plain = plain[np.argsort(-hardness[plain], kind="stable")]
    yield plain[:HARDEST]
    yield _drawn(plain[HARDEST:], OTHERS, rng)
    source = np.array([taught.examples[row].source for row in rows])
    copied = (source == Source.DARKWEB) & ~posted
    for side, most in COPIES.items():
        yield _drawn(rows[copied & (truth == side)], most, rng)
    for (name, side), most in ASIDE.items():
        yield _drawn(rows[(source == name) & (truth == side)], most, rng)


def _drawn(rows: Rows, most: int, rng: np.random.Generator) -> Rows:
    return rng.choice(rows, min(most, len(rows)), replace=False)


def _number(head: str, example: Example) -> int:
    """The place of the example's own member in a head, where it has one."""
    member = {CATEGORY: example.category, ACT: example.act, SUBTYPE: example.subtype, GOODS: example.goods}[head]
    members = list(HEADS[head])
    return members.index(member) if member in members else UNKNOWN
