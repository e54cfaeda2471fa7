"""What tests of the spine may ask for."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from pipeline.index.elastic_access import cluster
from pipeline.index.elastic_client import Cluster
from pipeline.settings import Elastic
from tests.elastics import address, own_prefix


@pytest.fixture
def at() -> Iterator[Cluster]:
    """The Elasticsearch that tests share."""
    with closing(cluster(address(), Elastic())) as opened:
        yield opened


@pytest.fixture
def prefix(at: Cluster) -> Iterator[str]:
    """What this test's indexes there begin with; they are removed when it ends."""
    with own_prefix(at) as own:
        yield own
