"""What there is to learn from: examples, counter-examples, copies in other spellings, and folds that hold vendors apart."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from classifier.adverts.disguise import disguised
from classifier.adverts.generate import generated
from classifier.calibrate import Truth
from classifier.manifest import Origin
from classifier.training.matrix import Corpus, Rows
from classifier.truth.clusters import clusters, groups, without_twins
from classifier.truth.examples import POSTED, Example, Source, airsoft, games, models, real
from classifier.truth.hard import taught as learnt

FOLDS = 5
DISGUISED, TITLE = "disguised", "title alone"
DRAWN = 8
"""One generated advert in so many is among the rows that models are tried on."""
GENERATED = 45_000
HARD_TOYS, HARD_SKINS = 1_200, 4_000
"""Examples taken of each collection of hard negatives."""
DISGUISES = 6
"""Disguised copies of each dark-web offer in scope."""
DISGUISED_OTHERS = 3_000
TITLES_ONLY = 0.3
"""Part of the out-of-scope listings with a description that get a copy without it; those in scope all do."""


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """Everything there is to learn from."""

    corpus: Corpus
    parents: Rows
    """For a copy, the row it was made from; for anything else, its own row."""
    cluster: Rows
    """Rows that say nearly the same bear the same number."""
    group: Rows
    """Rows that must lie in one fold bear the same number."""
    variants: NDArray[np.str_]
    """For a copy, how it differs: `DISGUISED` or `TITLE`; for anything else "" ."""

    @property
    def examples(self) -> Sequence[Example]:
        """The examples, copies included."""
        return self.corpus.examples

    @property
    def listings(self) -> Rows:
        """The rows that are dark-web listings as posted."""
        posted = [row for row, parent in enumerate(self.parents) if row == parent]
        return np.array([row for row in posted if self.examples[row].source in POSTED], dtype=np.int64)

    @property
    def tested(self) -> Rows:
        """The rows that models are tried on which had not seen them.

        Dark-web listings, copies of them, what the open web says beside offers, and some adverts in other languages.
        """
        drawn = [row for row, example in enumerate(self.examples) if example.source is Source.GENERATED][::DRAWN]
        copies = np.flatnonzero(self.variants != "")
        said = [row for row, each in enumerate(self.examples) if each.source is Source.SURFACE and not each.offers]
        return np.sort(np.concatenate([self.listings, copies, np.array([*drawn, *said], dtype=np.int64)]))

    @property
    def origins(self) -> list[Origin]:
        """How many examples of each source there are, copies included."""
        return [self._origin(source) for source in Source]

    def _origin(self, source: Source) -> Origin:
        found = [example for example in self.examples if example.source is source]
        return Origin(source=source, examples=len(found), in_scope=sum(each.in_scope for each in found))

    @property
    def rows(self) -> Rows:
        """All rows."""
        return np.arange(len(self.examples))

    @property
    def truth(self) -> Truth:
        """Whether each row offers something in scope."""
        return np.array([example.in_scope for example in self.examples])

    def without(self, held_out: Rows) -> Rows:
        """All rows but these, their copies, and what says nearly the same."""
        rest = np.flatnonzero(~np.isin(self.parents, held_out))
        return without_twins(rest, held_out, self.cluster)


def lesson(data: Path, seed: int, reviewed: Sequence[Example] = ()) -> Lesson:
    """The examples of a data folder, hard negatives, generated adverts, and copies in other spellings; a review replaces the label of its text."""
    rng = random.Random(seed)  # noqa: S311  # a reproducible draw, no secret
    toys, skins = learnt(airsoft(data)), learnt(games(data))
    hard = [*rng.sample(toys, min(HARD_TOYS, len(toys))), *rng.sample(skins, min(HARD_SKINS, len(skins)))]
    return of([*_without(real(data), reviewed), *reviewed, *hard, *generated(GENERATED, seed, models(data))], seed)


def of(examples: Sequence[Example], seed: int) -> Lesson:
    """A lesson of these examples and copies of the dark-web ones."""
    copies = list(_copies(examples, random.Random(seed)))  # noqa: S311  # a reproducible draw, no secret
    parents = np.array([*range(len(examples)), *(row for row, _, _ in copies)])
    cluster = clusters(examples)
    return Lesson(
        corpus=Corpus([*examples, *(copy for _, _, copy in copies)]),
        parents=parents,
        cluster=cluster[parents],
        group=groups(examples, cluster)[parents],
        variants=np.array([*("" for _ in examples), *(variant for _, variant, _ in copies)]),
    )


def folds(taught: Lesson, seed: int) -> Rows:
    """A fold for each tested row: no vendor and no text about arms in two, copies with their original, offers in scope spread evenly."""
    members: dict[int, list[int]] = defaultdict(list)
    for place, row in enumerate(taught.tested):
        members[int(taught.group[row])].append(place)
    fold, held, size = np.zeros(len(taught.tested), dtype=np.int64), [0] * FOLDS, [0] * FOLDS
    names = random.Random(seed).sample(sorted(members), len(members))  # noqa: S311  # a reproducible draw, no secret
    inside = taught.truth[taught.tested]
    in_scope = {name: int(inside[members[name]].sum()) for name in names}
    for name in sorted(names, key=lambda name: -in_scope[name]):
        emptiest = min(range(FOLDS), key=lambda number: (held if in_scope[name] else size)[number])
        fold[members[name]] = emptiest
        held[emptiest] += in_scope[name]
        size[emptiest] += len(members[name])
    return fold


def _without(examples: Sequence[Example], reviewed: Sequence[Example]) -> list[Example]:
    """The examples but those whose text was reviewed on the same market."""
    decided = {(each.market, each.text) for each in reviewed}
    return [each for each in examples if (each.market, each.text) not in decided] if decided else list(examples)


def _copies(examples: Sequence[Example], rng: random.Random) -> Iterator[tuple[int, str, Example]]:
    """Dark-web listings in other spellings, and without their description, each with the row it was made from."""
    posted = [row for row, example in enumerate(examples) if example.source in POSTED]
    offers = [row for row in posted if examples[row].in_scope]
    others = [row for row in posted if not examples[row].in_scope]
    for row in [*offers * DISGUISES, *rng.sample(others, min(DISGUISED_OTHERS, len(others)))]:
        yield row, DISGUISED, msgspec.structs.replace(examples[row], title=disguised(examples[row].title, rng))
    for row in posted:
        if examples[row].description and (examples[row].in_scope or rng.random() < TITLES_ONLY):
            yield row, TITLE, msgspec.structs.replace(examples[row], description="")
