"""The rules that find signs, read from one text file a language.

A section's codes stand in brackets, a phrase is a line of words; docs/signs.md says how a phrase reads.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ahocorasick_rs import AhoCorasick

from classifier.signs.gates import ALWAYS
from classifier.signs.reading import words_of
from pipeline.text import folded

FOLDER = Path(__file__).parent / "rules"
NOT = "not"
"""The section of the words that deny what follows them."""
TAKES_BACK = (None, 0, 4)
"""By the number of exclamation marks before a phrase: it finds, takes back what it lies over, or what is near it."""
GAP = re.compile(r"<(\d)>")


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """One line of a rule file."""

    codes: tuple[str, ...]
    """Codes of the taxonomy, or the name of words that another section asks for."""
    source: str
    """The regular expression over a `Reading`."""
    needles: tuple[tuple[str, ...], ...]
    """One word of each stands in every text that the phrase matches; the rarest first."""
    beside: str = ""
    """The name of words that must stand in the same listing."""
    takes_back: int | None = None
    """How many words around it what its section found is taken back; None for a phrase that finds."""

    def may_stand_in(self, text: str) -> bool:
        """Whether a folded text holds a word for each place of the phrase."""
        return all(any(word in text for word in words) for words in self.needles)

    @property
    def pattern(self) -> re.Pattern[str]:
        """The compiled expression."""
        return _compiled(self.source)


class Book:
    """Some phrases, and the automaton that tells which of them a text may hold."""

    def __init__(self, phrases: Iterable[Phrase], negators: frozenset[str]) -> None:
        self.phrases = tuple(phrases)
        self.negators = negators
        owners: defaultdict[str, list[int]] = defaultdict(list)
        for number, phrase in enumerate(self.phrases):
            for needle in phrase.needles[0]:
                owners[needle].append(number)
        self._owners = list(owners.values())
        self._automaton = AhoCorasick(list(owners))

    def may_find(self, view: str) -> bool:
        """Whether a phrase that finds may stand in a view."""
        return any(phrase.takes_back is None for phrase in self.candidates(folded(view)))

    def candidates(self, text: str) -> list[Phrase]:
        """The phrases that a folded text may hold, in the order of the files."""
        found = {needle for needle, _, _ in self._automaton.find_matches_as_indexes(text, overlapping=True)}
        likely = sorted({number for needle in found for number in self._owners[needle]})
        return [phrase for number in likely if (phrase := self.phrases[number]).may_stand_in(text)]


@cache
def everything() -> Book:
    """All rules of all languages."""
    return Book(_phrases(), _negators())


@cache
def threats_to_life() -> Book:
    """The rules that are asked of every listing, whatever it offers."""
    return Book((phrase for phrase in _phrases() if ALWAYS.intersection(phrase.codes)), _negators())


@cache
def _phrases() -> tuple[Phrase, ...]:
    return tuple(_phrase(line, header) for header, line in _lines() if header != NOT)


@cache
def _negators() -> frozenset[str]:
    return frozenset(
        word for header, line in _lines() if header == NOT for each in line.split("|") for word in words_of(each)
    )


def _lines() -> Iterator[tuple[str, str]]:
    """Every phrase with its section's header."""
    for path in sorted(FOLDER.glob("*.txt")):
        header = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                header = line.strip("[] ")
            elif line and not line.startswith("#"):
                yield header, line


def _phrase(line: str, header: str) -> Phrase:
    codes, _, beside = header.partition(" if ")
    elements = line.lstrip("!").split()
    asked = [element for element in elements if not GAP.fullmatch(element) and not element.endswith("?")]
    return Phrase(
        codes=tuple(codes.split()),
        source=_source(elements),
        needles=tuple(sorted(map(_needles, asked), key=lambda words: -min(map(len, words)))),
        beside=beside,
        takes_back=TAKES_BACK[len(line) - len(line.lstrip("!"))],
    )


def _needles(element: str) -> tuple[str, ...]:
    """Of each alternative the longest word."""
    return tuple(max(words_of(each), key=len) for each in element.split("|"))


def _source(elements: list[str]) -> str:
    parts = []
    for element in elements:
        if gap := GAP.fullmatch(element):
            parts.append(rf"(?:(?! \. ) \S++){{0,{gap[1]}}}?")
        else:
            one = f" (?:{'|'.join(map(_alternative, element.removesuffix('?').split('|')))})"
            parts.append(f"(?:{one})?" if element.endswith("?") else one)
    return f"{''.join(parts)}(?= )"


def _alternative(each: str) -> str:
    whole = re.escape(" ".join(words_of(each)))
    return f"{whole}\\S*+" if each.endswith("*") else whole


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source)
