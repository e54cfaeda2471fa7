"""What `headstamp check` says of an Elasticsearch beside the index itself: researchers' index, and what a rebuild left."""

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from pipeline.deployment import Deployment
from pipeline.settings import file_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.index.elastic import ElasticIndex

FILE = "not needed: the index is a file"


def research(deployment: Deployment) -> str:
    """How many listings researchers see; a `SettingsError` where they have an index, and this process lacks its key."""
    if file_of(deployment.settings.index):
        return FILE
    with _elastic(deployment) as index:
        seen = index.researched()
        if seen is not None:
            return f"{seen:,} listings without names in {index.research.alias}"
        return "not made yet: `headstamp reindex`" if index.is_researched else "not kept: no elastic.research_key_file"


def beside(deployment: Deployment) -> str:
    """Which indexes no alias stands for."""
    if file_of(deployment.settings.index):
        return FILE
    with _elastic(deployment) as index:
        found = ", ".join(index.beside())
    return f"{found} without alias: a `headstamp reindex` is at work, or is to be ended by another" if found else "none"


@contextmanager
def _elastic(deployment: Deployment) -> "Iterator[ElasticIndex]":
    from pipeline.index.elastic import ElasticIndex  # noqa: PLC0415  # only who uses it loads its client

    with closing(deployment.index()) as index:
        assert isinstance(index, ElasticIndex), "what is no file is an Elasticsearch"
        yield index
