"""Calibres in a text, in all the ways that their names are spelt."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from classifier.entities.gazetteer import sections
from pipeline.values.found import Found

_LEAD = re.compile(r"(\.?)(\d+(?:[.,]\d+)?)(?!\d)(.*)")
NUMBER = re.compile(r"\d+(?:[.,]\d{1,2}(?!\d))?")
"""What a calibre begins with; its dot is looked for apart, for a search for digits is fast."""
_WORD = re.compile(r" ?-?(?:cal(?:ib(?:er|re|ier))?|kal(?:iber)?|calibro|кал(?:ибра?)?)(?![^\W_])")
_ARM = re.compile(r" ?-?(?:carbine|pistol|rifle|revolver|handgun|snub|derringer)(?![^\W_])")
"""What makes the number right before it a calibre, and is no part of its name."""
_MM = r"(?: ?(?:mm|мм)(?![^\W_]))"
_TIMES = r" ?(?:mm|мм)? ?[x×х*] ?"
_GAP = r"[ \-./]{0,2}"
_END = r"(?![^\W_])"
_BEFORE = re.compile(
    r"(?<![^\W_])(?:cal(?:ib(?:er|re))?s?|kal(?:iber)?|calibro|калибра?|кал|çap|kalibra|ráže)[ .:=–-]{0,3}$"
)
"""A word for calibre right before a number."""
_ROW = re.compile(r"(?<![^\W_])\.?\d{2,3}(?:(?:mm)?(?: |, ?|/)\.?\d{1,3}(?:mm)?(?![^\W_])){3,20}")
ROW = 40
"""Characters around a number in which others of its row stand."""
LABEL = 12
"""Characters in which it is looked for."""


class _Tail(NamedTuple):
    """What follows the number of one calibre, and what it is then."""

    name: str
    weak: bool
    dotted: bool
    """Whether the number must have its dot (".45"), for without it it is any number."""


class Calibre(NamedTuple):
    """A calibre in a text."""

    found: Found
    weak: bool
    """Whether the number is one only where a text speaks of arms."""


def calibres(text: str) -> Iterator[Calibre]:
    """The calibres in a lower-case text, each by its canonical name."""
    table = _table()
    after = 0
    for number in NUMBER.finditer(text):
        known = table.get(number[0].replace(",", "."))
        start = number.start() - (text[number.start() - 1 : number.start()] == ".")
        if (
            known
            and start >= after
            and not text[start - 1 : start].isalnum()
            and (found := _calibre(text, start, number.end(), *known))
        ):
            after = found.found.end
            yield found


def _calibre(text: str, start: int, end: int, pattern: re.Pattern[str], tails: list[_Tail]) -> Calibre | None:
    best = pattern.match(text, end)
    if best is None or best.lastgroup is None:
        return None
    tail = tails[int(best.lastgroup[1:])]
    word = _WORD.match(text, best.end())
    said = (
        word is not None
        or _ARM.match(text, best.end()) is not None
        or _BEFORE.search(text, max(0, start - LABEL), start) is not None
    )
    if tail.dotted and text[start] != "." and not said and not _is_listed(text, start, end):
        return None
    found = Found(tail.name, start, word.end() if word else best.end())
    return Calibre(found, weak=tail.weak and not said)


def _is_listed(text: str, start: int, end: int) -> bool:
    """Whether a number stands in a row with three others or a calibre ("22 25 32 380 9mm")."""
    row = _ROW.search(text, max(0, start - ROW), end + ROW)
    while row and row.end() < end:
        row = _ROW.search(text, row.end(), end + ROW)
    return row is not None and row.start() <= start and end <= row.end()


@cache
def _table() -> dict[str, tuple[re.Pattern[str], list[_Tail]]]:
    """For each number that begins a calibre: what may follow it, the longest first."""
    tails: dict[str, dict[str, _Tail]] = defaultdict(dict)
    for _, line in sections("calibres.txt"):
        name, _, others = line.partition(":")
        for spelling in others.split(","):
            bare = spelling.strip(" ?").lower()
            if lead := _LEAD.fullmatch(bare):
                weak = spelling.strip().startswith("?")
                tail = _Tail(name, weak, dotted=weak and lead[1] == ".")
                known = tails[lead[2]].get(lead[3])
                tails[lead[2]][lead[3]] = tail if known is None or (known.dotted and not tail.dotted) else known
    return {key: _compiled(found) for key, found in tails.items()}


def _compiled(found: dict[str, _Tail]) -> tuple[re.Pattern[str], list[_Tail]]:
    longest = sorted(found, key=lambda tail: -len(tail))
    either = "|".join(f"(?P<t{place}>{_pattern(tail)})" for place, tail in enumerate(longest))
    return re.compile(either), [found[tail] for tail in longest]


def _pattern(tail: str) -> str:
    """What a tail looks like in a text: other marks for its spaces, a cross for its x, and millimetres after a length."""
    marked = re.sub(r"^(?=[^\W\d_](?<!x))", " ", re.sub(r"[ \-./]+", " ", tail.rstrip(" .")))
    numbered = re.sub(r" (?=\d)", "#", marked)
    pattern = re.escape(numbered).replace(r"\ ", _GAP).replace(r"\#", "[-./]")
    if tail.startswith("x"):
        pattern = _TIMES + pattern[1:]
        pattern += f"{_MM}?" if tail[-1].isdigit() else ""
    return pattern + _END
