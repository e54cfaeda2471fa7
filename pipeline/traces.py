"""Follows what is made of a message: the trace that a record to publish shares with the message it comes from."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from pipeline.codec import TRACE, Message, begun, key
from pipeline.records import Record

LONGEST_TRACE = 64
"""Characters of a trace that is handed on."""
Taken = Sequence[tuple[Message, Record]]
"""Messages with the records in them."""


def trace(found: Message) -> str:
    """The trace of a message; one written before there were any, or with one that no Headstamp writes, has the one that it would have begun."""
    given = found.headers.get(TRACE, "")
    return given if 0 < len(given) <= LONGEST_TRACE else begun(found.value)


class Traces:
    """The traces of a batch, asked in the order in which what was made of it is published."""

    def __init__(self, taken: Taken) -> None:
        self._known: defaultdict[str, list[str]] = defaultdict(list)
        self._asked: Counter[tuple[str, str]] = Counter()
        for found, record in taken:
            for name in {key(record), str(getattr(record, "id", ""))} - {""}:
                self._known[name].append(trace(found))

    def of(self, topic: str, record: Record) -> str:
        """The trace of the message with the record's key, else of the one about the record's listing; "" where there is none.

        Where several messages have the key, the first record on a topic takes the first trace, and so on.
        """
        for name in (key(record), str(getattr(record, "listing_id", ""))):
            if known := self._known.get(name):
                self._asked[topic, name] += 1
                return known[min(self._asked[topic, name], len(known)) - 1]
        return ""
