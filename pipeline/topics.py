"""The topics: what each carries, who writes and who reads it, how long it is kept."""

from collections.abc import Mapping
from difflib import get_close_matches

import msgspec

from pipeline.errors import SettingsError
from pipeline.records import (
    Alert,
    Assessment,
    AuditEntry,
    DeadLetter,
    Erasure,
    Listing,
    Measure,
    Record,
    Review,
    Sighting,
    Task,
)


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One ordered, durable log of messages."""

    name: str
    records: tuple[type[Record], ...]
    key: str
    writer: str
    readers: tuple[str, ...]
    partitions: int = 6
    """Partitions on Kafka; the SQLite log keeps one order for all."""
    keep_days: int | None = None
    """Days a message is kept at least; None is for ever."""

    @property
    def dead(self) -> str:
        """The topic of this one's dead letters."""
        return f"{self.name}.dead"


LISTINGS = Topic(
    name="listings", records=(Listing, Sighting), key="listing id", writer="crawl, ingest", readers=("assess",)
)
ASSESSMENTS = Topic(
    name="assessments", records=(Assessment, Sighting), key="listing id", writer="assess", readers=("index",)
)
REVIEWS = Topic(
    name="reviews", records=(Review, Erasure), key="listing id", writer="console, evidence erase", readers=("settle",)
)
TASKS = Topic(name="tasks", records=(Task,), key="market", writer="crawl", readers=("console",), partitions=1)
ALERTS = Topic(
    name="alerts", records=(Alert,), key="alert id", writer="crawl, assess", readers=("console",), partitions=1
)
AUDIT = Topic(
    name="audit",
    records=(AuditEntry,),
    key="id of the record filed",
    writer="settle",
    readers=("verify",),
    partitions=1,
)
MEASURES = Topic(
    name="measures",
    records=(Measure,),
    key="name",
    writer="crawl, the stages, drift",
    readers=("chart",),
    partitions=1,
    keep_days=90,
)

WORK = (LISTINGS, ASSESSMENTS, REVIEWS, TASKS, ALERTS, AUDIT, MEASURES)
DEAD = tuple(
    Topic(
        name=topic.dead,
        records=(DeadLetter,),
        key="topic",
        writer="the stage that reads the topic",
        readers=("dead",),
        partitions=1,
    )
    for topic in WORK
)
TOPICS = {topic.name: topic for topic in (*WORK, *DEAD)}


def known(name: str, topics: Mapping[str, Topic] = TOPICS) -> Topic:
    """The topic of this name; a `SettingsError` that names the nearest one where there is none."""
    if name not in topics:
        near = get_close_matches(name, topics, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(topics)}"
        raise SettingsError(f"unknown topic '{name}'; {hint}")
    return topics[name]
