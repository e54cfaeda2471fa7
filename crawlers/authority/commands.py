"""`headstamp authority`: which authorities there are, and whether markets may be read under them."""

import argparse
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from pipeline.deployment import Deployment
from pipeline.terminal import show_json, show_table

if TYPE_CHECKING:
    from crawlers.authority.record import Authority
    from crawlers.profile import MarketProfile

HEAD = ("id", "issuer", "scope", "markets", "from", "until", "opened by", "state")


class Cover(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one market may be read now."""

    market: str
    authority: str
    readable: bool
    detail: str


def authority_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp authority`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    shown = actions.add_parser("list", help="list the authorities of this home")
    shown.add_argument("--json", action="store_true", help="print the records as a JSON array")
    check = actions.add_parser("check", help="say of each market that has a profile whether it may be read now")
    check.add_argument(
        "markets", nargs="*", metavar="MARKET", help="a market (default: all that have mirrors or an authority)"
    )
    check.add_argument("--json", action="store_true", help="print the answers as a JSON array")


def authority(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """List authorities; or 1 where a market may not be read."""
    now = datetime.now(UTC)
    return _list(arguments, deployment, now) if arguments.action == "list" else _check(arguments, deployment, now)


def _list(arguments: argparse.Namespace, deployment: Deployment, now: datetime) -> int:
    from crawlers.authority.register import authorities  # noqa: PLC0415  # parsel takes a tenth of a second to import

    known = list(authorities(deployment.settings).values())
    if arguments.json:
        show_json(known)
    else:
        show_table(HEAD, [_row(one, now) for one in known])
    return 0


def _row(one: "Authority", now: datetime) -> tuple[object, ...]:
    opened = f"{one.opened_by}, {one.opened_at}" if one.opened_by else ""
    span = (one.valid_from, one.valid_until)
    return (one.id, one.issuer, one.scope, ", ".join(one.markets), *span, opened, _state(one, now))


def _state(one: "Authority", now: datetime) -> str:
    if now < one.begin:
        return "not yet valid"
    if now >= one.end:
        return "ended"
    return "ends soon" if one.ends_soon(now) else "valid"


def _check(arguments: argparse.Namespace, deployment: Deployment, now: datetime) -> int:
    found = [_cover(one, deployment, now) for one in _chosen(arguments.markets, deployment.settings.crawl.profiles)]
    if arguments.json:
        show_json(found)
    else:
        rows = [(one.market, one.authority, "yes" if one.readable else "no", one.detail) for one in found]
        show_table(("market", "authority", "readable", "detail"), rows)
    return int(not all(one.readable for one in found))


def _chosen(markets: list[str], extra: str) -> "list[MarketProfile]":
    """The profiles of the markets that are named; of all but drafts and closed markets where none is."""
    from crawlers.profile import load, names  # noqa: PLC0415  # as above

    if markets:
        return [load(market, extra) for market in markets]
    known = [load(market, extra) for market in names(extra)]
    return [profile for profile in known if profile.mirrors or profile.authority]


def _cover(profile: "MarketProfile", deployment: Deployment, now: datetime) -> Cover:
    from crawlers.frontier import Frontier  # noqa: PLC0415  # as above
    from crawlers.setting_out import leave  # noqa: PLC0415  # Scrapy takes half a second to import
    from pipeline.errors import SettingsError  # noqa: PLC0415  # as above

    market, authority = profile.market, profile.authority
    try:
        with closing(Frontier(deployment.settings.root)) as frontier:
            found = leave(market, deployment.settings, frontier)
    except SettingsError as error:
        return Cover(market=market, authority=authority, readable=False, detail=str(error))
    detail = found.ends_soon(now) or f"until {found.valid_until}, {found.scope}"
    return Cover(market=market, authority=authority, readable=True, detail=detail)
