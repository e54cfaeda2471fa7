"""What a crawl's tor does meanwhile: it is given the keys it needs, and its failures to find services are noted."""

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from crawlers.address import SUFFIX
from crawlers.daemon.controller import Talk, talk
from crawlers.daemon.keys import keys
from crawlers.daemon.place import Place, control, own
from pipeline.errors import TorUnavailableError
from pipeline.logs import line
from pipeline.settings import Settings

MOST_BYTES = 2**20
"""Size at which the older half of what was noted is dropped."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A relay that did not have, or did not give, the descriptor of a service."""

    time: datetime
    onion: str
    reason: str


class Failures(msgspec.Struct, frozen=True, kw_only=True):
    """How often the descriptor of one service could not be fetched from a relay."""

    count: int
    reason: str
    """Tor's word for the last one, such as NOT_FOUND."""
    last: datetime


@contextmanager
def watching(settings: Settings, mirrors: Collection[str]) -> Iterator[None]:
    """Watch the tor of these settings while the block runs, as far as it has a control port; pages never wait for it."""
    address, place = control(settings), own(settings)
    with ExitStack() as stack:
        if address:
            with _told():
                found = stack.enter_context(talk(address, lasting=True))
                _admit(found, place, mirrors)
                found.on_failure(lambda onion, reason: _note(place, mirrors, onion, reason))
        yield


def tor_version(settings: Settings) -> str:
    """The version of the tor of these settings; "" where it has no control port that answers."""
    address = control(settings)
    if address:
        with _told(), talk(address) as found:
            return found.version()
    return ""


def failures(place: Place) -> Mapping[str, Failures]:
    """What was noted of each service."""
    found: dict[str, Failures] = {}
    for each in _noted(place.failures):
        before = found[each.onion].count if each.onion in found else 0
        found[each.onion] = Failures(count=before + 1, reason=each.reason, last=each.time)
    return found


@contextmanager
def _told() -> Iterator[None]:
    """Say that tor is not watched, and go on: a crawl does without."""
    try:
        yield
    except TorUnavailableError as error:
        line("tor is not watched", level=logging.WARNING, reason=str(error))


def _admit(found: Talk, place: Place, mirrors: Collection[str]) -> None:
    for key in keys(place.keys):
        if key.service + SUFFIX in mirrors:
            found.admit(key.service, key.private)


def _note(place: Place, mirrors: Collection[str], onion: str, reason: str) -> None:
    if onion not in mirrors:
        return
    place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    failure = Failure(time=datetime.now(UTC), onion=onion, reason=reason)
    with place.failures.open("ab") as file:  # short lines that several crawls append do not mix
        file.write(msgspec.json.encode(failure) + b"\n")
    if place.failures.stat().st_size > MOST_BYTES:
        _halve(place.failures)


def _halve(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    part = file.with_name(f"{file.name}.part")
    part.write_bytes(b"".join(lines[len(lines) // 2 :]))
    part.replace(file)


def _noted(file: Path) -> Iterator[Failure]:
    with suppress(FileNotFoundError):
        for each in file.read_bytes().splitlines():
            with suppress(msgspec.DecodeError):
                yield msgspec.json.decode(each, type=Failure)
