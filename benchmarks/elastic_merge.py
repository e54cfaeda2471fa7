"""How fast one process merges listings into Elasticsearch, beside the raw bulk rate of the same documents.

    python benchmarks/elastic_merge.py http://127.0.0.1:9200 [LISTINGS] [BATCH]

Indexes named benchmark-… are made and removed.
"""

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta

from pipeline.index import Mergeable
from pipeline.index.elastic import ElasticIndex
from pipeline.index.elastic_access import cluster
from pipeline.index.elastic_setup import remove
from pipeline.index.elastic_write import Change, Known, checked, line_of
from pipeline.index.merge import merge
from pipeline.records import Assessment, Capture, Classification, Listing, Presence, Sighting
from pipeline.settings import Elastic
from pipeline.taxonomy import Category, Track, Verdict

PREFIX = "benchmark-"
START = datetime(2024, 5, 1, tzinfo=UTC)
TEXT = "boxes of blue tin soldiers from an attic, sold as a lot or one by one, sent in plain paper; "


def main(address: str, listings: int = 20_000, size: int = 2_000) -> None:
    every = [assessment(number) for number in range(listings)]
    again = [
        Sighting(listing_id=one.id, market="m", visit="w", time=START + timedelta(days=1), presence=Presence.PRESENT)
        for one in every
    ]
    with closing(opened(address)) as index:
        remove(index.cluster, f"{PREFIX}listings-v1")
        index.set_up()
        known = Known(f"{PREFIX}listings-v1")
        documents = [merge(None, one) for one in every]
        lines = [line_of(Change(known, one), checked(one)) for one in documents]
        raw = rate(lines, size, lambda some: index.cluster.ask("POST", "/_bulk", object, lines=b"".join(some)))
        remove(index.cluster, f"{PREFIX}listings-v1")
        index.set_up()
        print(f"raw bulk          {raw:9,.0f} documents/s")
        for name, records in (("first sight", every), ("nothing new", every), ("seen again", again)):
            found = rate(records, size, index.merge)
            print(f"merge, {name:11} {found:8,.0f} records/s, {found / raw:.0%} of raw")
        remove(index.cluster, f"{PREFIX}listings-v1")


def rate(things: Sequence[Mergeable] | Sequence[bytes], size: int, work: Callable[..., object]) -> float:
    begun = time.perf_counter()
    for start in range(0, len(things), size):
        work(things[start : start + size])
    return len(things) / (time.perf_counter() - begun)


def opened(address: str) -> ElasticIndex:
    chosen = Elastic(prefix=PREFIX)
    return ElasticIndex(cluster(address, chosen), chosen)


def assessment(number: int) -> Assessment:
    capture = Capture(time=START, url="http://a.onion/1", visit="v", page="00", profile="p", activation=1)
    title, vendor = f"Lot {number} of tin soldiers", f"vendor{number % 97}"
    listing = Listing(market="m", key=str(number), title=title, description=TEXT * 4, vendor=vendor, provenance=capture)
    return Assessment(
        listing=listing,
        classification=Classification(score=number % 100 / 100, category=Category.OTHER, model="m", activation=1),
        verdicts={Track.OFFERS: Verdict.CLEAR},
        policy="p",
    )


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
