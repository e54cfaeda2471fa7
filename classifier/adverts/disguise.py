"""The spellings by which vendors hide words from filters, drawn at random."""

import random
import re
from collections.abc import Callable

LEET = {"a": "4@", "e": "3€", "i": "1!", "o": "0", "s": "5$", "t": "7", "l": "1|", "b": "8", "g": "9"}
LOOKALIKES = {
    "a": "аα", "c": "с", "e": "е", "i": "іι", "k": "к", "m": "м", "n": "п", "o": "оο", "p": "рρ", "r": "г", "t": "т",
    "x": "х", "y": "у", "s": "ѕ", "A": "АΑ", "B": "ВΒ", "E": "ЕΕ", "K": "КΚ", "M": "М", "O": "О", "P": "Р", "T": "Т",
}  # fmt: skip
INVISIBLE = "\u200b\u200c\u200d\u2060\u00ad\ufeff"
JOINTS = (" ", ".", "-", "_", "*", "·")
STYLES = (0x1D400, 0x1D5D4, 0x1D670, 0xFF21)
"""Code points of a bold, a sans-serif, a monospaced and a wide A."""
WORD = re.compile(r"[^\W\d_]{4,}")
Trick = Callable[[str, random.Random], str]


def disguised(text: str, rng: random.Random) -> str:
    """The text with one trick played on about half of its longer words."""
    trick = rng.choice(TRICKS)
    return WORD.sub(lambda found: trick(found[0], rng) if rng.random() < 0.5 else found[0], text)  # noqa: PLR2004  # half


def misspelt(text: str, rng: random.Random) -> str:
    """The text with a slip of the finger in one of its longer words."""
    words = list(WORD.finditer(text))
    if not words:
        return text
    word = rng.choice(words)
    return text[: word.start()] + _slip(word[0], rng) + text[word.end() :]


def _slip(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return rng.choice((swapped, word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]))


def _leet(word: str, rng: random.Random) -> str:
    chosen = rng.sample(sorted(LEET), k=5)
    return "".join(rng.choice(LEET[letter.lower()]) if letter.lower() in chosen else letter for letter in word)


def _lookalike(word: str, rng: random.Random) -> str:
    return "".join(
        rng.choice(LOOKALIKES[letter]) if letter in LOOKALIKES and rng.random() < 0.6 else letter  # noqa: PLR2004  # most
        for letter in word
    )


def _spread(word: str, rng: random.Random) -> str:
    return rng.choice(JOINTS).join(word)


def _threaded(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word))
    return word[:at] + rng.choice(INVISIBLE) + word[at:]


def _split(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word))
    return word[:at] + rng.choice(JOINTS[1:]) + word[at:]


def _styled(word: str, rng: random.Random) -> str:
    start = rng.choice(STYLES)
    return "".join(chr(start + ord(letter.upper()) - ord("A")) if letter.isascii() else letter for letter in word)


def _masked(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    return word[:at] + rng.choice("*.-#_") + word[at + 1 :]


TRICKS: tuple[Trick, ...] = (_leet, _leet, _lookalike, _lookalike, _spread, _threaded, _split, _styled, _masked)
