"""Makers' names with one letter wrong, missing, too many or two swapped."""

import re
from collections.abc import Iterator
from functools import cache

from classifier.entities.gazetteer import single_makes
from pipeline.values.found import Found

SHORTEST = 7
"""Letters of a name that is looked for: shorter ones are one slip from other words."""
MOST = 400
"""Words of one field that are looked at."""
_WORDS = frozenset(
    ["perfect", "reading", "protect", "weather", "leopold", "browsing", "breading", "bedding", "shedding", "wedding"]
)
"""Words that are one slip from a name, and words."""
_WORD = re.compile(r"[a-z]{6,16}")


def misspelt(text: str) -> Iterator[Found]:
    """The words of a lower-case text that are one slip from a maker's name and no name themselves."""
    table = _table()
    for number, word in enumerate(_WORD.finditer(text)):
        if number == MOST:
            return
        if (
            word[0] not in _WORDS
            and word[0] not in _exact()
            and (name := next((table[cut] for cut in _cuts(word[0]) if cut in table), None))
        ):
            yield Found(name, *word.span())


def _cuts(word: str) -> list[str]:
    """A word, and itself without each of its letters: two words that share one of these are one slip apart (SymSpell)."""
    return [word, *(word[:place] + word[place + 1 :] for place in range(1, len(word)))]


@cache
def _exact() -> frozenset[str]:
    names = [name for name, _ in single_makes()]
    return frozenset([*names, *(f"{name}s" for name in names)])


@cache
def _table() -> dict[str, str]:
    long = [(name, value) for name, value in single_makes() if len(name) >= SHORTEST]
    return {cut: value for name, value in long for cut in _cuts(name)}
