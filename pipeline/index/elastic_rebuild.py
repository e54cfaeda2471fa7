"""Builds the next index beside the one that serves, and puts it in its place: resumable, and by one process at a time."""

import time
from collections.abc import Callable, Mapping

import msgspec

from pipeline.errors import LockedError, SettingsError
from pipeline.index import Places
from pipeline.index.elastic import ElasticIndex
from pipeline.index.elastic_client import RefusedError, part
from pipeline.index.elastic_setup import MISSING, Built, Shelf, ensure, make, make_plain, numbers, remove, serving

CONFLICT = 409
WATCHED_S = 20.0
"""Seconds for which a rebuild that another process noted is watched; one that notes nothing meanwhile has ended."""
_STATE, _ID = "listings-rebuild", "state"


class State(msgspec.Struct, frozen=True, kw_only=True):
    """How far a rebuild is, kept in Elasticsearch, so that whoever goes on knows."""

    owner: str
    number: int
    layouts: tuple[str, ...]
    log: str
    """The log that it reads: places of one mean nothing in another."""
    places: Places = {}


class _Mark(msgspec.Struct, frozen=True, kw_only=True):
    seq_no: int = msgspec.field(name="_seq_no")
    primary_term: int = msgspec.field(name="_primary_term")


class _Stored(_Mark, frozen=True, kw_only=True):
    source: State = msgspec.field(name="_source")


class _Counted(msgspec.Struct, frozen=True):
    count: int


class ElasticRebuild:
    """The next index, to be filled while the one that serves goes on."""

    def __init__(
        self, opened: Callable[[int], ElasticIndex], *, owner: str, log: str, prefix: str, watched_s: float = WATCHED_S
    ) -> None:
        """`opened` gives the index of a number, 0 the one that serves; `owner` says who builds, `log` from what.

        A `LockedError` where another process builds at this moment; what an ended one had built of the same log is gone on with.
        A `SettingsError` where the next index's name is taken by somebody else's, or researchers' index would be left behind.
        """
        self._serving, self._opened = opened(0), opened
        self._cluster, self._shelves = self._serving.cluster, self._serving.shelves
        self._name = prefix + _STATE
        self._serving.check_key()
        ensure(self._cluster, self._shelves)
        found = self._ended(owner, watched_s)
        layouts = tuple(shelf.layout for shelf in self._shelves)
        wanted = State(owner=owner, number=self._built().number + 1, layouts=layouts, log=log)
        goes_on = found is not None and self._fits(found.source, wanted)
        self._mark: _Mark | None = found
        self._state = msgspec.structs.replace(found.source, owner=owner) if found and goes_on else wanted
        self._write()
        for shelf in self._shelves:
            self._make(shelf, anew=not goes_on)
        self.index = opened(self._state.number)

    @property
    def places(self) -> Places:
        """From where the filling goes on; empty where it begins."""
        return self._state.places

    def note(self, places: Places) -> None:
        """Remember that the log is in the index up to these places; a `LockedError` where another process took over."""
        self._state = msgspec.structs.replace(self._state, places=places)
        self._write()

    def serve(self, *, fewer: bool = False) -> bool:
        """Let the aliases stand for what was built, all at once; False, and nothing done, where it holds fewer documents than
        what serves, unless `fewer` is meant.
        """
        old = self._built().number
        if old == self._state.number:
            return True
        if not fewer and self._count(self._state.number) < self._count(old):
            return False
        self._write()
        swaps = [swap for shelf in self._shelves for swap in _swap(shelf, old, self._state.number)]
        self._cluster.ask("POST", "/_aliases", object, {"actions": swaps})
        return True

    def finish(self) -> None:
        """Remove what served before, and what earlier rebuilds left behind."""
        for shelf in reversed(self._shelves):  # listings last: by what is left of them, erasures find their copies
            for number in numbers(self._cluster, shelf):
                if number < self._state.number:
                    remove(self._cluster, shelf.numbered(number))
        remove(self._cluster, self._name)

    def close(self) -> None:
        """Let go of the connections; what was built stays, to be gone on with."""
        self.index.close()
        self._serving.close()

    def _make(self, shelf: Shelf, *, anew: bool) -> None:
        number = self._state.number
        if anew and number in numbers(self._cluster, shelf):
            remove(self._cluster, shelf.numbered(number))
        make(self._cluster, shelf, number, behind_alias=False)
        if number not in numbers(self._cluster, shelf):
            raise SettingsError(
                f"reindex: '{shelf.numbered(number)}' is there and not Headstamp's; remove or rename it, or set elastic.prefix"
            )

    def _built(self) -> Built:
        built = serving(self._cluster, self._shelves[0])
        assert built is not None, "it was ensured"
        return built

    def _fits(self, found: State, wanted: State) -> bool:
        """Whether a rebuild that ended early was of the same log and for the same fields, and what it built is there."""
        same = (found.layouts, found.log) == (wanted.layouts, wanted.log)
        built = all(found.number in numbers(self._cluster, shelf) for shelf in self._shelves)
        return same and built and found.number in {wanted.number, wanted.number - 1}

    def _ended(self, owner: str, watched_s: float) -> _Stored | None:
        """What an ended process noted of its rebuild; None where there is nothing."""
        found = self._noted()
        if found is None or found.source.owner == owner:  # this home's lock says that no other process of it builds
            return found
        end = time.monotonic() + watched_s
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(1.0, left))
            now = self._noted()
            if now is None or now.seq_no != found.seq_no:
                raise self._taken(found.source.owner)
        return found

    def _noted(self) -> _Stored | None:
        try:
            return self._cluster.ask("GET", f"/{part(self._name)}/_doc/{_ID}", _Stored)
        except RefusedError as error:
            if error.status == MISSING:
                return None
            raise

    def _write(self) -> None:
        make_plain(self._cluster, self._name)
        mark = self._mark
        expected = f"if_seq_no={mark.seq_no}&if_primary_term={mark.primary_term}" if mark else "op_type=create"
        try:
            path = f"/{part(self._name)}/_doc/{_ID}?{expected}"
            self._mark = self._cluster.ask("PUT", path, _Mark, self._state)
        except RefusedError as error:
            if error.status == CONFLICT:
                raise self._taken("another process") from error
            raise

    def _taken(self, owner: str) -> LockedError:
        return LockedError(f"reindex: {owner} builds '{self._shelves[0].alias}' at this moment; let it end")

    def _count(self, number: int) -> int:
        name = part(self._shelves[0].numbered(number))
        self._cluster.ask("POST", f"/{name}/_refresh", object)
        return self._cluster.ask("GET", f"/{name}/_count", _Counted).count


def _swap(shelf: Shelf, old: int, new: int) -> list[Mapping[str, object]]:
    return [
        {"remove": {"index": shelf.numbered(old), "alias": shelf.alias, "must_exist": False}},
        {"add": {"index": shelf.numbered(new), "alias": shelf.alias}},
    ]
