"""Does a visit lose a listing, or publish a false one, when the crawl is killed at random moments?"""

import argparse
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from benchmarks.product import done, running
from pipeline import codec
from pipeline.broker import START
from pipeline.broker.sqlite import SqliteBroker
from pipeline.records import Import, Listing, Record, Sighting
from pipeline.terminal import show_facts, show_json
from pipeline.topics import LISTINGS

MARKET = "practice"
FIRST_S, LAST_S = 0.5, 2.5
"""A kill falls between these times of a crawl; the first page is fetched after about a second."""
NOWHERE = Import(time=datetime(2026, 1, 1, tzinfo=UTC), file="", line=0, mapping="", activation=0)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the kills came to."""

    kills: int
    struck: int
    """How many visits were cut; the others had ended."""
    listings: int
    repeated: int
    """Listings published more than once, which the index merges into one."""
    faults: list[str]
    """How the disturbed log differs from the undisturbed one; none is what is hoped for."""


def main() -> int:
    """Print what the kills came to; 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10, help="kills (default: 10)")
    parser.add_argument("--listings", type=int, default=1_000, help="listings on the market (default: 1000)")
    parser.add_argument("--seed", type=int, default=1, help="what draws the moments (default: 1)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    with TemporaryDirectory(prefix="headstamp-chaos-") as folder:
        report = chaos(Path(folder), arguments.kills, arguments.listings, arguments.seed)
    show_json(report) if arguments.json else show_facts(msgspec.structs.asdict(report))
    return 1 if report.faults else 0


def chaos(folder: Path, kills: int, listings: int, seed: int) -> Report:
    """Visit one market in two homes, in one of them with kill -9 until it is through, and compare the logs."""
    draw = random.Random(seed)
    calm, disturbed = folder / "calm", folder / "disturbed"
    with _market(folder, listings) as socks:
        done("crawl", MARKET, home=calm, crawl_socks=socks)
        struck = sum(_kill(disturbed, socks, draw.uniform(FIRST_S, LAST_S)) for _ in range(kills))
        done("crawl", MARKET, home=disturbed, crawl_socks=socks)
    expected, found = _listings(calm), _listings(disturbed)
    return Report(
        kills=kills,
        struck=struck,
        listings=len(set(expected)),
        repeated=len(found) - len(set(found)),
        faults=list(_faults(set(expected), set(found), disturbed)),
    )


def _kill(home: Path, socks: str, after: float) -> bool:
    with running("crawl", MARKET, home=home, crawl_socks=socks) as crawl:
        time.sleep(after)
        there = crawl.poll() is None
        crawl.send_signal(signal.SIGKILL)
        return there


def _faults(expected: set[Listing], found: set[Listing], home: Path) -> Iterator[str]:
    yield from (f"listing {listing.key} is lost" for listing in expected - found)
    yield from (f"listing {listing.key} is not on the market" for listing in found - expected)
    sighted = {record.listing_id for record in _records(home) if isinstance(record, Sighting)}
    yield from (f"listing {listing.key} was not sighted" for listing in expected if listing.id not in sighted)


def _listings(home: Path) -> list[Listing]:
    """The listings on the log, without where and when they were read."""
    return [
        msgspec.structs.replace(record, provenance=NOWHERE) for record in _records(home) if isinstance(record, Listing)
    ]


def _records(home: Path) -> Iterator[Record]:
    with closing(SqliteBroker(home / "log.db")) as broker:
        for each in broker.read(LISTINGS.name, START):
            yield codec.decode(each, LISTINGS.records)


@contextmanager
def _market(folder: Path, listings: int) -> Iterator[str]:
    with running("practice", "--listings", str(listings), home=folder / "market") as market:
        assert market.stdout is not None, "it was asked for"
        yield msgspec.json.decode(market.stdout.readline(), type=dict[str, object])["socks"]  # type: ignore[misc]  # its line is ours


if __name__ == "__main__":
    sys.exit(main())
