"""Linear models over TF-IDF n-grams, scored with numpy alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.features import REST, Part, View, grams

CACHED = 32_768
"""Words whose parts are kept: listings share most of theirs."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What training leaves of the linear models."""

    grams: tuple[str, ...]
    idf: NDArray[np.float32]
    coefficients: NDArray[np.float16]
    """One row per n-gram, one column per output."""
    intercepts: NDArray[np.float64]
    outputs: tuple[str, ...]


class Linear:
    """Scores views; keeps the parts of the words it met lately."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._number = {gram: number for number, gram in enumerate(weights.grams)}
        self._parts = _parts(weights)
        self._rest = np.append(np.full(len(weights.outputs), REST), REST * REST)
        self._cached: dict[str, int] = {}
        self._known: list[int] = []
        """How many n-grams of each cached word the models know."""
        self._nothing = np.zeros(self._parts.shape[1])
        self._table = np.zeros((CACHED, self._parts.shape[1]))

    def known(self, word: str) -> int:
        """How many n-grams of a word the models have a weight for."""
        return self._known[self._cache([word])[0]]

    def scores(self, views: Sequence[View]) -> Floats:
        """One row per view, one column per output: what a logistic regression calls its decision."""
        return np.array([self.score(found) for found in views]).reshape(len(views), len(self.weights.outputs))

    def score(self, found: View) -> Floats:
        """The outputs for one view."""
        part = self.parts(found)
        length = np.sqrt(part[-1]) or 1.0
        scored: Floats = part[:-1] / length + self.weights.intercepts
        return scored

    def parts(self, found: View) -> Floats:
        """What the words and pairs bring to every output before the text's length divides it; last, that length squared."""
        summed: Floats = self._part(found.title) + self._part(found.rest) * self._rest
        return summed

    def _part(self, part: Part) -> Floats:
        return self._words(part.words[:CACHED]) + self._pairs(part.pairs)

    def _words(self, words: Sequence[str]) -> Floats:
        return self._summed(self._table, self._cache(words))

    def _pairs(self, pairs: Sequence[str]) -> Floats:
        known = [number for pair in pairs if (number := self._number.get(pair)) is not None]
        return self._summed(self._parts, known)

    def _summed(self, table: Floats, rows: list[int]) -> Floats:
        """The sum of some rows, one after the other in their order."""
        if not rows:
            return self._nothing
        summed: Floats = np.add.reduce(table.take(rows, axis=0), axis=0)
        return summed

    def _cache(self, words: Sequence[str]) -> list[int]:
        if len(self._cached) + len(words) > CACHED:
            self._cached.clear()
            self._known.clear()
        return [self._place(word) for word in words]

    def _place(self, word: str) -> int:
        place = self._cached.get(word)
        if place is None:
            place = self._cached[word] = len(self._cached)
            known = [number for gram in grams(word) if (number := self._number.get(gram)) is not None]
            self._table[place] = self._summed(self._parts, known)
            self._known.append(len(known))
        return place


def _parts(weights: Weights) -> Floats:
    """Each n-gram's weights times its IDF, then that IDF squared; written in place, for the largest model's are 40 MB."""
    idf = weights.idf.astype(np.float64)[:, None]
    parts = np.empty((len(idf), weights.coefficients.shape[1] + 1))
    np.multiply(weights.coefficients, idf, out=parts[:, :-1])
    np.multiply(idf, idf, out=parts[:, -1:])
    return parts
