"""Dead letters: what could not be worked, whole, or where no topic takes that much, what it was and where it stands."""

import hashlib
from collections.abc import Sequence

from pipeline.broker import DAMAGED, Broker
from pipeline.codec import Message, message
from pipeline.errors import TooLargeError
from pipeline.records import DeadLetter
from pipeline.topics import Topic
from pipeline.traces import trace

Fault = tuple[Message, str]
"""A message that could not be worked, and why."""
LONGEST_REASON = 1_000
LONGEST_KEY = 1_000
"""Bytes of the key that a letter without its message keeps."""


def set_aside(broker: Broker, topic: Topic, group: str, faults: Sequence[Fault]) -> None:
    """Publish a letter for each message; returns once all are durable. One too large for a letter is told of by its digest."""
    letters = [(found, letter(topic, group, found, reason)) for found, reason in faults]
    if not letters:
        return
    try:
        broker.publish(topic.dead, [message(each, trace(found)) for found, each in letters])
    except TooLargeError:
        for found, each in letters:
            _set_aside_singly(broker, topic, found, each)


def letter(topic: Topic, group: str, found: Message, reason: str) -> DeadLetter:
    """The message whole, with the reason."""
    return DeadLetter(
        topic=topic.name,
        group=group,
        key=found.key,
        value=found.value,
        headers=found.headers,
        reason=reason[:LONGEST_REASON],
    )


def emptied(topic: Topic, group: str, found: Message, reason: str) -> DeadLetter:
    """The reason, and where the message stands, its size and its digest; its bytes are on the topic alone."""
    size = len(found.value) + sum(len(name.encode()) + len(value.encode()) for name, value in found.headers.items())
    what = (
        f"too large for a letter: {size:,} bytes at {topic.name}, partition {found.partition}, offset {found.offset},"
        f" SHA-256 of the value {hashlib.sha256(found.value).hexdigest()}"
    )
    return DeadLetter(
        topic=topic.name,
        group=group,
        key=found.key[:LONGEST_KEY],
        value=b"",
        headers=DAMAGED,
        reason=f"{reason[:LONGEST_REASON]}; {what}",
    )


def is_emptied(found: DeadLetter) -> bool:
    """Whether the letter lacks its message, so that there is nothing to publish again."""
    return not found.value and found.headers == DAMAGED


def _set_aside_singly(broker: Broker, topic: Topic, found: Message, whole: DeadLetter) -> None:
    try:
        broker.publish(topic.dead, [message(whole, trace(found))])
    except TooLargeError:
        broker.publish(topic.dead, [message(emptied(topic, whole.group, found, whole.reason), trace(found))])
