"""Asks of stretches of a text whether they meet others, in a time that does not grow with their number."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar


class Stretch(Protocol):
    """A part of a text."""

    @property
    def start(self) -> int:
        """Where it begins."""

    @property
    def end(self) -> int:
        """Where the text goes on after it."""


Some = TypeVar("Some", bound=Stretch)


class Covered:
    """The places of a text that lie in some stretches."""

    def __init__(self, length: int, stretches: Iterable[Stretch]) -> None:
        self._marks = bytearray(length)
        for each in stretches:
            self._marks[each.start : each.end] = b"\1" * (each.end - each.start)

    def meets(self, start: int, end: int) -> bool:
        """Whether a stretch that is not empty shares a place with one of them."""
        return 1 in self._marks[start:end]


def begun(apart: Sequence[Some], place: int) -> Some | None:
    """Of stretches in order, none over another, the last that begins at a place or before it: no other can hold that place."""
    number = bisect_right(apart, place, key=lambda each: each.start)
    return apart[number - 1] if number else None
