"""Finds the signs in a listing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from itertools import chain
from typing import NamedTuple

from classifier.signs.bulk import bulk
from classifier.signs.gates import ALWAYS, open_to
from classifier.signs.reading import Reading, read
from classifier.signs.rules import Book, Phrase, everything, threats_to_life
from classifier.signs.shipping import cross_border
from pipeline.records import Listing, Sign
from pipeline.taxonomy import Act, Category
from pipeline.text import LIMIT, Traced, folded, normalised_traced, revealed_traced

FIELDS = ("title", "description")
"""The texts that are read, in the order of their signs."""
MOST = 3
"""Signs kept of one code: a person needs to see that it is said, not how often."""
REACH = 2
"""Words before a phrase in which a denial counts."""


class Hit(NamedTuple):
    """Where a phrase was found, in words of a reading."""

    name: str
    """A code, or the name of words that another section asks for."""
    first: int
    last: int
    beside: str


class Found(NamedTuple):
    """A hit in code points of the original field."""

    name: str
    field: str
    start: int
    end: int
    beside: str = ""


def signs(listing: Listing, category: Category, act: Act) -> tuple[Sign, ...]:
    """The signs that a listing of this category and act shows, at most three of each code, by field and place."""
    codes = open_to(category, act)
    book = threats_to_life() if codes == ALWAYS else everything()
    found = list(chain.from_iterable(_in_field(field, getattr(listing, field)[:LIMIT], book) for field in FIELDS))
    names = {each.name for each in found}
    said = [each for each in found if each.name in codes and (not each.beside or each.beside in names)]
    counted = (Found(*each) for each in (*cross_border(listing), *bulk(listing, category)) if each[0] in codes)
    return tuple(_signs(chain(said, counted)))


def _signs(found: Iterable[Found]) -> Iterator[Sign]:
    """At most `MOST` signs of each code, none of which lies over another of its code."""
    kept: defaultdict[str, list[Found]] = defaultdict(list)
    for each in sorted(found, key=lambda one: (one.field not in FIELDS, one.field != FIELDS[0], one.start, -one.end)):
        before = kept[each.name]
        if len(before) < MOST and not any(one.field == each.field and each.start < one.end for one in before):
            before.append(each)
            yield Sign(id=each.name, field=each.field, start=each.start, end=each.end)


def _in_field(field: str, text: str, book: Book) -> Iterator[Found]:
    written = normalised_traced(text)
    revealed = revealed_traced(written)
    for view in (written,) if revealed.text == written.text else (written, revealed):
        yield from _in_view(field, view, book)


def _in_view(field: str, view: Traced, book: Book) -> Iterator[Found]:
    phrases = book.candidates(folded(view.text))
    if not phrases:
        return
    reading = read(view)
    hits = [hit for phrase in phrases if not phrase.cancels for hit in _hits(phrase, reading, book.negators)]
    taken_back = [hit for phrase in phrases if hits and phrase.cancels for hit in _hits(phrase, reading, frozenset())]
    for hit in hits:
        if not _overlap(hit, taken_back):
            start, end = view.place(reading.places[hit.first][0], reading.places[hit.last][1])
            yield Found(hit.name, field, start, end, hit.beside)


def _hits(phrase: Phrase, reading: Reading, negators: Set[str]) -> Iterator[Hit]:
    for found in phrase.pattern.finditer(reading.text):
        first, last = reading.first(found.start() + 1), reading.first(found.end() - 1)
        if not _denied(reading, first, negators):
            yield from (Hit(name, first, last, phrase.beside) for name in phrase.codes)


def _denied(reading: Reading, first: int, negators: Set[str]) -> bool:
    """Whether a negation stands right before a phrase that does not itself begin with one."""
    denials = negators.intersection(reading.words_before(first, REACH))
    return bool(denials) and reading.word(first) not in negators


def _overlap(hit: Hit, others: Iterable[Hit]) -> bool:
    return any(hit.name == other.name and hit.first <= other.last and other.first <= hit.last for other in others)
