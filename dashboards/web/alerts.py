"""Follows the topic of alerts, and tells which of them a person should still look at."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from pipeline import codec
from pipeline.broker import Broker, Position
from pipeline.errors import MalformedError, SchemaTooNewError
from pipeline.index import Index
from pipeline.records import Alert
from pipeline.topics import ALERTS

KEPT = timedelta(days=30)
"""How long before the console's start an alert may be from."""
MOST = 100
"""How many of the newest are remembered: of those about a listing, and of all others."""


class Watch:
    """The alerts of the last days; each look reads on from where the one before ended."""

    def __init__(self, now: datetime) -> None:
        self._since = Position(at=now - KEPT)
        self._found: dict[str, Alert] = {}

    def look(self, log: Broker) -> tuple[Alert, ...]:
        """The newest alerts, the latest first; one told twice is there once, one that cannot be read is passed over."""
        offsets = dict(self._since.offsets)
        for message in log.read(ALERTS.name, self._since):
            offsets[message.partition] = message.offset + 1
            alert = _read(message)
            if alert is not None:
                self._found.setdefault(alert.id, alert)
        if offsets:
            self._since = Position(offsets=offsets)
        self._found = {alert.id: alert for alert in _newest(self._found.values())}
        return tuple(self._found.values())


class Told(NamedTuple):
    """An alert with what the index says of its listing."""

    alert: Alert
    title: str
    """The listing's title; "" where the index holds no such listing."""
    listed: bool
    """Whether the listing can be opened."""
    waits: bool
    """Whether it is about a listing that nobody has reviewed yet."""


def told(index: Index, alerts: Sequence[Alert]) -> list[Told]:
    """The alerts with their listings; those of an erased listing are left out."""
    return [found for alert in alerts if (found := _told(index, alert)) is not None]


def _newest(alerts: Iterable[Alert]) -> list[Alert]:
    """The newest of both kinds, so that a crawl gone wrong hides no threat."""
    ordered = sorted(alerts, key=lambda alert: (alert.time, alert.id), reverse=True)
    about = [alert for alert in ordered if alert.listing_id][:MOST]
    others = [alert for alert in ordered if not alert.listing_id][:MOST]
    return [alert for alert in ordered if alert in about or alert in others]


def _told(index: Index, alert: Alert) -> Told | None:
    hit = index.get(alert.listing_id) if alert.listing_id else None
    if hit is None:
        return Told(alert, "", listed=False, waits=bool(alert.listing_id))
    if hit.document.erased is not None:
        return None
    current = hit.document.current
    waits = hit.document.review is None
    return Told(alert, current.listing.title if current else "", listed=current is not None, waits=waits)


def _read(message: codec.Message) -> Alert | None:
    try:
        found = codec.decode(message, ALERTS.records)
    except (MalformedError, SchemaTooNewError):
        return None
    return found if isinstance(found, Alert) else None
