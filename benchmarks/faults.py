"""Which pages a crawl of the practice market loses when tor, a relay, the onion service or its web server fails, and how long it takes.

The service is a real one, in a private Tor network on loopback. Each fault strikes once a quarter of the pages has been
asked for; the line "none" is a crawl without a fault, by whose listings the others are measured. A visit that was left for
another day goes on with the next crawl; how many it took is in the column "crawls".
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

from crawlers.practice import SEED
from crawlers.practice.catalogue import market
from crawlers.practice.network import Network, private_network
from crawlers.practice.onion import write_profile
from crawlers.practice.pages import Pages
from crawlers.practice.server import LOOPBACK, browsing
from crawlers.practice.site import Site
from crawlers.practice.tally import Tally

ROOT = Path(__file__).parents[1]
MOST_CRAWLS = 5


class Origin:
    """The practice market's web server on one port, in a thread of its own, which can go and come back."""

    def __init__(self, listings: int) -> None:
        self.pages, self.tally, self.port = Pages(market(SEED, listings)), Tally(), 0
        self._gone = Event()
        self.come()

    def come(self) -> None:
        """Serve at the port; the first time, at a free one."""
        self._gone.clear()
        ready = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._serve(ready)))
        self._thread.start()
        ready.wait()

    def go(self) -> None:
        """Be gone: no port, no connections."""
        self._gone.set()
        self._thread.join()

    @property
    def asked(self) -> int:
        """How many pages have been asked for."""
        return int(str(self.tally.report()["requests"]))

    async def _serve(self, ready: Event) -> None:
        server = await asyncio.start_server(browsing(Site(self.pages, ()), self.tally), LOOPBACK, self.port)
        # connections that break because the server goes are no news
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        async with server:
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            await asyncio.to_thread(self._gone.wait)


Fault = Callable[[Network, Origin, float], None]


def frozen(name: str) -> Fault:
    """A node stands still for some seconds."""

    def strike(network: Network, _: Origin, seconds: float) -> None:
        network.freeze(name)
        time.sleep(seconds)
        network.wake(name)

    return strike


def killed(name: str) -> Fault:
    """A node is killed, and started again after some seconds; the name "" is that of the guard relay."""

    def strike(network: Network, _: Origin, seconds: float) -> None:
        node = name or network.guard()
        network.kill(node)
        time.sleep(seconds)
        network.start(node)

    return strike


def down(_: Network, origin: Origin, seconds: float) -> None:
    """The web server is gone for some seconds."""
    origin.go()
    time.sleep(seconds)
    origin.come()


def asked(command: str) -> Fault:
    """The client tor is asked for something; NEWNYM takes effect once in ten seconds."""
    return lambda network, _origin, _seconds: (network.nodes["client"].ask(command), None)[1]


FAULTS: dict[str, tuple[Fault, float]] = {
    "none": (lambda *_: None, 0),
    "tor SIGHUP": (lambda network, *_: network.nodes["client"].send(signal.SIGHUP), 0),
    "tor NEWNYM": (asked("SIGNAL NEWNYM"), 0),
    "tor stopped": (frozen("client"), 30),
    "tor killed": (killed("client"), 4),
    "guard relay killed": (killed(""), 5),
    "onion service killed": (killed("host"), 4),
    "onion service frozen": (frozen("host"), 8),
    "web server down": (down, 5),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listings", type=int, default=200)
    parser.add_argument("--timeout", type=float, default=20.0, help="seconds one page may take")
    parser.add_argument("--only", choices=FAULTS, nargs="*", default=list(FAULTS))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), arguments) as bench:
        whole = bench.visit("none", after=0)
        print(f"{'fault':24}{'for s':>6}{'asked':>8}{'crawls':>8}{'listings':>10}{'lost':>6}{'seconds':>9}")
        for name in arguments.only:
            bench.measure(name, whole)


@contextmanager
def served(folder: Path, arguments: argparse.Namespace) -> Iterator["Bench"]:
    with private_network(folder / "network") as network:
        origin = Origin(arguments.listings)
        try:
            write_profile(folder / "profiles", network.publish(origin.port))
            yield Bench(folder, network, origin, arguments.timeout)
        finally:
            origin.go()


class Visit(NamedTuple):
    """A visit that has come to its end."""

    crawls: int
    listings: int
    asked: int


@dataclass(frozen=True)
class Bench:
    """The network and the market, to which faults are done."""

    folder: Path
    network: Network
    origin: Origin
    timeout_s: float

    def measure(self, name: str, whole: Visit) -> None:
        """Print what a visit with this fault comes to."""
        begun = time.monotonic()
        visit = self.visit(name, after=whole.asked // 4)
        seconds, lost = time.monotonic() - begun, whole.listings - visit.listings
        facts = f"{visit.asked:8}{visit.crawls:8}{visit.listings:10}{lost:6}{seconds:9.1f}"
        print(f"{name:24}{FAULTS[name][1]:6g}{facts}", flush=True)
        self.network.mend()

    def visit(self, name: str, *, after: int) -> Visit:
        """A visit in a new home; the fault strikes when so many pages have been asked for."""
        before = self.origin.asked
        with tempfile.TemporaryDirectory(dir=self.folder) as home:
            with self._crawl(home) as crawl:
                while crawl.poll() is None and self.origin.asked - before < after:
                    time.sleep(0.02)
                fault, seconds = FAULTS[name]
                fault(self.network, self.origin, seconds)
                said = ended(crawl)
            crawls = 1
            while (said["waiting"] or not said["finished"]) and crawls < MOST_CRAWLS:
                crawls += 1
                with self._crawl(home) as crawl:
                    said = ended(crawl)
        return Visit(crawls, said["listings"], self.origin.asked - before)

    def _crawl(self, home: str) -> "subprocess.Popen[str]":
        told = {"HOME": home, "CRAWL_SOCKS": self.network.socks, "CRAWL_PROFILES": str(self.folder / "profiles")}
        told["CRAWL_TIMEOUT_S"] = str(self.timeout_s)
        environment = os.environ | {f"HEADSTAMP_{key}": value for key, value in told.items()}
        words = [sys.executable, "-m", "headstamp", "crawl", "practice", "--json"]
        return subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def ended(crawl: "subprocess.Popen[str]") -> dict[str, int]:
    """What a crawl says of the market's visit when it has ended."""
    said, _ = crawl.communicate()
    if not said:
        return {"waiting": 1, "finished": 0, "listings": 0}
    visit: dict[str, int] = json.loads(said)["markets"][0]
    return visit


if __name__ == "__main__":
    main()
