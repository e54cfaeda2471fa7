"""What the frontier costs with a million known addresses: time per take and settle, memory, query plans, and of a crawl on top.

`.venv/bin/python -m benchmarks.frontier [--addresses N] [--pages N]`; it makes its home in a temporary folder, on loopback only.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from crawlers.frontier import DUE, ONCE_MORE, Frontier, Visit, now
from crawlers.links import Kind, Link
from crawlers.news import Said
from crawlers.outcome import Outcome, Place, State
from pipeline.records import Presence

MARKET = "practice"
PLENTY = 10**9
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
Result = TypeVar("Result")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--addresses", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--pages", type=int, default=1_000, metavar="N", help="pages driven through the frontier")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        told: dict[str, object] = {"addresses": arguments.addresses}
        told["made_s"] = round(timed(lambda: made(home, arguments.addresses))[0], 1)
        told["file_mib"] = round((home / "frontier.db").stat().st_size / 2**20)
        told |= json.loads(child("drive", home, arguments.pages))
        told["crawl"] = json.loads(child("crawl", home, arguments.pages))
    print(json.dumps(told, indent=1))


def made(home: Path, addresses: int) -> None:
    """A market after a finished visit: nine of ten addresses were read and show a listing, the rest was left over."""
    with closing(Frontier(home)) as frontier:
        visit = frontier.begin(MARKET, ["/"], NOON)
        with frontier.database.transaction():
            frontier.database.many(
                "INSERT INTO address(market, address, kind, visit, state, asked, round, due) VALUES(?,?,?,?,?,?,?,1)",
                rows(visit, addresses),
            )
            frontier.database.many(
                "INSERT INTO listing(market, key, address, statement, version, presence, visit, number, seen)"
                " VALUES(?,?,?,?,?,'present',?,1,1)",
                (
                    (MARKET, f"L{n:07}", f"/listing/L{n:07}", f"{n:032x}", f"{n:032x}", visit.id)
                    for n in range(addresses * 9 // 10)
                ),
            )
        frontier.finish(visit, NOON)


def rows(visit: Visit, addresses: int) -> Iterator[tuple[str | int, ...]]:
    for number in range(addresses):
        read = number < addresses * 9 // 10
        asked = (NOON + timedelta(milliseconds=number)).isoformat(timespec="milliseconds") if read else ""
        yield MARKET, f"/listing/L{number:07}", "listing", visit.id, "done" if read else "waiting", asked, int(read)


def drive(home: Path, pages: int) -> dict[str, object]:
    """Take and settle so many addresses, each with 50 links of which one is new."""
    with closing(Frontier(home)) as frontier:
        begin_s, visit = timed(lambda: frontier.begin(MARKET, ["/"], now()))
        takes, waits, settles = [], [], []
        for number in range(pages):
            waits.append(timed(lambda: frontier.waits(visit, PLENTY))[0])
            took, place = timed(lambda: frontier.take(visit, PLENTY))
            takes.append(took)
            assert place is not None
            settles.append(timed(settled(frontier, visit, place, number))[0])
        finish_s = timed(lambda: frontier.finish(visit, now()))[0]
        plans = [
            plan(frontier, sql, *given) for sql, *given in ((DUE, visit.id, MARKET, 2), (ONCE_MORE, MARKET, visit.id))
        ]
    return {
        "begin_ms": round(begin_s * 1e3, 1),
        "finish_ms": round(finish_s * 1e3, 1),
        "waits_us": spread(waits),
        "take_us": spread(takes),
        "settle_us": spread(settles),
        "plans": plans,
        "driver_peak_mib": peak_mib(),
    }


def settled(frontier: Frontier, visit: Visit, place: Place, number: int) -> Callable[[], None]:
    links = [Link(address=f"/listing/L{number * 50 + n:07}", kind=Kind.LISTING) for n in range(49)]
    links.append(Link(address=f"/listing/new{number}", kind=Kind.LISTING))
    said = Said(
        key=place.address[9:],
        address=place.address,
        statement="s",
        version="v",
        presence=Presence.PRESENT,
        visit=visit.id,
    )
    outcome = Outcome(place=place, state=State.DONE, said=[said], links=links)
    return lambda: frontier.settle(visit, outcome, now())


def plan(frontier: Frontier, sql: str, *given: str | int) -> str:
    return "; ".join(str(row[3]) for row in frontier.database.rows(f"EXPLAIN QUERY PLAN {sql}", *given))


def crawl(home: Path, pages: int) -> dict[str, object]:
    """A crawl of the practice market in that home, as a process of its own: its memory, and its time a page."""
    environment = {**os.environ, "HEADSTAMP_HOME": str(home)}
    market = subprocess.Popen(
        [sys.executable, "-m", "headstamp", "practice", "--listings", "300"],
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    assert market.stdout
    try:
        socks = json.loads(market.stdout.readline())["socks"]
        profile(home, pages)
        more = {"HEADSTAMP_CRAWL_SOCKS": socks, "HEADSTAMP_CRAWL_PROFILES": str(home)}
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "headstamp", "crawl", MARKET, "--json"],
            env={**environment, **more},
            stdout=subprocess.PIPE,
            check=True,
        )
        seconds = time.perf_counter() - begun
    finally:
        market.terminate()
        market.wait()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    read = json.loads(done.stdout)["pages"]
    return {"pages": read, "seconds": round(seconds, 1), "peak_mib": round(peak)}


def profile(home: Path, pages: int) -> None:
    """The practice market's profile with a small budget."""
    shipped = (Path(__file__).parents[1] / "crawlers" / "markets" / "practice.yaml").read_text(encoding="utf-8")
    (home / f"{MARKET}.yaml").write_text(shipped.replace("pages_per_visit: 100000", f"pages_per_visit: {pages}"))


def child(work: str, home: Path, pages: int) -> str:
    """What a part prints, in a process of its own, whose memory is measured."""
    code = f"import json, pathlib, benchmarks.frontier as f; print(json.dumps(f.{work}(pathlib.Path({str(home)!r}), {pages})))"
    return subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True).stdout


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def spread(seconds: Sequence[float]) -> dict[str, int]:
    """Median and 99th percentile, in microseconds."""
    cut = statistics.quantiles(seconds, n=100)
    return {"median": round(statistics.median(seconds) * 1e6), "p99": round(cut[98] * 1e6)}


def peak_mib() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
