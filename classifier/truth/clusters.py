"""Which examples say nearly the same, so that none is learned from while its twin is tested."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray

from classifier.truth.examples import Example
from pipeline.taxonomy import Category
from pipeline.text.words import tokens

Rows = NDArray[np.int64]
SHINGLE = 3
"""Words in a row that are compared as one."""
NEAR = 0.8
"""Jaccard similarity of their shingles from which two texts are twins."""
LONG_TITLE = 4
"""Different words from which an equal title makes twins, whatever the descriptions say: shorter ones are anybody's."""
MOST_WORDS = 400
"""Words of a text that are compared; its cost is bounded by them."""
WORD = re.compile(r"[^\W\d_]+")


def clusters(examples: Sequence[Example]) -> Rows:
    """The number of each example's cluster: texts that are equal but for digits, case and marks, or nearly so."""
    texts = [_words(f"{each.title}\n{each.description}") for each in examples]
    titles = [_words(each.title) for each in examples]
    found = Unions(len(examples))
    found.join_equal((row, words) for row, words in enumerate(texts) if words)
    found.join_equal((row, title) for row, title in enumerate(titles) if len(set(title)) >= LONG_TITLE)
    shingled = {words: row for row, words in enumerate(texts) if words}
    for words, others in _near({words: _shingles(words) for words in shingled}):
        for other in others:
            found.join(shingled[words], shingled[other])
    return found.numbers()


def groups(examples: Sequence[Example], cluster: Rows) -> Rows:
    """The number of each example's group: what must lie in one fold.

    A vendor's listings, on whatever market, and the clusters of those about arms. Clusters of the rest join no groups:
    the short titles that all vendors of a drug use would make one group of nearly all; `without_twins` keeps those apart.
    """
    found = Unions(len(examples))
    found.join_equal((row, each.vendor) for row, each in enumerate(examples) if each.vendor)
    found.join_equal((row, cluster[row]) for row, each in enumerate(examples) if each.category is not Category.OTHER)
    return found.numbers()


def without_twins(rows: Rows, held: Rows, cluster: Rows) -> Rows:
    """The rows but those that say nearly the same as a held-out one."""
    return rows[~np.isin(cluster[rows], cluster[held])]


class Unions:
    """Rows that belong together, directly or through others."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def join(self, one: int, other: int) -> None:
        """Put two rows together."""
        one, other = sorted((self._top(one), self._top(other)))
        self._above[other] = one

    def join_equal(self, keyed: Iterable[tuple[int, object]]) -> None:
        """Put together the rows of each key."""
        first: dict[object, int] = {}
        for row, key in keyed:
            self.join(first.setdefault(key, row), row)

    def numbers(self) -> Rows:
        """For each row, the first of those it belongs with."""
        return np.array([self._top(row) for row in range(len(self._above))], dtype=np.int64)

    def _top(self, row: int) -> int:
        while self._above[row] != row:
            self._above[row] = row = self._above[self._above[row]]
        return row


Shingles = frozenset[tuple[str, ...]]
Words = tuple[str, ...]


def _words(text: str) -> Words:
    """The words of a text, folded and read through disguises; digits are left out, as amounts and models vary."""
    folded = (word for token in tokens(text) for word in WORD.findall(token))
    return tuple(word for _, word in zip(range(MOST_WORDS), folded, strict=False))


def _shingles(words: Words) -> Shingles:
    return frozenset(words[start : start + SHINGLE] for start in range(max(1, len(words) - SHINGLE + 1)))


def _near(texts: dict[Words, Shingles]) -> Iterator[tuple[Words, list[Words]]]:
    """Each text with the earlier ones that are near it.

    Exact: two sets of that similarity share one of their rarest shingles, so only those are looked up
    (prefix filtering, Chaudhuri et al., ICDE 2006).
    """
    common = Counter(shingle for shingles in texts.values() for shingle in shingles)
    seen: dict[tuple[str, ...], list[Words]] = defaultdict(list)
    for words, shingles in texts.items():
        rarest = sorted(shingles, key=lambda shingle: (common[shingle], shingle))
        telling = rarest[: len(rarest) - ceil(NEAR * len(rarest)) + 1]
        candidates = dict.fromkeys(other for shingle in telling for other in seen[shingle])
        yield words, [other for other in candidates if _similar(shingles, texts[other])]
        for shingle in telling:
            seen[shingle].append(words)


def _similar(one: Shingles, other: Shingles) -> bool:
    if min(len(one), len(other)) < NEAR * max(len(one), len(other)):
        return False
    return len(one & other) >= NEAR * len(one | other)
