"""Reads what a person typed into a search box, and refuses what no index could answer."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby

import msgspec

from pipeline.errors import SettingsError
from pipeline.index import Query, Range
from pipeline.index.fields import FACETS, RANGES, Kind
from pipeline.text import runs, tokens

MOST_CHARACTERS = 2_000
MOST_TERMS = 64
MOST_VALUES = 256
MOST_HITS = 10_000
MOST_FIELDS = 4

_TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)(?:"(?P<star>\*?)|$)|(?P<word>[^\s"]+))')


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A word or phrase that a listing must have, or must not have where it is excluded."""

    tokens: tuple[str, ...]
    """They follow one another in the title or in the description."""
    prefix: bool = False
    """Whether the last token may go on."""
    excluded: bool = False


def terms(words: str) -> tuple[Term, ...]:
    """The terms of a search text; what holds no letter or digit is passed over, an open quote ends with the text."""
    if len(words) > MOST_CHARACTERS:
        raise SettingsError(f"a search text has at most {MOST_CHARACTERS:,} characters, not {len(words):,}; shorten it")
    found = tuple(
        term
        for plain, matches in groupby(_TERM.finditer(words), _is_plain)
        for term in (_words(matches) if plain else map(_term, matches))
        if term.tokens
    )
    if len(found) > MOST_TERMS:
        raise SettingsError(f"a search text has at most {MOST_TERMS} words and phrases, not {len(found)}; shorten it")
    return found


def check(query: Query) -> None:
    """Raise a `SettingsError` that names what is wrong where a query asks for an unknown field or a value of the wrong type."""
    if not 0 <= query.size <= MOST_HITS:
        raise SettingsError(f"size: a number from 0 to {MOST_HITS:,}, not {query.size}")
    for name, values in query.filters.items():
        _known(name, FACETS, "filter")
        _check_values(name, values)
    for name, span in query.ranges.items():
        _known(name, RANGES, "range")
        _check_range(name, span)


def check_fields(by: Iterable[str]) -> None:
    """Raise a `SettingsError` where listings cannot be counted by these fields."""
    names = tuple(by)
    if not 0 < len(set(names)) == len(names) <= MOST_FIELDS:
        raise SettingsError(f"count by 1 to {MOST_FIELDS} different fields, not {', '.join(names) or 'none'}")
    for name in names:
        _known(name, FACETS, "count")


def _is_plain(match: re.Match[str]) -> bool:
    return not match["minus"] and bool(match["word"]) and not match["word"].endswith("*")


def _words(matches: Iterable[re.Match[str]]) -> Iterator[Term]:
    """The terms of neighbouring words; those that a text's words would be joined from, such as `9 mm`, are one."""
    return (Term(tokens=found) for found in runs(" ".join(match["word"] for match in matches)))


def _term(match: re.Match[str]) -> Term:
    text = match["word"] if match["phrase"] is None else match["phrase"] + (match["star"] or "")
    return Term(tokens=tuple(tokens(text)), prefix=text.endswith("*"), excluded=bool(match["minus"]))


def _known(name: str, fields: Mapping[str, object], use: str) -> None:
    if name not in fields:
        raise SettingsError(f"{use}: unknown field '{name[:40]}'; {_hint(name, fields)}")


def _hint(given: str, known: Iterable[str]) -> str:
    """The known name nearest to a given one, capitals or not, or all of them."""
    by_small = {name.lower(): name for name in known}
    near = difflib.get_close_matches(given[:40].lower(), by_small, n=1)
    return f"did you mean '{by_small[near[0]]}'?" if near else f"known are {', '.join(by_small.values())}"


def _check_values(name: str, values: object) -> None:
    if not isinstance(values, tuple) or not all(isinstance(value, str) for value in values):
        raise SettingsError(f"filter '{name}': give a tuple of texts, not {values!r:.80}")
    if not 0 < len(values) <= MOST_VALUES:
        raise SettingsError(f"filter '{name}': give 1 to {MOST_VALUES} values, not {len(values)}")
    closed = FACETS[name].closed
    for value in values if closed else ():
        if value not in closed:
            raise SettingsError(f"filter '{name}': no value '{value[:40]}'; {_hint(value, closed)}")


def _check_range(name: str, span: Range) -> None:
    for bound in (span.low, span.high):
        match bound:
            case None:
                continue
            case datetime() if RANGES[name].kind is Kind.DATE and bound.tzinfo:
                continue
            case int() | float() if RANGES[name].kind is not Kind.DATE and not isinstance(bound, bool):
                continue
        wanted = "a time with its zone" if RANGES[name].kind is Kind.DATE else "a number"
        raise SettingsError(f"range '{name}': give {wanted}, not {bound!r:.80}")
