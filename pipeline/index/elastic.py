"""The index in an Elasticsearch, with full-text search."""

from collections.abc import Iterator, Sequence

from pipeline.index import Count, Hit, Mergeable, Page, Query
from pipeline.index.cursor import Cursor, order, text
from pipeline.index.elastic_client import Cluster, part
from pipeline.index.elastic_layout import mapping
from pipeline.index.elastic_search import counted, every, page
from pipeline.index.elastic_setup import LISTINGS, Shelf, check_layout, ensure
from pipeline.index.elastic_write import Standing, merge_into, read
from pipeline.index.query import check, check_fields
from pipeline.records import Erasure, Review


class ElasticIndex:
    """One index in an Elasticsearch; any number of processes read and merge, and threads may share an instance.

    What people decide is found by every search from then on; what stages merge, within a second. An instance finds all
    that it merged itself.
    """

    def __init__(self, cluster: Cluster, *, prefix: str = "", shards: int = 1) -> None:
        """Nothing is asked of the cluster, and no index made, before the first question."""
        self._cluster = cluster
        self._listings = Shelf(alias=prefix + LISTINGS, mapping=mapping(), shards=shards)
        self._made = self._fits = self._unseen = False

    def merge(self, records: Sequence[Mergeable]) -> None:
        """Merge records into their listings' documents; returns once that is durable.

        A record that cannot be encoded leaves all as it was. Where Elasticsearch goes away, part of the batch may be there;
        merged again, it is whole.
        """
        self._make()
        if not self._fits:
            check_layout(self._cluster, [self._listings])
            self._fits = True
        decided = any(isinstance(record, Review | Erasure) for record in records)
        self._unseen = self._unseen or not decided
        merge_into(self._cluster, self._listings.alias, records, self._follow, refresh=decided)

    def get(self, listing_id: str) -> Hit | None:
        """One listing's document, hidden ones too; None where there is none."""
        self._make()
        document = read(self._cluster, self._listings.alias, [listing_id])[listing_id].document
        return Hit(id=listing_id, document=document) if document else None

    def search(self, query: Query) -> Page:
        """The listings that match, a page at a time."""
        check(query)
        sort, after = order(query)
        self._see()
        found, matching = page(self._cluster, self._listings.alias, query, sort, after)
        more, last = len(found) > query.size, found[query.size - 1 : query.size]
        return Page(
            hits=tuple(one.hit for one in found[: query.size]),
            total=matching,
            next=text(Cursor(sort, last[0].key, last[0].hit.id)) if more and last else "",
        )

    def count(self, by: Sequence[str], query: Query) -> tuple[Count, ...]:
        """How many match for each combination of the values of `by`, most first, then by value.

        A listing with several values of a field counts once for each of them, so that the counts may sum to more than the total.
        """
        check(query)
        check_fields(by)
        self._see()
        return counted(self._cluster, self._listings.alias, query, by)

    def scan(self, query: Query) -> Iterator[Hit]:
        """Every listing that matches, in the query's order."""
        check(query)
        sort, after = order(query)
        self._see()
        yield from every(self._cluster, self._listings.alias, query, sort, after)

    def close(self) -> None:
        """Let go of the connections."""
        self._cluster.close()

    def _make(self) -> None:
        if not self._made:
            ensure(self._cluster, [self._listings])
            self._made = True

    def _see(self) -> None:
        """Let searches find what this instance merged."""
        self._make()
        if self._unseen:
            self._unseen = False
            self._cluster.ask("POST", f"/{part(self._listings.alias)}/_refresh", object)

    def _follow(self, standing: Sequence[Standing]) -> None:
        pass
