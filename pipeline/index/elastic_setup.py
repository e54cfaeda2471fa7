"""Makes the indexes: numbered ones behind an alias, from templates."""

import re
from collections.abc import Mapping, Sequence

import msgspec

from pipeline.errors import IndexUnavailableError, SettingsError
from pipeline.index.elastic_client import Cluster, RefusedError, part
from pipeline.index.elastic_layout import Source
from pipeline.index.query import MOST_HITS

MISSING = 404
REMEDY = "run `headstamp reindex`"
RESEARCH = "listings-research"
"""The alias of researchers' index, less the prefix."""


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """Indexes of one kind: their alias, and what is stored in each."""

    alias: str
    mapping: Source
    shards: int = 1

    @property
    def layout(self) -> str:
        """The digest of the mapping."""
        meta = self.mapping["_meta"]
        assert isinstance(meta, dict)
        return str(meta["layout"])

    def numbered(self, number: int) -> str:
        """The name of the index of a number."""
        return f"{self.alias}-v{number}"


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """The index that an alias stands for."""

    number: int
    layout: str


class _Meta(msgspec.Struct, frozen=True):
    layout: str = ""


class _Mapping(msgspec.Struct, frozen=True):
    meta: _Meta = msgspec.field(name="_meta", default=_Meta())


class _Mappings(msgspec.Struct, frozen=True):
    mappings: _Mapping = _Mapping()


def serving(cluster: Cluster, shelf: Shelf) -> Built | None:
    """The index behind the shelf's alias; None where there is none yet."""
    try:
        found = cluster.ask("GET", f"/{part(shelf.alias)}/_mapping", dict[str, _Mappings])
    except RefusedError as error:
        if error.status == MISSING:
            return None
        raise
    number = _number(shelf, found)
    return Built(number=number, layout=found[shelf.numbered(number)].mappings.meta.layout)


def numbers(cluster: Cluster, shelf: Shelf) -> Mapping[int, str]:
    """All indexes that Headstamp made for the shelf (behind its alias, being built, or left behind): number and layout."""
    found = cluster.ask("GET", f"/{part(shelf.alias)}-v*/_mapping", dict[str, _Mappings])
    layouts = {_number_of(shelf, name): each.mappings.meta.layout for name, each in found.items()}
    return {number: layout for number, layout in layouts.items() if number and layout}


def make(cluster: Cluster, shelf: Shelf, number: int, *, behind_alias: bool) -> None:
    """An empty index of this number, made from the templates, which are renewed; one that is there already is left as it is."""
    settings = {
        "number_of_shards": shelf.shards,
        "auto_expand_replicas": "0-1",
        "refresh_interval": "1s",
        "max_result_window": MOST_HITS + 1,
        # What was erased leaves the segments at the merge that is asked for then, be it ever so little.
        "merge.policy.expunge_deletes_allowed": 0,
    }
    component = {"template": {"settings": {"index": settings}, "mappings": shelf.mapping}}
    template = {
        "index_patterns": [f"{shelf.alias}-v*"],
        "composed_of": [shelf.alias],
        "priority": 500,
        # What is written to an index that a rebuild removed must fail, not begin a new one.
        "allow_auto_create": False,
    }
    cluster.ask("PUT", f"/_component_template/{part(shelf.alias)}", object, component)
    cluster.ask("PUT", f"/_index_template/{part(shelf.alias)}", object, template)
    _create(cluster, shelf.numbered(number), {"aliases": {shelf.alias: {}} if behind_alias else {}})


def make_plain(cluster: Cluster, name: str) -> None:
    """An index of things that are only got by their id; one that is there already is left as it is."""
    settings = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}
    _create(cluster, name, {"settings": {"index": settings}, "mappings": {"enabled": False}})


def _create(cluster: Cluster, name: str, body: Source) -> None:
    try:
        cluster.ask("PUT", f"/{part(name)}", object, body)
    except RefusedError as error:
        if error.kind != "resource_already_exists_exception":
            raise


def ensure(cluster: Cluster, shelves: Sequence[Shelf]) -> None:
    """Make what is missing: the first shelf's index, and that of each other shelf under the same number."""
    first, *others = shelves
    if (built := serving(cluster, first)) is None:
        make(cluster, first, 1, behind_alias=True)
        built = serving(cluster, first)
    for shelf in others:
        if built and serving(cluster, shelf) is None:
            make(cluster, shelf, built.number, behind_alias=True)


def check_layout(cluster: Cluster, shelves: Sequence[Shelf]) -> None:
    """Raise an `IndexUnavailableError` where an index was laid out by another version: what is merged waits until it is rebuilt."""
    for shelf in shelves:
        built = serving(cluster, shelf)
        if built is None or built.layout != shelf.layout:
            raise IndexUnavailableError(
                f"the index '{shelf.alias}' was made by another version of Headstamp, with other fields; {REMEDY} with this one"
            )


def remove(cluster: Cluster, name: str) -> None:
    """Delete an index if it is there."""
    cluster.ask("DELETE", f"/{part(name)}", object, ignore_unavailable="true")


def _number(shelf: Shelf, found: Mapping[str, object]) -> int:
    match [_number_of(shelf, name) for name in found]:
        case [int(number)] if number:
            return number
        case _:
            raise SettingsError(
                f"index: '{shelf.alias}' stands for {', '.join(found)}, not for one index that Headstamp made;"
                " remove what is not Headstamp's, or set elastic.prefix"
            )


def _number_of(shelf: Shelf, name: str) -> int:
    """The number in an index's name; 0 where the name is none that Headstamp gives."""
    found = re.fullmatch(re.escape(shelf.alias) + r"-v([1-9]\d{0,8})", name)
    return int(found[1]) if found else 0
