"""Spellings meant to escape a search."""

import re
from random import Random

from pipeline.taxonomy import Open


class Disguise(Open):
    """How a name is hidden from a search for it."""

    NONE = "none"
    LEET = "leet"
    HOMOGLYPHS = "homoglyphs"
    SPACED = "spaced"
    ZERO_WIDTH = "zero_width"
    UNKNOWN = "unknown"


LEET = str.maketrans("aeioAEIO", "43104310")
CYRILLIC = str.maketrans("aceopxyABCEHKMOPTX", "асеорхуАВСЕНКМОРТХ")
WORD = re.compile(r"[^\W\d_]{3,}")
CHOICES = (Disguise.LEET, Disguise.HOMOGLYPHS, Disguise.SPACED, Disguise.ZERO_WIDTH)


def disguised(name: str, draws: Random) -> tuple[str, Disguise]:
    """The name with one of its words, never a calibre, spelled so as not to be found, and how."""
    words = WORD.findall(name)
    if not words:
        return name, Disguise.NONE
    word = next((found for found in words if len(found) >= 4), words[0])  # noqa: PLR2004  # "and" hides nothing
    chosen = draws.choice(CHOICES)
    for way in (chosen, Disguise.SPACED):
        if (hidden := _hidden(word, way)) != word:
            return name.replace(word, hidden, 1), way
    return name, Disguise.NONE


def _hidden(word: str, way: Disguise) -> str:
    match way:
        case Disguise.LEET:
            return word.translate(LEET)
        case Disguise.HOMOGLYPHS:
            return word.translate(CYRILLIC)
        case Disguise.SPACED:
            return " ".join(word)
        case Disguise.ZERO_WIDTH:
            return "\u200b".join(word)
        case Disguise.NONE | Disguise.UNKNOWN:
            return word
