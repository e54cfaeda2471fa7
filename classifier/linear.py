"""Linear models over TF-IDF n-grams, scored with numpy alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.features import REST, Part, View, grams

CACHED = 32_768
"""Words and pairs whose parts are kept: listings share most of theirs."""
Floats = NDArray[np.float64]
Spelt = Callable[[str], Sequence[str]]
"""The n-grams of a word."""


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
        self._idf = weights.idf.astype(np.float64)
        self._coefficients = np.ascontiguousarray(weights.coefficients)
        self._rest = np.append(np.full(len(weights.outputs), REST), REST * REST)
        self._cached: dict[str, int] = {}
        self._known: list[int] = []
        """How many n-grams of each cached word the models know."""
        self._nothing = np.zeros(len(self._rest))
        self._table = np.zeros((CACHED, len(self._rest)))

    def known(self, word: str) -> int:
        """How many n-grams of a word the models have a weight for."""
        return self._known[self._places([word], grams)[0]]

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
        pairs = [pair for pair in part.pairs if pair in self._number]
        return self._summed(part.words, grams) + self._summed(pairs, _alone)

    def _summed(self, words: Sequence[str], spelt: Spelt) -> Floats:
        places = self._places(words[:CACHED], spelt)
        if not places:
            return self._nothing
        summed: Floats = np.add.reduce(self._table.take(places, axis=0), axis=0)
        return summed

    def _places(self, words: Sequence[str], spelt: Spelt) -> list[int]:
        if len(self._cached) + len(words) > CACHED:
            self._cached.clear()
            self._known.clear()
        return [self._place(word, spelt) for word in words]

    def _place(self, word: str, spelt: Spelt) -> int:
        place = self._cached.get(word)
        if place is None:
            place = self._cached[word] = len(self._cached)
            known = [number for gram in spelt(word) if (number := self._number.get(gram)) is not None]
            self._put(known, self._table[place])
            self._known.append(len(known))
        return place

    def _put(self, numbers: list[int], row: Floats) -> None:
        """Write what some n-grams bring: weights times IDF, last that IDF squared; made when asked, for all of them are 100 MB."""
        if len(numbers) == 1:
            row[:-1], row[-1] = self._coefficients[numbers[0]], self._idf[numbers[0]]
            row *= self._idf[numbers[0]]
            return
        idf = self._idf.take(numbers)
        rows = np.empty((len(numbers), len(self._rest)))
        rows[:, :-1] = self._coefficients.take(numbers, axis=0)
        rows[:, -1] = idf
        rows *= idf[:, None]
        np.add.reduce(rows, axis=0, out=row)


def _alone(pair: str) -> tuple[str]:
    """The n-grams of a pair of words, which is one already."""
    return (pair,)
