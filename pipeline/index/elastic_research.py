"""Keeps `listings-research` beside `listings`: after each merge, what is left of the same documents."""

from collections.abc import Sequence

from pipeline.errors import IndexUnavailableError, MalformedError
from pipeline.index.elastic_client import Cluster
from pipeline.index.elastic_layout import research_source
from pipeline.index.elastic_setup import Shelf
from pipeline.index.elastic_write import CONFLICT, Standing, bulk, line
from pipeline.index.research import pseudonym


def copy(cluster: Cluster, shelf: Shelf, key: bytes, standing: Sequence[Standing]) -> None:
    """Bring the research index of the same number to how documents stand.

    A copy carries its document's version: an older one never overwrites a newer one, and what a killed process left behind is
    made good when its batch comes again.
    """
    lines = (_line(shelf, key, one) for one in standing)
    for outcome in bulk(cluster, lines, refresh=False):
        if outcome.again and outcome.status != CONFLICT:
            raise IndexUnavailableError(
                f"'{shelf.alias}' takes no documents now ({outcome.reason}); look at its health"
            )
        if outcome.reason and outcome.status != CONFLICT:
            raise MalformedError(f"Elasticsearch refuses a document of '{shelf.alias}': {outcome.reason}")


def _line(shelf: Shelf, key: bytes, one: Standing) -> bytes:
    inside = f"{shelf.alias}-v{one.inside.rpartition('-v')[2]}"
    action = {"_index": inside, "_id": pseudonym(key, "id", one.document.id)}
    return line(
        {"index": action | {"version": one.version, "version_type": "external"}}, research_source(one.document, key)
    )
