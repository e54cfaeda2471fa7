"""`headstamp practice`: serve the practice market on loopback."""

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crawlers.practice import LISTINGS, SEED
from pipeline.deployment import Deployment
from pipeline.errors import SettingsError, StorageError

if TYPE_CHECKING:
    from crawlers.practice.pages import Pages
    from crawlers.practice.tally import Tally

MOST_LISTINGS, MOST_DAYS, MOST_PORT, MOST_PAGES = 200_000, 3650, 65_535, 1_000_000


def practice_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp practice`."""
    parser.add_argument(
        "--listings", type=int, default=LISTINGS, metavar="N", help=f"listings on day 0 (default: {LISTINGS})"
    )
    parser.add_argument("--seed", type=int, default=SEED, metavar="S", help=f"which market (default: {SEED})")
    parser.add_argument(
        "--day",
        type=int,
        default=0,
        metavar="D",
        help="days after day 0: prices and texts change, listings vanish and appear",
    )
    parser.add_argument(
        "--arms",
        type=float,
        metavar="SHARE",
        help="share of listings to do with arms, in scope or not (default: 0.034, less in a large market)",
    )
    parser.add_argument(
        "--port", type=int, default=0, metavar="P", help="SOCKS5 port on loopback (default: a free one)"
    )
    parser.add_argument(
        "--gated",
        type=int,
        default=0,
        metavar="N",
        help="put all pages but the first behind a login, with sessions that end after N pages (default: open)",
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="keep the count of requests, traps and leaks in this file"
    )
    _onion_arguments(parser)


def _onion_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tor",
        action="store_true",
        help="serve two onion services in a private Tor network on loopback (needs Debian's package tor)",
    )
    parser.add_argument(
        "--profiles",
        type=Path,
        metavar="FOLDER",
        help="with --tor: write the profile of the onion services there, for HEADSTAMP_CRAWL_PROFILES",
    )


def practice(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Serve until SIGTERM, SIGINT or the end of the parent; one JSON line on stdout says when and where."""
    del deployment  # the market has no home: its state is its seed, its size and the day
    _check("--listings", arguments.listings, 30, MOST_LISTINGS)
    _check("--day", arguments.day, 0, MOST_DAYS)
    _check("--port", arguments.port, 0, MOST_PORT)
    _check("--gated", arguments.gated, 0, MOST_PAGES)
    if arguments.arms is not None:
        _check("--arms", arguments.arms, 0, 1)
    if arguments.tor and arguments.port:
        raise SettingsError("--port: with --tor the SOCKS port is a unix socket")
    if arguments.profiles and not arguments.tor:
        raise SettingsError("--profiles: without --tor the shipped profile has the market's mirrors")
    try:
        run(arguments)
    except OSError as error:
        raise StorageError(f"practice: {error}; choose another --port or --report") from error
    return 0


def run(arguments: argparse.Namespace) -> None:
    """Serve one market on one day until this process is asked to end."""
    parent = os.getppid()  # first of all: it may end while the market is drawn
    from crawlers.practice.catalogue import market  # noqa: PLC0415  # `--help` draws no market
    from crawlers.practice.pages import Pages  # noqa: PLC0415
    from crawlers.practice.tally import Tally  # noqa: PLC0415

    pages = Pages(market(arguments.seed, arguments.listings, arguments.day, arguments.arms))
    (_onions if arguments.tor else _plainly)(pages, Tally(arguments.report), arguments, parent)


def _onions(pages: "Pages", tally: "Tally", arguments: argparse.Namespace, parent: int) -> None:
    from crawlers.practice.onion import serve_onions  # noqa: PLC0415  # as above

    serve_onions(pages, tally, gated=arguments.gated, profiles=arguments.profiles, parent=parent, ready=_said)


def _plainly(pages: "Pages", tally: "Tally", arguments: argparse.Namespace, parent: int) -> None:
    from crawlers.practice.server import mirrors, serve  # noqa: PLC0415  # as above
    from crawlers.practice.site import Site  # noqa: PLC0415  # as above

    site = Site(pages, mirrors(), arguments.gated)
    asyncio.run(serve(site, tally, port=arguments.port, parent=parent, ready=_said))


def _said(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _check(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise SettingsError(f"{name}: {value:g} is not between {least:g} and {most:g}")
