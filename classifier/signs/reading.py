"""A view of a text as the rules read it: folded words with one space between them, sentences ended by a point."""

import re
from bisect import bisect_right
from typing import NamedTuple

from pipeline.text import Traced, folded

WORD = re.compile(r"[^\W_]+(?:(?<=\d)[.,](?=\d)[^\W_]+)*|[!?;\n\r…•]|\.(?!\d)")
END = "."


class Reading(NamedTuple):
    """The words of a view, with their places in it."""

    text: str
    """" no serial . ships worldwide ": a space before and after each word."""
    words: list[str]
    offsets: list[int]
    """Where in `text` each word begins."""
    places: list[tuple[int, int]]
    """Where in the view each word stands."""

    def first(self, start: int) -> int:
        """The number of the word in which a place of `text` lies."""
        return bisect_right(self.offsets, start) - 1

    def before(self, number: int, count: int) -> list[str]:
        """The words of the same sentence before a word, the nearest last."""
        words = self.words[max(0, number - count) : number]
        return words[len(words) - words[::-1].index(END) :] if END in words else words


def read(view: Traced) -> Reading:
    """The view's words."""
    words: list[str] = []
    offsets: list[int] = []
    places: list[tuple[int, int]] = []
    at = 1
    for found in WORD.finditer(view.text):
        for word in _folded(found[0]).split() or (END,):
            words.append(word)
            offsets.append(at)
            places.append(found.span())
            at += len(word) + 1
    return Reading(f" {' '.join(words)} ", words, offsets, places)


def words_of(text: str) -> list[str]:
    """The words of a text, without the ends of sentences."""
    return [word for found in WORD.findall(text) for word in _folded(found).split()]


def _folded(word: str) -> str:
    """The folded word; "" for the end of a sentence."""
    plain = word.lower() if word.isascii() else folded(word)
    return plain if plain[:1].isalnum() else ""
