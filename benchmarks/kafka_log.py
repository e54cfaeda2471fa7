"""How fast does the log on Kafka publish and give out, beside the SQLite log in the same run?"""

import argparse
import os
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from pipeline.broker import Broker
from pipeline.broker.kafka import KafkaBroker
from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import Message
from pipeline.settings import Kafka
from pipeline.terminal import show_json, show_table
from pipeline.topics import LISTINGS, TOPICS

SIZE = 1024
"""Bytes of a message, half of them random: about as well compressible as a listing."""
BATCHES = {1: 300, 50: 5_000, 500: 30_000}
READ = 500
GROUP = "benchmark"


class Figure(NamedTuple):
    """Messages a second for one way of working."""

    work: str
    kafka: float
    sqlite: float

    @property
    def ratio(self) -> str:
        """Kafka's by SQLite's."""
        return f"{self.kafka / self.sqlite:.2f}"


def main() -> None:
    """Print messages a second on both logs, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", help="where Kafka is: kafka://HOST:PORT")
    parser.add_argument("--compression", default="gzip", help="how messages are compressed (default: gzip)")
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    arguments = parser.parse_args()
    settings = Kafka(prefix=f"benchmark-{uuid.uuid4().hex[:8]}.", compression=arguments.compression)
    topics = {LISTINGS.name: TOPICS[LISTINGS.name]}
    with closing(KafkaBroker(arguments.address, settings, topics)) as kafka, TemporaryDirectory() as folder:
        kafka.topics(create=True)
        with closing(SqliteBroker(Path(folder) / "log.db")) as sqlite:
            found = figures(kafka, sqlite)
        kafka._ledger.ask(lambda client: client.delete_topics([settings.prefix + name for name in topics]))  # noqa: SLF001  # the product deletes no topic
    if arguments.json:
        show_json([figure._asdict() for figure in found])
    else:
        rows = [(each.work, f"{each.kafka:,.0f}", f"{each.sqlite:,.0f}", each.ratio) for each in found]
        show_table(("work", "Kafka, messages/s", "SQLite, messages/s", "ratio"), rows)


def figures(kafka: Broker, sqlite: Broker) -> list[Figure]:
    """One figure per way of working."""
    found = [
        Figure(f"publish {size} a batch", *(_rate(count, _publisher(log, size, count)) for log in (kafka, sqlite)))
        for size, count in BATCHES.items()
    ]
    total = sum(BATCHES.values())
    return [*found, Figure(f"read {READ} and mark", *(_rate(total, _reader(log, total)) for log in (kafka, sqlite)))]


def _publisher(log: Broker, size: int, count: int) -> Callable[[], None]:
    value = os.urandom(SIZE // 4).hex().encode() + b"a" * (SIZE // 2)

    def publish() -> None:
        for start in range(0, count, size):
            numbers = range(start, start + size)
            log.publish(LISTINGS.name, [Message(key=b"key%d" % number, value=value) for number in numbers])

    return publish


def _reader(log: Broker, count: int) -> Callable[[], None]:
    def read() -> None:
        taken = 0
        while taken < count:
            with log.batch(LISTINGS.name, GROUP, size=READ, wait=1) as found:
                taken += len(found)

    return read


def _rate(count: int, work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return count / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
