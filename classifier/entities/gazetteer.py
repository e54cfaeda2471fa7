"""The names, context words and hints that are looked up in a text, all at one go (Aho-Corasick)."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unicodedata import category

from ahocorasick_rs import AhoCorasick

from pipeline.text import traced

HERE = Path(__file__).parent
_JOINT = re.compile(r"(?<=[^\W\d_]) (?=\d)|(?<=\d) (?=[^\W\d_])")


class Term(NamedTuple):
    """What a spelling means."""

    kind: str
    """"make", "model", or the section of words.txt."""
    value: str
    section: str = ""
    """Where in its file the term stands: the kind of maker, or the maker of a model."""
    weak: bool = False
    """Whether the words mean other things too."""
    open: bool = False
    """Whether a word may go on after it."""


class Hit(NamedTuple):
    """A term in a text, and where it stands in the text that was searched."""

    term: Term
    start: int
    end: int


class _Separators(dict[int, int]):
    """Letters, digits and "&" stay; anything else is a space."""

    def __missing__(self, code: int) -> int:
        kept = code if code == ord("&") or category(chr(code))[0] in "LN" else ord(" ")
        if code < 0x3000:  # noqa: PLR2004  # so that no page can fill the memory
            self[code] = kept
        return kept


_SEPARATORS = _Separators()


def hits(text: str) -> list[Hit]:
    """The terms in a lower-case text, whole words only, overlapping ones too."""
    terms, automaton = _automaton()
    padded = f" {text.translate(_SEPARATORS)} "
    found = automaton.find_matches_as_indexes(padded, overlapping=True)
    return [
        Hit(terms[number], start, end - 1) for number, start, end in found if padded[end] == " " or terms[number].open
    ]


def _spelt(spelling: str) -> str:
    """A spelling as `hits` sees it."""
    return " ".join(traced(spelling).text.lower().translate(_SEPARATORS).split())


def _variants(spelling: str) -> set[str]:
    """A spelling, and itself with letters and number together or with a spaced hyphen between."""
    return {spelling, _JOINT.sub("", spelling), _JOINT.sub("   ", spelling)}


@cache
def _automaton() -> tuple[list[Term], AhoCorasick]:
    patterns: dict[str, dict[Term, None]] = {}
    for spelling, term in _terms():
        for variant in _variants(_spelt(spelling)):
            patterns.setdefault(f" {variant}", {})[term] = None
    pairs = [(pattern, term) for pattern, terms in patterns.items() for term in terms]
    return [term for _, term in pairs], AhoCorasick([pattern for pattern, _ in pairs])


def _terms() -> Iterator[tuple[str, Term]]:
    for section, line in sections("makes.txt"):
        name, _, others = line.partition(":")
        yield from _spellings("make", section, name, others.split(","))
    for section, line in sections("models.txt"):
        for entry in line.split(","):
            yield from _models(section, entry)
    for section, line in sections("words.txt"):
        for word in line.split(","):
            if bare := word.strip():
                yield bare.rstrip("*"), Term(section, "", open=bare.endswith("*"))


def _models(section: str, entry: str) -> Iterator[tuple[str, Term]]:
    name, _, others = entry.partition("=")
    return _spellings("model", section.strip("*"), name, others.split("|"))


def _spellings(kind: str, section: str, name: str, others: list[str]) -> Iterator[tuple[str, Term]]:
    """What a name and its other spellings mean; a name that is repeated among them stands there for its "?" alone."""
    value = name.strip(" ?")
    repeated = value.lower() in {each.strip(" ?").lower() for each in others}
    for spelling in others if repeated else [name, *others]:
        if bare := spelling.strip(" ?"):
            yield bare, Term(kind, value, section, weak=spelling.strip().startswith("?"))


def sections(name: str) -> Iterator[tuple[str, str]]:
    """The lines of a data file that say something, each with the section that it stands in."""
    section = ""
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            yield section, line
