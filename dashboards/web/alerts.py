"""Follows the topic of alerts, and tells which of them a person should still look at."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from dashboards.web.findings import words_of
from pipeline import codec
from pipeline.broker import START, Broker, Position
from pipeline.errors import MalformedError, SchemaTooNewError
from pipeline.index import Index
from pipeline.records import Alert
from pipeline.stages import THREAT_TO_LIFE
from pipeline.taxonomy import Indicator
from pipeline.topics import ALERTS

KEPT = timedelta(days=30)
"""How long an alert is shown that is not about a listing that waits."""
MOST = 100
"""How many of the newest are shown: of those about a listing that waits, of those about another, and of all others."""


class Raised(NamedTuple):
    """An alert, and when it was raised: when it first came to the log, whatever the age of its listing."""

    alert: Alert
    time: datetime


class Watch:
    """Every alert about a listing, and the newest others; each look reads on from where the one before ended."""

    def __init__(self) -> None:
        self._since = START
        self._found: dict[str, Raised] = {}

    def look(self, log: Broker) -> tuple[Raised, ...]:
        """The alerts, the last raised first; one told twice is there once, one that cannot be read is passed over."""
        offsets = dict(self._since.offsets)
        for message in log.read(ALERTS.name, self._since):
            offsets[message.partition] = message.offset + 1
            alert = _read(message)
            if alert is not None:
                self._found.setdefault(alert.id, Raised(alert, message.time or alert.time))
        if offsets:
            self._since = Position(offsets=offsets)
        others = [name for name, raised in self._found.items() if not raised.alert.listing_id]
        for name in others[:-MOST]:
            del self._found[name]
        return tuple(reversed(self._found.values()))


class Told(NamedTuple):
    """An alert with what the index says of its listing."""

    alert: Alert
    raised: datetime
    title: str = ""
    """The listing's title; "" where the index holds no such listing."""
    quotes: tuple[str, ...] = ()
    """The words of the listing that threaten life."""
    listed: bool = False
    """Whether the listing can be opened."""
    waits: bool = False
    """Whether it is about a listing that nobody has reviewed yet."""


def told(index: Index, alerts: Iterable[Raised]) -> list[Told]:
    """The alerts with their listings; those of an erased listing are left out."""
    return [found for raised in alerts if (found := _told(index, *raised)) is not None]


def shown(alerts: Sequence[Told], now: datetime) -> list[Told]:
    """What a page has room for, in the same order: the newest that wait, however old, and the newest others of the last days."""
    kept = [told for told in alerts if told.waits or told.raised >= now - KEPT]
    waiting = [told for told in kept if told.waits][:MOST]
    settled = [told for told in kept if told.alert.listing_id and not told.waits][:MOST]
    room = {told.alert.id for told in (*waiting, *settled)}
    return [told for told in kept if told.alert.id in room or not told.alert.listing_id]


def _told(index: Index, alert: Alert, raised: datetime) -> Told | None:
    hit = index.get(alert.listing_id) if alert.listing_id else None
    if hit is None:
        return Told(alert, raised, waits=bool(alert.listing_id))
    if hit.document.erased is not None:
        return None
    waits = hit.document.review is None
    if (current := hit.document.current) is None:
        return Told(alert, raised, waits=waits)
    quotes = words_of(current, Indicator.HARM) if alert.kind == THREAT_TO_LIFE else ()
    return Told(alert, raised, current.listing.title, quotes, listed=True, waits=waits)


def _read(message: codec.Message) -> Alert | None:
    try:
        found = codec.decode(message, ALERTS.records)
    except (MalformedError, SchemaTooNewError):
        return None
    return found if isinstance(found, Alert) else None
