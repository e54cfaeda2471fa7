"""In-scope listings per operator minute on the gated practice market, with and without the order in which a session is spent.

Headstamp passes no gate: the benchmark plays the officer, who passes the captcha with a browser and exports the cookie.
"""

import argparse
import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlsplit

from crawlers.practice import SEED
from crawlers.practice.truth import truth
from crawlers.profile.loading import SHIPPED
from pipeline.broker import START
from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import decode
from pipeline.records import Listing
from pipeline.terminal import show_json, show_table
from pipeline.topics import LISTINGS

ROOT = Path(__file__).parents[1]
MINUTES = 1.0
"""Of an officer's time for one captcha, one export and one `gate resume`: assumed, not measured."""


class Figure(NamedTuple):
    """What the sessions of one order brought."""

    order: str
    sessions: int
    minutes: float
    listings: int
    in_scope: int

    @property
    def rate(self) -> float:
        """In-scope listings per operator minute."""
        return self.in_scope / self.minutes


def main() -> None:
    """Print what so many sessions brought, in plain order and in the order of weapons categories first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listings", type=int, default=1000)
    parser.add_argument("--pages", type=int, default=60, help="pages after which a session ends")
    parser.add_argument("--sessions", type=int, default=4)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    found = [_figure(order, arguments) for order in ("plain", "arms first")]
    if arguments.json:
        show_json([figure._asdict() | {"per_minute": figure.rate} for figure in found])
        return
    rows = [(*figure[:2], f"{figure.minutes:g}", *figure[3:], f"{figure.rate:.1f}") for figure in found]
    show_table(("order", "sessions", "operator min", "listings", "in scope", "in scope/min"), rows)
    known = sum(one.in_scope for one in truth(SEED, arguments.listings).values())
    sys.stdout.write(f"in-scope listings on the market: {known}; sessions end after {arguments.pages} pages\n")


def _figure(order: str, arguments: argparse.Namespace) -> Figure:
    with TemporaryDirectory(prefix="headstamp-") as folder, _market(arguments) as ready:
        home = Path(folder)
        text = (SHIPPED / "practice.yaml").read_text(encoding="utf-8")
        (home / "practice.yaml").write_text(text + ("arms: []\n" if order == "plain" else ""), encoding="utf-8")
        environment = os.environ | {
            "HEADSTAMP_HOME": str(home / "home"),
            "HEADSTAMP_CRAWL_SOCKS": ready["socks"],
            "HEADSTAMP_CRAWL_PROFILES": str(home),
        }
        for _ in range(arguments.sessions):
            _hand_over(ready, home / "cookies.txt", environment)
            _headstamp(environment, "crawl", "practice", "--json")
        keys = _keys(home / "home" / "log.db")
    known = truth(SEED, arguments.listings)
    minutes = MINUTES * arguments.sessions
    return Figure(order, arguments.sessions, minutes, len(keys), sum(known[key].in_scope for key in keys))


@contextmanager
def _market(arguments: argparse.Namespace) -> Iterator[dict[str, str]]:
    words = ["practice", "--listings", str(arguments.listings), "--gated", str(arguments.pages)]
    with subprocess.Popen(
        [sys.executable, "-m", "headstamp", *words], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as market:
        assert market.stdout is not None
        try:
            yield json.loads(market.stdout.readline())
        finally:
            market.terminate()


def _hand_over(ready: dict[str, str], file: Path, environment: dict[str, str]) -> None:
    """Play the officer: pass the captcha, export the cookie, hand it over."""
    connection = http.client.HTTPConnection(urlsplit(ready["http"]).netloc)
    connection.request("POST", "/captcha", body="answer=abcdef")
    cookie = connection.getresponse().headers["Set-Cookie"].partition(";")[0]
    connection.close()
    name, _, value = cookie.partition("=")
    file.write_text("\t".join((ready["mirrors"][0], "FALSE", "/", "FALSE", "0", name, value)) + "\n", encoding="utf-8")
    _headstamp(environment, "gate", "resume", "practice", "--cookies", str(file), "--user-agent", "Mozilla/5.0")


def _headstamp(environment: dict[str, str], *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "headstamp", *words], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
    )


def _keys(log: Path) -> set[str]:
    with closing(SqliteBroker(log)) as broker:
        records = [decode(message, LISTINGS.records) for message in broker.read(LISTINGS.name, START)]
    return {record.key for record in records if isinstance(record, Listing)}


if __name__ == "__main__":
    main()
