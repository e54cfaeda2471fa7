"""The index in one SQLite file, with full-text search."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import reduce
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import msgspec

from pipeline.errors import CorruptError
from pipeline.index import Count, Hit, Mergeable, Page, Places, Query, Sort
from pipeline.index.cursor import Cursor, order, text
from pipeline.index.document import Document
from pipeline.index.merge import merge, subject
from pipeline.index.query import check, check_fields
from pipeline.index.sqlite_layout import LAYOUTS, decoded
from pipeline.index.sqlite_search import MOST_RANKED, Found, counted, ordered, selection, total
from pipeline.index.sqlite_write import Change, write
from pipeline.records import Erasure
from pipeline.sqlite import Database, Value, replace

AT_ONCE = 500
REMEDY = "build it again with `headstamp reindex`"
DOCUMENTS = """
    SELECT listing.place, document FROM json_each(?1) AS asked
        JOIN listing ON listing.id = unhex(asked.value) JOIN body ON body.place = listing.place
    UNION ALL SELECT NULL, document FROM json_each(?1) AS asked JOIN stub ON stub.id = asked.value
"""


class SqliteIndex:
    """One index in one file; several processes read while one writes."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, LAYOUTS, derived=True, remedy=REMEDY)
        self._database.all("PRAGMA secure_delete=ON")

    def merge(self, records: Sequence[Mergeable]) -> None:
        """Merge records into their listings' documents; returns once that is durable, all of it or none."""
        with self._database.transaction():
            write(self._database, self._changes(records))
        if any(isinstance(record, Erasure) for record in records):
            # The WAL still holds what was erased. Told again after a crash, an erasure comes here again.
            self._database.all("PRAGMA wal_checkpoint(TRUNCATE)")

    def get(self, listing_id: str) -> Hit | None:
        """One listing's document, hidden ones too; None where there is none."""
        found = self._known([listing_id.encode(errors="replace").decode()]).get(listing_id)
        return Hit(id=listing_id, document=found[1]) if found else None

    def search(self, query: Query) -> Page:
        """The listings that match, a page at a time."""
        check(query)
        matching = total(self._database, selection(query))
        sort, after = order(query, ranked=matching <= MOST_RANKED)
        with closing(ordered(self._database, query, matching, sort, after)) as places:
            found = list(islice(places, query.size + 1 if query.size else 0))
        more = len(found) > query.size
        return Page(
            hits=tuple(self._hits(found[: query.size])),
            total=matching,
            next=_cursor(sort, found[query.size - 1]) if more else "",
        )

    def count(self, by: Sequence[str], query: Query) -> tuple[Count, ...]:
        """How many match for each combination of the values of `by`, most first, then by value.

        A listing with several values of a field counts once for each of them, so that the counts may sum to more than the total.
        """
        check(query)
        check_fields(by)
        return counted(self._database, query, by)

    def scan(self, query: Query) -> Iterator[Hit]:
        """Every listing that matches, in the query's order; merge through another instance while it runs."""
        check(query)
        matching = total(self._database, selection(query))
        sort, after = order(query, ranked=matching <= MOST_RANKED)
        places = ordered(self._database, query, matching, sort, after)
        while found := list(islice(places, AT_ONCE)):
            yield from self._hits(found)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _changes(self, records: Sequence[Mergeable]) -> list[Change]:
        records_of: dict[str, list[Mergeable]] = {}
        for record in records:
            records_of.setdefault(subject(record), []).append(record)
        known = self._known(list(records_of))
        changes = []
        for listing_id, mergeable in records_of.items():
            place, before = known.get(listing_id, (None, None))
            after = reduce(merge, mergeable, before or Document(id=listing_id))
            if after is not before:
                changes.append(Change(place, before, after))
        return changes

    def _known(self, ids: Sequence[str]) -> dict[str, tuple[int | None, Document]]:
        found = {}
        for place, stored in self._database.rows(DOCUMENTS, msgspec.json.encode(ids).decode()):
            document = self._document(stored)
            found[document.id] = (None if place is None else int(str(place)), document)
        return found

    def _document(self, stored: Value) -> Document:
        try:
            return decoded(stored)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise CorruptError(f"{self._database.path}: a document in it is damaged ({error}); {REMEDY}") from error

    def _hits(self, found: Sequence[Found]) -> Iterator[Hit]:
        ids = [one.id.hex() for one in found]
        known = self._known(ids)
        return (Hit(id=one, document=known[one][1]) for one in ids if one in known)


class SqliteRebuild:
    """An empty index to fill beside that of `path`, whose place it takes even where that is damaged."""

    places: Places = MappingProxyType({})

    def __init__(self, path: Path) -> None:
        self._path, self._beside = path, path.with_name(f"{path.name}.new")
        _remove(self._beside)
        self.index = SqliteIndex(self._beside)

    def note(self, _places: Places) -> None:
        """Nothing: a rebuild that ended early begins again."""

    def serve(self, *, fewer: bool = True) -> bool:  # noqa: ARG002  # a log in a file forgets nothing
        """Put it in place; whoever has the index open sees it at once."""
        self.index.close()
        replace(self._path, self._beside)
        return True

    def finish(self) -> None:
        """Remove the files beside."""
        _remove(self._beside)

    def close(self) -> None:
        """Let go of the files; where it was not put in place, all stays as it was."""
        self.index.close()


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _cursor(sort: Sort, last: Found) -> str:
    return text(Cursor(sort, last.key, last.id.hex()))
