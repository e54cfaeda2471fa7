"""`headstamp reindex`: build the index again from the log."""

import argparse
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

import msgspec

from pipeline.broker import START, Broker, Position
from pipeline.codec import Message, decode
from pipeline.deployment import Deployment
from pipeline.errors import MalformedError, SettingsError
from pipeline.index import Index, Mergeable, Query
from pipeline.index.sqlite import SqliteIndex, rebuilt
from pipeline.records import Assessment, Erasure, Review, Sighting
from pipeline.settings import Settings, file_of
from pipeline.sqlite import lock
from pipeline.terminal import progress, show_facts, show_json
from pipeline.topics import ASSESSMENTS, REVIEWS, Topic
from pipeline.worker import DATA_FAULTS

TOPICS = (REVIEWS, ASSESSMENTS)
"""In this order, so that what was erased never enters."""
AT_ONCE = 1_000
Places = dict[str, Position]
"""Up to where each topic was read."""


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """What was read from the log, and what came of it."""

    messages: int
    unreadable: int
    """Messages that are no record, or hold one that cannot be merged: what the stages set aside as dead letters."""
    listings: int


def reindex_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `headstamp reindex`."""
    parser.add_argument("--json", action="store_true", help="print one JSON object: messages, unreadable, listings")


def reindex(arguments: argparse.Namespace, deployment: Deployment) -> int:
    """Build the index again beside the old one, which serves until the new one takes its place."""
    settings = deployment.settings
    with closing(deployment.broker()) as broker, lock(settings.root / "locks" / "reindex.lock", "reindex"):
        owed = sum(broker.lag(topic.name, "reindex") for topic in TOPICS)
        with progress("messages", owed) as advance:
            found = rebuild(broker, index_file(settings), advance)
    if arguments.json:
        show_json(found)
    else:
        show_facts(msgspec.structs.asdict(found))
    return 0


def rebuild(broker: Broker, path: Path, advance: Callable[[int], None]) -> Rebuilt:
    """The index in `path` as the log tells it; a log that goes on and stages that run meanwhile are welcome."""
    tally = _Tally(advance)
    with rebuilt(path) as fresh:
        places = tally.fill(fresh, broker, {topic.name: START for topic in TOPICS})
    with closing(SqliteIndex(path)) as index:
        # The stages merged into the old one what came meanwhile; from here on they merge into the new one.
        tally.fill(index, broker, places)
        listings = index.search(Query(size=0)).total
    return Rebuilt(messages=tally.messages, unreadable=tally.unreadable, listings=listings)


def index_file(settings: Settings) -> Path:
    """The file that holds the index."""
    name = file_of(settings.index)
    if not name:
        raise SettingsError(f"reindex: rebuilds an index in a file, sqlite:///FILE; '{settings.index}' is none")
    return settings.root / name


class _Tally:
    """Merges what topics hold, and counts it."""

    def __init__(self, advance: Callable[[int], None]) -> None:
        self.messages = self.unreadable = 0
        self._advance = advance

    def fill(self, index: Index, broker: Broker, since: Places) -> Places:
        """Merge all messages since these places; up to where they were read."""
        return {topic.name: self._fill(index, broker, topic, since[topic.name]) for topic in TOPICS}

    def _fill(self, index: Index, broker: Broker, topic: Topic, since: Position) -> Position:
        offsets = dict(since.offsets)
        unread = broker.read(topic.name, since)
        while messages := list(islice(unread, AT_ONCE)):
            self._merge(index, [record for message in messages if (record := self._record(message, topic))])
            self.messages += len(messages)
            self._advance(len(messages))
            offsets.update({message.partition: message.offset + 1 for message in messages})
        return Position(offsets=offsets)

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
