"""The index in an Elasticsearch, with full-text search."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from pipeline.errors import IndexUnavailableError, MalformedError, SettingsError
from pipeline.index import LISTINGS, Count, Hit, Mergeable, Page, Query
from pipeline.index.cursor import Cursor, order, text
from pipeline.index.elastic_access import research_key
from pipeline.index.elastic_client import Cluster, part
from pipeline.index.elastic_layout import mapping, research_mapping
from pipeline.index.elastic_research import copy
from pipeline.index.elastic_search import counted, every, page
from pipeline.index.elastic_setup import RESEARCH, Shelf, check_layout, ensure, numbers, serving
from pipeline.index.elastic_write import Standing, merge_into, read
from pipeline.index.query import check, check_fields
from pipeline.records import Erasure, Review
from pipeline.settings import Elastic


class _Counted(msgspec.Struct, frozen=True):
    count: int


class ElasticIndex:
    """One index in an Elasticsearch; any number of processes read and merge, and threads may share an instance.

    What people decide is found by every search from then on; what stages merge, within a second. An instance finds all
    that it merged itself.
    """

    def __init__(self, cluster: Cluster, chosen: Elastic, *, number: int = 0) -> None:
        """What the alias stands for, or the index of a number; nothing is asked of the cluster before the first question."""
        self.cluster = cluster
        self._chosen, self._number = chosen, number
        self._there = self._fits = bool(number)
        self._unseen = False

    @cached_property
    def shelves(self) -> Sequence[Shelf]:
        """The indexes that are kept: `listings`, and `listings-research` where a key is set."""
        listings = Shelf(alias=self._chosen.prefix + LISTINGS, mapping=mapping(), shards=self._chosen.shards)
        return [listings, self.research] if self._key else [listings]

    @cached_property
    def name(self) -> str:
        """What is read and written: the alias, or the index of the number."""
        listings = self.shelves[0]
        return listings.numbered(self._number) if self._number else listings.alias

    def set_up(self) -> Mapping[str, str]:
        """Make the templates and indexes that are missing; of each alias whether it was `created` or is `unchanged`."""
        missing = [shelf.alias for shelf in self.shelves if serving(self.cluster, shelf) is None]
        ensure(self.cluster, self.shelves)
        return {shelf.alias: "created" if shelf.alias in missing else "unchanged" for shelf in self.shelves}

    def merge(self, records: Sequence[Mergeable]) -> None:
        """Merge records into their listings' documents; returns once that is durable.

        A record that cannot be encoded leaves all as it was. Where Elasticsearch goes away, part of the batch may be there;
        merged again, it is whole. A `SettingsError` where researchers have an index, and this process lacks its key.
        """
        self.check_key()
        if not self._fits:
            ensure(self.cluster, self.shelves)
            check_layout(self.cluster, self.shelves)
            self._there = self._fits = True
        decided = any(isinstance(record, Review | Erasure) for record in records)
        self._unseen = self._unseen or not decided
        merge_into(self.cluster, self.name, records, self._follow, refresh=decided)
        if erasures := [record for record in records if isinstance(record, Erasure)]:
            self._expunge()
            for name, index in self.beside().items():
                _erase(index, name, erasures)

    def beside(self) -> Mapping[str, "ElasticIndex"]:
        """What no alias stands for: indexes that a rebuild fills, or left behind, by their names."""
        listings = self.shelves[0]
        built = None if self._number else serving(self.cluster, listings)
        others = [number for number in numbers(self.cluster, listings) if built and number != built.number]
        opened = {number: ElasticIndex(self.cluster, self._chosen, number=number) for number in others}
        return {listings.numbered(number): index for number, index in opened.items()}

    def researched(self) -> int | None:
        """How many listings researchers see; None where they have no index."""
        self.check_key()
        if serving(self.cluster, self.research) is None:
            return None
        shown = {"query": {"term": {"hidden": "false"}}}
        return self.cluster.ask("POST", f"/{part(self.research.alias)}/_count", _Counted, shown).count

    @property
    def is_researched(self) -> bool:
        """Whether a key is set, so that researchers' index is kept."""
        return bool(self._key)

    def check_key(self) -> None:
        """Raise a `SettingsError` where researchers have an index and this process has no key: it would go without erasures."""
        if not self._key and (found := numbers(self.cluster, self.research)):
            name = self.research.numbered(max(found))
            raise SettingsError(
                f"elastic.research_key_file: this process has none, though '{self.research.alias}' is kept; name the unit's key"
                f" as for the others, or delete the index '{name}' if researchers are to have none"
            )

    def get(self, listing_id: str) -> Hit | None:
        """One listing's document, hidden ones too; None where there is none."""
        if not self._is_there():
            return None
        document = read(self.cluster, self.name, [listing_id])[listing_id].document
        return Hit(id=listing_id, document=document) if document else None

    def search(self, query: Query) -> Page:
        """The listings that match, a page at a time."""
        check(query)
        sort, after = order(query)
        if not self._is_there():
            return Page(hits=(), total=0)
        self._see()
        found, matching = page(self.cluster, self.name, query, sort, after)
        hits, more = found[: query.size], found[query.size :]
        last = hits[-1] if hits and more else None
        return Page(
            hits=tuple(one.hit for one in hits),
            total=matching,
            next=text(Cursor(sort, last.key, last.hit.id)) if last else "",
        )

    def count(self, by: Sequence[str], query: Query) -> tuple[Count, ...]:
        """How many match for each combination of the values of `by`, most first, then by value.

        A listing with several values of a field counts once for each of them, so that the counts may sum to more than the total.
        """
        check(query)
        check_fields(by)
        if not self._is_there():
            return ()
        self._see()
        return counted(self.cluster, self.name, query, by)

    def scan(self, query: Query) -> Iterator[Hit]:
        """Every listing that matches, in the query's order."""
        check(query)
        sort, after = order(query)
        if self._is_there():
            self._see()
            yield from every(self.cluster, self.name, query, sort, after)

    def close(self) -> None:
        """Let go of the connections."""
        self.cluster.close()

    @cached_property
    def _key(self) -> bytes:
        file = self._chosen.research_key_file
        return research_key(file) if file else b""

    @cached_property
    def research(self) -> Shelf:
        """Where researchers' index is, or would be."""
        alias, shards = self._chosen.prefix + RESEARCH, self._chosen.shards
        return Shelf(alias=alias, mapping=research_mapping(self._key), shards=shards)

    def _is_there(self) -> bool:
        """Whether there is an index to read: who only reads makes none."""
        self._there = self._there or serving(self.cluster, self.shelves[0]) is not None
        return self._there

    def _see(self) -> None:
        """Let searches find what this instance merged."""
        if self._unseen:
            self._unseen = False
            self.cluster.ask("POST", f"/{part(self.name)}/_refresh", object)

    def _follow(self, standing: Sequence[Standing]) -> None:
        for shelf in self.shelves[1:]:
            layout = numbers(self.cluster, shelf).get(self._number) if self._number else shelf.layout
            if layout and layout != shelf.layout:
                raise IndexUnavailableError(
                    f"'{shelf.numbered(self._number)}' was made with another key; `headstamp reindex` removes it"
                )
            if layout:
                copy(self.cluster, shelf, self._key, standing)

    def _expunge(self) -> None:
        """Let the segments that hold what was erased be written anew; Elasticsearch goes on with it by itself."""
        for shelf in self.shelves:
            name = part(shelf.numbered(self._number) if self._number else shelf.alias)
            path = f"/{name}/_forcemerge?only_expunge_deletes=true&wait_for_completion=false&ignore_unavailable=true"
            self.cluster.ask("POST", path, object)


def _erase(index: ElasticIndex, name: str, erasures: Sequence[Erasure]) -> None:
    try:
        index.merge(erasures)
    except MalformedError as error:
        raise IndexUnavailableError(
            f"'{name}', which serves nobody, does not take an erasure ({error}); delete that index"
        ) from error
