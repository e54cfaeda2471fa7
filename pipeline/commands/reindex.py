"""`headstamp reindex`: build the index again from the log."""

import argparse
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import islice

import msgspec

from pipeline.broker import Broker, Position
from pipeline.codec import Message, decode
from pipeline.deployment import Deployment
from pipeline.errors import MalformedError, SettingsError
from pipeline.index import Index, Mergeable, Places, Query, Rebuild
from pipeline.records import Assessment, Erasure, Review, Sighting
from pipeline.sqlite import lock
from pipeline.terminal import progress, show_facts, show_json
from pipeline.topics import ASSESSMENTS, REVIEWS, Topic
from pipeline.worker import DATA_FAULTS

TOPICS = (REVIEWS, ASSESSMENTS)
"""In this order, so that what was erased never enters."""
AT_ONCE = 1_000
TRIES = 3
"""How often what came meanwhile is read, where the new index holds fewer documents than the one that serves."""


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """What was read from the log, and what came of it."""

    messages: int
    unreadable: int
    """Messages that are no record, or hold one that cannot be merged: what the stages set aside as dead letters."""
    listings: int


def reindex_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp reindex`."""
    parser.add_argument(
        "--fewer", action="store_true", help="take the new index although the log tells of fewer listings"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object: messages, unreadable, listings")


def reindex(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Build the index again beside the old one, which serves until the new one takes its place."""
    settings = deployment.settings
    with closing(deployment.broker()) as broker, lock(settings.root / "locks" / "reindex.lock", "reindex"):
        owed = sum(broker.lag(topic.name, "reindex") for topic in TOPICS)
        with progress("messages", owed) as advance, closing(deployment.rebuild()) as building:
            found = rebuild(broker, building, deployment.index, advance, fewer=arguments.fewer)
    if arguments.json:
        show_json(found)
    else:
        show_facts(msgspec.structs.asdict(found))
    return 0


def rebuild(
    broker: Broker,
    building: Rebuild,
    serving: Callable[[], Index],
    advance: Callable[[int], None],
    *,
    fewer: bool = False,
) -> Rebuilt:
    """Fill the index as the log tells it, and put it in place; a log that goes on and stages that run meanwhile are welcome."""
    tally, places = _Tally(advance), building.places
    for _ in range(TRIES):
        places = tally.fill(building.index, broker, places, building.note)
        if building.serve(fewer=fewer):
            break
    else:
        raise SettingsError(
            "reindex: the log tells of fewer listings than the index holds, which serves on; see whether the log was cut,"
            " and if that is meant, `headstamp reindex --fewer` takes the new one"
        )
    with closing(serving()) as index:
        # The stages merged into the old one what came meanwhile; from here on they merge into the new one.
        tally.fill(index, broker, places, building.note)
        listings = index.search(Query(size=0)).total
    building.finish()
    return Rebuilt(messages=tally.messages, unreadable=tally.unreadable, listings=listings)


class _Tally:
    """Merges what topics hold, and counts it."""

    def __init__(self, advance: Callable[[int], None]) -> None:
        self.messages = self.unreadable = 0
        self._advance = advance

    def fill(self, index: Index, broker: Broker, since: Places, note: Callable[[Places], None]) -> Places:
        """Merge all messages since these places, noting from batch to batch how far it is; up to where they were read."""
        places = {topic.name: dict(since.get(topic.name, {})) for topic in TOPICS}
        for topic in TOPICS:
            unread = broker.read(topic.name, Position(offsets=dict(places[topic.name])))
            while messages := list(islice(unread, AT_ONCE)):
                self._merge(index, [record for message in messages if (record := self._record(message, topic))])
                self.messages += len(messages)
                self._advance(len(messages))
                places[topic.name] |= {message.partition: message.offset + 1 for message in messages}
                note(places)
        return places

    def _record(self, message: Message, topic: Topic) -> Mergeable | None:
        try:
            record = decode(message, topic.records)
        except MalformedError:
            self.unreadable += 1
            return None
        return record if isinstance(record, Assessment | Sighting | Review | Erasure) else None

    def _merge(self, index: Index, records: Sequence[Mergeable]) -> None:
        try:
            index.merge(records)
        except DATA_FAULTS:
            if len(records) == 1:
                self.unreadable += 1
                return
            for record in records:
                self._merge(index, [record])
