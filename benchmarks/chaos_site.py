"""A deployment that can be struck: its own servers, one process a stage, started again when they end, and a publisher."""

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.chaos_load import Sent
from benchmarks.product import done, environment, logging
from benchmarks.servers import Server, server
from headstamp import COMMANDS, deployment
from pipeline.broker import Broker
from pipeline.codec import Message
from pipeline.deployment import STAGES, Deployment
from pipeline.errors import BrokerUnavailableError, StorageError
from pipeline.settings import load
from pipeline.topics import ASSESSMENTS, LISTINGS, REVIEWS

GROUPS = dict(zip(STAGES, (LISTINGS, ASSESSMENTS, REVIEWS), strict=True))
FORWARD = "forward"
CHUNK = 25
"""Messages published at once."""
LOAD_S = 4.0
"""How long a round's load lasts at least."""
AGAIN_S = 0.5
CALM = {
    "run_batch": "50",
    "run_wait_s": "0.2",
    "assess_context": "off",  # what is known around a listing depends on what was indexed before it
    "assess_screen": "on",
}


class Site:
    """Stages at work in one home. `elastic` and `kafka` are its servers; None where a file stands for each."""

    def __init__(self, home: Path, settings: Mapping[str, str], kafka: Server | None, elastic: Server | None) -> None:
        self.home, self.settings, self.kafka, self.elastic = home, dict(settings), kafka, elastic
        self.forwards = kafka is not None and FORWARD in COMMANDS
        self.names = (FORWARD, *STAGES) if self.forwards else STAGES
        self.ended: Counter[str] = Counter()
        """How often a stage ended by itself, by name."""
        self.preload: dict[str, str] = {}
        """Environment of stages that are started from now on."""
        self._tell: dict[bool, Broker] = {}
        self._ask: dict[bool, Broker] = {}
        self._processes: dict[str, subprocess.Popen[str]] = {}
        self._stack = ExitStack()
        self._lock = threading.Lock()
        self._over = threading.Event()

    def parts(self) -> Deployment:
        """What the product's commands are given here."""
        return deployment(load(environment(self.home, self.settings)))

    def start(self, name: str) -> subprocess.Popen[str]:
        """A process of a stage; it is killed when the site closes."""
        with self._lock:
            around = environment(self.home, self.settings) | self.preload
            return self._stack.enter_context(logging(name, around, self._log_of(name)))

    def again(self, name: str, *, kill: bool) -> None:
        """End a stage, with SIGKILL or in order, and start it again."""
        process = self._processes.pop(name)
        process.kill() if kill else process.terminate()
        process.wait()
        self._processes[name] = self.start(name)

    def run(self) -> None:
        """Start every stage, and again whichever ends by itself, as a container's `restart: always` does."""
        for name in self.names:
            self._processes[name] = self.start(name)
        threading.Thread(target=self._watch, daemon=True).start()

    def publish(self, sent: Sequence[Sent]) -> None:
        """Publish messages as a crawl and a console do; what is refused is published again until it is taken."""
        rest = iter(sent)
        while chunk := list(islice(rest, CHUNK)):
            self._insist([each for each in chunk if self._crawled(each)], crawled=True)
            self._insist([each for each in chunk if not self._crawled(each)], crawled=False)
            time.sleep(LOAD_S * CHUNK / len(sent))

    def owed(self) -> int:
        """Messages that no stage has marked read; those that wait in the home's log too."""
        carried = self._door(self._ask, crawled=True).lag(LISTINGS.name, FORWARD) if self.forwards else 0
        broker = self._door(self._ask, crawled=False)
        return carried + sum(broker.lag(topic.name, name) for name, topic in GROUPS.items())

    def close(self) -> None:
        """End every process."""
        self._over.set()
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.wait()
        for door in (*self._tell.values(), *self._ask.values()):
            door.close()
        self._stack.close()

    def _crawled(self, sent: Sent) -> bool:
        return self.forwards and sent.topic is LISTINGS

    def _insist(self, sent: Sequence[Sent], *, crawled: bool) -> None:
        for topic in {each.topic.name: each.topic for each in sent}.values():
            messages = [each.message for each in sent if each.topic is topic]
            while not self._taken(topic.name, messages, crawled=crawled):
                time.sleep(AGAIN_S)

    def _taken(self, topic: str, messages: Sequence[Message], *, crawled: bool) -> bool:
        try:
            self._door(self._tell, crawled=crawled).publish(topic, messages)
        except (BrokerUnavailableError, StorageError):
            return False
        return True

    def _door(self, doors: dict[bool, Broker], *, crawled: bool) -> Broker:
        """The log that a crawl writes to, or the broker; opened once, for a client must find back to a server by itself."""
        if crawled not in doors:
            parts = self.parts()
            doors[crawled] = parts.log() if crawled else parts.broker()
        return doors[crawled]

    def _log_of(self, name: str) -> Path:
        return self.home.parent / f"{name}.log"

    def _watch(self) -> None:
        while not self._over.wait(AGAIN_S):
            for name, process in list(self._processes.items()):
                if process.poll() is not None and self._processes.get(name) is process and not self._over.is_set():
                    self.ended[name] += 1
                    said = self._log_of(name).read_text(encoding="utf-8").splitlines()
                    sys.stderr.write(f"{name} ended with {process.returncode}: {said[-1] if said else ''}\n")
                    self._processes[name] = self.start(name)


@contextmanager
def site(folder: Path, *, kafka: bool, elastic: bool) -> Iterator[Site]:
    """Stages at work in `folder`/home, on a Kafka and an Elasticsearch of their own, or on files."""
    with ExitStack() as stack:
        log = stack.enter_context(server("kafka", _made(folder / "kafka"))) if kafka else None
        index = stack.enter_context(server("elasticsearch", _made(folder / "elastic"))) if elastic else None
        settings = CALM | addresses(log, index)
        found = Site(_made(folder / "home"), settings, log, index)
        if kafka:
            done("topics", home=found.home, **settings)
        try:
            found.run()
            yield found
        finally:
            found.close()


def addresses(kafka: Server | None, elastic: Server | None) -> dict[str, str]:
    """The settings that choose servers."""
    found: dict[str, Any] = {}  # Any: both kinds of settings are text
    if kafka:
        found |= {"broker": f"kafka://127.0.0.1:{kafka.port}", "kafka_session_s": "6"}
    if elastic:
        found |= {"index": f"http://127.0.0.1:{elastic.port}"}
    return found


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
