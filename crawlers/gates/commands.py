"""`headstamp gate`: the gates that wait for an operator, sessions handed over, and gates told from saved pages."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.deployment import Deployment
from pipeline.terminal import minute, plain, show_facts, show_json, show_table

if TYPE_CHECKING:
    from crawlers.gates.desk import Length

LONGEST_AGENT = 400


def gate_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp gate`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="show what waits for an operator, the most worthwhile first")
    listed.add_argument("--json", action="store_true", help="print the tasks as a JSON array")
    resume = actions.add_parser("resume", help="hand over a session that an officer opened in Tor Browser")
    resume.add_argument("market", metavar="MARKET", help="a market that has a profile")
    resume.add_argument(
        "--cookies", required=True, type=Path, metavar="FILE", help="cookies.txt or JSON, as the browser exported it"
    )
    resume.add_argument(
        "--user-agent", default="", metavar="UA", help="the browser's user agent (default: Tor Browser's)"
    )
    forget = actions.add_parser("forget", help="delete a market's session")
    forget.add_argument("market", metavar="MARKET", help="a market")
    recognise = actions.add_parser("recognise", help="say which gate saved pages are (no network)")
    recognise.add_argument("pages", nargs="+", metavar="PAGE", type=Path, help="a saved page")
    recognise.add_argument("--profile", default="", metavar="PROFILE", help="ask this profile's rules first")
    recognise.add_argument("--json", action="store_true", help='print a JSON array of {"page", "gate"}')


def gate(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """List, hand over, forget or recognise."""
    match arguments.action:
        case "list":
            return _list(deployment, as_json=arguments.json)
        case "resume":
            return _resume(arguments, deployment)
        case "forget":
            return _forget(arguments.market, deployment)
        case _:
            return _recognise(arguments, deployment)


def _list(deployment: Deployment, *, as_json: bool) -> int:
    from crawlers.gates.tasks import waiting  # noqa: PLC0415  # parsel takes a tenth of a second to import

    found = waiting(deployment)
    if as_json:
        show_json(found)
        return 0
    rows = [
        (
            one.market,
            one.gate,
            minute(one.since),
            one.addresses,
            one.dear,
            _kept(session=one.session),
            _span(one.length),
            one.todo,
        )
        for one in found
    ]
    if not rows:
        sys.stderr.write("headstamp: no gate waits for an operator\n")
    show_table(("market", "gate", "since", "addresses", "arms", "session", "lasts", "to do"), rows)
    return 0


def _kept(*, session: bool) -> str:
    return "kept" if session else "none"


def _span(length: "Length | None") -> str:
    return f"{length.pages:g} pages, {length.minutes:g} min" if length else ""


def _resume(arguments: argparse.Namespace, deployment: Deployment) -> int:
    from crawlers.authority.register import permit  # noqa: PLC0415  # as above
    from crawlers.frontier import now  # noqa: PLC0415  # as above
    from crawlers.gates.handed import handed  # noqa: PLC0415  # as above
    from crawlers.gates.tasks import resume  # noqa: PLC0415  # as above
    from crawlers.profile import load  # noqa: PLC0415  # as above
    from crawlers.route.denylist import Denylist  # noqa: PLC0415  # as above
    from crawlers.setting_out import asked  # noqa: PLC0415  # as above

    settings = deployment.settings
    profile = asked(load(arguments.market, settings.crawl.profiles), Denylist.read(settings.crawl.denylist))
    permit(profile, settings, now(), inside_session=True)
    given = handed(arguments.cookies, [origin.host for origin in profile.origins])
    session = resume(profile, given, _agent(arguments.user_agent or given.user_agent), deployment)
    for domain in given.dropped:
        sys.stderr.write(f"headstamp: cookies of {plain(domain)[:100]} are not taken: it is no mirror of the profile\n")
    facts = {"market": session.market, "cookies": len(session.cookies), "authority": session.authority}
    show_facts(facts | {"next": f"headstamp crawl {session.market}, then delete {plain(str(arguments.cookies))}"})
    return 0


def _agent(given: str) -> str:
    """The browser's user agent; Tor Browser's where none is given, with a warning."""
    from crawlers.hardening import USER_AGENT  # noqa: PLC0415  # as above

    if not given:
        sys.stderr.write(
            "headstamp: no --user-agent: Tor Browser's is sent; a market that compares may end the session\n"
        )
    return plain(given)[:LONGEST_AGENT] or USER_AGENT


def _forget(market: str, deployment: Deployment) -> int:
    from crawlers.frontier import now  # noqa: PLC0415  # as above
    from crawlers.gates.tasks import forget  # noqa: PLC0415  # as above
    from crawlers.profile import load  # noqa: PLC0415  # as above

    known = load(market, deployment.settings.crawl.profiles)
    gone = forget(known.market, deployment, now())
    show_facts({"market": known.market, "session": "deleted" if gone else "there was none"})
    return int(not gone)


def _recognise(arguments: argparse.Namespace, deployment: Deployment) -> int:
    from crawlers.gates.recognise import recognised  # noqa: PLC0415  # as above
    from crawlers.profile import MarketProfile  # noqa: PLC0415  # as above
    from crawlers.saved import profile_of  # noqa: PLC0415  # as above

    extra = deployment.settings.crawl.profiles
    profile = profile_of(arguments.profile, extra) if arguments.profile else MarketProfile(market="saved")
    found = [(str(page), recognised(page, profile)) for page in arguments.pages]
    if arguments.json:
        show_json([{"page": page, "gate": told} for page, told in found])
    else:
        show_table(("page", "gate"), [(page, told or "none") for page, told in found])
    return 0
