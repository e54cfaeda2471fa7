"""A text in plain letters that still knows where each of them stood in the original."""

import re
from collections.abc import Sequence
from typing import NamedTuple
from unicodedata import combining, normalize

from pipeline.text.bounds import LIMIT
from pipeline.text.normal import CONTROLS, INVISIBLE
from pipeline.text.reveal import STEPS, again
from pipeline.text.rule import Rule
from pipeline.text.scripts import drawn, unmixed

_FLAT = {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "µ": "u", "μ": "u"}
_LEARNT = ((0, 0x3000), (0xF900, 0x10000), (0x1D400, 0x1D800), (0x1F100, 0x1F200))
"""Code points whose plain letters are looked for and remembered; all others are pictures and signs of other scripts, and stay."""
_UNSEEN = re.compile(f"{INVISIBLE.pattern}|[\ufe00-\ufe0f\ud800-\udfff]")
"""What no reader sees: invisible characters, styles of emoji, and lone surrogates, which no store can hold."""


class Traced(NamedTuple):
    """A text and, letter by letter, where it began and ended in the original."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the text, which is not empty, stands in the original."""
        return self.starts[start], self.ends[end - 1]


class _Letters(dict[int, str]):
    """The plain form of each character, learnt as they come, and which characters are not one letter of it."""

    def __init__(self) -> None:
        super().__init__()
        self.odd: set[str] = set()

    def __missing__(self, code: int) -> str:
        known = any(first <= code < last for first, last in _LEARNT)
        plain = _plain(chr(code)) if known else "" if _UNSEEN.match(chr(code)) else chr(code)
        if known:
            self[code] = plain
        if len(plain) != 1:
            self.odd.add(chr(code))
        return plain


def traced(text: str) -> Traced:
    """The text, at most `LIMIT` code points of it, without marks on letters, compatibility forms, invisible characters or mixed scripts; its case is kept."""
    text = text[:LIMIT]
    if text.isascii() and not CONTROLS.search(text):
        return Traced(text, range(len(text)), range(1, len(text) + 1))
    plain = text.translate(_LETTERS)
    if _LETTERS.odd.isdisjoint(text):
        return Traced(unmixed(drawn(plain))[0], range(len(plain)), range(1, len(plain) + 1))
    places = _places(text)
    return Traced(unmixed(drawn(plain))[0], places, [place + 1 for place in places])


def untangled(view: Traced) -> Traced | None:
    """The view as it reads once disguises are undone (see `pipeline.text.reveal`); None where there is none in it."""
    shown = view
    for step in STEPS:
        before = shown.text
        for rule in step:
            shown = _rewritten(shown, rule)
        shown = shown._replace(text=again(shown.text, before))
    return None if shown.text == view.text else shown


def _plain(char: str) -> str:
    if _UNSEEN.match(char) or combining(char):
        return ""
    apart = normalize("NFD", _FLAT.get(char, normalize("NFKC", char)))
    bare = normalize("NFC", "".join(each for each in apart if not combining(each)))
    return "I" if char == "İ" else bare


def _places(text: str) -> list[int]:
    """Where each letter of the plain text stands in the text."""
    places: list[int] = []
    after = 0
    odd = _LETTERS.odd
    for place, char in enumerate(text):
        if char in odd:
            places += range(after, place)
            places += [place] * len(_LETTERS[ord(char)])
            after = place + 1
    places += range(after, len(text))
    return places


def _rewritten(view: Traced, rule: Rule) -> Traced:
    """What a rule makes of a view: letters put one for one keep their places, what was joined has the stretch of all its parts."""
    if not rule.hint.search(view.text):
        return view
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    after = 0
    for found in rule.whole.finditer(view.text):
        first, last = found.span()
        new = rule.read(found)
        parts += [view.text[after:first], new]
        same = len(new) == last - first
        starts += [*view.starts[after:first], *(view.starts[first:last] if same else [view.starts[first]] * len(new))]
        ends += [*view.ends[after:first], *(view.ends[first:last] if same else [view.ends[last - 1]] * len(new))]
        after = last
    return Traced("".join([*parts, view.text[after:]]), [*starts, *view.starts[after:]], [*ends, *view.ends[after:]])


_LETTERS = _Letters()
