"""Does a visit lose a listing, publish a false one or leave false evidence, when the crawl is killed at random moments?

After every kill `headstamp verify` must find the archive sound, or say of what it is torn and in whose ledger that will
stand, and `headstamp why` must account for every address that is known.
"""

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
from typing import NamedTuple

import msgspec

from benchmarks.product import asked, done, running
from crawlers.evidence.finding import NOTES
from pipeline import codec
from pipeline.broker import START
from pipeline.broker.sqlite import SqliteBroker
from pipeline.records import Import, Listing, Record, Sighting
from pipeline.terminal import show_facts, show_json
from pipeline.topics import LISTINGS

MARKET = "practice"
FIRST_S, LAST_S = 0.5, 3.5
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
    records: int
    """Records of the archive in the end, all of them sound or torn."""
    open: int
    """Kills after which a segment was open, for the next crawl to close."""
    torn: int
    """Records that a kill tore; the ledger names each."""
    faults: list[str]
    """How the disturbed log differs from the undisturbed one; none is what is hoped for."""


class State(NamedTuple):
    """What a home is in after a kill."""

    records: int = 0
    notes: tuple[str, ...] = ()
    """What `verify` says that is as it should be: records torn, segments open."""
    faults: tuple[str, ...] = ()


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
        struck, left = 0, []
        for _ in range(kills):
            struck += _kill(disturbed, socks, draw.uniform(FIRST_S, LAST_S))
            left.append(_state(disturbed))
        done("crawl", MARKET, home=disturbed, crawl_socks=socks)
    left.append(_state(disturbed))
    expected, found = _listings(calm), _listings(disturbed)
    return Report(
        kills=kills,
        struck=struck,
        listings=len(set(expected)),
        repeated=len(found) - len(set(found)),
        records=left[-1].records,
        open=sum("open" in state.notes for state in left),
        torn=left[-1].notes.count("torn"),
        faults=[*(fault for state in left for fault in state.faults), *_faults(set(expected), set(found), disturbed)],
    )


def _kill(home: Path, socks: str, after: float) -> bool:
    with running("crawl", MARKET, home=home, crawl_socks=socks) as crawl:
        time.sleep(after)
        there = crawl.poll() is None
        crawl.send_signal(signal.SIGKILL)
        return there


def _state(home: Path) -> State:
    """What the archive and the frontier say after a kill, by the commands that an operator would use."""
    if not (home / "archive" / "chain").is_dir():
        return State()  # killed before the first page
    report = msgspec.json.decode(asked("verify", "--json", home=home))["report"]
    account = msgspec.json.decode(asked("why", MARKET, "--json", home=home))
    faults = [f"verify, {one['what']}: {one['text']}" for one in report["findings"] if one["what"] not in NOTES]
    parts = account.get("sum", {})
    if parts.pop("known", 0) != sum(parts.values()):
        faults.append(f"why: the sum does not hold: {account['sum']}")
    notes = tuple(one["what"] for one in report["findings"] if one["what"] in NOTES)
    return State(records=report["records"], notes=notes, faults=tuple(faults))


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
