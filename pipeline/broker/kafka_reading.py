"""Reads a topic for no group: its partitions merged by time, to the end that it had when asked."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from heapq import merge
from time import monotonic

from kafka import TopicPartition

from pipeline.broker.kafka_client import Cluster
from pipeline.broker.kafka_consumer import Consumer
from pipeline.broker.kafka_messages import message
from pipeline.broker.kafka_offsets import Offsets
from pipeline.codec import Message
from pipeline.errors import BrokerUnavailableError

POLL_MS, SILENCE_S = 500, 30.0
"""Milliseconds of one look; seconds without a message, though some are due, after which Kafka is said to be away."""


def merged(cluster: Cluster, places: Offsets, ends: Offsets) -> Iterator[Message]:
    """The messages from `places` up to `ends`, the earliest first, a partition's own in their order."""
    # A consumer a partition: one that pauses partitions (kafka-python 3.0.12) can forget what it had fetched of them.
    due = sorted(each for each, place in places.items() if place < ends[each])
    return merge(*(_partition(cluster, each, places[each], ends[each]) for each in due), key=_time)


def _time(found: Message) -> datetime:
    assert found.time is not None, "Kafka tells the time of every message"
    return found.time


def _partition(cluster: Cluster, partition: TopicPartition, place: int, end: int) -> Iterator[Message]:
    with closing(cluster.open(Consumer, enable_auto_commit=False, allow_auto_create_topics=False)) as consumer:
        consumer.assign([partition])
        consumer.seek(partition, place)
        heard = monotonic()
        while place < end:
            with cluster.told():
                found = consumer.poll(timeout_ms=POLL_MS).get(partition, ())
                place = consumer.position(partition) or place
            yield from (message(each) for each in found if each.offset < end)
            if found:
                heard = monotonic()
            elif monotonic() - heard > SILENCE_S:
                raise BrokerUnavailableError(
                    f"{cluster.address} does not send what it has; see whether all of its servers run"
                )
