"""The names, context words and hints that are looked up in a text, all at one go (Aho-Corasick)."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unicodedata import category

from ahocorasick_rs import AhoCorasick

from pipeline.text import traced
from pipeline.values.measures import NUMBERS

HERE = Path(__file__).parent
_SHORT = 3
"""Letters of words that are names only where they are all capitals."""
_NAMES = frozenset(["make", "model"])
_NUMBERS = frozenset(["870", "1911", "590", "1100"])
"""Numbers that are a model without its maker's name."""
_HYPHEN = " - "
_WIDE = re.compile(r"[^\w&]{3}")
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
    cased: bool = False
    """Whether the words must begin with a capital; three letters or fewer must all be capitals."""
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
    """The terms in a text of plain letters, whole words only, overlapping ones too; a capital inside a word begins another one."""
    terms, automaton = _automaton()
    small = text.lower()
    padded = f" {small.translate(_SEPARATORS)}  "
    found = automaton.find_matches_as_indexes(padded, overlapping=True)
    ended = ((terms[number], start, _end(text, padded, terms[number], end)) for number, start, end in found)
    return [Hit(term, start, end) for term, start, end in ended if end and _is_written(term, text, start, end)]


def single_makes() -> list[tuple[str, str]]:
    """The makers' names of one plain word, and whom each means."""
    return [
        (spelling, term.value)
        for spelling, term in ((_spelt(each), term) for each, term in _terms())
        if term.kind == "make" and not term.weak and spelling.isalpha() and spelling.isascii()
    ]


def _end(text: str, padded: str, term: Term, end: int) -> int:
    """Where a term ends in the text, with the s of a plural; 0 where a word goes on that must not."""
    if padded[end] == " " or term.open or (term.kind == "make" and padded[end].isdigit()):
        return end - 1
    if term.kind in _NAMES and padded[end : end + 2] == "s " and not term.weak:
        return end
    return end - 1 if text[end - 1].isupper() and text[end : end + 1].islower() else 0


def _is_written(term: Term, text: str, start: int, end: int) -> bool:
    """Whether a word that must begin with a capital does, and what parts two words is a hyphen where it is longer than a space."""
    word = text[start:end]
    if term.cased and not (word.isupper() if len(word) <= _SHORT else word[:1].isupper()):
        return False
    return term.kind not in _NAMES or _HYPHEN in word or not _WIDE.search(word)


def _spelt(spelling: str) -> str:
    """A spelling as `hits` sees it."""
    return " ".join(traced(spelling).text.lower().translate(_SEPARATORS).split())


def _variants(spelling: str, *, hint: bool) -> set[str]:
    """A spelling, and itself with letters and number together or with a spaced hyphen between; a hint with one anywhere."""
    wide = spelling.replace(" ", "   ") if hint else _JOINT.sub("   ", spelling)
    return {spelling, _JOINT.sub("", spelling), wide}


@cache
def _automaton() -> tuple[list[Term], AhoCorasick]:
    patterns: dict[str, dict[Term, None]] = {}
    for spelling, term in _terms():
        for variant in _variants(_spelt(spelling), hint=term.kind == "routes"):
            patterns.setdefault(f" {variant}", {})[term] = None
    pairs = [(pattern, term) for pattern, terms in patterns.items() for term in terms]
    return [term for _, term in pairs], AhoCorasick([pattern for pattern, _ in pairs])


def _terms() -> Iterator[tuple[str, Term]]:
    for section, line in sections("makes.txt"):
        name, _, others = line.partition(":")
        yield from _spellings("make", section, name, others.split(",") if others else [])
    for section, line in sections("models.txt"):
        for entry in line.split(","):
            yield from _models(section, entry)
    yield from ((word, Term("numbers", "")) for word in NUMBERS)
    for section, line in sections("words.txt"):
        for word in line.split(","):
            if bare := word.strip():
                yield bare.rstrip("*"), Term(section, "", open=bare.endswith("*"))


def _models(section: str, entry: str) -> Iterator[tuple[str, Term]]:
    name, _, others = entry.partition("=")
    return _spellings("model", section.strip("*"), name, others.split("|") if others else [])


def _spellings(kind: str, section: str, name: str, others: list[str]) -> Iterator[tuple[str, Term]]:
    """What a name and its other spellings mean.

    A name of one word that has other spellings is one itself only where it is repeated among them, with its "?" or "!".
    """
    value = name.strip(" ?!")
    repeated = value.lower() in {each.strip(" ?!").lower() for each in others}
    silent = kind == "model" and bool(others) and value.isalpha()
    for spelling in others if repeated or silent else [name, *others]:
        bare, mark = spelling.strip(" ?!"), spelling.strip()[:1]
        if bare and (kind != "model" or not bare.isdigit() or bare in _NUMBERS or section):
            yield bare, Term(kind, value, section, weak=mark in {"?", "!"}, cased=mark == "!")


def sections(name: str) -> Iterator[tuple[str, str]]:
    """The lines of a data file that say something, each with the section that it stands in."""
    section = ""
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            yield section, line
