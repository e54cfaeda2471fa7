"""`headstamp demo`: the practice market, all stages and the console, on loopback."""

import argparse
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec

from pipeline.deployment import Deployment
from pipeline.errors import HeadstampError, SettingsError
from pipeline.index.document import Document
from pipeline.rates import FILE as RATES
from pipeline.settings import PREFIX, Serve, Settings, names
from pipeline.sqlite import lock
from pipeline.terminal import show_facts, show_json

MARKET = "practice"
DONE = "demo.json"
PROFILES = "practice-profiles"
"""The folder of a demo's home with the profile of the onion services that it ran."""
PR_SET_PDEATHSIG = 1
"""Linux's name for the signal that a process gets when its parent ends."""
INVENTED_RATES = {"BTC": 61_250, "XMR": 158, "EUR": 1.09, "GBP": 1.27}
"""US dollars for one unit, so that the practice market's prices can be compared; not the rates of any day."""


class Visited(msgspec.Struct, frozen=True, kw_only=True):
    """What the crawl of the practice market came to."""

    pages: int
    listings: int
    tor: bool = False
    """Whether it went through a private Tor network."""


class _Market(msgspec.Struct, frozen=True, kw_only=True):
    """Where the practice market says it can be reached."""

    socks: str
    mirrors: tuple[str, ...]
    control: str = ""
    authorities: str = ""


class _Report(msgspec.Struct):
    records: int


class _Verified(msgspec.Struct):
    report: _Report
    sound: bool


class _Found(msgspec.Struct, frozen=True):
    total: int
    listings: tuple[Document, ...]


def demo_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp demo`."""
    parser.add_argument("--once", action="store_true", help="end after the summary instead of serving the console")
    parser.add_argument(
        "--listings", type=int, default=600, metavar="N", help="listings on the practice market (default: 600)"
    )
    parser.add_argument(
        "--tor",
        action="store_true",
        help="crawl the practice market as an onion service in a private Tor network (needs Debian's package tor)",
    )
    parser.add_argument("--port", type=int, metavar="N", help="port of the console (default: the setting serve.port)")
    parser.add_argument("--json", action="store_true", help="print the summary as one JSON object")


def demo(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Crawl, assess and index the practice market, print a summary, then serve the console until Ctrl-C."""
    begun = time.monotonic()
    home = own_home(deployment.settings.root)
    environment = _environment(deployment.settings, home)
    if not arguments.once:
        check_free(deployment.settings.serve, arguments.port)
    with lock(home / "locks" / "demo.lock", "the demo"):
        visited = _visited(home, environment, arguments.listings, tor=arguments.tor)
        told = summary(environment, visited) | {"seconds": round(time.monotonic() - begun, 1), "home": str(home)}
        (show_json if arguments.json else show_facts)(told)
        sys.stdout.flush()
        if arguments.once:
            return 0
        return _serve(environment, arguments.port)


def check_free(chosen: Serve, port: int | None) -> None:
    """Raise a `SettingsError` where somebody listens at the console's port: its user waits minutes for it."""
    wanted = chosen.port if port is None else port
    if not wanted or chosen.host.startswith("unix:"):
        return
    with suppress(OSError, OverflowError), socket.create_connection((chosen.host, wanted), timeout=1.0):
        raise SettingsError(
            f"{chosen.host}:{wanted} is taken; choose another port with --port (`make demo ARGS='--port 8601'`), or 0 for a free one"
        )


def own_home(home: Path) -> Path:
    """The home itself, or its folder `demo` where it holds listings already: invented ones never mix with others."""
    mixed = any(home.glob("*.db")) and not (home / DONE).exists()
    return home / "demo" if mixed else home


def summary(environment: Mapping[str, str], visited: Visited) -> dict[str, object]:
    """Pages, listings, and what was flagged by category."""
    words = ["search", "--filter", f"market={MARKET}", "--filter", "verdict=flagged", "--size", "10000", "--json"]
    found = msgspec.json.decode(_headstamp(words, environment), type=_Found)
    categories = Counter(document.current.classification.category for document in found.listings if document.current)
    by_category = ", ".join(f"{category} {count}" for category, count in categories.most_common())
    return {
        "pages": visited.pages,
        "listings": visited.listings,
        "flagged": found.total,
        "flagged by category": by_category or "none",
        "way": _WAYS[visited.tor],
        **_evidence(environment),
    }


def _evidence(environment: Mapping[str, str]) -> dict[str, object]:
    """What `headstamp verify` says of the home's evidence; it fails where that is not sound."""
    found = msgspec.json.decode(_headstamp(["verify", "--json"], environment), type=_Verified)
    return {"records of evidence": found.report.records, "evidence": "sound" if found.sound else "not sound"}


_WAYS = {True: "two onion services in a private Tor network on loopback", False: "a stand-in for tor on loopback"}


def _visited(home: Path, environment: Mapping[str, str], listings: int, *, tor: bool) -> Visited:
    done = home / DONE
    earlier = _earlier(done)
    if earlier and (earlier.tor or not tor):
        return earlier
    home.mkdir(parents=True, exist_ok=True)
    done.touch()  # from now on this home is the demo's
    _rates(home / RATES)
    said = _crawled(home, environment, listings, tor=tor)
    _headstamp(["run", "--once", "--json"], environment)
    visited = msgspec.structs.replace(msgspec.json.decode(said, type=Visited), tor=tor)
    done.write_bytes(msgspec.json.encode(visited))
    return visited


def _crawled(home: Path, environment: Mapping[str, str], listings: int, *, tor: bool) -> str:
    """What the crawl of the market says; through tor, with the profile that the market writes for its onion services."""
    onions = ["--tor", "--profiles", str(home / PROFILES)] if tor else []
    told = {f"{PREFIX}CRAWL_PROFILES": str(home / PROFILES)} if tor else {}
    with _market(environment, ["--listings", str(listings), *onions]) as market:
        told |= {f"{PREFIX}CRAWL_SOCKS": market.socks, f"{PREFIX}TOR_CONTROL": market.control}
        told |= {f"{PREFIX}CRAWL_AUTHORITIES": market.authorities} if market.authorities else {}
        return _headstamp(["crawl", MARKET, "--json"], {**environment, **told})


def _earlier(done: Path) -> Visited | None:
    """What an earlier demo in this home came to; None where it did not end, or was killed as it wrote that down."""
    with suppress(FileNotFoundError, msgspec.DecodeError):
        return msgspec.json.decode(done.read_bytes(), type=Visited)
    return None


def _rates(file: Path) -> None:
    if not file.exists():
        today = datetime.now(UTC).date()
        lines = [f"{today},{currency},{dollars}\n" for currency, dollars in INVENTED_RATES.items()]
        file.write_text("date,currency,usd\n" + "".join(lines), encoding="utf-8")


@contextmanager
def _market(environment: Mapping[str, str], words: Sequence[str]) -> Iterator[_Market]:
    with _started(["practice", *words], environment, stdout=subprocess.PIPE) as market:
        assert market.stdout is not None, "it was asked for"
        ready = market.stdout.readline()
        if not ready:
            raise HeadstampError("the practice market did not start; its message is above")
        try:
            yield msgspec.json.decode(ready, type=_Market)
        finally:
            market.terminate()


def _headstamp(words: list[str], environment: Mapping[str, str]) -> str:
    with _started(words, environment, stdout=subprocess.PIPE) as process:
        try:
            said, _ = process.communicate()
        finally:
            process.terminate()
    if process.returncode:
        raise HeadstampError(
            f"`headstamp {' '.join(words)}` failed with status {process.returncode}; its message is above"
        )
    return said


def _serve(environment: Mapping[str, str], port: int | None) -> int:
    with _started(["serve", *([] if port is None else ["--port", str(port)])], environment) as console:
        try:
            return console.wait()
        except KeyboardInterrupt:
            console.terminate()
            console.wait()
            return 0


def _started(
    words: Sequence[str], environment: Mapping[str, str], stdout: int | None = None
) -> "subprocess.Popen[str]":
    """A command at work, which ends with this process, even where that is killed: the next demo needs its locks and port."""
    return subprocess.Popen(
        [sys.executable, "-m", "headstamp", *words],
        env=environment,
        stdout=stdout,
        text=True,
        preexec_fn=partial(_end_with, os.getpid()),  # noqa: PLW1509  # no other thread runs here
    )


def _end_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before it was asked for
            os.kill(os.getpid(), signal.SIGTERM)


def _environment(settings: Settings, home: Path) -> dict[str, str]:
    """The environment in which a child reads these very settings, whatever its file says, but works on files of the home.

    A unit's Kafka and Elasticsearch never hear of invented listings, nor is its audit begun anew here.
    """
    told = dict(os.environ)
    for name, path in names().items():
        value: object = settings
        for part in path:
            value = getattr(value, part)
        if value is not None:
            told[name] = str(value)
    files = Settings()
    return told | {f"{PREFIX}HOME": str(home), f"{PREFIX}BROKER": files.broker, f"{PREFIX}INDEX": files.index}
