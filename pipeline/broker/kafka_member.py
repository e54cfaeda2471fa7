"""One member of a group: takes batches from the partitions it was given, and marks them read."""

import logging
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any

from kafka import OffsetAndMetadata, TopicPartition
from kafka.errors import (
    CommitFailedError,
    IllegalGenerationError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)
from kafka.structs import MemberState

from pipeline.broker import AT_ONCE
from pipeline.broker.kafka_client import Cluster
from pipeline.broker.kafka_consumer import Consumer
from pipeline.broker.kafka_messages import message
from pipeline.broker.kafka_messages import size as size_of
from pipeline.codec import Message
from pipeline.errors import BrokerUnavailableError
from pipeline.logs import line
from pipeline.settings import Kafka

POLL_MS = 500
"""Milliseconds of one look for messages, at most."""
SOME = 20
"""Messages of one look, at most: only then is it known how large they are."""
LEAST_POLL_MS = 20
"""Milliseconds of one look at least: what a member needs to get on with joining."""
FETCH_MS = 100
"""Milliseconds that Kafka may hold a question for messages back until there are some: a connection's next question waits for it."""
SETTLE_S = 15.0
"""Seconds for which a member without messages waits for its place in the group, or for messages that it knows are there, whatever `wait` is."""
ANSWER_MS = 5_000
"""Milliseconds that Kafka may take to say where topics end, and to mark messages read."""
LEAVE_MS = 3_000
"""Milliseconds that leaving may take."""
LOST = (CommitFailedError, IllegalGenerationError, RebalanceInProgressError, UnknownMemberIdError)
"""What Kafka answers a member whose partitions went to another one meanwhile."""


class Member:
    """A member of a group for one topic. Not for several threads."""

    def __init__(self, cluster: Cluster, settings: Kafka, topic: str, group: str) -> None:
        self._cluster = cluster
        self._topic, self._group = topic, group
        self._consumer: Any = cluster.open(  # Any: the client has no types
            Consumer,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            fetch_max_wait_ms=FETCH_MS,
            max_poll_interval_ms=int(settings.batch_s * 1_000),
            session_timeout_ms=int(settings.session_s * 1_000),
            heartbeat_interval_ms=min(3_000, int(settings.session_s * 1_000 / 4)),
        )
        self._consumer.subscribe([topic])
        self._marked: dict[TopicPartition, int] = {}
        with cluster.told():
            self._consumer.partitions_for_topic(topic)  # a member that leads before it knows them gives nobody any

    def take(self, size: int, wait: float) -> list[Message]:
        """The next messages, at most `size`, and no more looks once they have `AT_ONCE` bytes; none after `wait` seconds without any, once it is sure that none are owed."""
        begun = monotonic()
        with self._cluster.told():
            while not (found := self._poll(size, max((begun + wait - monotonic()) * 1_000, LEAST_POLL_MS))):
                waited = monotonic() - begun
                if waited >= wait and (places := self._at_the_end()) is not None:
                    self._pass(places)
                    return []
                if waited >= max(wait, SETTLE_S):
                    self._cluster.reach()  # a member that is still to join does not notice by itself that Kafka is away
                    return []
            room = AT_ONCE - sum(map(size_of, found))
            while room > 0 and len(found) < size and (more := self._poll(size - len(found), 0)):
                found += more
                room -= sum(map(size_of, more))
        return sorted(found, key=_place)

    def mark(self, found: Sequence[Message]) -> None:
        """Mark messages read, partition by partition; what another member has by now is left to it, which reads it again."""
        try:
            self._commit({self._partition(each): each.offset + 1 for each in found})
        except BrokerUnavailableError as error:
            self.back(found)
            if not isinstance(error.__cause__, LOST):
                raise
            line("too late", level=logging.WARNING, group=self._group, messages=len(found), reason=str(error.__cause__))

    def back(self, found: Sequence[Message]) -> None:
        """Read these messages again next, where their partitions are still this member's."""
        mine = self._consumer.assignment()
        for each in reversed(found):
            if (partition := self._partition(each)) in mine:
                self._consumer.seek(partition, each.offset)

    def leave(self) -> None:
        """Leave the group, so that others need not wait for this member's silence."""
        self._consumer.close(autocommit=False, timeout_ms=LEAVE_MS)

    def _poll(self, size: int, milliseconds: float) -> list[Message]:
        found = self._consumer.poll(timeout_ms=min(milliseconds, POLL_MS), max_records=min(size, SOME))
        return [message(record) for records in found.values() for record in records]

    def _at_the_end(self) -> dict[TopicPartition, int] | None:
        """Where this member stands once it has its place in the group and nothing is left for it there; else None."""
        if self._consumer.group_metadata().state is not MemberState.STABLE:
            return None
        mine = list(self._consumer.assignment())
        ends = self._consumer.end_offsets(mine, timeout_ms=ANSWER_MS) if mine else {}
        places = {each: self._consumer.position(each, timeout_ms=ANSWER_MS) for each in mine}
        return places if all(place is not None and place >= ends[each] for each, place in places.items()) else None

    def _pass(self, places: Mapping[TopicPartition, int]) -> None:
        """Mark as read what is no message, such as the end of a transaction: it would be owed for ever."""
        passed = {each: place for each, place in places.items() if place > self._marked.get(each, 0)}
        try:
            if passed:
                self._commit(passed)
        except BrokerUnavailableError as error:
            if not isinstance(error.__cause__, LOST):
                raise

    def _commit(self, places: Mapping[TopicPartition, int]) -> None:
        with self._cluster.told():
            offsets = {each: OffsetAndMetadata(place, "", -1) for each, place in places.items()}
            self._consumer.commit(offsets, timeout_ms=ANSWER_MS)
        self._marked.update(places)

    def _partition(self, found: Message) -> TopicPartition:
        return TopicPartition(self._topic, found.partition)


def _place(found: Message) -> tuple[int, int]:
    return found.partition, found.offset
