"""Reads what an address or a form asks for; anything unexpected is a 400 that says what is wrong."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Self
from urllib.parse import urlencode

from starlette.exceptions import HTTPException

MOST_VALUES = 40
WORDS, NAME, CURSOR, REASON = 400, 300, 1_000, 2_000
"""Most characters of each kind of value."""
ID = re.compile(r"[0-9a-f]{32}")
DAY = re.compile(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")


class Rule(NamedTuple):
    """What one parameter may be."""

    check: Callable[[str], str]
    """Gives the value, or raises a ValueError that says what it should have been."""
    many: bool = False


@dataclass(frozen=True)
class Choices:
    """What was asked for: names and values, in their order, each of them valid."""

    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, given: Iterable[tuple[str, str]], rules: Mapping[str, Rule]) -> Self:
        """The choices given; empty ones are left out, as a form sends them for "any"."""
        pairs = tuple(dict.fromkeys((name, _valid(name, value, rules)) for name, value in given if value.strip()))
        for name, rule in rules.items():
            times = sum(1 for known, _ in pairs if known == name)
            if times > (MOST_VALUES if rule.many else 1):
                raise HTTPException(400, f"'{name}' was given {times} times.")
        return cls(pairs)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of one name."""
        return tuple(value for known, value in self.pairs if known == name)

    def one(self, name: str, otherwise: str = "") -> str:
        """The value of a name, or `otherwise`."""
        return next(iter(self.all(name)), otherwise)

    def only(self, names: Iterable[str]) -> "Choices":
        """The choices of these names."""
        kept = set(names)
        return Choices(tuple(pair for pair in self.pairs if pair[0] in kept))

    def without(self, *names: str) -> "Choices":
        """The choices of all other names."""
        return Choices(tuple(pair for pair in self.pairs if pair[0] not in names))

    def having(self, name: str, value: str) -> "Choices":
        """These choices and one more."""
        return Choices((*self.pairs, (name, value)))

    def lacking(self, name: str, value: str) -> "Choices":
        """These choices but for one."""
        return Choices(tuple(pair for pair in self.pairs if pair != (name, value)))

    def at(self, path: str) -> str:
        """The address of a page with these choices."""
        return f"{path}?{urlencode(self.pairs)}" if self.pairs else path


def text(most: int, *, lines: bool = False) -> Callable[[str], str]:
    """A rule for text of at most so many characters; on one line unless `lines`."""

    def check(value: str) -> str:
        if len(value) > most:
            raise ValueError(f"longer than {most} characters")
        kept = value.replace("\0", "").strip()
        return kept if lines else " ".join(kept.split())

    return check


def member(*allowed: str) -> Callable[[str], str]:
    """A rule for one of a few words."""

    def check(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"one of {', '.join(allowed)} is expected")
        return value

    return check


def kinds(*lists: type[StrEnum]) -> Callable[[str], str]:
    """A rule for one of the words of these closed lists."""
    return member(*(str(word) for known in lists for word in known))


def day(value: str) -> str:
    """A rule for a day such as 2026-01-31."""
    if not DAY.fullmatch(value):
        raise ValueError("a day such as 2026-01-31 is expected")
    return date.fromisoformat(value).isoformat()


def identity(value: str) -> str:
    """A rule for the id of a record."""
    if not ID.fullmatch(value):
        raise ValueError("32 hexadecimal digits are expected")
    return value


def pair(value: str) -> str:
    """A rule for the ids of a listing and of a review on it, joined by a dot."""
    listing, _, review = value.partition(".")
    return f"{identity(listing)}.{identity(review)}"


def _valid(name: str, value: str, rules: Mapping[str, Rule]) -> str:
    if name not in rules:
        raise HTTPException(400, f"This page knows no '{name[:40]}'; it knows {', '.join(sorted(rules))}.")
    try:
        return rules[name].check(value)
    except ValueError as error:
        raise HTTPException(400, f"'{name}' cannot be '{value[:60]}': {error}.") from error
