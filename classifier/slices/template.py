"""One written line becomes several adverts: braces hold the words, names and figures that may change places.

`{a|b}` is one of its words, `{pistol}` one of a named list, `{40..90}` a figure between the two; braces nest, and
` -- ` stands between title and description. `[en FA]` heads the lines of a language and says what they are;
`PC.SLD> ` or `OTH,warning> ` before a line says it of that line alone.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from pipeline.taxonomy import Act, Category, Goods, Subtype

HEADER = re.compile(r"\[([a-z]{2}) ([^\]]+)\]")
FILLER = re.compile(r"([a-z_]+): (.+)")
PREFIX = re.compile(r"([A-Za-z0-9_.,]+)> (.+)")
BRACES = re.compile(r"\{([^{}]*)\}")
FIGURES = re.compile(r"(\d+)\.\.(\d+)")
ESCAPE = re.compile(r"\\u([0-9a-f]{4})")
ROUND_FROM = 100
"""Figures from here on are round ones, as prices are."""
YEARS = range(1500, 2100)
"""Figures from one of these to another are years and stay as they are."""
Fillers = Mapping[str, Sequence[str]]


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """What a written line is an example of."""

    category: Category = Category.OTHER
    subtype: Subtype = Subtype.UNKNOWN
    act: Act = Act.OFFER
    goods: Goods = Goods.UNKNOWN

    def told(self, words: Sequence[str]) -> "Kind":
        """The kind with what these words say of it, each a value of one of the closed lists."""
        kind = self
        for word in words:
            kind = msgspec.structs.replace(kind, **_part(word))
        return kind


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A written line with its language and kind."""

    line: int
    """Where it stands in its file, from 1."""
    language: str
    kind: Kind
    text: str

    def drawn(self, fillers: Fillers, rng: random.Random) -> str:
        """One reading of the line."""
        text = self.text
        while BRACES.search(text):
            text = BRACES.sub(lambda match: _choice(match[1], fillers, rng), text)
        return ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


def templates(text: str) -> Iterator[Template]:
    """The written lines of a file of texts."""
    language, base = "", Kind()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.fullmatch(line):
            language, base = header[1], Kind().told(header[2].split())
        elif language and line:
            prefix = PREFIX.fullmatch(line)
            kind = base.told(prefix[1].split(",")) if prefix else base
            yield Template(line=number, language=language, kind=kind, text=prefix[2] if prefix else line)


def fillers(text: str) -> dict[str, list[str]]:
    """The named lists of words above the first header of a file of texts."""
    above = text.split("\n[", 1)[0].splitlines()
    return {found[1]: found[2].split("; ") for line in above if (found := FILLER.fullmatch(line))}


def _part(word: str) -> dict[str, Category | Subtype | Act | Goods]:
    if word in {*Subtype}:
        return {"subtype": Subtype(word), "category": Category(word.partition(".")[0])}
    if word in {*Category}:
        return {"category": Category(word), "subtype": Subtype.UNKNOWN}
    if word in {*Act}:
        return {"act": Act(word)}
    if word in {*Goods}:
        return {"goods": Goods(word)}
    raise ValueError(f"{word} is no category, subtype, act or goods")


def _choice(inside: str, fillers: Fillers, rng: random.Random) -> str:
    if inside in fillers:
        return rng.choice(fillers[inside])
    if figures := FIGURES.fullmatch(inside):
        figure = rng.randint(int(figures[1]), int(figures[2]))
        year = int(figures[1]) in YEARS and int(figures[2]) in YEARS
        return str(figure if figure < ROUND_FROM or year else figure // 10 * 10)
    return rng.choice(inside.split("|"))
