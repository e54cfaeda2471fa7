"""Names of places that begin or end at a spot of a running text."""

import re
from functools import cache
from itertools import pairwise, takewhile
from typing import NamedTuple

from pipeline.values.found import Found
from pipeline.values.places import code, names

WORDS = 6
"""Most words of a place's name."""
SPAN = 60
"""Most characters of a place's name."""
_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")
_THE = "the "
_NO_PLACES = frozenset(
    [
        "international",
        "internationally",
        "global",
        "globally",
        "earth",
        "world",
        "everywhere",
        "anywhere",
        "mundial",
        "aus",
        "man",
        "island",
        "swiss",
        "german",
        "dutch",
    ]
)
"""Names in `pipeline.values.places` that in a running text are other words, or no place."""
_CODES = frozenset(
    [
        "US",
        "USA",
        "UK",
        "GB",
        "EU",
        "CA",
        "CAN",
        "AU",
        "AUS",
        "NZ",
        "DE",
        "GER",
        "FR",
        "NL",
        "CH",
        "SE",
        "PL",
        "RU",
        "UA",
        "WW",
        "HK",
        "CN",
        "JP",
        "ZA",
        "FI",
        "DK",
        "BE",
        "CZ",
        "UAE",
    ]
)
"""Codes that are read in capitals; in a running text others are words in capitals (TO, IN, IT, NO, ME)."""
_SMALL_CODES = frozenset(["us", "uk", "eu", "usa", "Uk", "Us", "Eu", "Usa"])
_SPELT = _CODES | _SMALL_CODES
_DOTTED = re.compile(r"(?<![^\W_])(?:u[. ]s|u[. ]k|e[. ]u|n[. ]z)(?![^\W_])", re.IGNORECASE)
_SMALL = frozenset(["a", "d", "da", "de", "di", "do", "du", "k", "la", "of", "s", "the", "u", "z"])
"""Words that names end with, and every text holds."""
_OF_WORLD = frozenset(["world", "wide", "worldwide", "ww", "countries", "country"])
"""Last words of names of the whole world that `pipeline.values.routes` reads by a look of its own, wherever they stand."""
_PIECE = re.compile(r"[^\W\d_]+|\d+")


def names_place(text: str) -> bool:
    """Whether a text may name a place other than the whole world: a quick look before the exact ones, which passes over none that they would find."""
    words = set(_PIECE.findall(text))
    spelt = not words.isdisjoint(_SPELT) or not _edges().telling.isdisjoint(map(str.lower, words))
    return spelt or _DOTTED.search(text) is not None


def beginning(text: str, place: int) -> Found | None:
    """The longest name that a text goes on with at a spot."""
    end = place
    while text[end : end + 1].isalnum():
        end += 1
    if end - place > SPAN or text[place:end].lower() not in _edges().first:
        return None
    words = [word for word, _ in zip(_WORD.finditer(text, place, place + SPAN), range(WORDS), strict=False)]
    if not words or words[0].start() != place:
        return None
    joined = len(list(takewhile(_is_near, pairwise(words)))) + 1
    for size in range(joined, 0, -1):
        if known := _known(text[place : words[size - 1].end()]):
            return _bare(text, Found(known, place, words[size - 1].end()))
    return None


def _bare(text: str, found: Found) -> Found:
    """A name without its article."""
    article = text[found.start : found.start + len(_THE)].lower() == _THE
    return found._replace(start=found.start + len(_THE)) if article else found


def _is_near(pair: tuple[re.Match[str], re.Match[str]]) -> bool:
    return pair[1].start() - pair[0].end() <= 1


def ending(text: str, end: int) -> Found | None:
    """The longest name that ends at a spot of a text."""
    start = end
    while start and text[start - 1].isalnum() and end - start < SPAN:
        start -= 1
    if text[start:end].lower() not in _edges().last:
        return None
    words = list(_WORD.finditer(text, max(0, end - SPAN), end))[-WORDS:]
    if not words or words[-1].end() != end:
        return None
    for first in words:
        if known := _known(text[first.start() : end]):
            return _bare(text, Found(known, first.start(), end))
    return None


def _known(name: str) -> str:
    """The code of a name; "" where it is none."""
    if len(name) in {2, 3} and (name in _CODES or name in _SMALL_CODES):
        return code(name.upper()) or ""
    small = " ".join(name.lower().replace("'", "").replace(".", " ").split())
    return "" if small in _NO_PLACES else names().get(small, "")


class _Edges(NamedTuple):
    """The words that names of places begin and end with, by which most spots are passed over."""

    first: frozenset[str]
    last: frozenset[str]
    telling: frozenset[str]
    """Of each name a word without which it does not stand in a text: the last one, or the longest where that is a small word ("Republic of")."""


@cache
def _edges() -> _Edges:
    every = [name.split() for name in (*names(), *(each.lower() for each in _CODES)) if name]
    telling = frozenset(
        max(words, key=len) if words[-1] in _SMALL else words[-1]
        for words in every
        if " ".join(words) not in _NO_PLACES and words[-1] not in _OF_WORLD
    )
    return _Edges(frozenset(words[0] for words in every), frozenset(words[-1] for words in every), telling)
