"""Records of the archive by what people call them: a listing, or a record's name or id."""

import os
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from crawlers.evidence.chain import Line, lines
from crawlers.pattern import local
from pipeline.broker import START, Broker
from pipeline.codec import decode
from pipeline.deployment import Deployment
from pipeline.errors import MalformedError, SettingsError
from pipeline.records import Capture, Listing
from pipeline.topics import LISTINGS

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LISTING_ID = re.compile(r"[0-9a-f]{32}")


def records_of(what: str, deployment: Deployment, archive: Path) -> list[Line]:
    """The records of a listing, every capture of its addresses, whatever the mirror; or the one record that is named.

    A `SettingsError` where there is none.
    """
    found = any_records_of(what, deployment, archive)
    if not found:
        raise SettingsError(f"the archive has no record of {what}; `headstamp search` shows the ids of listings")
    return found


def any_records_of(what: str, deployment: Deployment, archive: Path) -> list[Line]:
    """The same, also where there is none."""
    id_ = what.rpartition("#")[2]
    if UUID.fullmatch(id_):
        found = [line for line in lines(archive) if line.link.id == id_]
    elif LISTING_ID.fullmatch(what):
        found = _of_listing(what, deployment, archive)
    else:
        raise SettingsError(
            f"'{what[:80]}' is no listing's id (32 hexadecimal digits, as `headstamp search` shows) and no record's name"
        )
    return found


def _of_listing(id_: str, deployment: Deployment, archive: Path) -> list[Line]:
    home = deployment.settings.root
    if not os.access(home, os.W_OK):
        raise SettingsError(
            f"{home}: is read-only, and the log, which knows the addresses of listing {id_}, opens only where it can be"
            " written; name a record (SEGMENT#ID), or work on a copy of the home"
        )
    market, addresses = "", set[str]()
    with closing(deployment.log()) as log:
        for listing in _told(log, id_):
            assert isinstance(listing.provenance, Capture), "it was asked for"
            market = listing.market
            addresses.add(local(listing.provenance.url) or "")
    return [line for line in lines(archive) if line.link.market == market and line.url and local(line.url) in addresses]


def _told(log: Broker, id_: str) -> Iterator[Listing]:
    """What the log says of a listing that was captured."""
    for message in log.read(LISTINGS.name, START):
        if message.key != id_.encode():
            continue
        try:
            record = decode(message, LISTINGS.records)
        except MalformedError:
            continue
        if isinstance(record, Listing) and isinstance(record.provenance, Capture):
            yield record
