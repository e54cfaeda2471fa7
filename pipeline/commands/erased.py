"""What an erasure beats: the messages about an erased listing, wherever they stand on a log."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.broker import START, Broker
from pipeline.codec import Message, decode
from pipeline.errors import MalformedError
from pipeline.records import Alert, DeadLetter, Erasure, Record
from pipeline.topics import ALERTS, ASSESSMENTS, LISTINGS, REVIEWS, TOPICS, Topic

KEYED = (LISTINGS, ASSESSMENTS, REVIEWS)
"""Topics whose key is the id of the listing that a message is about."""


@dataclass(frozen=True, kw_only=True)
class Erased:
    """The listings that a log says are erased."""

    listings: frozenset[str]
    settled: Mapping[int, int] = field(default_factory=dict)
    """Up to where reviews were filed, an offset per partition: the audit lacks its line for those after it."""

    def beats(self, topic: Topic, found: Message) -> bool:
        """Whether a message is about an erased listing, and nobody needs it any more.

        The erasures themselves stay, and so do reviews that are to be filed in the audit still.
        """
        if not self.listings or _about(topic, found) not in self.listings:
            return False
        return topic is not REVIEWS or not (self._is_owed(found) or isinstance(_read(topic, found), Erasure))

    def beats_letter(self, topic: Topic, found: Message) -> bool:
        """Whether a dead letter of a topic holds a message about an erased listing; one that waits to be filed stays."""
        if not self.listings or topic is REVIEWS:
            return False
        letter = _read(TOPICS[topic.dead], found)
        return isinstance(letter, DeadLetter) and self.beats(
            topic, Message(key=letter.key, value=letter.value, headers=letter.headers)
        )

    def _is_owed(self, found: Message) -> bool:
        return found.offset >= self.settled.get(found.partition, 0)


def erased(broker: Broker) -> Erased:
    """The listings that a log says are erased."""
    place = broker.places(REVIEWS.name).get("settle", START)
    return Erased(listings=frozenset(_listings(broker)), settled=place.offsets)


def _listings(broker: Broker) -> Iterator[str]:
    for found in broker.read(REVIEWS.name, START):
        record = _read(REVIEWS, found)
        if isinstance(record, Erasure):
            yield record.listing_id


def _about(topic: Topic, found: Message) -> str:
    if topic in KEYED:
        return found.key.decode(errors="replace")
    record = _read(topic, found) if topic is ALERTS else None
    return record.listing_id if isinstance(record, Alert) else ""


def _read(topic: Topic, found: Message) -> Record | None:
    try:
        return decode(found, topic.records)
    except MalformedError:
        return None
