"""Writes changed documents into the tables of the SQLite index."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from pipeline.errors import StorageError
from pipeline.index.document import Document
from pipeline.index.fields import FACETS
from pipeline.index.places import bucket, milliseconds, moment
from pipeline.index.sqlite_layout import COLUMNS, Row, encoded, row, searched
from pipeline.index.sqlite_search import crowded
from pipeline.sqlite import Database, Value

_INSERT = f"INSERT INTO listing VALUES({','.join('?' * (2 + len(COLUMNS)))})"


class Change(NamedTuple):
    """What a document was and is now, and where it stands; None where it was hidden or unknown."""

    place: int | None
    before: Document | None
    after: Document

    @property
    def stays(self) -> bool:
        """Whether it keeps its place."""
        return self.place is not None and not self.after.hidden and _time(self.before) == _time(self.after)


class _Placed(NamedTuple):
    place: int
    row: Row
    document: Document


def write(database: Database, changes: Sequence[Change]) -> None:
    """Bring the tables to what the documents are now; the caller holds the transaction."""
    _remove(database, sorted(change.place for change in changes if change.place is not None and not change.stays))
    _hide(database, [change.after for change in changes if change.after.hidden])
    _show(database, [change for change in changes if not change.after.hidden and not change.stays])
    _update(database, [change for change in changes if change.stays])
    if any(change.after.erased and change.place is not None for change in changes):
        # FTS5 only marks a deleted row; its words leave the file when the segments that hold them are written anew.
        database.run("INSERT INTO ft(ft) VALUES('optimize')")


def _remove(database: Database, places: Sequence[int]) -> None:
    for table, column in (("listing", "place"), ("body", "place"), ("ft", "rowid")):
        database.many(f"DELETE FROM {table} WHERE {column}=?", [(place,) for place in places])  # noqa: S608  # our own names


def _hide(database: Database, documents: Sequence[Document]) -> None:
    database.many("INSERT OR REPLACE INTO stub VALUES(?,?)", [(one.id, encoded(one)) for one in documents])


def _show(database: Database, changes: Sequence[Change]) -> None:
    database.many("DELETE FROM stub WHERE id=?", [(change.after.id,) for change in changes if change.before])
    coming = sorted((change.after for change in changes), key=lambda document: (_time(document), document.id))
    full = set(crowded(database))
    _add([_placed(database, document, full) for document in coming], database)


def _placed(database: Database, document: Document, full: set[int]) -> _Placed:
    place, made = _free(database, document, full), row(document)
    database.run(_INSERT, place, bytes.fromhex(document.id), *made.columns)
    return _Placed(place, made, document)


def _free(database: Database, document: Document, full: set[int]) -> int:
    """A free place in the document's bucket; where that has none left, its millisecond becomes crowded."""
    time_ms = _time(document)
    places = bucket(time_ms, document.id, full)
    last = database.row("SELECT max(place) FROM listing WHERE place BETWEEN ? AND ?", places[0], places[-1])
    place = places[0] if last is None or last[0] is None else int(str(last[0])) + 1
    if place in places:
        return place
    if moment(time_ms) in full:
        return _gap(database, places)
    full.add(moment(time_ms))
    database.run("INSERT INTO crowded VALUES(?)", moment(time_ms))
    return _free(database, document, full)


def _gap(database: Database, places: range) -> int:
    if database.row("SELECT 1 FROM listing WHERE place=?", places[0]) is None:
        return places[0]
    found = database.row(
        "SELECT place+1 FROM listing AS here WHERE place BETWEEN ? AND ?"
        " AND NOT EXISTS(SELECT 1 FROM listing WHERE place=here.place+1) ORDER BY place LIMIT 1",
        places[0],
        places[-1] - 1,
    )
    if found is None:
        raise StorageError(f"{database.path}: holds {len(places):,} listings of one millisecond; it can take no more")
    return int(str(found[0]))


def _update(database: Database, changes: Sequence[Change]) -> None:
    columns: defaultdict[tuple[str, ...], list[tuple[Value, ...]]] = defaultdict(list)
    reworded = []
    for change in sorted(changes, key=lambda change: change.place or 0):
        assert change.place is not None
        assert change.before is not None
        old, new = row(change.before), row(change.after)
        names = tuple(name for name, was, now in zip(COLUMNS, old.columns, new.columns, strict=True) if was != now)
        columns[names].append((*(new.columns[COLUMNS.index(name)] for name in names), change.place))
        if old[1:] != new[1:]:
            reworded.append(_Placed(change.place, new, change.after))
    for names, bindings in columns.items():
        if names:
            assignments = ", ".join(f"{name}=?" for name in names)
            database.many(f"UPDATE listing SET {assignments} WHERE place=?", bindings)  # noqa: S608  # names are fields'
    database.many("UPDATE body SET document=? WHERE place=?", [(encoded(one.after), one.place) for one in changes])
    _reword(reworded, database)


def _add(placed: Sequence[_Placed], database: Database) -> None:
    database.many("INSERT INTO body VALUES(?,?)", [(one.place, encoded(one.document)) for one in placed])
    _reword(sorted(placed), database)


def _reword(placed: Sequence[_Placed], database: Database) -> None:
    """Write search text and tags, in the order of places: FTS5 flushes its buffer whenever a place goes down."""
    database.many(
        "INSERT OR REPLACE INTO ft(rowid, title, description, tags) VALUES(?,?,?,?)",
        [(one.place, *searched(one.row)) for one in placed],
    )
    _note_values(placed, database)


def _note_values(placed: Sequence[_Placed], database: Database) -> None:
    """Remember which values there are, but for free text, which an erasure could not take back."""
    values = set(chain.from_iterable(one.row.values for one in placed))
    lasting = sorted(pair for pair in values if not FACETS[pair[0]].endless)
    database.many("INSERT OR IGNORE INTO value VALUES(?,?)", lasting)


def _time(document: Document | None) -> int:
    assert document is not None
    assert document.first_seen is not None, "a visible document was seen"
    return milliseconds(document.first_seen)
