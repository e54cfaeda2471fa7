"""Undoes what Unicode allows a text to hide: compatibility forms, invisible characters, letters of another script."""

import re
from typing import NamedTuple
from unicodedata import combining, normalize

from pipeline.text.bounds import LIMIT, bounded
from pipeline.text.scripts import drawn, unmixed

MOST_MARKS = 16
"""Combining marks kept on one letter; sorting a run of n takes Python n² steps: 13 s for 64 Ki marks."""

_CONTROL = r"\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"
CONTROLS = re.compile(f"[{_CONTROL}]")
INVISIBLE = re.compile(
    f"[{_CONTROL}\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\u0488\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20e2\u20e4-\u20f0\ufe20-\ufe2f"
    "\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Control and format characters, blanks of other scripts, and marks that no alphabet writes on its letters (but keycaps of emojis)."""
_EMOJI_STYLE = re.compile("[\ufe00-\ufe0f\u200d](?<![^\\W_]\u200d)")
_MICRO = re.compile("[\u00b5\u03bc](?=[gGlLmM]\\b)")
_MARK = r"[^\w\s\x00-\x7f]"
_STACK = re.compile(f"{_MARK}{_MARK}{{{MOST_MARKS},}}")


class Normalised(NamedTuple):
    """A text in one spelling, with what had to be undone to get there."""

    text: str
    invisible: int
    """Characters removed that no reader sees; emoji styles are removed and not counted."""
    mixed: int
    """Words that mixed letters of Latin, Cyrillic, Greek, Armenian or Cherokee."""


def normalised(text: str) -> Normalised:
    """The text in NFKC, at most `LIMIT` code points, without invisible characters and with look-alike letters undone where a word mixes scripts.

    Normalising the result again changes nothing.
    """
    if text.isascii() and (text.isprintable() or not CONTROLS.search(text)):
        return Normalised(text[:LIMIT], 0, 0)
    text, _ = bounded(text)
    plain = _EMOJI_STYLE.sub("", text)
    visible = INVISIBLE.sub("", plain)
    composed = normalize("NFKC", _STACK.sub(_unstacked, _MICRO.sub("u", visible)))
    once, mixed = unmixed(drawn(INVISIBLE.sub("", composed)[:LIMIT]))
    return Normalised(normalize("NFKC", once), len(plain) - len(visible), mixed)


def _unstacked(found: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for letter in found[0]:
        marks = marks + 1 if combining(letter) else 0
        if marks <= MOST_MARKS:
            kept.append(letter)
    return "".join(kept)
