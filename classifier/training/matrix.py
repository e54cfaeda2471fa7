"""Examples as rows of a sparse matrix, for training."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from classifier.features import REST, grams, view
from classifier.truth.examples import POSTED, Example

FEWEST = 3
"""Vendors that must have used an n-gram; below that it could be part of a handle and is dropped."""
Rows = NDArray[np.int64]


class Vocabulary(NamedTuple):
    """The n-grams a model knows, as columns of a corpus, and how much each tells."""

    columns: Rows
    idf: NDArray[np.float32]


class Corpus:
    """Examples, counted once; every split of them then costs only sparse algebra."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.examples = examples
        self._columns: dict[str, int] = {}
        self._words: dict[str, int] = {}
        views = [view(example.title, example.description) for example in examples]
        words = [[self._numbers(part.words, self._words) for part in (each.title, each.rest)] for each in views]
        inside = [[self._numbers(grams(word), self._columns)] for word in self._words]
        pairs = [[self._numbers(part.pairs, self._columns) for part in (each.title, each.rest)] for each in views]
        self._words_of = _matrix(words, len(self._words))
        self._grams_in = _matrix(inside, len(self._columns))
        self._pairs_of = _matrix(pairs, len(self._columns))
        self._present = (self._words_of @ self._grams_in + self._pairs_of).tocsr().sign()
        self._authors = np.array([_author(number, example) for number, example in enumerate(examples)])

    @property
    def grams(self) -> list[str]:
        """The n-gram of every column."""
        return list(self._columns)

    def vocabulary(self, rows: Rows) -> Vocabulary:
        """The n-grams that at least `FEWEST` vendors of the rows used, with their inverse document frequency."""
        present = self._present[rows]
        _, author = np.unique(self._authors[rows], return_inverse=True)
        by_author = sparse.csr_matrix((np.ones(len(rows)), (author, np.arange(len(rows)))))
        vendors = _sums((by_author @ present).sign())
        columns = np.flatnonzero(vendors >= FEWEST)
        frequency = _sums(present)[columns]
        idf = np.log((1 + len(rows)) / (1 + frequency)) + 1
        return Vocabulary(columns, idf.astype(np.float32))

    def vectors(self, rows: Rows, known: Vocabulary) -> sparse.csr_matrix:
        """TF-IDF vectors of the rows: every different word counts once, and the length is taken word by word.

        That length (the root of the summed squares of the words' own vectors) is what lets a score be the sum of its
        words' parts, so that each word is looked up once and explains its own share.
        """
        scale = sparse.diags(known.idf.astype(np.float64))
        inside, pairs = self._grams_in[:, known.columns] @ scale, self._pairs_of[rows][:, known.columns] @ scale
        words = self._words_of[rows]
        squares = words.multiply(words) @ _squares(inside) + _squares(pairs)
        shrink = sparse.diags(1 / np.sqrt(np.where(squares > 0, squares, 1)))
        return (shrink @ (words @ inside + pairs)).tocsr()

    @staticmethod
    def _numbers(names: Iterable[str], numbers: dict[str, int]) -> list[int]:
        return [numbers.setdefault(name, len(numbers)) for name in names]


def _author(number: int, example: Example) -> str:
    """Who could be recognised by an n-gram: unnamed vendors of a market count as one; an advert of the open web stands for itself."""
    if example.source in POSTED:
        return f"{example.vendor or example.market}"
    return f"#{number}"


def _matrix(lists: Sequence[Sequence[Sequence[int]]], width: int) -> sparse.csr_matrix:
    """A row per list: ones at the columns of its first part, `REST` at those of its second."""
    ends = np.cumsum([0, *(sum(map(len, parts)) for parts in lists)])
    columns = [column for parts in lists for part in parts for column in part]
    values = [weight for parts in lists for part, weight in zip(parts, (1.0, REST), strict=False) for _ in part]
    return sparse.csr_matrix((values, np.array(columns, dtype=np.int64), ends), shape=(len(lists), width))


def _sums(matrix: sparse.csr_matrix) -> NDArray[np.float64]:
    return np.asarray(matrix.sum(axis=0)).ravel()


def _squares(matrix: sparse.csr_matrix) -> NDArray[np.float64]:
    return np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()
