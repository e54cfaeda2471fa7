"""Where topics begin and end on Kafka, and where groups stand in them."""

from collections.abc import Callable, Iterable
from threading import RLock
from time import monotonic, sleep
from typing import Any, TypeVar

from kafka import KafkaAdminClient, OffsetAndMetadata, TopicPartition
from kafka.admin import MemberToRemove, OffsetSpec, OffsetTimestamp
from kafka.errors import NoError, RetriableError, UnknownTopicOrPartitionError, for_code

from pipeline.broker import Position, milliseconds
from pipeline.broker.kafka_client import Cluster
from pipeline.errors import BrokerUnavailableError

Offsets = dict[TopicPartition, int]
PATIENCE_S, PAUSE_S = 30.0, 0.1
"""Seconds for which a question is asked again that Kafka cannot answer yet (a coordinator that moves, members that come back), and between two attempts."""
Answer = TypeVar("Answer")


class Ledger:
    """Asks Kafka for offsets, and sets those of groups; any thread may ask. The connection opens at the first question."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._client: Any = None  # Any: the client has no types
        self._lock = RLock()

    def ask(self, question: Callable[[Any], Answer]) -> Answer:
        """What the admin client answers. Asked again where Kafka cannot answer yet; a server that is away is a `BrokerUnavailableError` at once."""
        until = monotonic() + PATIENCE_S
        with self._lock, self._cluster.told():
            while True:
                self._client = self._client or self._cluster.open(KafkaAdminClient)
                try:
                    return question(self._client)
                except RetriableError:
                    self.close()
                    if monotonic() > until:
                        raise
                    sleep(PAUSE_S)

    def partitions(self, topic: str) -> list[TopicPartition]:
        """The partitions of a topic in their order; a `BrokerUnavailableError` where it is not there yet."""
        found = self.ask(lambda client: client.describe_topics([topic]))
        numbers = [each["partition_index"] for topic_ in found for each in topic_["partitions"]]
        error = for_code(found[0]["error_code"]) if found else UnknownTopicOrPartitionError
        if error is UnknownTopicOrPartitionError:
            raise BrokerUnavailableError(
                f"{self._cluster.address} has no topic '{topic}'; `headstamp topics` creates what is missing"
            )
        if error is not NoError:
            with self._cluster.told():
                raise error(topic)
        return [TopicPartition(topic, number) for number in sorted(numbers)]

    def first(self, partitions: Iterable[TopicPartition]) -> Offsets:
        """The offset of each partition's first message."""
        return self._at(dict.fromkeys(partitions, OffsetSpec.EARLIEST))

    def ends(self, partitions: Iterable[TopicPartition]) -> Offsets:
        """The offset after each partition's last message."""
        return self._at(dict.fromkeys(partitions, OffsetSpec.LATEST))

    def places(self, partitions: list[TopicPartition], position: Position) -> Offsets:
        """The offset in each partition that a position means, never outside what is there."""
        first, ends = self.first(partitions), self.ends(partitions)
        if position.at is None:
            chosen = {each: position.offsets.get(each.partition, first[each]) for each in partitions}
        else:
            moment = max(0, milliseconds(position.at))
            chosen = self._at(dict.fromkeys(partitions, OffsetTimestamp(moment)))
            chosen = {each: offset if offset >= 0 else ends[each] for each, offset in chosen.items()}
        return {each: min(max(offset, first[each]), ends[each]) for each, offset in chosen.items()}

    def lag(self, topic: str, group: str) -> int:
        """How many messages of the topic the group has not marked read; one that never did stands at the first."""
        partitions = self.partitions(topic)
        marked = self._marked(group, partitions)
        first, ends = self.first(partitions), self.ends(partitions)
        return sum(max(0, ends[each] - max(first[each], marked.get(each, 0))) for each in partitions)

    def marked(self, partitions: list[TopicPartition], beginning: str) -> dict[str, Offsets]:
        """Where the groups whose names begin so read on, those that marked something of these partitions."""
        groups = [each["group_id"] for each in self.ask(lambda client: client.list_groups())]
        found = {each: self._marked(each, partitions) for each in groups if each.startswith(beginning)}
        return {group: places for group, places in found.items() if places}

    def members(self, group: str) -> list[str]:
        """The members that the group has now."""
        described = self.ask(lambda client: client.describe_groups([group])).get(group, {})
        return [each["member_id"] for each in described.get("members") or ()]

    def rewind(self, group: str, places: Offsets) -> None:
        """Set where the group reads on. Its members are sent away for it: they come back by themselves, and what they then try to mark read is refused."""
        until = monotonic() + PATIENCE_S
        chosen = {each: OffsetAndMetadata(offset, "", -1) for each, offset in places.items()}
        while True:
            self._evict(group)
            refused = self.ask(lambda client: client.alter_group_offsets(group, chosen))
            faults = {error for error in refused.values() if error is not NoError}
            if not faults:
                return
            if monotonic() > until:
                with self._cluster.told():
                    raise faults.pop()(f"group {group} was not rewound")
            sleep(PAUSE_S)

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            client, self._client = self._client, None
            if client:
                client.close()

    def _evict(self, group: str) -> None:
        if members := [MemberToRemove(member_id=each) for each in self.members(group)]:
            self.ask(lambda client: client.remove_group_members(group, members))

    def _marked(self, group: str, partitions: list[TopicPartition]) -> Offsets:
        found = self.ask(lambda client: client.list_group_offsets({group: partitions})).get(group, {})
        return {each: found[each].offset for each in partitions if each in found and found[each].offset >= 0}

    def _at(self, specs: dict[TopicPartition, object]) -> Offsets:
        found = self.ask(lambda client: client.list_partition_offsets(specs))
        return {each: found[each].offset for each in specs}
