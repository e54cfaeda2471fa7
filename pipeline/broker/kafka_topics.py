"""Topics on Kafka: made as pipeline/topics.py asks, never altered, and compared with it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import NoError, TopicAlreadyExistsError, for_code

from pipeline.broker import Standing
from pipeline.broker.kafka_client import Cluster
from pipeline.broker.kafka_offsets import Ledger
from pipeline.settings import Kafka
from pipeline.topics import Topic

Description = Mapping[str, Any]  # Any: the client answers with plain dictionaries
DAY_MS = timedelta(days=1) // timedelta(milliseconds=1)
MAJORITY_FROM = 3
"""Replicas from which a message counts as durable once two brokers have it, so that one may be away."""
ENVELOPE = 2
"""How much larger a dead letter may be than the message in it: base64 (RFC 4648) makes 4 of 3 bytes, and the reason comes on top."""


def configuration(topic: Topic, settings: Kafka) -> dict[str, str]:
    """What a topic is made with, and compared to, in Kafka's names."""
    kept = -1 if topic.keep_days is None else topic.keep_days * DAY_MS
    found = {
        "cleanup.policy": "delete",
        "max.message.bytes": str(largest(topic, settings)),
        "message.timestamp.type": "CreateTime",
        "retention.bytes": "-1",
        "retention.ms": str(kept),
    }
    return found | ({"min.insync.replicas": "2"} if settings.replicas >= MAJORITY_FROM else {})


def largest(topic: Topic, settings: Kafka) -> int:
    """Bytes that a message of the topic may have; a dead letter holds a message, and more."""
    return settings.message_bytes * (ENVELOPE if topic.name.endswith(".dead") else 1)


def standings(
    ledger: Ledger, cluster: Cluster, settings: Kafka, topics: Sequence[Topic], *, create: bool
) -> list[Standing]:
    """How each topic stands, missing ones made first if `create` says so."""
    names = {settings.prefix + topic.name: topic for topic in topics}
    described = _described(ledger, list(names))
    missing = [name for name in names if name not in described]
    if create and missing:
        _create(ledger, cluster, settings, {name: names[name] for name in missing})
        described = _described(ledger, list(names))
    configured = _configured(ledger, [name for name in names if name in described])
    return [
        _standing(topic, settings, described.get(name), configured.get(name, {}), made=create and name in missing)
        for name, topic in names.items()
    ]


def _described(ledger: Ledger, names: list[str]) -> dict[str, Description]:
    found = ledger.ask(lambda client: client.describe_topics(names))
    return {each["name"]: each for each in found if for_code(each["error_code"]) is NoError}


def _create(ledger: Ledger, cluster: Cluster, settings: Kafka, topics: Mapping[str, Topic]) -> None:
    asked = {
        name: {
            "num_partitions": topic.partitions,
            "replication_factor": settings.replicas,
            "configs": configuration(topic, settings),
        }
        for name, topic in topics.items()
    }
    answer = ledger.ask(lambda client: client.create_topics(asked, raise_errors=False))
    with cluster.told():
        for each in answer["topics"]:
            error = for_code(each["error_code"])
            if error not in (NoError, TopicAlreadyExistsError):  # another one made it meanwhile
                raise error(f"topic {each['name']}: {each['error_message']}")
    ledger.ask(lambda client: client.wait_for_topics(list(topics)))


def _configured(ledger: Ledger, names: list[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found = ledger.ask(lambda client: client.describe_configs(asked, config_filter="all"))["topic"]
    return {name: {key: each["value"] for key, each in entries.items()} for name, entries in found.items()}


def _standing(
    topic: Topic, settings: Kafka, described: Description | None, configured: Mapping[str, str], *, made: bool
) -> Standing:
    if described is None:
        return Standing(topic=topic.name, state="missing", detail="`headstamp topics` creates it")
    partitions = described["partitions"]
    faults = [
        f"{name} is {configured.get(name)}, {asked} asked for"
        for name, asked in configuration(topic, settings).items()
        if configured.get(name) != asked
    ]
    replicas = min(len(each["replica_nodes"]) for each in partitions)
    if replicas < settings.replicas:
        faults.append(f"replicas are {replicas}, {settings.replicas} asked for")
    if len(partitions) < topic.partitions or (topic.partitions == 1 and len(partitions) > 1):
        faults.append(f"partitions are {len(partitions)}, {topic.partitions} asked for")
    return Standing(
        topic=topic.name,
        state="differs" if faults else "created" if made else "there",
        partitions=len(partitions),
        detail="; ".join(faults),
    )
