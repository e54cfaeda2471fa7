"""`headstamp health`: the last visit of each market beside what was to be expected."""

import argparse
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec

from pipeline.deployment import Deployment
from pipeline.terminal import minute, plain, show_facts, show_json, show_table

if TYPE_CHECKING:
    from crawlers.health.figures import Figures
    from crawlers.health.watch import Standing
    from pipeline.sqlite import Database


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How one market does."""

    figures: "Figures"
    alerts: "tuple[Standing, ...]"


def health_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp health`."""
    parser.add_argument("markets", nargs="*", metavar="MARKET", help="a market (default: all that were visited)")
    parser.add_argument("--json", action="store_true", help="print the figures as a JSON array")


def health(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Show fill rates, listings, failures and estimated coverage of last visits; 1 where an alert stands."""
    from crawlers.frontier import Frontier  # noqa: PLC0415  # parsel takes a tenth of a second to import

    with closing(Frontier(deployment.settings.root)) as frontier:
        found = _found(arguments.markets, frontier.database, deployment.settings.crawl.profiles)
    if arguments.json:
        show_json(found)
    else:
        for one in found:
            _show(one)
    if not found:
        sys.stderr.write("headstamp: no market that has a profile was visited in this home\n")
    return int(not found or any(one.alerts for one in found))


def _found(markets: list[str], database: "Database", extra: str) -> list[Health]:
    from crawlers.health.figures import figures  # noqa: PLC0415  # as above
    from crawlers.health.watch import standing  # noqa: PLC0415  # as above
    from crawlers.profile import load, names  # noqa: PLC0415  # as above

    seen = {str(market) for (market,) in database.all("SELECT DISTINCT market FROM visit")}
    chosen = markets or [name for name in names(extra) if name in seen]
    known = [figures(database, load(market, extra)) for market in chosen]
    return [Health(figures=one, alerts=tuple(standing(database, one.market))) for one in known if one]


def _show(one: Health) -> None:
    show_facts(_facts(one.figures))
    if one.figures.fields:
        rows = [(each.field, f"{each.filled:.1%}", f"{each.expected:.0%}") for each in one.figures.fields]
        show_table(("field", "filled", "expected"), rows)
    for alert in one.alerts:
        sys.stdout.write(plain(f"ALERT {alert.kind} since {minute(alert.time)}: {alert.detail}") + "\n")
    sys.stdout.write("\n")


def _facts(found: "Figures") -> dict[str, object]:
    usual = "no visit before" if found.usual is None else f"{found.usual:,.0f} usual ({found.basis})"
    return {
        "market": found.market,
        "visit": f"{found.visit}, {'finished ' + minute(found.finished) if found.finished else 'not finished'}",
        "pages": found.pages,
        "listings": f"{found.listings:,}; {usual}",
        "unread": f"{found.unread} of {found.shown} listings have no title or key where the profile looks",
        "failures": ", ".join(f"{reason} {count}" for reason, count in found.failures.items()) or "none",
        "gated": found.gated,
        "estimated coverage": _coverage(found),
    }


def _coverage(found: "Figures") -> str:
    told = found.coverage
    if told.share is None or told.listings is None:
        share = "unknown: two visits within a week must have seven listings in common"
    else:
        share = f"{told.share:.0%} of {told.listings:,.0f} listings (Chapman)"
    return share if told.unseen is None else f"{share}; unseen share {told.unseen:.1%} (Good-Turing)"
