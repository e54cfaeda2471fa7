"""Reads a topic for no group: its partitions merged by time, to the end that it had when asked."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from heapq import merge
from time import monotonic
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from pipeline.broker.kafka_client import Cluster
from pipeline.broker.kafka_messages import message
from pipeline.broker.kafka_offsets import Offsets
from pipeline.codec import Message
from pipeline.errors import BrokerUnavailableError

POLL_MS, SILENCE_S = 500, 30.0
"""Milliseconds of one look; seconds without a message, though some are due, after which Kafka is said to be away."""


def merged(cluster: Cluster, places: Offsets, ends: Offsets) -> Iterator[Message]:
    """The messages from `places` up to `ends`, the earliest first, a partition's own in their order."""
    with ExitStack() as stack:
        readings = []
        for partition, place in places.items():
            if place < ends[partition]:  # a connection each: one for all stands still once some of them are paused
                consumer = cluster.open(KafkaConsumer, enable_auto_commit=False, allow_auto_create_topics=False)
                stack.enter_context(closing(consumer))
                readings.append(_read(cluster, consumer, partition, place, ends[partition]))
        yield from merge(*readings, key=lambda each: (each.time, each.partition))


def _read(cluster: Cluster, consumer: Any, partition: TopicPartition, place: int, end: int) -> Iterator[Message]:
    consumer.assign([partition])
    consumer.seek(partition, place)
    since = monotonic()
    while place < end:
        with cluster.told():
            records = consumer.poll(timeout_ms=POLL_MS).get(partition, ())
            reached = consumer.position(partition)
        if not records and monotonic() - since > SILENCE_S:
            raise BrokerUnavailableError(f"{cluster.address} does not send what it has; see whether it runs")
        yield from (message(each) for each in records if each.offset < end)
        place, since = reached or place, monotonic() if records else since
