"""`headstamp reproduce`: recompute a verdict from the archived bytes and name every difference."""

import argparse
import re
from contextlib import closing
from pathlib import Path

from pipeline.broker import START, Broker
from pipeline.codec import decode
from pipeline.commands.reproduction import Reproduction, reproduced
from pipeline.deployment import Deployment
from pipeline.errors import MalformedError, SettingsError
from pipeline.index.merge import newest
from pipeline.records import Assessment
from pipeline.terminal import plain, show_facts, show_json
from pipeline.topics import ASSESSMENTS

PREFIX = re.compile(r"[0-9a-f]{4,32}")


def reproduce_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp reproduce`."""
    parser.add_argument("listing", metavar="LISTING", help="a listing's id, or its beginning where no other has it")
    parser.add_argument("--file", type=Path, metavar="FILE", help="the file that an ingested listing was read from")
    parser.add_argument("--json", action="store_true", help="print one JSON object, with the recomputed assessment")


def reproduce(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Print in what the verdict of now differs from the recorded one; 1 where it does, or where something is lacking."""
    found = reproduced(recorded(arguments.listing, deployment), deployment, arguments.file)
    if arguments.json:
        show_json(found)
    else:
        _show(found)
    return int(not found.same)


def recorded(listing: str, deployment: Deployment) -> Assessment:
    """The assessment in force of a listing, as the log has it; a `SettingsError` where there is none, or several begin alike."""
    if not PREFIX.fullmatch(listing):
        raise SettingsError(
            f"'{listing[:80]}' is no listing's id (4 to 32 hexadecimal digits, as `headstamp search` shows)"
        )
    with closing(deployment.broker()) as broker:
        found = _of(listing, broker)
    if not found:
        raise SettingsError(f"no listing {listing} was assessed; `headstamp search` shows the ids of listings")
    with closing(deployment.index()) as index:
        hit = index.get(found[0].id)
    if hit and hit.document.erased:
        raise SettingsError(f"listing {found[0].id} was erased; nothing of it is read again")
    return newest(found)


def _of(prefix: str, broker: Broker) -> list[Assessment]:
    """Every assessment of the one listing whose id begins so, oldest first."""
    found: list[Assessment] = []
    for message in broker.read(ASSESSMENTS.name, START):
        if not message.key.startswith(prefix.encode()):
            continue
        try:
            record = decode(message, ASSESSMENTS.records)
        except MalformedError:
            continue
        if not isinstance(record, Assessment):
            continue
        if found and found[0].id != record.id:
            raise SettingsError(
                f"several listings begin with {prefix}, {found[0].id} and {record.id}; write more of it"
            )
        found.append(record)
    return found


def _show(found: Reproduction) -> None:
    said = found.recomputed.classification
    show_facts({"listing": found.listing_id, "title": found.recomputed.listing.title})
    show_facts({"score": f"{said.score:.6f}", "category": said.category, "verdict": found.recomputed.verdict})
    for one in found.differences:
        print(f"differs  {one.field}: {plain(one.recorded)} → {plain(one.recomputed)}")  # noqa: T201  # the result
    for name, reason in found.lacking.items():
        print(f"lacking  {plain(name)}: {plain(reason)}")  # noqa: T201  # as above
    for note in found.notes:
        print(f"note     {plain(note)}")  # noqa: T201  # as above
    counted = f"{len(found.differences)} differences, {len(found.lacking)} lacking"
    show_facts({"result": "the same" if found.same else counted})
