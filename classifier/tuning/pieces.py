"""Cuts a multilingual tokenizer to the pieces that lower-case text in the languages of the encoder can need."""

import unicodedata
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

MOST = 40_000
"""Pieces kept of a Unigram tokenizer, the most frequent first; beside them every single letter stays."""
SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")
SPECIAL = 4
"""Pieces at the front that are marks of the encoder and no text: beginning, padding, end, unknown."""


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A tokenizer with fewer pieces, and the rows of the word table that stay, in their new order."""

    tokenizer: bytes
    rows: NDArray[np.int64]


def cut(tokenizer: bytes, most: int = MOST) -> Cut:
    """The tokenizer with the pieces that count; a tokenizer that is no Unigram model keeps them all."""
    tree = msgspec.json.decode(tokenizer)
    model = tree["model"]
    if model["type"] != "Unigram":
        return Cut(tokenizer=tokenizer, rows=np.arange(len(model["vocab"])))
    vocabulary = model["vocab"]
    needed = [row for row in range(SPECIAL, len(vocabulary)) if _readable(vocabulary[row][0])]
    single = [row for row in needed if len(vocabulary[row][0].strip("▁")) <= 1]
    rows = np.array([*range(SPECIAL), *sorted({*needed[:most], *single})], dtype=np.int64)
    model["vocab"] = [vocabulary[row] for row in rows]
    tree["added_tokens"] = [token for token in tree["added_tokens"] if token["id"] < SPECIAL]
    tree |= {"truncation": None, "padding": None}
    return Cut(tokenizer=msgspec.json.encode(tree), rows=rows)


def _readable(piece: str) -> bool:
    """Whether lower-case text in the scripts can contain the piece; pieces are listed from the most frequent on."""
    return piece == piece.lower() and all(_known(letter) for letter in piece)


def _known(letter: str) -> bool:
    return not letter.isalpha() or unicodedata.name(letter, "").startswith(SCRIPTS)
