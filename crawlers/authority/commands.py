"""`headstamp authority`: which authorities there are, and whether markets may be read under them."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from pipeline.deployment import Deployment
from pipeline.terminal import show_json, show_table

if TYPE_CHECKING:
    from crawlers.authority.record import Authority

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
    check.add_argument("markets", nargs="*", metavar="MARKET", help="a market (default: all)")
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
    from crawlers.profile import names  # noqa: PLC0415  # as above

    markets = arguments.markets or names(deployment.settings.crawl.profiles)
    found = [_cover(market, deployment, now) for market in markets]
    if arguments.json:
        show_json(found)
    else:
        rows = [(one.market, one.authority, "yes" if one.readable else "no", one.detail) for one in found]
        show_table(("market", "authority", "readable", "detail"), rows)
    return int(not all(one.readable for one in found))


def _cover(market: str, deployment: Deployment, now: datetime) -> Cover:
    from crawlers.authority.register import permit  # noqa: PLC0415  # as above
    from crawlers.profile import load  # noqa: PLC0415  # as above
    from pipeline.errors import AuthorityError  # noqa: PLC0415  # as above

    profile = load(market, deployment.settings.crawl.profiles)
    try:
        found = permit(profile, deployment.settings, now)
    except AuthorityError as error:
        return Cover(market=market, authority=profile.authority, readable=False, detail=str(error))
    detail = found.ends_soon(now) or f"until {found.valid_until}, {found.scope}"
    return Cover(market=market, authority=profile.authority, readable=True, detail=detail)
