"""What a check of the archive comes upon, in words that name the file and the record."""

from enum import StrEnum

import msgspec

from crawlers.evidence.chain import Line


class What(StrEnum):
    """What is the matter."""

    ALTERED = "altered"
    DROPPED = "dropped"
    MOVED = "moved"
    DUPLICATED = "duplicated"
    TRUNCATED = "truncated"
    FOREIGN = "foreign"
    CLOCK = "clock"
    MANIFEST = "manifest"
    LEDGER = "ledger"
    CHAIN = "chain"
    KEY = "key"
    ANCHOR = "anchor"
    AUDIT = "audit"
    ERASED = "erased"
    TORN = "torn"
    OPEN = "open"


NOTES = frozenset({What.ERASED, What.TORN, What.OPEN})
"""What is as it should be, and said all the same."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a check came upon."""

    what: What
    file: str
    text: str
    record: int = 0
    """Number of the record; 0 where it is about none."""
    id: str = ""
    url: str = ""
    offset: int | None = None

    @property
    def wrong(self) -> bool:
        """Whether the evidence is not what it was."""
        return self.what not in NOTES

    def __str__(self) -> str:
        named = [f"record {self.record}" if self.record else ""]
        named += [f"offset {self.offset:,}" if self.offset is not None else "", self.url, self.id]
        about = ", ".join(part for part in named if part)
        return f"{self.file}: {f'{about}: ' if about else ''}{self.text}"


def about(line: Line, what: What, text: str, file: str = "") -> Finding:
    """A finding about a record."""
    link = line.link
    return Finding(
        what=what,
        file=file or link.segment,
        text=text,
        record=link.number,
        id=link.id,
        url=line.url,
        offset=link.offset,
    )
