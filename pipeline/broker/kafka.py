"""The log on Kafka: topics in partitions, groups whose members share them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import RLock
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError

from pipeline.broker import Position, Standing
from pipeline.broker.kafka_client import Cluster
from pipeline.broker.kafka_member import Member
from pipeline.broker.kafka_messages import headers, parts, stamp
from pipeline.broker.kafka_messages import size as size_of
from pipeline.broker.kafka_offsets import Ledger
from pipeline.broker.kafka_reading import merged
from pipeline.broker.kafka_topics import ENVELOPE, largest, standings
from pipeline.codec import Message
from pipeline.errors import BrokerUnavailableError, LockedError, TooLargeError
from pipeline.settings import Kafka
from pipeline.topics import TOPICS, Topic, known

DELIVER_MS = 30_000
"""Milliseconds within which Kafka must have made `AT_ONCE` bytes of messages durable; then it is away, and they are published again."""
SINGLE_MS = 10_000
"""The same for a message alone, which a person may be waiting for."""
BATCH_BYTES, LINGER_MS = 2**18, 5
"""Bytes that are sent to a partition at once, and milliseconds that the first of them waits for more."""
CLOSE_S = 2.0


class KafkaBroker:
    """A `Broker` on Kafka. Any number of processes publish, and those that read for a group share its partitions.

    Any thread may publish and read; a group's batches are for one thread. Nothing is opened before it is needed.
    """

    def __init__(self, address: str, settings: Kafka, topics: Mapping[str, Topic] = TOPICS) -> None:
        self._cluster = Cluster(address, settings)
        self._settings = settings
        self._topics = topics
        self._ledger = Ledger(self._cluster)
        self._members: dict[tuple[str, str], Member] = {}
        self._seen: set[str] = set()
        self._producer: Any = None  # Any: the client has no types
        self._lock = RLock()

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Append messages in their order; returns once all are durable, see `Broker`."""
        name = self._name(topic)
        most = largest(self._topics[topic], self._settings)
        for each in messages:
            if size_of(each) > most:
                raise TooLargeError(
                    f"a message of {size_of(each):,} bytes; {topic} takes {most:,} (kafka.message_bytes)"
                )
        if messages:
            self._send(name, messages)
        else:
            self._ledger.partitions(name)

    @contextmanager
    def batch(self, topic: str, group: str, *, size: int, wait: float) -> Iterator[Sequence[Message]]:
        """The next messages for a group, see `Broker`: of the partitions that are this process's now, a partition's own in their order.

        Returns later than `wait` where it is not sure that nothing is owed. A block that outlasts `kafka.batch_s` loses its partitions.
        """
        place = (topic, group)
        if not size:
            yield ()
            return
        member = self._member(topic, group)
        found = member.take(size, wait)
        try:
            yield found
        except BaseException:
            if self._members.get(place) is member:
                member.back(found)
            raise
        if found and self._members.get(place) is member:  # else it was rewound in the block, by this very process
            member.mark(found)

    def read(self, topic: str, since: Position) -> Iterator[Message]:
        """The messages of a topic from a place to its present end, by time; messages of one time by partition."""
        partitions = self._ledger.partitions(self._name(topic))
        places, ends = self._ledger.places(partitions, since), self._ledger.ends(partitions)
        return merged(self._cluster, places, ends)

    def lag(self, topic: str, group: str) -> int:
        """How many messages of the topic the group has not marked read, over all partitions."""
        return self._ledger.lag(self._name(topic), self._group(topic, group))

    def rewind(self, topic: str, group: str, to: Position) -> None:
        """Let the group read again from a place, even while its processes run."""
        places = self._ledger.places(self._ledger.partitions(self._name(topic)), to)
        if member := self._members.pop((topic, group), None):
            member.leave()
        self._ledger.rewind(self._group(topic, group), places)

    def places(self, topic: str) -> Mapping[str, Position]:
        """Where each group that has read the topic reads on, per partition; those that never marked anything read are unknown here."""
        beginning = self._group(topic, "")
        found = self._ledger.marked(self._ledger.partitions(self._name(topic)), beginning)
        return {
            group.removeprefix(beginning): Position(offsets={each.partition: place for each, place in places.items()})
            for group, places in found.items()
        }

    @contextmanager
    def hold(self, topic: str, group: str) -> Iterator[None]:
        """Run the block where no other process reads for the group; a `LockedError` where one does. Nothing keeps one from coming later."""
        name = self._group(topic, group)
        if (topic, group) not in self._members and self._ledger.members(name):
            raise LockedError(f"another process reads for {group} ({name} on {self._cluster.address}); stop it first")
        yield

    def topics(self, *, create: bool) -> Sequence[Standing]:
        """How each topic stands, missing ones made first if `create` says so; nothing is ever altered."""
        return standings(self._ledger, self._cluster, self._settings, list(self._topics.values()), create=create)

    def close(self) -> None:
        """Leave the groups and let go of the connections."""
        for member in self._members.values():
            member.leave()
        self._members.clear()
        self._drop()
        self._ledger.close()

    def _name(self, topic: str) -> str:
        return self._settings.prefix + known(topic, self._topics).name

    def _group(self, topic: str, group: str) -> str:
        return f"{self._settings.prefix}{topic}.{group}"

    def _member(self, topic: str, group: str) -> Member:
        name = self._name(topic)
        if (topic, group) not in self._members:
            self._see(name)
            found = Member(self._cluster, self._settings, name, self._group(topic, group))
            self._members[topic, group] = found
        return self._members[topic, group]

    def _see(self, name: str) -> None:
        """Say at once where a topic is not there, which a client would find out in half a minute."""
        if name not in self._seen:
            self._ledger.partitions(name)
            self._seen.add(name)

    def _send(self, name: str, messages: Sequence[Message]) -> None:
        self._see(name)
        try:
            with self._cluster.told():
                producer = self._open()
                now = datetime.now(UTC)
                for part in parts(messages):
                    sent = [
                        producer.send(name, each.value, each.key, headers(each), timestamp_ms=stamp(each.time, now))
                        for each in part
                    ]
                    producer.flush(timeout=(DELIVER_MS if len(messages) > 1 else SINGLE_MS) / 1_000)
                    for each in sent:
                        each.get(timeout=0)
        except BrokerUnavailableError:
            self._seen.clear()
            self._drop()  # what it still holds is published again: it must not come later, from here
            raise

    def _open(self) -> Any:  # Any: the client has no types
        with self._lock:
            if self._producer is None:
                kind = self._settings.compression
                self._producer = self._cluster.open(
                    KafkaProducer,
                    acks="all",
                    enable_idempotence=True,
                    compression_type=None if kind == "none" else kind,
                    max_request_size=ENVELOPE * self._settings.message_bytes,
                    batch_size=BATCH_BYTES,
                    linger_ms=LINGER_MS,
                    delivery_timeout_ms=DELIVER_MS,
                    max_block_ms=DELIVER_MS,
                    allow_auto_create_topics=False,
                )
            return self._producer

    def _drop(self) -> None:
        with self._lock:
            producer, self._producer = self._producer, None
        if producer:
            producer._sender.force_close()  # noqa: SLF001  # close() alone raises while anything waits, and leaves the rest to be sent later
            with suppress(KafkaError):
                producer.close(timeout=CLOSE_S)
