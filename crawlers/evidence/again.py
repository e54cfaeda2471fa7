"""Reads archived pages again with the profile of today, so that a repaired profile repairs the past."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

import msgspec

from crawlers.evidence.archive import FOLDER
from crawlers.evidence.chain import Line, lines
from crawlers.evidence.stored import Reading, page_of
from crawlers.frontier import Frontier
from crawlers.links import Kind as Shows
from crawlers.memory import Memory
from crawlers.news import Said
from crawlers.outcome import Outcome, Place, outcome
from crawlers.page import Page
from crawlers.profile import MarketProfile, load
from crawlers.profile.shape import KIND
from crawlers.spider import SOFTWARE
from pipeline.broker import START, Broker
from pipeline.codec import Message, messages
from pipeline.deployment import Deployment
from pipeline.records import Listing, Record
from pipeline.sqlite import lock
from pipeline.topics import LISTINGS
from pipeline.wordings import keep

AT_ONCE = 500


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """What came of reading the archive again."""

    pages: int
    """Answers that were read."""
    without_body: int
    """Answers that were refused, erased or torn, or are not what they were."""
    listings: int
    rejected: int
    """Pages, or rows of them, that should have been a listing and were not."""
    published: int
    """Records that the log did not hold yet."""


def again(market: str, deployment: Deployment, since: datetime | None = None) -> Again:
    """Publish what the archived pages say by the profile of today; a second time, nothing."""
    settings = deployment.settings
    profile = load(market, settings.crawl.profiles)
    keep(settings.root, KIND, profile.text)
    with closing(deployment.activations()) as activations:
        activation = activations.number(f"profile:{market}", profile.digest)
    with (
        lock(settings.root / "locks" / f"crawl-{market}.lock", f"crawl {market}"),
        closing(deployment.log()) as log,
        closing(Frontier(settings.root)) as frontier,
    ):
        reading = _Reading(settings.root / FOLDER, profile, activation)
        reading.run(_Unsaid(log), since)
        reading.remember(Memory(frontier.database, market))
    return reading.result()


class _Unsaid:
    """A log to which only what it does not hold yet is published."""

    def __init__(self, log: Broker) -> None:
        self._log = log
        self._known = {_identity(message) for message in log.read(LISTINGS.name, START)}
        self._waiting: list[Message] = []
        self.published = 0

    def publish(self, records: Sequence[Record]) -> None:
        for message in messages(records):
            identity = _identity(message)
            if identity not in self._known:
                self._known.add(identity)
                self._waiting.append(message)
        if len(self._waiting) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            self._log.publish(LISTINGS.name, self._waiting)
        self.published += len(self._waiting)
        self._waiting = []


class _Recollection:
    """What was said of listings so far in this reading."""

    def __init__(self) -> None:
        self.said: dict[str, Said] = {}
        self._keys: dict[str, set[str]] = {}

    def of(self, key: str) -> Said | None:
        return self.said.get(key)

    def at(self, address: str) -> Sequence[Said]:
        return [self.said[key] for key in sorted(self._keys.get(address, ()))]

    def keep(self, said: Sequence[Said]) -> None:
        for one in said:
            self.said[one.key] = one
            self._keys.setdefault(one.address, set()).add(one.key)


class _Reading:
    def __init__(self, archive: Path, profile: MarketProfile, activation: int) -> None:
        self._archive, self._profile = archive, profile
        self._by = Reading(profile=profile, activation=activation, software=SOFTWARE)
        self._recall = _Recollection()
        self._pages = self._without = self._listings = self._rejected = self._published = 0

    def run(self, log: _Unsaid, since: datetime | None) -> None:
        for line in self._lines(since):
            page = page_of(self._archive, line, self._by)
            if page is None:
                self._without += 1
                continue
            found = outcome(page, self._place(page), self._profile, self._recall)
            self._recall.keep(found.said)
            self._count(found)
            log.publish([record for topic, record in found.publish if topic is LISTINGS])
        log.flush()
        self._published = log.published

    def remember(self, memory: Memory) -> None:
        """Let the next crawl compare with what was said now, where no later visit said otherwise."""
        for said in self._recall.said.values():
            before = memory.of(said.key)
            if before is None or (before.visit, before.presence) == (said.visit, said.presence):
                memory.keep([said])

    def result(self) -> Again:
        return Again(
            pages=self._pages,
            without_body=self._without,
            listings=self._listings,
            rejected=self._rejected,
            published=self._published,
        )

    def _lines(self, since: datetime | None) -> Iterator[Line]:
        market = self._profile.market
        for line in lines(self._archive):
            if line.link.market == market and line.url and (since is None or line.link.time >= since):
                yield line

    def _place(self, page: Page) -> Place:
        key = self._profile.key_pattern
        shows = Shows.LISTING if key and key.match(page.address) else Shows.PAGE
        return Place(id=0, address=page.address, kind=shows)

    def _count(self, found: Outcome) -> None:
        self._pages += 1
        self._listings += sum(isinstance(record, Listing) for _, record in found.publish)
        self._rejected += len(found.rejected)


def _identity(message: Message) -> bytes:
    return hashlib.sha256(message.key + b"\0" + message.value).digest()[:12]
