"""Indexes of a test's own in the Elasticsearch that tests may use, removed when it ends."""

import os
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from pipeline.index.elastic import ElasticIndex
from pipeline.index.elastic_access import cluster
from pipeline.index.elastic_client import Cluster, RefusedError
from pipeline.settings import Elastic

VARIABLE = "HEADSTAMP_TEST_ELASTIC"


def address() -> str:
    """The shared Elasticsearch; the test is passed over where there is none."""
    if VARIABLE not in os.environ:
        pytest.skip(f"{VARIABLE} names no Elasticsearch: nothing was asked of one")
    return os.environ[VARIABLE]


@contextmanager
def own_prefix(at: Cluster) -> Iterator[str]:
    """A prefix for names that no other test has; what is under it is removed in the end."""
    prefix = f"t{uuid.uuid4().hex[:12]}-"
    try:
        yield prefix
    finally:
        remove(at, prefix)


def remove(at: Cluster, prefix: str) -> None:
    for name in at.ask("GET", f"/{prefix}*/_alias", dict[str, object]):
        at.ask("DELETE", f"/{name}", object)
    for kind in ("_index_template", "_component_template"):
        try:
            at.ask("DELETE", f"/{kind}/{prefix}*", object)
        except RefusedError as error:
            if error.status != 404:
                raise


@contextmanager
def elastic_index() -> Iterator[ElasticIndex]:
    """An empty index on the shared Elasticsearch."""
    with closing(cluster(address(), Elastic())) as at, own_prefix(at) as prefix, closing(opened(prefix)) as index:
        yield index


def opened(prefix: str) -> ElasticIndex:
    """One more instance of the index under a prefix."""
    return ElasticIndex(cluster(address(), Elastic()), Elastic(prefix=prefix))
