"""`headstamp profile mirrors`: take the mirrors of a list that the market's key signed."""

import argparse
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pipeline.deployment import Deployment
from pipeline.terminal import plain, show_facts, show_json

if TYPE_CHECKING:
    from crawlers.mirrors.signed import MirrorList, Unbelieved
    from crawlers.profile import MarketProfile


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a mirror list."""

    market: str
    accepted: bool
    reason: str = ""
    signed: str = ""
    mirrors: tuple[str, ...] = ()


def add_mirrors(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The arguments of `headstamp profile mirrors`."""
    parser = actions.add_parser("mirrors", help="verify a saved, signed mirror list and take its mirrors")
    parser.add_argument("market", metavar="MARKET", help="a market whose profile pins a key (mirror_key)")
    parser.add_argument("file", metavar="FILE", type=Path, help="the saved list, cleartext-signed")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")


def mirrors(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Take a list's mirrors; 1, and a task, where it is not believed."""
    from crawlers.profile import load  # noqa: PLC0415  # parsel takes a tenth of a second to import
    from pipeline.errors import SettingsError  # noqa: PLC0415  # as above

    profile = load(arguments.market, deployment.settings.crawl.profiles)
    if profile.mirror_key is None:
        raise SettingsError(f"profile {profile.market}: 'mirror_key' is missing: pin the market's key first")
    try:
        body = arguments.file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{arguments.file}: {error.strerror}; name the saved list") from error
    answer = _answer(profile, _accepted(profile, body, deployment))
    if arguments.json:
        show_json(answer)
    elif answer.accepted:
        show_facts({"market": answer.market, "signed": answer.signed, "mirrors": ", ".join(answer.mirrors)})
    else:
        sys.stderr.write(f"headstamp: {plain(f'the list changed nothing: {answer.reason}')}\n")
    return int(not answer.accepted)


def _accepted(profile: "MarketProfile", body: bytes, deployment: Deployment) -> "MirrorList | Unbelieved":
    from crawlers.frontier import Frontier, now  # noqa: PLC0415  # as above
    from crawlers.mirrors.signed import Unbelieved  # noqa: PLC0415  # as above
    from crawlers.mirrors.store import Mirrors, task  # noqa: PLC0415  # as above
    from pipeline.codec import messages  # noqa: PLC0415  # as above
    from pipeline.topics import TASKS  # noqa: PLC0415  # as above

    with closing(Frontier(deployment.settings.root)) as frontier, closing(deployment.log()) as log:
        found = Mirrors(database=frontier.database, profile=profile).accept(body, now())
        if isinstance(found, Unbelieved):
            log.publish(TASKS.name, messages([task(profile, body, found.reason, now())]))
    return found


def _answer(profile: "MarketProfile", found: "MirrorList | Unbelieved") -> Answer:
    from crawlers.mirrors.signed import MirrorList  # noqa: PLC0415  # as above

    if isinstance(found, MirrorList):
        return Answer(market=profile.market, accepted=True, signed=found.signed.isoformat(), mirrors=found.mirrors)
    return Answer(market=profile.market, accepted=False, reason=found.reason)
