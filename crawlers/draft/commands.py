"""The commands that propose a profile from saved pages and show what one reads."""

import argparse
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.deployment import Deployment
from pipeline.errors import SettingsError
from pipeline.terminal import plain, show_facts, show_json, show_table

if TYPE_CHECKING:
    from crawlers.draft.check import Checked, Fill
    from crawlers.draft.draft import Draft

CELL = 48
MOST_REFUSED = 20
"""Refused pages that are named one by one."""


def profile_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp profile`."""
    from crawlers.mirrors.commands import add_mirrors  # noqa: PLC0415  # `crawl` needs none of it

    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add_mirrors(actions)
    check = actions.add_parser("check", help="check a profile, and how many of its fields saved pages fill")
    check.add_argument("profile", metavar="PROFILE", help="a market's name, or the file of a profile")
    check.add_argument("pages", nargs="*", metavar="PAGE", type=Path, help="a saved page")
    check.add_argument("--json", action="store_true", help="print the figures as JSON")
    draft = actions.add_parser("draft", help="propose a profile from saved pages, as YAML on standard output")
    draft.add_argument("pages", nargs="+", metavar="PAGE", type=Path, help="a saved page, of whatever kind")
    draft.add_argument("--market", default="draft", metavar="NAME", help="the market's name")


def profile(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Propose a profile, show what one reads, or take over a list of mirrors."""
    if arguments.action == "mirrors":
        from crawlers.mirrors.commands import mirrors  # noqa: PLC0415  # as above

        return mirrors(arguments, deployment)
    if arguments.action == "draft":
        return _draft(arguments)
    return _check(arguments, deployment.settings.crawl.profiles)


def _draft(arguments: argparse.Namespace) -> int:
    """Print a profile; 1 where no page shows an offer."""
    from crawlers.draft import draft, written  # noqa: PLC0415  # parsel takes a tenth of a second to import
    from crawlers.profile import NAME, MarketProfile  # noqa: PLC0415  # as above
    from crawlers.saved import page_of  # noqa: PLC0415  # as above

    if not NAME.fullmatch(arguments.market):
        raise SettingsError(
            f"'{arguments.market[:80]}' is no market: a name has lower-case letters, digits, _ and - only"
        )
    bare = MarketProfile(market=arguments.market)
    found = draft([(str(path), page_of(path, bare)) for path in arguments.pages])
    sys.stdout.write(written(found, arguments.market))
    _tell(found, [str(path) for path in arguments.pages])
    return int(not any(one.field == "title" for one in found.guesses))


def _tell(found: "Draft", given: list[str]) -> None:
    """Which page is what, on stderr."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for name in given:
        kinds[found.kinds.get(name, "unreadable")].append(Path(name).name)
    for kind, names in sorted(kinds.items()):
        sys.stderr.write(f"{kind}: {plain(', '.join(names))}\n")
    told = {one.gate for one in found.told}
    for name, gate in found.gates.items():
        ending = "" if gate in told else "; no selector tells it, so general signs have to"
        sys.stderr.write(
            f"headstamp: {plain(Path(name).name)} stands before the market ({gate}) and is read for no offer{ending}\n"
        )
    if not found.guesses:
        sys.stderr.write(
            "headstamp: none of these pages shows an offer; save a listing page, or a result page with offers\n"
        )


def _check(arguments: argparse.Namespace, extra: str) -> int:
    """Show what a profile reads; 1 where it stays below what it expects."""
    from crawlers.draft.check import checked  # noqa: PLC0415  # as above
    from crawlers.saved import profile_of  # noqa: PLC0415  # as above

    found = checked(profile_of(arguments.profile, extra), arguments.pages)
    if arguments.json:
        show_json(found)
    else:
        rows = [(one.field, f"{one.filled:.0%}", _expected(one), *_examples(one.examples)) for one in found.fields]
        show_table(("field", "filled", "expected", "for example", ""), rows)
        show_facts({"pages": found.pages, "listings": found.listings, "rejected": found.rejected})
        _faults(found)
    return int(bool(arguments.pages) and not found.sound)


def _faults(found: "Checked") -> None:
    """What gave no listing, what gave no value, and what gave one value everywhere."""
    for one in found.refused[:MOST_REFUSED]:
        sys.stdout.write(f"rejected, {one.reason}: {plain(one.page)}{plain(f' ({one.detail})') * bool(one.detail)}\n")
    for left in found.unread:
        sys.stdout.write(
            f"unread, {left.field}: {left.listings} of {found.listings}, such as {plain(' | '.join(map(_cut, left.examples)))}\n"
        )
    for fill in found.fields:
        if fill.same:
            sys.stdout.write(
                f"the same in all {found.listings}, {fill.field}: {plain(_cut(fill.examples[0]))}; see whether it is of the offer, or of every page\n"
            )


def _expected(fill: "Fill") -> str:
    if fill.expected is None:
        return ""
    return f"{fill.expected:.0%}{' (fewer)' if fill.short else ''}"


def _examples(examples: tuple[str, ...]) -> tuple[str, str]:
    first, second, *_ = (*map(_cut, examples), "", "")
    return first, second


def _cut(text: str) -> str:
    return text if len(text) <= CELL else f"{text[: CELL - 1]}…"
