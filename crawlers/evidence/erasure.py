"""Erases a listing where it is searched, too: the record on the log that the index and the audit follow."""

from contextlib import closing
from datetime import UTC, datetime

from crawlers.evidence.signed import Reason
from pipeline.broker import START, Broker
from pipeline.codec import messages
from pipeline.deployment import Deployment
from pipeline.errors import SettingsError
from pipeline.records import Erasure, digest
from pipeline.settings import file_of
from pipeline.topics import ASSESSMENTS, LISTINGS, REVIEWS


def publish(listing: str, reason: Reason, deployment: Deployment, *, archived: bool) -> Erasure:
    """The erasure, on the log, where stage settle finds it; the same id for a listing and an authority however often it is given.

    A `SettingsError` where neither the archive (`archived`) nor index nor log know the listing.
    """
    erasure = Erasure(
        id=digest("erasure", listing, reason.authority),
        listing_id=listing,
        analyst=reason.by,
        time=_now(),
        reason=f"{reason.text} (authority {reason.authority})",
    )
    with closing(deployment.broker()) as broker:
        if not (archived or _is_indexed(listing, deployment) or _is_logged(listing, broker)):
            raise SettingsError(
                f"nothing here knows listing {listing}: neither archive, index nor log;"
                " `headstamp search` shows the ids of listings"
            )
        broker.publish(REVIEWS.name, messages([erasure]))
    return erasure


def _is_indexed(listing: str, deployment: Deployment) -> bool:
    file = file_of(deployment.settings.index)
    if file and not (deployment.settings.root / file).exists():
        return False
    with closing(deployment.index()) as index:
        return index.get(listing) is not None


def _is_logged(listing: str, broker: Broker) -> bool:
    key = listing.encode()
    return any(found.key == key for topic in (LISTINGS, ASSESSMENTS) for found in broker.read(topic.name, START))


def _now() -> datetime:
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
