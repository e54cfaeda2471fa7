"""What goes through the stages while faults strike: listings, sightings, reviews, erasures, a newer writer's records, poison."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from benchmarks.index import assessed
from pipeline.codec import Message, message
from pipeline.records import Capture, Decision, Erasure, Listing, Money, Presence, Record, Review, Sighting, digest
from pipeline.taxonomy import Category
from pipeline.topics import ASSESSMENTS, LISTINGS, REVIEWS, Topic

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = ("lamp", "blue", "vintage", "set of two", "large", "used", "ceramic", "wool", "oak", "garden")
NEWER = "1.99"
"""The schema that a newer program writes beside this one."""
REVIEWED = SIGHTED = RENEWED = 10
"""Of so many listings one is reviewed, seen again, written by a newer program."""
BEYOND = -(2**63) - 1
"""US cents that Elasticsearch cannot hold: a `long` begins one above."""


class Sent(NamedTuple):
    """A message, and where it is published."""

    topic: Topic
    message: Message
    poison: bool = False
    """Whether it belongs among the dead letters."""


def loads(rounds: int, listings: int, draw: random.Random, *, refused: bool) -> list[list[Sent]]:
    """What each round publishes, in an order drawn at random; a quarter of its listings came before at another price.

    `refused` says whether a record that Elasticsearch refuses is among the poison; a file takes it.
    """
    return [_load(number, listings, draw, refused=refused) for number in range(rounds)]


def subjects(sent: Sequence[Sequence[Sent]]) -> set[str]:
    """The ids of all listings that anything but poison is said of."""
    return {each.message.key.decode() for load in sent for each in load if not each.poison}


def poison(sent: Sequence[Sequence[Sent]]) -> set[tuple[str, bytes]]:
    """Topic and bytes of all that belongs among the dead letters."""
    return {(each.topic.name, each.message.value) for load in sent for each in load if each.poison}


def decided(sent: Sequence[Sequence[Sent]]) -> set[str]:
    """The ids of all records that the audit must hold."""
    values = (each.message.value for load in sent for each in load if each.topic is REVIEWS and not each.poison)
    return {msgspec.json.decode(value)["id"] for value in values}


def _load(number: int, listings: int, draw: random.Random, *, refused: bool) -> list[Sent]:
    first = number * listings * 3 // 4
    found = [_listing(key, number, draw) for key in range(first, first + listings)]
    load = [_sent(LISTINGS, each, newer=place % RENEWED == 1) for place, each in enumerate(found)]
    load += [_sent(LISTINGS, _sighting(each, number, draw)) for each in found[::SIGHTED]]
    load += [_sent(REVIEWS, _review(each, number)) for each in found[::REVIEWED]]
    load.append(_sent(REVIEWS, _erasure(found[2], number)))
    load += _poison(number)
    load += [_refused(number)] if refused else []
    draw.shuffle(load)
    return load


def _sent(topic: Topic, record: Record, *, newer: bool = False) -> Sent:
    plain = message(record)
    return Sent(topic, _newer(plain) if newer else plain)


def _newer(plain: Message) -> Message:
    """The message as a later minor version might write it: a field more, and a word that today's closed lists lack."""
    fields: dict[str, Any] = msgspec.json.decode(plain.value)  # Any: JSON
    more = {"novelty": {"of": "a later version"}, "venue": "bazaar", "supply": "by_lot"}
    return replace(plain, value=msgspec.json.encode(fields | more), headers={"schema": NEWER})


def _poison(number: int) -> Iterator[Sent]:
    """Bytes that are no record, half a record, and a record of another topic."""
    whole = message(_listing(-1 - number, number, random.Random(number)))
    yield Sent(LISTINGS, replace(whole, value=b"\x00\xff no record %d" % number), poison=True)
    yield Sent(LISTINGS, replace(whole, value=whole.value[:-7]), poison=True)
    yield Sent(REVIEWS, whole, poison=True)


def _refused(number: int) -> Sent:
    """A record whose document Elasticsearch does not take."""
    found = _listing(-1_000_000 - number, number, random.Random(number))
    return Sent(ASSESSMENTS, message(assessed(found, 0.0, Category.OTHER, 1, BEYOND)), poison=True)


def _listing(key: int, number: int, draw: random.Random) -> Listing:
    time = BEGIN + timedelta(days=number, seconds=draw.randrange(80_000))
    return Listing(
        market="chaos",
        key=str(key),
        title=" ".join(draw.sample(WORDS, 3)),
        description=" ".join(draw.choices(WORDS, k=20)),
        vendor=f"vendor {key % 17}",
        price=Money(amount=Decimal(draw.randrange(100, 99_999)) / 100, currency="USD"),
        provenance=Capture(
            time=time,
            url=f"http://{'a' * 56}.onion/listing/{key}",
            visit=f"visit {number}",
            page=digest("page", str(key), str(number)),
            profile="0" * 32,
            activation=1,
        ),
    )


def _sighting(listing: Listing, number: int, draw: random.Random) -> Sighting:
    gone = draw.random() < 0.3
    return Sighting(
        listing_id=listing.id,
        market=listing.market,
        visit=f"visit {number}, later",
        time=listing.provenance.time + timedelta(hours=6),
        presence=Presence.GONE if gone else Presence.PRESENT,
        reason="not_found" if gone else "",
    )


def _review(listing: Listing, number: int) -> Review:
    return Review(
        id=digest("review", listing.id, str(number)),
        listing_id=listing.id,
        version=listing.version,
        decision=Decision.OUT_OF_SCOPE,
        analyst="chaos",
        time=BEGIN + timedelta(days=number),
    )


def _erasure(listing: Listing, number: int) -> Erasure:
    return Erasure(
        id=digest("erasure", listing.id, str(number)),
        listing_id=listing.id,
        analyst="chaos",
        time=BEGIN + timedelta(days=number),
        reason="a court said so",
    )
