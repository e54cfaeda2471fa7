"""The views of a text with the place in the original of every code point."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.text.normal import normalised
from pipeline.text.reveal import JOINING, LETTERING
from pipeline.text.rule import Rule
from pipeline.text.scripts import unmixed

_RUN = re.compile(r"\S+|\s+")
_MARKS = re.compile("[\u0300-\u036f]+")


class Traced(NamedTuple):
    """A view of a text, and where in the original each of its code points begins and ends."""

    text: str
    begins: Sequence[int]
    ends: Sequence[int]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original, in code points, that this stretch of the view was read from; `start` < `end`."""
        return self.begins[start], self.ends[end - 1]


def normalised_traced(text: str) -> Traced:
    """The text without what Unicode hides, as `normalised` reads it, run by run between spaces.

    What stands in a run that had to be changed is placed at the whole run.
    """
    if normalised(text).text == text:
        return Traced(text, range(len(text)), range(1, len(text) + 1))
    parts: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    for found in _RUN.finditer(text):
        start, end = found.span()
        part = normalised(found[0]).text
        parts.append(part)
        begins += range(start, end) if part == found[0] else [start] * len(part)
        ends += range(start + 1, end + 1) if part == found[0] else [end] * len(part)
    return Traced("".join(parts), begins, ends)


def revealed_traced(view: Traced) -> Traced:
    """A normalised view with its disguises undone, as `deobfuscated` reads it; the same view where it has none."""
    seen = _rewritten(Rule(_MARKS, _MARKS, lambda _found: ""), view)
    for rules in (JOINING, LETTERING):
        for rule in rules:
            seen = _rewritten(rule, seen)
        if seen.text != view.text and not seen.text.isascii():
            seen = seen._replace(text=unmixed(seen.text)[0])
    return seen


def _rewritten(rule: Rule, seen: Traced) -> Traced:
    """What a rule makes of a view: letters put one for one keep their places, what was joined has those of all its parts."""
    if not rule.hint.search(seen.text):
        return seen
    parts: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    done = 0
    for found in rule.whole.finditer(seen.text):
        new = rule.read(found)
        start, end = found.span()
        if len(new) == end - start:
            parts += (seen.text[done:start], new)
            begins += seen.begins[done:end]
            ends += seen.ends[done:end]
        else:
            first, last = seen.place(start, end)
            parts += (seen.text[done:start], new)
            begins += (*seen.begins[done:start], *[first] * len(new))
            ends += (*seen.ends[done:start], *[last] * len(new))
        done = end
    parts.append(seen.text[done:])
    begins += seen.begins[done:]
    ends += seen.ends[done:]
    return Traced("".join(parts), begins, ends)
