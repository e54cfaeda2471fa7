"""All crawls of the leak test, one after another, in a namespace of their own; a line of JSON each.

Run as `unshare -n python -m tests.leak.scene FOLDER`, by `test_leaks.py`.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from crawlers.address import onion
from crawlers.practice.network import Network, private_network
from tests.authorities import write_authorities
from tests.leak.judge import Judge, every_address_local
from tests.leak.origin import CLEARNET, SCENARIOS, Origin, links
from tests.patience import PATIENCE_S

PROFILE = """
market: {market}
authority: test
mirrors: {mirrors}
start: [/{market}]
follow: ["/turn/{{n}}"]
listing: "/listing/{{key}}"
fields: {{title: h1, vendor: .vendor, price: .price, description: .description}}
pace: {{delay: 0, concurrent: 2, pages_per_visit: 50}}
"""
PRODUCT, RIDERS = ("-m", "headstamp"), ("-m", "tests.leak.riders")
LIBRARIES = ("python", "c")
PROXY = f"http://{CLEARNET}:3128"
PROXIES = {
    name: PROXY
    for lower in ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "socks_proxy")
    for name in (lower, lower.upper())
}
SETTLE_S = 0.1
"""Until the sniffer has seen the last packet."""
TCP_SOCKS = "127.0.0.1:19050"


class Run(NamedTuple):
    """One crawl: which, by what program, how its environment differs."""

    layer: str
    scenario: str
    words: Sequence[str]
    environment: Mapping[str, str] = {}
    before: Sequence[str] = ()


def without_tor() -> Iterator[Run]:
    """Plain Scrapy on pages like the market's: as it comes, which is the control, and under the product's guards."""
    urls = [f"http://{onion(bytes(32))}/page", f"http://{onion(bytes(32))}/turn/0", *links()]
    yield Run("control", "all", [*RIDERS, "plain", *urls])
    yield Run("control", "proxies", [*RIDERS, "plain", *urls[:1]], PROXIES)
    for guard in ("guards", "hook", "kernel"):
        yield Run(f"{guard} alone", "all", [*RIDERS, guard, *urls])


def with_tor(network: Network) -> Iterator[Run]:
    """The product's crawls: as they are, without guards, and with a library in them that betrays them."""
    tor = {"HEADSTAMP_CRAWL_SOCKS": network.socks, "HEADSTAMP_TOR_CONTROL": network.control}
    tcp, away = {"HEADSTAMP_CRAWL_SOCKS": TCP_SOCKS}, {"HEADSTAMP_CRAWL_SOCKS": "unix:/nowhere/socks"}
    unguarded = (*RIDERS, "unguarded")
    for market in SCENARIOS:
        yield Run("whole", market, crawl(market), tor | (PROXIES if market == "proxies" else {}))
    yield Run("gate alone", "all", crawl(*SCENARIOS, by=unguarded), tor | PROXIES)
    for layer, program in (("whole", PRODUCT), ("gate alone", unguarded)):
        yield Run(layer, "tor down", crawl("links", by=program), away)
    yield Run("whole", "tcp", crawl("links"), tcp)
    yield Run("whole", "empty namespace", crawl("links"), tor, before=("unshare", "-n"))
    # the controls come last, for they show that the judge was awake to the end
    for library in LIBRARIES:
        for way, environment in (("unix", tor), ("tcp", tcp)):
            yield Run(f"{library} library", way, crawl("page", by=(*RIDERS, library)), environment)
        yield Run("control", f"{library} library", crawl("page", by=(*RIDERS, f"{library}-unguarded")), tor)


def crawl(*markets: str, by: Sequence[str] = PRODUCT) -> Sequence[str]:
    """The words of one crawl."""
    return [*by, "crawl", *markets, "--json"]


def told(run: Run, folder: Path, judge: Judge, origin: Origin) -> dict[str, object]:
    """What one crawl came to, and what left while it ran."""
    origin.asked.clear()
    judge.take()
    home = str(folder / f"{run.layer} {run.scenario}")
    own = {
        "HEADSTAMP_HOME": home,
        "HEADSTAMP_CRAWL_PROFILES": str(folder / "profiles"),
        "HEADSTAMP_CRAWL_AUTHORITIES": str(write_authorities(folder / "authorities.yaml", SCENARIOS)),
    }
    done = subprocess.run(
        [*run.before, sys.executable, *run.words],
        env={"PATH": os.environ["PATH"], **own, **run.environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    time.sleep(SETTLE_S)
    return {
        "layer": run.layer,
        "scenario": run.scenario,
        "status": done.returncode,
        "summary": json.loads(done.stdout) if done.stdout.startswith("{") else {},
        "errors": done.stderr,
        "asked": list(origin.asked),
        **judge.take(),
    }


def also_by_tcp(network: Network) -> None:
    """Let the client answer at a TCP port too, as a system's tor does."""
    flags = "IsolateSOCKSAuth OnionTrafficOnly ExtendedErrors"
    ports = " ".join(f'SocksPort="{where} {flags}"' for where in (network.socks, TCP_SOCKS))
    network.nodes["client"].ask(f"SETCONF {ports}")


def main(folder: Path) -> None:
    """Set the scene and play every crawl; those that need no tor while it starts."""
    every_address_local()
    judge, origin = Judge(), Origin()
    judge.begin()
    (folder / "profiles").mkdir()

    def play(runs: Iterator[Run]) -> None:
        for run in runs:
            sys.stdout.write(json.dumps(told(run, folder, judge, origin)) + "\n")
            sys.stdout.flush()

    with ThreadPoolExecutor() as aside:
        early = aside.submit(play, without_tor())
        with private_network(folder / "tor") as network:
            also_by_tcp(network)
            early.result()
            mirrors = network.publish(origin.server_address[1])
            for market in SCENARIOS:
                text = PROFILE.format(market=market, mirrors=json.dumps(mirrors))
                (folder / "profiles" / f"{market}.yaml").write_text(text)
            play(with_tor(network))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
