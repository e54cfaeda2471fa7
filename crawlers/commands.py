"""The commands that visit markets and read their pages."""

import argparse
import sys
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec.structs import asdict

from pipeline.deployment import Deployment
from pipeline.errors import SettingsError
from pipeline.terminal import minute, plain, progress, show_facts, show_json, show_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import msgspec

    from crawlers.account import Tally
    from crawlers.overview import Overview
    from crawlers.profile import MarketProfile
    from pipeline.sqlite import Database

SUMS = ("pages", "listings", "news", "sightings", "gone", "waiting")
COLUMNS = ("title", "vendor", "price", "ships_from", "ships_to", "description")
CELL = 40
NEEDS_A_PERSON = ("unknown_pages", "authority_ended")
"""Reasons to pause a market that do not pass by themselves."""
INTERRUPTED = 130
"""The exit status of a command that Ctrl-C or SIGTERM ended."""


def crawl_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp crawl`."""
    parser.add_argument("markets", nargs="+", metavar="MARKET", help="a market that has a profile")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")


def crawl(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Visit markets; 1 where one could not be reached, 130 where a signal ended a visit."""
    from crawlers.crawl import crawl as visit  # noqa: PLC0415  # Scrapy takes half a second to import

    tallies = visit(arguments.markets, deployment, partial(progress, "pages"))
    if arguments.json:
        show_json({name: sum(getattr(one, name) for one in tallies) for name in SUMS} | {"markets": tallies})
    else:
        for one in tallies:
            show_facts(_facts(one))
    if any(one.interrupted for one in tallies):
        return INTERRUPTED
    return int(any(one.unreachable or one.held in NEEDS_A_PERSON for one in tallies))


def _facts(tally: "Tally") -> dict[str, object]:
    facts: dict[str, object] = {"market": tally.market, "visit": tally.visit}
    facts |= {name: getattr(tally, name) for name in SUMS}
    for name in ("rejected", "gated", "refused", "unread"):
        counted = getattr(tally, name)
        facts[name] = ", ".join(f"{reason} {number}" for reason, number in counted.items()) or "none"
    if tally.gated and (tally.finished or not tally.held):
        facts["gated"] = f"{facts['gated']}; see `headstamp gate list`"
    if tally.unreachable:
        facts["unreachable"] = (
            f"no mirror answers (headstamp why {tally.market} says why); the visit goes on at the next crawl"
        )
    elif tally.held:
        facts["held"] = f"{tally.held}; {_again(tally)}"
    elif tally.interrupted:
        facts["interrupted"] = "the visit goes on at the next crawl"
    return facts


def _again(tally: "Tally") -> str:
    """When what is held will be asked for."""
    if tally.finished:
        return "the next crawl takes up what waits"
    return f"the market may be asked again from {tally.until}" if tally.until else "see `headstamp gate list`"


def extract_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp extract`."""
    parser.add_argument("profile", metavar="PROFILE", nargs="?", help="a market's name, or the file of a profile")
    parser.add_argument("page", metavar="PAGE", nargs="?", type=Path, help="a saved page")
    parser.add_argument(
        "--from-archive", metavar="MARKET", help="read a market's archived pages again and publish what they say"
    )
    parser.add_argument("--since", type=_date, metavar="DATE", help="with --from-archive: only pages from then on")
    parser.add_argument("--address", default="", metavar="PATH", help="path and query that the page was saved from")
    parser.add_argument("--json", action="store_true", help="print the listings as a JSON array")


def _date(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no date: write one as 2026-08-31") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def extract(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Show the listings on a saved page; 1 where there is none, as on a gate."""
    from crawlers.gate import WHAT_TO_DO  # noqa: PLC0415  # as below
    from crawlers.gates.recognise import recognised  # noqa: PLC0415  # as below
    from crawlers.saved import flat, profile_of, read_page  # noqa: PLC0415  # parsel takes a tenth of a second to import

    if arguments.from_archive:
        return _extract_again(arguments, deployment)
    if arguments.page is None:
        raise SettingsError("extract: name a profile and a saved page, or a market with --from-archive")
    profile = profile_of(arguments.profile, deployment.settings.crawl.profiles)
    listings, rejected = read_page(arguments.page, profile, arguments.address)
    if gate := recognised(arguments.page, profile, arguments.address):
        listings, rejected = [], []
        sys.stderr.write(f"headstamp: {plain(str(arguments.page))} is a gate ({gate}): {WHAT_TO_DO[gate]}\n")
    elif not listings and not rejected:
        sys.stderr.write(f"headstamp: {_unlisted(arguments.address, profile)}\n")
    rows = [flat(listing) for listing in listings]
    if arguments.json:
        show_json(rows)
    else:
        show_table(COLUMNS, [[_cell(_said(row, name)) for name in COLUMNS] for row in rows])
        show_facts({f"rejected, {one.reason}": one.detail for one in rejected})
    return int(not listings)


def _unlisted(address: str, profile: "MarketProfile") -> str:
    """Why a page shows neither a listing nor what should be one."""
    if profile.rows:
        return f"no listing: the page has no row ('{plain(profile.rows)}'); correct 'rows', or read another page"
    if not profile.listing:
        return "no listing: the profile has neither 'listing' nor 'rows'; add what the market's addresses show"
    return (
        f"no listing: the address {plain(address)} is none by the rule '{plain(profile.listing)}';"
        " correct 'listing', or the --address"
    )


def _extract_again(arguments: argparse.Namespace, deployment: Deployment) -> int:
    from crawlers.evidence.again import again  # noqa: PLC0415  # as above

    found = again(arguments.from_archive, deployment, arguments.since)
    (show_json if arguments.json else show_facts)(asdict(found))
    return int(not found.pages)


def _said(row: "Mapping[str, object]", name: str) -> object:
    """A price with its currency; any other value as it is."""
    return f"{row['price']} {row['currency']}" if name == "price" and row["price"] is not None else row[name]


def _cell(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str("" if value is None else value)
    return text if len(text) <= CELL else f"{text[: CELL - 1]}…"


def why_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp why`."""
    parser.add_argument("what", metavar="MARKET|URL", help="a market, or one address of it")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")


def why(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Say how far addresses are and why; 1 where nothing is known."""
    from crawlers.frontier import Frontier  # noqa: PLC0415  # as above
    from crawlers.profile import names  # noqa: PLC0415  # as above

    with closing(Frontier(deployment.settings.root)) as frontier:
        market = "/" not in arguments.what
        known = (_of_market if market else _of_address)(arguments.what, frontier.database, deployment, arguments)
    if not known:
        markets = ", ".join(names(deployment.settings.crawl.profiles))
        sys.stderr.write(
            f"headstamp: nothing was asked of '{plain(arguments.what)}' in this home; known markets: {markets}\n"
        )
    return int(not known)


def _of_address(what: str, database: "Database", deployment: Deployment, arguments: argparse.Namespace) -> bool:
    """Show how far an address is, and why."""
    from crawlers import account  # noqa: PLC0415  # as above

    found = account.why(database, *_place(what, deployment.settings.crawl.profiles))
    if arguments.json:
        show_json(found)
    elif found:
        show_table(type(found[0]).__struct_fields__, [tuple(asdict(one).values()) for one in found])
    return bool(found)


def _of_market(what: str, database: "Database", deployment: Deployment, arguments: argparse.Namespace) -> bool:
    """Show all that is known of a market."""
    from crawlers.frontier import now  # noqa: PLC0415  # as above
    from crawlers.overview import overview  # noqa: PLC0415  # as above
    from crawlers.profile import load, names  # noqa: PLC0415  # as above

    extra = deployment.settings.crawl.profiles
    profile = load(what, extra) if what in names(extra) else None
    refused = _refused(profile, deployment) if profile else f"there is no profile for market '{what}'"
    with closing(deployment.log()) as log:
        found = overview(database, log, what, profile, now(), refused=refused)
    if arguments.json:
        show_json(found or {})
    elif found:
        _show(found)
    return found is not None


def _refused(profile: "MarketProfile", deployment: Deployment) -> str:
    """Why no crawl may ask the market at all; "" where its authority allows one."""
    from crawlers.authority.register import permit  # noqa: PLC0415  # as above
    from crawlers.frontier import now  # noqa: PLC0415  # as above
    from pipeline.errors import AuthorityError  # noqa: PLC0415  # as above

    try:
        permit(profile, deployment.settings, now())
    except AuthorityError as error:
        return str(error)
    return ""


def _show(found: "Overview") -> None:
    """Print an overview, part by part; a part that is empty is left out."""
    rows: list[Sequence[msgspec.Struct]] = [found.addresses, found.mirrors, found.visits]
    show_facts({"market": found.market, "sum": found.sum.line, "may be asked": found.refused or f"from {found.next}"})
    for part in rows:
        if part:
            sys.stdout.write("\n")
            show_table(part[0].__struct_fields__, [tuple(asdict(one).values()) for one in part])
    _show_calls("alert", [(one.kind, minute(one.time), one.detail) for one in found.alerts])
    _show_calls("task", [(one.kind, minute(one.time.isoformat()), one.detail[:200]) for one in found.tasks])


def _show_calls(name: str, rows: "Sequence[tuple[str, str, str]]") -> None:
    """Print what calls for an operator, where anything does."""
    if rows:
        sys.stdout.write("\n")
        show_table((name, "since", "detail"), rows)


def _place(url: str, extra: str) -> tuple[str, list[str]]:
    """The address in a URL, and the markets whose mirror it names; a bare path is an address of any market."""
    from crawlers.pattern import local  # noqa: PLC0415  # as above
    from crawlers.profile import load, names  # noqa: PLC0415  # as above

    parts = urlsplit(url)
    markets = [name for name in names(extra) if any(one.serves(parts) for one in load(name, extra).origins)]
    return (local(url) or url if markets or not parts.netloc else url), markets
