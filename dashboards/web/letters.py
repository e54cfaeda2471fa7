"""Makes text from a page safe to look at: escaped, kept in its own direction, with what cannot be seen named."""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, groupby
from typing import NamedTuple

from markupsafe import Markup

from pipeline.records import Span

PLAIN = frozenset("\n\r\t")
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and symbols that draw nothing; Unicode does not count them among its format characters."""
SELECTORS = ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
JOINERS = frozenset("\u200c\u200d")
EMOJI_STYLES = frozenset("\ufe0e\ufe0f")
VIRAMA = 9
LEVELS = 3


class Frame(NamedTuple):
    """A stretch of a text that shows something which has a name."""

    start: int
    end: int
    name: str
    anchor: str
    """Id of the place on the page where it begins."""


class Stretch(NamedTuple):
    """A part of a text on which the same spans and frames lie."""

    start: int
    end: int
    weight: float
    """The sum of the spans' weights; 0 where none lies."""
    frames: tuple[Frame, ...] = ()


def shown(text: str, limit: int | None = None) -> Markup:
    """The text as HTML that cannot act, reorder its surroundings or hide a letter; cut after `limit` code points."""
    kept = text if limit is None or len(text) <= limit else f"{text[:limit]}…"
    return _isolated(_letters(kept, _hidden(kept)))


def marked(text: str, spans: Iterable[Span], frames: Iterable[Frame] = ()) -> Markup:
    """As `shown`, with the stretches that moved the score marked in three strengths, and those that show something framed."""
    hidden = _hidden(text)
    stretches = list(_stretches(len(text), spans, frames))
    strongest = max((abs(stretch.weight) for stretch in stretches), default=0.0)
    return _isolated(Markup("").join(_stretch(text, hidden, stretch, strongest) for stretch in stretches))


def visible(text: str) -> str:
    """The text without what cannot be seen, for a window's title."""
    return "".join(letter for letter, hidden in zip(text, _hidden(text), strict=True) if not hidden)


def _isolated(inner: Markup) -> Markup:
    return Markup('<bdi dir="auto">{}</bdi>').format(inner)


def _stretch(text: str, hidden: Sequence[bool], stretch: Stretch, strongest: float) -> Markup:
    part = slice(stretch.start, stretch.end)
    letters = _letters(text[part], hidden[part])
    anchors = Markup("").join(
        Markup('<span id="{}"></span>').format(frame.anchor) for frame in stretch.frames if frame.start == stretch.start
    )
    marks = [*_strength(stretch.weight, strongest), *(("sign", frame.name) for frame in stretch.frames)]
    if not marks:
        return letters
    kinds, meanings = (dict.fromkeys(words) for words in zip(*marks, strict=True))
    return anchors + Markup('<mark class="{}" title="{}">{}</mark>').format(
        " ".join(kinds), "; ".join(meanings), letters
    )


def _strength(weight: float, strongest: float) -> list[tuple[str, str]]:
    if weight == 0:
        return []
    level = min(LEVELS, max(1, math.ceil(LEVELS * abs(weight) / strongest)))
    return [(f"up-{level}", "raised the score") if weight > 0 else (f"down-{level}", "lowered the score")]


def _stretches(length: int, spans: Iterable[Span], frames: Iterable[Frame]) -> Iterator[Stretch]:
    """The whole text cut where a span or frame begins or ends; spans that overlap add up, what lies outside the text is left out."""
    steps: dict[int, list[float]] = {0: [], length: []}
    for span in spans:
        start, end = max(0, span.start), min(length, span.end)
        if start < end and math.isfinite(span.weight):
            steps.setdefault(start, []).append(span.weight)
            steps.setdefault(end, []).append(-span.weight)
    within = [frame for frame in frames if 0 <= frame.start < frame.end <= length]
    for frame in within:
        steps.setdefault(frame.start, [])
        steps.setdefault(frame.end, [])
    places = sorted(steps)
    weights = accumulate(math.fsum(steps[place]) for place in places)
    for start, end, weight in zip(places, places[1:], weights, strict=False):
        lying = tuple(frame for frame in within if frame.start <= start < frame.end)
        yield Stretch(start, end, 0.0 if math.isclose(weight, 0.0, abs_tol=1e-9) else weight, lying)


def _letters(text: str, hidden: Sequence[bool]) -> Markup:
    runs = groupby(zip(text, hidden, strict=True), key=lambda pair: pair[0] if pair[1] else "")
    return Markup("").join(
        _named(letter, sum(1 for _ in run)) if letter else Markup.escape("".join(seen for seen, _ in run))
        for letter, run in runs
    )


def _named(letter: str, times: int) -> Markup:
    repeated = f" ×{times}" if times > 1 else ""
    name = unicodedata.name(letter, "not a character")
    return Markup('<span class="unseen" title="{}">{}</span>').format(
        f"{name}{repeated}", f"U+{ord(letter):04X}{repeated}"
    )


def _hidden(text: str) -> list[bool]:
    """For each letter, whether it draws nothing; joiners and styles that belong to an emoji or a script pass."""
    return [
        _draws_nothing(letter) and not _belongs(letter, before)
        for before, letter in zip(f" {text}", text, strict=False)
    ]


@lru_cache(maxsize=4096)
def _draws_nothing(letter: str) -> bool:
    if letter in PLAIN:
        return False
    if letter in BLANKS or any(low <= ord(letter) <= high for low, high in SELECTORS):
        return True
    return unicodedata.category(letter)[0] == "C" or letter in "\u2028\u2029"


def _belongs(letter: str, before: str) -> bool:
    emoji = unicodedata.category(before) in {"So", "Sk"} and before not in BLANKS
    if letter in EMOJI_STYLES:
        return emoji
    scripts = unicodedata.bidirectional(before) == "AL" or unicodedata.combining(before) == VIRAMA
    return letter in JOINERS and (emoji or scripts or before in EMOJI_STYLES)
