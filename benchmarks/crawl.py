"""What the crawler costs and how fast it gets: CPU a page, many onion services at once, and the way through a real Tor network.

    python -m benchmarks.crawl                       # all parts, about six minutes
    python -m benchmarks.crawl --only page onions    # some of them

page    user and system time of `headstamp crawl practice`, archive and all, for each page. Two markets of different size are
        crawled in turn; the line through both gives the cost of a page and that of the start, apart.
onions  pages a second from 40 onion services behind one SOCKS port, `pace.delay: 1`, against the 40 that politeness allows.
tor     pages a second through a private Tor network against plain Scrapy on loopback, 1 to 32 requests under way
        (`benchmarks.route`), then with a delay before the SOCKS port, against requests under way by round trip.
start   seconds until the private network is up, and until a service of it is reached.

Only ratios and CPU times say something on a busy machine; medians of the rounds.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

from benchmarks import route
from benchmarks.product import running
from crawlers.address import onion
from crawlers.practice import SEED
from crawlers.practice.catalogue import market
from crawlers.practice.http import converse
from crawlers.practice.network import Network, private_network
from crawlers.practice.pages import Pages
from crawlers.practice.server import LOOPBACK
from crawlers.practice.site import Site
from crawlers.practice.socks import granted
from crawlers.practice.tally import Tally

ONIONS = [f"onion{number:02d}" for number in range(1, 41)]
SMALL, LARGE = 30, 600
"""Listings of the two markets whose crawls are compared."""
PROTOTYPE = {1: 37 / 630, 8: 0.30, 16: 0.43, 32: 0.53}
"""Ratios to plain Scrapy of the prototype (tor.md, section 3), by requests under way."""
PROTOTYPE_LATE = {1: 3.1, 8: 22.8, 16: 42.0, 32: 82.0}
"""Its pages a second with a round trip of 300 ms, two to four lanes."""
ROUND_TRIP_S = 0.3
AUTHORITY = """- id: bench
  basis: none needed; invented markets on this machine
  issuer: bench
  scope: public_pages
  markets: {markets}
  valid_from: 2020-01-01
  valid_until: 2099-12-31
  opened_by: bench
  opened_at: 2020-01-01
"""


class Crawled(NamedTuple):
    """One crawl that has ended: its pages, its processor time and its length in seconds."""

    pages: int
    cpu_s: float
    seconds: float


class Served:
    """Markets behind one SOCKS port in a thread of its own, and how many pages each was asked for."""

    def __init__(self, names: Sequence[str], listings: int) -> None:
        self.site, self.names, self.tally = Site(Pages(market(SEED, listings)), ()), names, Tally()
        self.socks = ""
        self._end, self._up = Event(), Event()

    @contextmanager
    def up(self) -> Iterator[None]:
        """Serve while the block runs."""
        thread = Thread(target=lambda: asyncio.run(self._serve()))
        thread.start()
        self._up.wait()
        try:
            yield
        finally:
            self._end.set()
            thread.join()

    @property
    def asked(self) -> int:
        """Pages that were asked for so far."""
        return int(str(self.tally.report()["requests"]))

    async def _serve(self) -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if await granted(reader, writer, self.names, self.tally):
                await converse(reader, writer, self.site, self.tally)
            writer.close()

        async with await asyncio.start_server(talk, LOOPBACK, 0) as server:
            self.socks = f"{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
            self._up.set()
            await asyncio.to_thread(self._end.wait)


def page(words: argparse.Namespace) -> None:
    """Print what a page costs, apart from the start."""
    plain = []
    with tempfile.TemporaryDirectory() as folder, route.ports() as (origin, socks):
        asked = argparse.Namespace(socks=socks, mirror=route.MIRROR, origin=origin, lanes=2, pages=words.pages)
        rounds = []
        for number in range(words.rounds):
            rounds.append(_pair(Path(folder) / str(number)))
            plain.append(route.measure("plain", 8, asked)["cpu_ms"] / 1000)
    costs = [(large.cpu_s - small.cpu_s) / (large.pages - small.pages) for small, large in rounds]
    starts = [small.cpu_s - small.pages * cost for (small, _), cost in zip(rounds, costs, strict=True)]
    whole = [large.cpu_s / large.pages for _, large in rounds]
    print(f"page    pages of the two markets: {rounds[0][0].pages} and {rounds[0][1].pages}")
    print(f"page    CPU a page: {_told(costs, 1000)} ms (goal: 9.9; the closest peer: 9.9 to 11.3)")
    print(
        f"page    CPU a page of plain Scrapy that only fetches, in the same rounds: {_told(plain, 1000)} ms", end=": "
    )
    print(f"times {_told([cost / least for cost, least in zip(costs, plain, strict=True)], 1)}")
    print(f"page    CPU of the start: {_told(starts, 1)} s")
    print(f"page    CPU a page, start and all, of the larger crawl: {_told(whole, 1000)} ms", flush=True)


def _pair(folder: Path) -> tuple[Crawled, Crawled]:
    small, large = (_crawled(folder / str(listings), listings) for listings in (SMALL, LARGE))
    return small, large


def _crawled(home: Path, listings: int) -> Crawled:
    """The practice market in a new home, crawled by the command that people use."""
    with running("practice", "--listings", str(listings), home=home / "market") as served:
        assert served.stdout is not None, "it was asked for"
        socks = json.loads(served.stdout.readline())["socks"]
        before, begun = _cpu_s(), time.monotonic()
        with running("crawl", "practice", "--json", home=home, crawl_socks=socks) as crawl:
            said, _ = crawl.communicate()
        return Crawled(json.loads(said)["pages"], _cpu_s() - before, time.monotonic() - begun)


def _cpu_s() -> float:
    """Processor time of the children that have ended; the market itself has not."""
    times = os.times()
    return times.children_user + times.children_system


def onions(words: argparse.Namespace) -> None:
    """Print how near 40 services come to the pace that their profiles ask for."""
    names = [onion(bytes([number]) * 32) for number, _ in enumerate(ONIONS)]
    served = Served(names, listings=300)
    with tempfile.TemporaryDirectory() as folder, served.up():
        home = Path(folder)
        _write_profiles(home / "profiles", names)
        settings = {"crawl_socks": served.socks, "crawl_profiles": str(home / "profiles")}
        with running("crawl", *ONIONS, "--json", home=home, **settings) as crawl:
            _await(lambda: served.asked >= 5 * len(ONIONS), 60)
            cpu, asked, begun = _spent_s(crawl), served.asked, time.monotonic()
            time.sleep(words.seconds)
            seconds, pages = time.monotonic() - begun, served.asked - asked
            cpu = _spent_s(crawl) - cpu
            crawl.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                crawl.communicate(timeout=20)
    rate = pages / seconds
    print(f"onions  {rate:.1f} pages/s from {len(ONIONS)} services over {seconds:.0f} s", end=": ")
    print(f"{rate / len(ONIONS):.1%} of the ceiling (goal: 95 %), one core {cpu / seconds:.0%} busy", flush=True)


def _write_profiles(folder: Path, names: Sequence[str]) -> None:
    """Profiles that differ from the practice market's in mirror, authority and pace."""
    folder.mkdir(parents=True)
    for name, mirror in zip(ONIONS, names, strict=True):
        own = f"market: {name}\nextends: practice\nauthority: bench\nmirrors: [{mirror}]\n"
        (folder / f"{name}.yaml").write_text(own + "pace: {delay: 1, concurrent: 1, pages_per_visit: 100000}\n")
    (folder.parent / "authorities.yaml").write_text(AUTHORITY.format(markets=json.dumps(ONIONS)))


def _await(found: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "the crawl does not get going"
        time.sleep(0.05)


def _spent_s(process: "subprocess.Popen[str]") -> float:
    """Processor time of a process that runs (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def tor(words: argparse.Namespace) -> None:
    """Print the ratios to plain Scrapy, and those to what the round trip allows, beside the prototype's."""
    with (
        tempfile.TemporaryDirectory() as folder,
        route.ports() as (origin, _),
        private_network(Path(folder)) as network,
    ):
        mirror, _ = network.publish(int(origin.rpartition(":")[2].partition("/")[0]))
        asked = argparse.Namespace(socks=network.socks, mirror=mirror, origin=origin, lanes=2, pages=words.pages)
        for concurrent, prototype in PROTOTYPE.items():
            rounds = [_ratio(concurrent, asked) for _ in range(words.rounds)]
            print(
                f"tor     c={concurrent:2d}: {_told(rounds, 1)} of plain loopback (prototype: {prototype:.2f})",
                flush=True,
            )
        asyncio.run(_late(network, asked))


def _ratio(concurrent: int, asked: argparse.Namespace) -> float:
    plain, ours = (route.measure(side, concurrent, asked)["rate"] for side in route.SIDES)
    return ours / plain


async def _late(network: Network, asked: argparse.Namespace) -> None:
    async with _delayed(network.socks.removeprefix("unix:"), ROUND_TRIP_S / 2) as socks:
        late = argparse.Namespace(**vars(asked) | {"socks": socks, "lanes": 4, "pages": asked.pages // 2})
        for concurrent, prototype in PROTOTYPE_LATE.items():
            found = await asyncio.to_thread(route.measure, "ours", concurrent, late)
            rate, most = found["rate"], concurrent / ROUND_TRIP_S
            shares = f"{rate / most:.2f} of requests under way by round trip (prototype: {prototype / most:.2f})"
            print(f"tor     300 ms, c={concurrent:2d}: {rate:.1f} pages/s, {shares}", flush=True)


@asynccontextmanager
async def _delayed(path: str, seconds: float) -> AsyncIterator[str]:
    """A port before a unix socket, through which everything takes so many seconds longer, each way."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                loop.call_later(seconds, writer.write, data)
        loop.call_later(seconds, writer.close)

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_unix_connection(path)
        await asyncio.gather(carry(reader, outer), carry(inner, writer))

    # connections that break because the benchmark ends are no news
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    async with await asyncio.start_server(relay, LOOPBACK, 0) as server:
        yield f"{LOOPBACK}:{server.sockets[0].getsockname()[1]}"


def start(words: argparse.Namespace) -> None:
    """Print how long the private network takes to come up, in folders of its own."""
    up, reached = [], []
    for _ in range(words.rounds):
        begun = time.monotonic()
        with (
            tempfile.TemporaryDirectory() as folder,
            route.ports() as (origin, _),
            private_network(Path(folder)) as net,
        ):
            up.append(time.monotonic() - begun)
            net.publish(int(origin.rpartition(":")[2].partition("/")[0]))
            reached.append(time.monotonic() - begun)
    print(f"start   network up after {_told(up, 1)} s, two services reached after {_told(reached, 1)} s", flush=True)


def _told(figures: Sequence[float], unit: float) -> str:
    """Median, least and most."""
    least, most = min(figures) * unit, max(figures) * unit
    return f"{statistics.median(figures) * unit:.2f} ({least:.2f} to {most:.2f})"


PARTS = {"page": page, "onions": onions, "tor": tor, "start": start}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, nargs="*", default=list(PARTS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the 40 services are watched")
    parser.add_argument("--pages", type=int, default=400, help="pages of one measurement through tor")
    words = parser.parse_args()
    for name in words.only:
        PARTS[name](words)


if __name__ == "__main__":
    main()
