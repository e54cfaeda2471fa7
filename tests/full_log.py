"""A log with every difficulty, and what it says: for tests that move logs."""

from datetime import UTC, datetime

from pipeline import codec
from pipeline.broker import START, Broker
from pipeline.codec import Message
from pipeline.commands import dead
from pipeline.records import DeadLetter, Decision, Erasure, Record, Review
from pipeline.topics import LISTINGS, REVIEWS, Topic

TIME = datetime(2026, 3, 1, tzinfo=UTC)


def keyed(key: str, *values: str, **headers: str) -> list[Message]:
    return [Message(key=key.encode(), value=value.encode(), headers=headers or {"schema": "1.2"}) for value in values]


def told(broker: Broker, topic: Topic | str) -> list[tuple[bytes, bytes, dict[str, str]]]:
    name = topic if isinstance(topic, str) else topic.name
    return [(each.key, each.value, each.headers) for each in broker.read(name, START)]


def take(broker: Broker, topic: Topic, group: str, size: int = 1_000) -> list[str]:
    with broker.batch(topic.name, group, size=size, wait=0) as found:
        return [each.value.decode() for each in found]


def publish(broker: Broker, topic: Topic, *records: Record) -> None:
    broker.publish(topic.name, codec.messages(records))


def review(name: str, listing: str) -> Review:
    return Review(
        id=name, listing_id=listing, version="v", decision=Decision.IN_SCOPE, analyst="ana", time=TIME, reason="quoted"
    )


def erasure(listing: str) -> Erasure:
    return Erasure(id=f"erase {listing}", listing_id=listing, analyst="ana", time=TIME, reason="asked for")


def letter(topic: Topic, key: str, value: str) -> DeadLetter:
    return DeadLetter(topic=topic.name, group="g", key=key.encode(), value=value.encode(), headers={}, reason="r")


def letters(broker: Broker) -> list[tuple[str, bytes]]:
    """The letters that wait, by topic and content."""
    return [(each.topic, each.letter.value) for each in dead.waiting(broker)]


def filled(source: Broker) -> None:
    """A log with every difficulty: repeats, erased listings, letters of which some were replayed."""
    for number in range(60):
        source.publish(LISTINGS.name, keyed(f"k{number % 7}", str(number % 11)))
    take(source, LISTINGS, "assess", 33)
    publish(source, REVIEWS, erasure("k3"), review("r", "k1"), review("s", "k3"))
    for number in range(12):
        source.publish(LISTINGS.dead, [codec.message(letter(LISTINGS, f"k{number % 7}", str(number)))])
    dead.replay(source, list(dead.waiting(source))[2:7])
    source.publish(LISTINGS.dead, [codec.message(letter(LISTINGS, "k5", "last"))])
