"""A crawl of the whole practice market, on two days, against what is truly there."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from crawlers.practice.truth import truth
from pipeline.records import Listing, Presence, Sighting, listing_id
from pipeline.topics import LISTINGS
from tests.crawlers.conftest import Bench, Crawl

SIZE = 80
ROOT = Path(__file__).parents[2]


@contextmanager
def practice(report: Path, day: int) -> Iterator[str]:
    """The practice market in a process of its own; its SOCKS port."""
    words = ["practice", "--listings", str(SIZE), "--day", str(day), "--report", str(report)]
    with subprocess.Popen(
        [sys.executable, "-m", "headstamp", *words], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as market:
        assert market.stdout is not None
        socks: str = json.loads(market.stdout.readline())["socks"]
        try:
            yield socks
        finally:
            market.terminate()


def visited(bench: Bench, day: int) -> tuple[Crawl, dict[str, dict[str, int]]]:
    report = bench.folder / f"report{day}.json"
    with practice(report, day) as socks:
        done = bench.crawl("practice", HEADSTAMP_CRAWL_SOCKS=socks, HEADSTAMP_CRAWL_TIMEOUT_S="30")
    assert done.status == 0, done.errors
    return done, json.loads(report.read_text())


def test_every_offer_is_found_every_change_noticed_and_no_trap_sprung(bench: Bench) -> None:
    _, first = visited(bench, 0)
    found = read(bench.published(LISTINGS))
    there = {key for key, one in truth(listings=SIZE).items() if one.odd != "no_title"}
    assert found == there
    _, second = visited(bench, 3)
    later = truth(listings=SIZE, day=3)
    gone = {
        one.listing_id
        for one in bench.published(LISTINGS)
        if isinstance(one, Sighting) and one.presence is Presence.GONE
    }
    assert gone == {listing_id("practice", key) for key, one in later.items() if one.gone and key in there}
    assert read(bench.published(LISTINGS)) == there | {key for key, one in later.items() if one.new and not one.gone}
    for report in (first, second):
        assert set(report["traps"].values()) == {0}
        assert set(report["leaks"].values()) == {0}


def read(records: Sequence[object]) -> set[str]:
    return {record.key for record in records if isinstance(record, Listing)}
