"""What `benchmarks.classify` reads: short titles, listings of some 590 characters, and texts made to hurt."""

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from classifier.adverts.generate import generated
from classifier.truth.examples import Example, darkweb
from pipeline.records import Import, Listing

LETTERS = 520
"""Letters of description from which a long listing is full: with the last sentence and its title it has some 590 on average."""
RARE = 200
"""Of generated adverts one in so many offers something in scope, as on the markets of the research data."""
GENERATED = 12_000
HOSTILE = 65_536
SEED = 7


class Told(NamedTuple):
    """A listing, and whether it offers something in scope."""

    listing: Listing
    in_scope: bool


class Texts(NamedTuple):
    """What there is to classify."""

    source: str
    posted: list[Told]
    """As they were posted."""
    long: list[Told]


def texts(data: Path) -> Texts:
    """Real listings where the research data are there, else generated adverts with as few offers in scope."""
    if (data / "darkweb_listings.csv").is_file():
        return _texts("dark-web listings of the research data", list(darkweb(data)))
    return _texts("generated adverts (the research data are absent)", list(_market(generated(GENERATED, SEED))))


def titles(posted: Iterable[Told]) -> list[Told]:
    """The same listings without their descriptions."""
    return [
        each._replace(listing=listing(each.listing.title, "", number))
        for number, each in enumerate(posted)
        if each.listing.title
    ]


def hostile() -> dict[str, str]:
    """Texts by what is wrong with them, as long as a field can be."""
    return {
        "one word": filled("glock "),
        "one long token": filled("a"),
        "digits": filled("9"),
        "letters spelt out": filled("g l o c k "),
        "dots between letters": filled("g.l.o.c.k."),
        "right-to-left marks": filled("gun \u202e\u200f "),
        "emojis": "\U0001f52b\ufe0f" * 10_000,
        "NUL": filled("\0"),
        "combining marks": filled("g\u0301\u0302\u0303"),
        "lone surrogates": filled("gun \ud800"),
        "punctuation": filled("!?.,-_$"),
        "mixed scripts": filled("Glосk "),
        "numbers and units": filled("9 mm 50 rds $ "),
    }


def filled(piece: str) -> str:
    """A piece repeated until a field is full."""
    return (piece * (HOSTILE // len(piece) + 1))[:HOSTILE]


def listing(title: str, description: str, number: int) -> Listing:
    """A listing with this text."""
    provenance = Import(time=datetime(2024, 1, 1, tzinfo=UTC), file="0" * 64, line=1, mapping="m", activation=1)
    return Listing(market="m", key=str(number), title=title, description=description, provenance=provenance)


def _texts(source: str, examples: Sequence[Example]) -> Texts:
    posted = [
        Told(listing(each.title, each.description, number), each.in_scope) for number, each in enumerate(examples)
    ]
    long = list(_long(examples))
    random.Random(SEED).shuffle(posted)
    random.Random(SEED).shuffle(long)
    return Texts(source, posted, long)


def _long(examples: Sequence[Example]) -> Iterator[Told]:
    """Each under the title of its first example: the descriptions of one vendor after the other, joined until it is full."""
    parts: list[Example] = []
    for each in sorted(examples, key=lambda each: (each.in_scope, each.market, each.vendor)):
        parts += [each] if each.description else []
        if sum(len(part.description) for part in parts) >= LETTERS:
            text = "\n".join(part.description for part in parts)
            yield Told(listing(parts[0].title, text, 0), parts[0].in_scope)
            parts = []


def _market(adverts: Sequence[Example]) -> Iterator[Example]:
    others = [each for each in adverts if not each.in_scope]
    yield from others
    yield from [each for each in adverts if each.in_scope][: len(others) // RARE]
