"""The words of a listing without which its score would be lower."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pipeline.records import Listing, Span

MOST_SPANS = 5
MOST_TRIED = 10
"""Stretches left out in turn, those with the heaviest words: each costs one more scoring."""
MOST_LETTERS = 1_000
"""Letters of each field that are looked at."""
STRETCH = re.compile(r"(?<!\S)\S(?:[ \t.\-_*·]\S){2,}(?!\S)|[^\W_]+(?:[^\s\w]+[^\W_]+)*")
"""Letters spelt out one by one, or a word with what joins its parts."""
Weigh = Callable[[str, str], float]


class Stretch(NamedTuple):
    """A part of one field, in code points of the original."""

    field: str
    start: int
    end: int
    text: str


def spans(listing: Listing, score: Weigh, share: Weigh) -> tuple[Span, ...]:
    """At most five stretches of title and description, heaviest first.

    A weight is how much the score (in logits) falls without the stretch; `share` tells beforehand which ones may matter.
    """
    whole = score(listing.title, listing.description)
    weighed = [_weighed(listing, part, whole, score) for part in _candidates(listing, share)]
    heaviest = sorted(weighed, key=lambda span: -span.weight)[:MOST_SPANS]
    return tuple(span for span in heaviest if span.weight > 0)


def _candidates(listing: Listing, share: Weigh) -> list[Stretch]:
    found = [*_stretches("title", listing.title), *_stretches("description", listing.description)]
    return sorted(found, key=lambda part: -share(part.text, ""))[:MOST_TRIED]


def _stretches(field: str, text: str) -> Iterator[Stretch]:
    for match in STRETCH.finditer(text[:MOST_LETTERS]):
        yield Stretch(field, match.start(), match.end(), match[0])


def _weighed(listing: Listing, part: Stretch, whole: float, score: Weigh) -> Span:
    texts = {"title": listing.title, "description": listing.description}
    texts[part.field] = f"{texts[part.field][: part.start]} {texts[part.field][part.end :]}"
    weight = round(whole - score(texts["title"], texts["description"]), 6)
    return Span(field=part.field, start=part.start, end=part.end, weight=weight)
