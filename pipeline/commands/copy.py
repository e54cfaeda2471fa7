"""`headstamp copy`: move a log whole, from one machine's file to Kafka or back."""

import argparse
import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from pipeline.broker import Broker
from pipeline.commands.copying import Moved
from pipeline.commands.copying import copy as moved
from pipeline.deployment import Deployment
from pipeline.errors import SettingsError
from pipeline.forward import CRAWLED, GROUP
from pipeline.settings import CRAWL_LOG, Settings, file_of
from pipeline.sqlite import lock
from pipeline.terminal import progress, show_json, show_table
from pipeline.topics import TOPICS


def copy_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp copy`."""
    for name, what in (("source", "the log to read"), ("target", "the log to fill, empty or begun by an earlier copy")):
        parser.add_argument(name, metavar=name.upper(), help=f"{what}: sqlite:///FILE or kafka://HOST:PORT")
    parser.add_argument("--json", action="store_true", help="print one JSON object a topic")


def copy(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Move all messages and the places of all groups; run it again where it was broken off."""
    settings = deployment.settings
    _check(arguments.source, arguments.target, settings)
    with (
        lock(settings.root / "locks" / "copy.lock", "copy"),
        closing(deployment.broker_at(arguments.source)) as source,
        closing(deployment.broker_at(arguments.target)) as target,
    ):
        is_file = bool(file_of(arguments.target))
        with progress("messages", sum(source.lag(topic, "copy") for topic in TOPICS)) as advance:
            did = moved(
                source,
                target,
                size=settings.run.batch,
                without=frozenset() if is_file else {GROUP},
                advance=advance,
            )
        if not is_file and _file(arguments.source, settings) == _file(f"sqlite:///{CRAWL_LOG}", settings):
            _forwarded(source, did)
    _show(did, as_json=arguments.json)
    return 0


def _forwarded(source: Broker, did: Sequence[Moved]) -> None:
    """Let `forward` begin after what was copied, so that nothing of it is carried a second time."""
    ends = {each.topic: each.end for each in did}
    for topic in CRAWLED:
        source.rewind(topic.name, GROUP, ends[topic.name])


def _check(source: str, target: str, settings: Settings) -> None:
    file = _file(source, settings)
    if source == target or (file and file == _file(target, settings)):
        raise SettingsError(f"copy: {source} is both source and target; name two logs")
    if file and not Path(file).exists():
        raise SettingsError(f"copy: there is no log {file}; correct the source, or HEADSTAMP_HOME")


def _file(address: str, settings: Settings) -> str:
    """The file behind an address; "" where it is a server's."""
    name = file_of(address)
    return os.path.realpath(settings.root / name) if name else ""


def _show(did: Sequence[Moved], *, as_json: bool) -> None:
    if as_json:
        show_json(
            [{name: value for name, value in msgspec.structs.asdict(each).items() if name != "end"} for each in did]
        )
        return
    rows = [
        (each.topic, each.read, each.there, each.copied, each.erased, each.expired, _owed(each))
        for each in did
        if each.read
    ]
    show_table(("topic", "read", "there", "copied", "erased", "expired", "owed"), rows)


def _owed(each: Moved) -> str:
    return ", ".join(f"{group} {count}" for group, count in each.owed.items())
