"""How a vendor types: in capitals, in haste, in another alphabet, with emojis, or so that a filter is fooled."""

import random
import re
import unicodedata
from collections.abc import Callable

from classifier.adverts.disguise import disguised, misspelt
from classifier.adverts.translit import cyrillic, latin

EMOJIS = "🔥⭐✅💯📦🚀💎⚡🌍🎁👑❗🔒💰🛒"
NOISE = ("!!!", "$$$", "***", "~~", "==", "| TOP |", "#1", "(!)", "%%", ">>", "100%")
CASES = (str.upper, str.lower, str.title)
CYRILLIC = ("ru", "uk")
LATIN_TYPED, CYRILLIC_TYPED, BARE = 0.1, 0.15, 0.1
"""Parts of the Russian and Ukrainian adverts in Latin letters, of the Serbian in Cyrillic, of the others without accents."""
KEPT = 0.85
"""Part of the words that a vendor in haste does not leave out."""
Draw = random.Random
Way = Callable[[str, str, Draw], tuple[str, str]]


def spelt(title: str, description: str, language: str, rng: Draw) -> tuple[str, str]:
    """Title and description as one vendor might type them."""
    title, description = _alphabet(title, description, language, rng)
    chance = rng.random()
    for share, way in WAYS:
        if chance < share:
            return way(title, description, rng)
        chance -= share
    return title, description


def plain_letters(text: str) -> str:
    """The text without its accents, as phones and careless writers leave them out."""
    bare = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return bare.translate(str.maketrans("ıİłŁđĐøØß", "iIlLdDoOs"))


def _alphabet(title: str, description: str, language: str, rng: Draw) -> tuple[str, str]:
    chance = rng.random()
    if language in CYRILLIC and chance < LATIN_TYPED:
        return latin(title), latin(description)
    if language == "sr" and chance < CYRILLIC_TYPED:
        return cyrillic(title), cyrillic(description)
    if language not in CYRILLIC and chance < BARE:
        return plain_letters(title), plain_letters(description)
    return title, description


def _disguised(title: str, description: str, rng: Draw) -> tuple[str, str]:
    return disguised(title, rng), disguised(description, rng)


def _title_disguised(title: str, description: str, rng: Draw) -> tuple[str, str]:
    return disguised(title, rng), description


def _misspelt(title: str, description: str, rng: Draw) -> tuple[str, str]:
    return misspelt(title, rng), misspelt(misspelt(description, rng), rng)


def _cased(title: str, description: str, rng: Draw) -> tuple[str, str]:
    return rng.choice(CASES)(title), description


def _all_cased(title: str, description: str, rng: Draw) -> tuple[str, str]:
    change = rng.choice(CASES[:2])
    return change(title), change(description)


def _decorated(title: str, description: str, rng: Draw) -> tuple[str, str]:
    before, after = (rng.choice((*EMOJIS, *NOISE, "")) * rng.randint(1, 3) for _ in range(2))
    return f"{before} {title} {after}".strip(), description.replace(". ", f". {rng.choice(EMOJIS)} ", 2)


def _hurried(title: str, description: str, rng: Draw) -> tuple[str, str]:
    """Words of the description left out, full stops with them."""
    words = [word for word in description.split(" ") if rng.random() < KEPT]
    return title, re.sub(r"[.,]", "", " ".join(words))


WAYS: tuple[tuple[float, Way], ...] = (
    (0.08, _disguised), (0.05, _title_disguised), (0.08, _misspelt), (0.16, _cased), (0.06, _all_cased),
    (0.05, _decorated), (0.05, _hurried),
)  # fmt: skip
"""Shares of the ways to spell; the rest is typed with care."""
