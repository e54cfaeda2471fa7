"""The searchable present: one document per listing, a merge of what the log says."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from pipeline.index.document import Document
from pipeline.records import Assessment, Erasure, Review, Sighting

LISTINGS = "listings"
"""What an index is called on a server, less the prefix."""
Mergeable = Assessment | Sighting | Review | Erasure


class Sort(StrEnum):
    """The order of hits; listings that are equal in it follow by id."""

    NEWEST = "newest"
    """Latest first seen first."""
    OLDEST = "oldest"
    RECENT = "recent"
    """Latest last seen first."""
    SCORE = "score"
    """Likeliest in scope first."""
    RELEVANCE = "relevance"
    """BM25 of the words."""


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """Values from `low` to `high`, both included; None is open."""

    low: datetime | int | float | None = None
    high: datetime | int | float | None = None


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What is searched for: words, "phrases", prefix* and -excluded, with filters; all must hold."""

    words: str = ""
    filters: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """Field name → any of these values."""
    ranges: Mapping[str, Range] = msgspec.field(default_factory=dict)
    sort: Sort = Sort.NEWEST
    size: int = 50
    after: str = ""
    """The `next` of the page before."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One listing found."""

    id: str
    document: Document


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of hits."""

    hits: tuple[Hit, ...]
    total: int
    next: str = ""
    """What `after` takes for the next page; "" at the last."""


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many listings share these values, in the order of the fields asked for."""

    values: tuple[str, ...]
    listings: int


Places = Mapping[str, Mapping[int, int]]
"""Up to where a log was read: topic → partition → next offset."""


class Index(Protocol):
    """The searchable present: one document per listing, a merge of what the log says."""

    def merge(self, records: Sequence[Mergeable]) -> None:
        """Merge records into their listings' documents; returns once that is durable, all of it or none."""

    def get(self, listing_id: str) -> Hit | None:
        """One listing's document, hidden ones too; None where there is none."""

    def search(self, query: Query) -> Page:
        """The listings that match, a page at a time."""

    def count(self, by: Sequence[str], query: Query) -> tuple[Count, ...]:
        """How many match for each combination of the values of `by`, most first, then by value."""

    def scan(self, query: Query) -> Iterator[Hit]:
        """Every listing that matches, in the query's order, without end."""

    def close(self) -> None:
        """Let go of the index."""


class Rebuild(Protocol):
    """An index that is filled anew beside the one that serves, then takes its place."""

    @property
    def index(self) -> Index:
        """What is filled."""

    @property
    def places(self) -> Places:
        """Up to where a process that ended early had filled it; empty where the filling begins."""

    def note(self, places: Places) -> None:
        """Remember up to where it is filled; a `LockedError` where another process took over."""

    def serve(self, *, fewer: bool = False) -> bool:
        """Put it in place; False, and nothing done, where it holds fewer documents than what serves, unless that is meant."""

    def finish(self) -> None:
        """Remove what no longer serves."""

    def close(self) -> None:
        """Let go of it, ready or not."""
