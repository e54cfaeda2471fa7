"""All crawls of the leak test, one after another, in a namespace of their own; a line of JSON each.

Run as `unshare -n python -m tests.leak.scene FOLDER`, by `test_leaks.py`.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from crawlers.practice.network import Network, private_network
from tests.leak.judge import Judge, every_address_local
from tests.leak.origin import CLEARNET, SCENARIOS, Origin, links

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
MOST_S = 60
TCP_SOCKS = "127.0.0.1:19050"


class Run(NamedTuple):
    """One crawl: which, by what program, how its environment differs."""

    layer: str
    scenario: str
    words: Sequence[str]
    environment: Mapping[str, str] = {}
    before: Sequence[str] = ()


def runs(folder: Path, mirrors: Sequence[str]) -> Iterator[Run]:
    """Every crawl of the test."""
    urls = [f"http://{mirrors[0]}/page", f"http://{mirrors[0]}/turn/0", *links()]
    yield Run("control", "all", [*RIDERS, "plain", *urls])
    yield Run("control", "proxies", [*RIDERS, "plain", *urls[:1]], PROXIES)
    for scenario in SCENARIOS:
        extra = PROXIES if scenario == "proxies" else {}
        yield Run("whole", scenario, [*PRODUCT, "crawl", scenario, "--json"], extra)
    yield Run("gate alone", "all", [*RIDERS, "unguarded", "crawl", *SCENARIOS, "--json"], PROXIES)
    away, tcp = {"HEADSTAMP_CRAWL_SOCKS": f"unix:{folder / 'nobody'}"}, {"HEADSTAMP_CRAWL_SOCKS": TCP_SOCKS}
    for layer, program in (("whole", PRODUCT), ("gate alone", (*RIDERS, "unguarded"))):
        yield Run(layer, "tor down", [*program, "crawl", "links", "--json"], away)
    yield Run("whole", "tcp", [*PRODUCT, "crawl", "links", "--json"], tcp)
    yield Run("whole", "empty namespace", [*PRODUCT, "crawl", "links", "--json"], before=("unshare", "-n"))
    for guard in ("guards", "hook", "kernel"):
        yield Run(f"{guard} alone", "all", [*RIDERS, guard, *urls])
    # the controls come last, for they show that the judge was awake to the end
    for library in LIBRARIES:
        for way, extra in (("unix", {}), ("tcp", tcp)):
            yield Run(f"{library} library", way, [*RIDERS, library, "crawl", "page", "--json"], extra)
        yield Run("control", f"{library} library", [*RIDERS, f"{library}-unguarded", "crawl", "page", "--json"])


def told(run: Run, number: int, folder: Path, socks: str, judge: Judge, origin: Origin) -> dict[str, object]:
    """What one crawl came to, and what left while it ran."""
    origin.asked.clear()
    judge.take()
    home = {"HEADSTAMP_HOME": str(folder / f"home{number}"), "HEADSTAMP_CRAWL_PROFILES": str(folder / "profiles")}
    environment = {"PATH": os.environ["PATH"], "HEADSTAMP_CRAWL_SOCKS": socks, **home, **run.environment}
    begun = time.monotonic()
    done = subprocess.run(
        [*run.before, sys.executable, *run.words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=MOST_S,
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
        "seconds": round(time.monotonic() - begun, 1),
        **judge.take(),
    }


def also_by_tcp(network: Network) -> None:
    """Let the client answer at a TCP port too, as a system's tor does."""
    flags = "IsolateSOCKSAuth OnionTrafficOnly ExtendedErrors"
    ports = " ".join(f'SocksPort="{where} {flags}"' for where in (network.socks, TCP_SOCKS))
    network.nodes["client"].ask(f"SETCONF {ports}")


def main(folder: Path) -> None:
    """Set the scene and play every crawl."""
    every_address_local()
    judge, origin = Judge(), Origin()
    judge.begin()
    (folder / "profiles").mkdir()
    with private_network(folder / "tor") as network:
        mirrors = network.publish(origin.server_address[1])
        also_by_tcp(network)
        for market in SCENARIOS:
            text = PROFILE.format(market=market, mirrors=json.dumps(mirrors))
            (folder / "profiles" / f"{market}.yaml").write_text(text)
        for number, run in enumerate(runs(folder, mirrors)):
            line = told(run, number, folder, network.socks, judge, origin)
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
