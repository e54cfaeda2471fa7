"""`headstamp demo`: the practice market, all stages and the console, on loopback."""

import argparse
import ctypes
import os
import signal
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
from pipeline.errors import HeadstampError
from pipeline.index.document import Document
from pipeline.rates import FILE as RATES
from pipeline.settings import PREFIX, Settings, names
from pipeline.sqlite import lock
from pipeline.terminal import show_facts, show_json

MARKET = "practice"
DONE = "demo.json"
PR_SET_PDEATHSIG = 1
"""Linux's name for the signal that a process gets when its parent ends."""
INVENTED_RATES = {"BTC": 61_250, "XMR": 158, "EUR": 1.09, "GBP": 1.27}
"""US dollars for one unit, so that the practice market's prices can be compared; not the rates of any day."""


class Visited(msgspec.Struct, frozen=True, kw_only=True):
    """What the crawl of the practice market came to."""

    pages: int
    listings: int


class _Found(msgspec.Struct, frozen=True):
    total: int
    listings: tuple[Document, ...]


def demo_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp demo`."""
    parser.add_argument("--once", action="store_true", help="end after the summary instead of serving the console")
    parser.add_argument(
        "--listings", type=int, default=600, metavar="N", help="listings on the practice market (default: 600)"
    )
    parser.add_argument("--port", type=int, metavar="N", help="port of the console (default: the setting serve.port)")
    parser.add_argument("--json", action="store_true", help="print the summary as one JSON object")


def demo(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Crawl, assess and index the practice market, print a summary, then serve the console until Ctrl-C."""
    begun = time.monotonic()
    home = own_home(deployment.settings.root)
    environment = _environment(deployment.settings, home)
    with lock(home / "locks" / "demo.lock", "the demo"):
        visited = _visited(home, environment, arguments.listings)
        told = summary(environment, visited) | {"seconds": round(time.monotonic() - begun, 1), "home": str(home)}
        (show_json if arguments.json else show_facts)(told)
        sys.stdout.flush()
        if arguments.once:
            return 0
        return _serve(environment, arguments.port)


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
    }


def _visited(home: Path, environment: Mapping[str, str], listings: int) -> Visited:
    done = home / DONE
    if earlier := _earlier(done):
        return earlier
    done.touch()  # from now on this home is the demo's
    _rates(home / RATES)
    with _market(environment, listings) as socks:
        said = _headstamp(["crawl", MARKET, "--json"], {**environment, f"{PREFIX}CRAWL_SOCKS": socks})
    _headstamp(["run", "--once", "--json"], environment)
    visited = msgspec.json.decode(said, type=Visited)
    done.write_bytes(msgspec.json.encode(visited))
    return visited


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
def _market(environment: Mapping[str, str], listings: int) -> Iterator[str]:
    with _started(["practice", "--listings", str(listings)], environment, stdout=subprocess.PIPE) as market:
        assert market.stdout is not None, "it was asked for"
        ready = market.stdout.readline()
        if not ready:
            raise HeadstampError("the practice market did not start; `headstamp practice` says why")
        try:
            yield msgspec.json.decode(ready, type=dict[str, object])["socks"]  # type: ignore[misc]  # its line is ours
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
    """The environment in which a child reads these very settings, whatever its file says."""
    told = dict(os.environ)
    for name, path in names().items():
        value: object = settings
        for part in path:
            value = getattr(value, part)
        if value is not None:
            told[name] = str(value)
    return told | {f"{PREFIX}HOME": str(home)}
