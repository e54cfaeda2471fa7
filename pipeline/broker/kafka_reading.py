"""Reads a topic for no group: its partitions merged by time, to the end that it had when asked."""

from collections import deque
from collections.abc import Iterator
from contextlib import closing
from time import monotonic
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from pipeline.broker.kafka_client import Cluster
from pipeline.broker.kafka_messages import message
from pipeline.broker.kafka_offsets import Offsets
from pipeline.codec import Message
from pipeline.errors import BrokerUnavailableError

AHEAD = 500
"""Messages of one partition that are held while others are behind; then it is paused."""
POLL_MS, SILENCE_S = 500, 30.0
"""Milliseconds of one look; seconds without a message, though some are due, after which Kafka is said to be away."""
Held = dict[TopicPartition, deque[Message]]


def merged(cluster: Cluster, places: Offsets, ends: Offsets) -> Iterator[Message]:
    """The messages from `places` up to `ends`, the earliest first, a partition's own in their order."""
    due = {each: place for each, place in places.items() if place < ends[each]}
    if not due:
        return
    with closing(cluster.open(KafkaConsumer, enable_auto_commit=False, allow_auto_create_topics=False)) as consumer:
        consumer.assign(list(due))
        for partition, place in due.items():
            consumer.seek(partition, place)
        held: Held = {each: deque() for each in due}
        while due or any(held.values()):
            if any(not held[each] for each in due):
                _fill(cluster, consumer, held, due, ends)
            else:
                first = min((each for each in held if held[each]), key=lambda each: (held[each][0].time, each))
                yield held[first].popleft()


def _fill(cluster: Cluster, consumer: Any, held: Held, due: Offsets, ends: Offsets) -> None:
    """Take what comes next; a partition leaves `due` once all of it is held."""
    full = [each for each in due if len(held[each]) >= AHEAD]
    consumer.pause(*full)
    consumer.resume(*(each for each in due if each not in full))
    since = monotonic()
    with cluster.told():
        while not (found := consumer.poll(timeout_ms=POLL_MS)):
            if monotonic() - since > SILENCE_S:
                raise BrokerUnavailableError(f"{cluster.address} does not send what it has; see whether it runs")
    for partition, records in found.items():
        held[partition].extend(message(each) for each in records if each.offset < ends[partition])
        due[partition] = records[-1].offset + 1
        if due[partition] >= ends[partition]:
            del due[partition]
            consumer.pause(partition)
