"""Supply across a border (TI-XB), from where a listing says that it ships from and to."""

import re
from collections.abc import Iterator, Sequence

from pipeline.records import Listing
from pipeline.taxonomy import Indicator
from pipeline.text import traced
from pipeline.values import countries

EVERYWHERE = "WW"
_WAY = re.compile(
    r"\b(?:ship\w*|send\w*|deliver\w*|versand|versende\w*|envoi\w*|expedi\w*|envio\w*|enviamos|spedizion\w*|verzending) "
    r"(?:only |goods |items |safely |nur |solo |uniquement )?"
    r"(?:from|aus|depuis|desde|dalla?|uit) ([^.!?;\n]{2,40}?) (?:to|into|nach|vers|hacia|naar|in) ([^.!?;\n]{2,60})",
    re.IGNORECASE,
)
Place = tuple[str, str, int, int]
"""A code, the field, and code points of it."""


def cross_border(listing: Listing) -> Iterator[Place]:
    """The field that names a destination beyond the origin, and sentences of the text that do."""
    if listing.ships_to_text and _beyond(listing.ships_from, listing.ships_to):
        yield str(Indicator.CROSS_BORDER), "ships_to_text", 0, len(listing.ships_to_text)
    for field in ("title", "description"):
        yield from _said(field, getattr(listing, field))


def _said(field: str, text: str) -> Iterator[Place]:
    view = traced(text)
    for found in _WAY.finditer(view.text):
        if _beyond(countries(found[1]), countries(found[2])):
            yield str(Indicator.CROSS_BORDER), field, *view.span(*found.span())


def _beyond(origin: Sequence[str], destinations: Sequence[str]) -> bool:
    """Whether some destination lies beyond the origin; Europe is beyond a single country, and an unnamed origin beyond nothing."""
    if EVERYWHERE in destinations:
        return True
    return bool(set(destinations) - set(origin)) and bool(origin) and EVERYWHERE not in origin
