"""Topics of a test's own on a real Kafka, deleted at its end."""

import gc
import logging
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass

import pytest

from pipeline.broker.kafka import KafkaBroker
from pipeline.logs import CHATTER
from pipeline.settings import Kafka
from pipeline.topics import TOPICS, Topic

KAFKA = "HEADSTAMP_TEST_KAFKA"
LEAVES_SOCKETS = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
)
"""For tests on Kafka: a client of kafka-python that is closed while it writes leaves the socket to the garbage collector."""


@dataclass(frozen=True)
class KafkaLog:
    """Where the topics are, and under which prefix."""

    address: str
    settings: Kafka
    topics: Mapping[str, Topic]

    def open(self) -> KafkaBroker:
        """One more connection."""
        return KafkaBroker(self.address, self.settings, self.topics)

    def client(self, kind: type, **more: object) -> object:
        """A client of the library itself, for what the product never does."""
        return KafkaBroker(self.address, self.settings)._cluster.open(kind, **more)


@contextmanager
def kafka_log(
    *names: str, address: str = "", topics: Mapping[str, Topic] = TOPICS, **settings: object
) -> Iterator[KafkaLog]:
    """Topics under a prefix of their own: those named, else all; on the Kafka at HOST:PORT, else the one that tests share."""
    if not address and KAFKA not in os.environ:
        pytest.skip(f"{KAFKA} names no Kafka: nothing was asked of it")
    logging.getLogger(CHATTER).setLevel(logging.CRITICAL)
    chosen = Kafka(**({"prefix": f"t{uuid.uuid4().hex[:10]}."} | settings))  # type: ignore[arg-type]
    wanted = {name: topics[name] for name in names or topics}
    log = KafkaLog(f"kafka://{address or os.environ[KAFKA]}", chosen, wanted)
    with closing(log.open()) as broker:
        broker.topics(create=True)
        try:
            yield log
        finally:
            _delete(broker, chosen.prefix)
    gc.collect()


def _delete(broker: KafkaBroker, prefix: str) -> None:
    def gone(client: object) -> None:
        groups = [each["group_id"] for each in client.list_groups()]  # type: ignore[attr-defined]
        client.delete_groups([each for each in groups if each.startswith(prefix)])  # type: ignore[attr-defined]
        topics = [each for each in client.list_topics() if each.startswith(prefix)]  # type: ignore[attr-defined]
        client.delete_topics(topics, raise_errors=False)  # type: ignore[attr-defined]

    broker._ledger.ask(gone)
