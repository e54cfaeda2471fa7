"""How an advert is disguised in the test slices: tricks of their own, so that they do not repeat those a model is taught."""

import random
import re
import unicodedata
from collections.abc import Callable

FIGURES = str.maketrans("aeiostzAEIOST", "431057243105 7".replace(" ", ""))
SIGNS = str.maketrans({"a": "@", "i": "!", "s": "$", "o": "0", "e": "€", "l": "|", "c": "(", "t": "+"})
CYRILLIC = dict(zip("aceopxyiABCEHKMOPTX", "асеорхуіАВСЕНКМОРТХ", strict=True))
TWINS = str.maketrans(CYRILLIC | {other: latin for latin, other in CYRILLIC.items()})
LATIN = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфхыэіє", "abvgdezijklmnoprstufhyeie", strict=True))
    | {
        "ж": "zh",
        "ч": "ch",
        "ш": "sh",
        "щ": "sch",
        "ц": "c",
        "ю": "yu",
        "я": "ya",
        "ё": "e",
        "ь": "",
        "ъ": "",
        "ї": "yi",
    }
)
UNSEEN = ("\u200b", "\u200d", "\u2060", "\u00ad")
WORD = re.compile(r"[^\W\d_]{3,}")
MOST = 0.6
"""Share of the longer words that are disguised."""
Trick = Callable[[str, random.Random], str]


def disguised(text: str, rng: random.Random) -> str:
    """The text with one or two tricks on most of its longer words; it always differs from the text."""
    chosen = rng.sample(TRICKS, k=rng.choice((1, 1, 2)))

    def tricked(found: re.Match[str]) -> str:
        return rng.choice(chosen)(found[0], rng) if rng.random() < MOST else found[0]

    hidden = WORD.sub(tricked, text)
    return hidden if hidden != text else _spaced(text, rng)


def plainer(text: str) -> str:
    """The text without accents, as on a keyboard that lacks them; Cyrillic stays as it is."""
    marks = unicodedata.normalize("NFKD", text)
    return text if CYRILLIC_LETTER.search(text) else "".join(each for each in marks if not unicodedata.combining(each))


def _figures(word: str, _: random.Random) -> str:
    return word.translate(FIGURES)


def _signs(word: str, _: random.Random) -> str:
    return word.translate(SIGNS)


def _twins(word: str, _: random.Random) -> str:
    return word.translate(TWINS)


def _spaced(word: str, rng: random.Random) -> str:
    return rng.choice((" ", ".", "-")).join(word)


def _unseen(word: str, rng: random.Random) -> str:
    mark = rng.choice(UNSEEN)
    return mark.join((word[:2], word[2:]))


def _wide(word: str, _: random.Random) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if letter.isascii() else letter for letter in word)


def _starred(word: str, _: random.Random) -> str:
    return word[0] + "*" + word[2:]


def _mistyped(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word))
    return rng.choice((word[:at] + word[at - 1] + word[at:], word[:at] + word[at + 1 :]))


def _transliterated(word: str, rng: random.Random) -> str:
    return word.lower().translate(LATIN) if CYRILLIC_LETTER.search(word) else _mistyped(plainer(word), rng)


CYRILLIC_LETTER = re.compile(r"[\u0400-\u04ff]")
TRICKS: tuple[Trick, ...] = (
    _figures, _signs, _twins, _spaced, _unseen, _wide, _starred, _mistyped, _transliterated,
)  # fmt: skip
