"""Moves a whole log into another: each message once, each group to its place, proven by reading it back."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec

from pipeline.broker import START, Broker, Position
from pipeline.codec import Message
from pipeline.commands.dead import REPLAYED
from pipeline.commands.erased import Erased, erased
from pipeline.errors import SettingsError, StorageError
from pipeline.topics import TOPICS, WORK, Topic

Name = bytes
"""What makes a message itself: a digest of key, value and headers."""
Step = Callable[[int], None]


class Moved(msgspec.Struct, kw_only=True):
    """What became of a topic's messages: each was there before, is copied now, or was left out."""

    topic: str
    read: int = 0
    """Messages of the source."""
    there: int = 0
    """Messages that an earlier copy had brought to the target."""
    copied: int = 0
    erased: int = 0
    """Messages about erased listings, with the markers of their letters: they stay behind."""
    expired: int = 0
    """Messages that are as old as the topic keeps any, or will be tomorrow: they stay behind as well."""
    owed: dict[str, int] = msgspec.field(default_factory=dict)
    """What each group has still to read on the target."""
    end: Position = START
    """Up to where the source was read."""


def copy(
    source: Broker, target: Broker, *, size: int, without: AbstractSet[str] = frozenset(), advance: Step
) -> list[Moved]:
    """Move all messages, and the places of all groups but those in `without`; what became of each topic.

    It can be broken off at any moment: the next one goes on with what the target holds, for that is the beginning of
    what the source holds, key by key. A `SettingsError` where the target holds anything else, or a message that was
    erased since; a `LockedError` where a stage runs on either log, a `StorageError` where the target does not hold in the end what it should.
    """
    with ExitStack() as held:
        for broker in (source, target):
            for name in TOPICS:
                for group in broker.places(name):
                    held.enter_context(broker.hold(name, group))
        gone = erased(source)
        for topic in WORK:
            _refuse_foreign(source, target, topic.name, partial(gone.beats, topic))
            _refuse_foreign(source, target, topic.dead, partial(gone.beats_letter, topic))
        moves = [
            _Move(source=source, target=target, gone=gone, topic=topic, size=size, advance=advance) for topic in WORK
        ]
        return [*(move.work(without) for move in moves), *(move.letters() for move in moves)]


@dataclass(frozen=True, kw_only=True)
class _Move:
    """The way of one topic, and of its dead letters."""

    source: Broker
    target: Broker
    gone: Erased
    topic: Topic
    size: int
    advance: Step

    def work(self, without: AbstractSet[str]) -> Moved:
        """Move the topic, then let each group read on at the earliest message that it has not marked read."""
        name = self.topic.name
        places = {group: place for group, place in self.source.places(name).items() if group not in without}
        done: dict[str, Counter[Name]] = {group: Counter() for group in places}
        sent = _Sent(name, self.target, self.size, self.advance)
        since = self._since()
        for found in self.source.read(name, START):
            old = found.time is not None and found.time < since
            if sent.take(found, beaten=self.gone.beats(self.topic, found), expired=old):
                for group in [each for each, place in places.items() if _is_behind(found, place)]:
                    done[group][_name(found)] += 1
        sent.finish()
        self._settle(sent, done)
        sent.moved.owed = {group: self.target.lag(name, group) for group in places}
        return sent.moved

    def _since(self) -> datetime:
        """From when on messages move: the target forgets what is older, and must not while it is compared."""
        days = self.topic.keep_days
        return datetime.now(UTC) - timedelta(days=days - 1) if days else datetime.min.replace(tzinfo=UTC)

    def letters(self) -> Moved:
        """Move the dead letters, then the markers of those that were replayed, which name a letter by its offset."""
        name = self.topic.dead
        sent = _Sent(name, self.target, self.size, self.advance)
        kept = [
            found.offset
            for found in self.source.read(name, START)
            if REPLAYED not in found.headers
            if sent.take(found, beaten=self.gone.beats_letter(self.topic, found))
        ]
        sent.flush()
        offsets = dict(zip(map(str, kept), self._offsets(name), strict=True))
        for found in self.source.read(name, START):
            if REPLAYED in found.headers:
                there = offsets.get(found.headers[REPLAYED])
                sent.take(_renamed(found, there or ""), beaten=there is None)
        sent.finish()
        self._settle(sent, {})
        return sent.moved

    def _offsets(self, name: str) -> Iterator[str]:
        """The offsets of the letters on the target, in their order."""
        return (str(found.offset) for found in self.target.read(name, START) if REPLAYED not in found.headers)

    def _settle(self, sent: "_Sent", done: Mapping[str, Counter[Name]]) -> None:
        """Read the target back, see that it holds what it should, and put the groups in their places."""
        name, whole = sent.moved.topic, Counter[Name]()
        ends: dict[int, int] = {}
        first: dict[str, dict[int, int]] = {group: {} for group in done}
        for found in self.target.read(name, START):
            digest = _name(found)
            whole[digest] += 1
            ends[found.partition] = found.offset + 1
            for group, counts in done.items():
                if counts[digest] > 0:
                    counts[digest] -= 1
                else:
                    first[group].setdefault(found.partition, found.offset)
        _compare(name, sent.whole, whole)
        for group, offsets in first.items():
            self.target.rewind(name, group, Position(offsets=ends | offsets))


class _Sent:
    """What the target holds of a topic, and what is on its way there."""

    def __init__(self, topic: str, target: Broker, size: int, advance: Step) -> None:
        self.moved = Moved(topic=topic)
        self.whole: Counter[Name] = Counter()
        """What the target must hold in the end."""
        self._there = _names(target.read(topic, START))
        self._target, self._size, self._advance = target, size, advance
        self._waiting: list[Message] = []
        self._ends: dict[int, int] = {}

    def take(self, found: Message, *, beaten: bool, expired: bool = False) -> bool:
        """Send a message, unless it is there already or must stay behind; whether the target has it then."""
        name = _name(found)
        self.moved.read += 1
        self._ends[found.partition] = found.offset + 1
        self._advance(1)
        if self._there[name] > 0:
            self._there[name] -= 1
            self.moved.there += 1
        elif beaten or expired:
            self.moved.erased += beaten
            self.moved.expired += expired and not beaten
            return False
        else:
            self.moved.copied += 1
            self._waiting.append(found)
        self.whole[name] += 1
        if len(self._waiting) >= self._size:
            self.flush()
        return True

    def flush(self) -> None:
        """Let the target have what waits."""
        self._target.publish(self.moved.topic, self._waiting)
        self._waiting = []

    def finish(self) -> None:
        """Let the target have what waits, and note where the source ended."""
        self.flush()
        self.moved.end = Position(offsets=self._ends)


def _refuse_foreign(source: Broker, target: Broker, topic: str, beaten: Callable[[Message], bool]) -> None:
    # Markers name offsets of the target: they are compared at the end.
    there = _names(found for found in target.read(topic, START) if REPLAYED not in found.headers)
    if not there:
        return
    stays, gone = Counter[Name](), Counter[Name]()
    for found in source.read(topic, START):
        (gone if beaten(found) else stays)[_name(found)] += 1
    there -= stays
    if foreign := (there - gone).total():
        raise SettingsError(
            f"copy: the target holds {foreign:,} messages on topic {topic} that the source does not hold; name an empty log"
            " (on Kafka: another kafka.prefix)"
        )
    if there:
        raise SettingsError(
            f"copy: the target holds {there.total():,} messages on topic {topic} about listings that were erased since that copy"
            " was begun; copy to an empty log (on Kafka: another kafka.prefix), and remove this one"
        )


def _compare(topic: str, expected: Counter[Name], found: Counter[Name]) -> None:
    if expected != found:
        raise StorageError(
            f"copy: the target lacks {(expected - found).total():,} messages of topic {topic} and has"
            f" {(found - expected).total():,} too many; something else wrote to it: stop it, and copy to an empty log"
        )


def _names(messages: Iterable[Message]) -> Counter[Name]:
    return Counter(map(_name, messages))


def _name(found: Message) -> Name:
    headers = sorted(f"{name}\0{value}".encode() for name, value in found.headers.items())
    framed = b"".join(len(part).to_bytes(8, "big") + part for part in (found.key, found.value, *headers))
    return hashlib.sha256(framed).digest()[:16]


def _is_behind(found: Message, place: Position) -> bool:
    return found.offset < place.offsets.get(found.partition, 0)


def _renamed(marker: Message, letter: str) -> Message:
    return msgspec.structs.replace(marker, headers={**marker.headers, REPLAYED: letter})
