"""Finds the signs in a listing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from classifier.signs.bulk import bulk
from classifier.signs.gates import ALWAYS, open_to
from classifier.signs.reading import Reading, read
from classifier.signs.rules import Book, Phrase, everything, threats_to_life
from classifier.signs.shipping import cross_border
from pipeline.records import Listing, Sign
from pipeline.taxonomy import Act, Category, Indicator
from pipeline.text import Traced, folded, traced, uncovered, untangled

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
    found = list(chain.from_iterable(_in_field(field, getattr(listing, field), book) for field in FIELDS))
    names = {each.name for each in found}
    said = [each for each in found if each.name in codes and (not each.beside or each.beside in names)]
    supplied = Indicator.CROSS_BORDER in codes
    counted = (Found(*each) for each in (*cross_border(listing), *bulk(listing, category))) if supplied else ()
    return tuple(_signs(chain(said, counted)))


def _signs(found: Iterable[Found]) -> Iterator[Sign]:
    """At most `MOST` signs of each code; those of one code that lie over each other are one."""
    kept: defaultdict[str, list[Found]] = defaultdict(list)
    for each in sorted(found, key=lambda one: (one.field, one.start)):
        before = kept[each.name]
        if before and before[-1].field == each.field and each.start < before[-1].end:
            before[-1] = before[-1]._replace(end=max(each.end, before[-1].end))
        else:
            before.append(each)
    places = [one for each in kept.values() for one in sorted(each, key=_order)[:MOST]]
    for one in sorted(places, key=_order):
        yield Sign(id=one.name, field=one.field, start=one.start, end=one.end)


def _order(one: Found) -> tuple[int, int, str]:
    return FIELDS.index(one.field) if one.field in FIELDS else len(FIELDS), one.start, one.name


def _in_field(field: str, text: str, book: Book) -> Iterator[Found]:
    if not text:
        return
    written = traced(text)
    if not any(map(book.may_find, dict.fromkeys((written.text, uncovered(written.text))))):
        return
    shown = untangled(written)
    for view in (written, shown) if shown else (written,):
        yield from _in_view(field, view, book)


def _in_view(field: str, view: Traced, book: Book) -> Iterator[Found]:
    phrases = book.candidates(folded(view.text))
    if all(phrase.takes_back is not None for phrase in phrases):
        return
    reading = read(view)
    hits = [hit for phrase in phrases if phrase.takes_back is None for hit in _hits(phrase, reading, book.negators)]
    gone = _taken_back(phrases, reading) if hits else set()
    for hit in hits:
        if gone.isdisjoint((hit.name, number) for number in range(hit.first, hit.last + 1)):
            start, end = view.span(reading.places[hit.first][0], reading.places[hit.last][1])
            yield Found(hit.name, field, start, end, hit.beside)


def _taken_back(phrases: Iterable[Phrase], reading: Reading) -> set[tuple[str, int]]:
    """The words at which a code is not shown after all."""
    return {
        (hit.name, number)
        for phrase in phrases
        if (reach := phrase.takes_back) is not None
        for hit in _hits(phrase, reading, frozenset())
        for number in range(hit.first - reach, hit.last + reach + 1)
    }


def _hits(phrase: Phrase, reading: Reading, negators: frozenset[str]) -> Iterator[Hit]:
    for found in phrase.pattern.finditer(reading.text):
        first, last = reading.first(found.start() + 1), reading.first(found.end() - 1)
        if not _denied(reading, first, negators):
            yield from (Hit(name, first, last, phrase.beside) for name in phrase.codes)


def _denied(reading: Reading, first: int, negators: frozenset[str]) -> bool:
    """Whether a negation stands right before a phrase that does not itself begin with one."""
    denials = negators.intersection(reading.before(first, REACH))
    return bool(denials) and reading.words[first] not in negators
