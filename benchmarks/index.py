"""How fast does the index merge and answer, beside the prototype of ../shared/notes in the same run?"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate, chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from msgspec.structs import replace

from benchmarks.index_sides import PROTOTYPE, Ours, Prototype
from pipeline.index import Mergeable
from pipeline.records import (
    Assessment,
    Capture,
    Classification,
    Dollars,
    Listing,
    Money,
    Presence,
    Sighting,
)
from pipeline.taxonomy import Category, Track, Verdict
from pipeline.terminal import show_json, show_table
from pipeline.text import tokens

START = datetime(2022, 1, 1, tzinfo=UTC)
BATCH = 500
VOCABULARY = 40_000
WORDS = 105
COUNTRIES = ("US", "GB", "DE", "NL", "AU", "CA", "FR", "CN", "IN", "ES", "PL", "BE", "SE", "IT", "RU", "WW", "AT", "CH")
TURNS = 40
SAMPLE = 20_000


class Figure(NamedTuple):
    """Ours and the prototype's; documents a second (more is better), milliseconds or megabytes (less is better)."""

    work: str
    unit: str
    ours: float | None
    prototype: float | None

    @property
    def ratio(self) -> str:
        """How many times better ours is."""
        if not self.prototype or not self.ours:
            return "-"
        return f"{self.ours / self.prototype if self.unit == '/s' else self.prototype / self.ours:.2f}"


def listings(number: int, draw: random.Random) -> Iterator[Assessment]:
    """Assessments over three years, about 1.2 KB of text and facts each, words by Zipf's law."""
    words = ["".join(draw.choices("etaoinshrdlucmfwypvbgk", k=draw.randint(3, 9))) for _ in range(VOCABULARY)]
    weights = list(accumulate(1 / rank**1.05 for rank in range(1, VOCABULARY + 1)))
    nearer = list(accumulate(1 / rank for rank in range(1, len(COUNTRIES) + 1)))
    for key in range(number):
        yield _assessment(key, number, draw.choices(words, cum_weights=weights, k=WORDS), draw, nearer)


def _assessment(key: int, number: int, words: list[str], draw: random.Random, nearer: list[float]) -> Assessment:
    score, cents = draw.random() ** 8, int(draw.lognormvariate(4, 1.2) * 100)
    time_seen = START + timedelta(days=1_080 * key / number, seconds=draw.randint(0, 86_400))
    capture = Capture(
        time=time_seen.replace(microsecond=0),
        url=f"http://{key % 23:056x}.onion/listing/{key}",
        visit=f"{key // 500:032x}",
        page=f"{key:064x}",
        profile=f"{key % 23:032x}",
        activation=1,
    )
    listing = Listing(
        market=f"market{key % 23}",
        key=str(key),
        title=" ".join(words[:10])[:70],
        description=" ".join(words[10:])[:620],
        vendor=f"vendor{draw.randint(0, 9_000)}",
        price=Money(amount=Decimal(cents) / 15_000, currency="XMR"),
        ships_from=tuple(draw.choices(COUNTRIES, cum_weights=nearer)),
        ships_to=tuple(draw.choices(COUNTRIES, cum_weights=nearer)),
        category_path=(f"group {key % 12}",),
        provenance=capture,
    )
    return assessed(listing, score, list(Category)[int(score * 14)], 1, cents)


def assessed(listing: Listing, score: float, category: Category, activation: int, cents: int) -> Assessment:
    """A listing with what a model and the policy say of it."""
    verdict = Verdict.FLAGGED if score > 0.9 else Verdict.REVIEW if score > 0.7 else Verdict.CLEAR
    return Assessment(
        listing=listing,
        classification=Classification(score=round(score, 4), category=category, model="0" * 32, activation=activation),
        verdicts={Track.OFFERS: verdict},
        policy="0" * 32,
        dollars=Dollars(cents=cents, rate_date=""),
    )


def reassessed(found: Assessment) -> Assessment:
    """The same listing in another category, by a later model."""
    other = replace(found.classification, category=Category.SERVICE, activation=2)
    return replace(found, classification=other)


def seen(found: Assessment) -> Sighting:
    """That a listing was there a month later."""
    later = found.listing.provenance.time + timedelta(days=30)
    return Sighting(listing_id=found.id, market=found.listing.market, visit="w", time=later, presence=Presence.PRESENT)


class Words(NamedTuple):
    """Words by how often they occur."""

    common: list[str]
    """In 10 % of listings and more."""
    mid: list[str]
    """In 0.5 to 3 %."""


def main() -> None:
    """Print the figures of one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listings", type=int, default=100_000, metavar="N", help="default: 100,000")
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    arguments = parser.parse_args()
    if not PROTOTYPE.exists():
        sys.stderr.write("../shared is absent: the prototype's column stays empty\n")
    with TemporaryDirectory(prefix="headstamp-") as folder:
        found = list(figures(arguments.listings, Path(folder)))
    if arguments.json:
        show_json([figure._asdict() for figure in found])
    else:
        show_table(("work", "unit", "ours", "prototype", "times better"), [_row(figure) for figure in found])


def figures(number: int, folder: Path) -> Iterator[Figure]:
    """One figure per kind of work."""
    draw = random.Random(3)
    pair = (Ours(folder), Prototype(folder) if PROTOTYPE.exists() else None)
    sample: list[Assessment] = []
    yield Figure("first sight", "/s", *_rates(_kept(listings(number, draw), sample, number), *pair))
    draw.shuffle(sample)
    yield Figure("seen again, nothing new", "/s", *_rates(sample, *pair))
    yield Figure("seen again at a later visit", "/s", *_rates(map(seen, sample), pair[0], None))
    yield Figure("assessed again, other category", "/s", *_rates(map(reassessed, sample), *pair))
    words = vocabulary(sample)
    for name, work in questions(words, draw).items():
        for end, share in (("p50", 0.5), ("p95", 0.95)):
            yield Figure(f"{name}, {end}", "ms", *(_latency(work, index, share, draw) for index in pair))
    yield Figure("disk", "MB", *(_size(index) for index in pair))


def questions(words: Words, draw: random.Random) -> dict[str, Callable[[Any], object]]:  # Any: either index
    """What is asked of an index, by name."""
    some: Callable[[list[str]], str] = draw.choice
    category: Callable[[], Category] = lambda: draw.choice(list(Category)[:6])  # noqa: E731  # one word for a draw
    return {
        "newest 50, mid and common word, filtered": lambda index: index.find(
            f"{some(words.mid)} {some(words.common)}", category()
        ),
        "newest 50, two common words, filtered": lambda index: index.find(
            f"{some(words.common)} {some(words.common)}", category()
        ),
        "number of hits, common word": lambda index: index.total(some(words.common)),
        "facet of a mid word": lambda index: index.facet(some(words.mid)),
        "facet of a common word": lambda index: index.facet(some(words.common)),
        "relevance, mid word": lambda index: index.best(some(words.mid)),
        "month x category x country": lambda index: index.months(),
        "review queue": lambda index: index.queue(),
        "a vendor's listings": lambda index: index.vendor(f"vendor{draw.randint(0, 9_000)}"),
    }


def vocabulary(sample: Sequence[Assessment]) -> Words:
    """Words of the sample."""
    found = Counter(chain.from_iterable(set(tokens(one.listing.description)) for one in sample))
    shares = {word: count / len(sample) for word, count in found.items()}
    return Words(
        common=[word for word, share in shares.items() if share >= 0.1],
        mid=[word for word, share in shares.items() if 0.005 < share < 0.03],
    )


def _kept(found: Iterator[Assessment], sample: list[Assessment], number: int) -> Iterator[Assessment]:
    for key, one in enumerate(found):
        if key % max(1, number // SAMPLE) == 0:
            sample.append(one)
        yield one


def _rates(records: Iterable[Mergeable], *indexes: Ours | Prototype | None) -> list[float | None]:
    """Records a second of each index; they take turns batch by batch, so that other work slows them alike."""
    spent, number, unread = [0.0] * len(indexes), 0, iter(records)
    while batch := list(islice(unread, BATCH)):
        number += len(batch)
        for place, index in enumerate(indexes):
            spent[place] += _seconds(index.add, batch) if index else 0
    return [number / seconds if seconds else None for seconds in spent]


def _latency(
    work: Callable[[Any], object], index: Ours | Prototype | None, share: float, draw: random.Random
) -> float | None:
    if index is None:
        return None
    draw.seed(5)
    try:
        spent = sorted(_seconds(work, index) for _ in range(TURNS))
    except AttributeError:  # a question that the prototype does not know
        return None
    return spent[int(share * (TURNS - 1))] * 1_000


def _size(index: Ours | Prototype | None) -> float | None:
    if index is None:
        return None
    index.close()
    return index.path.stat().st_size / 1e6


def _seconds(work: Callable[[Any], object], argument: object) -> float:
    start = time.perf_counter()
    work(argument)
    return time.perf_counter() - start


def _row(figure: Figure) -> tuple[str, ...]:
    ours, theirs = (f"{value:,.{0 if figure.unit == '/s' else 1}f}" if value else "-" for value in figure[2:4])
    return figure.work, figure.unit, ours, theirs, figure.ratio


if __name__ == "__main__":
    main()
