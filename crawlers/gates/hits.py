"""Vendors of a market of whom a hit is known already, from the home's own index."""

from contextlib import closing

from crawlers.gates.face import folded
from pipeline.deployment import Deployment
from pipeline.index import Query
from pipeline.settings import file_of

MOST = 2_000
SHORTEST = 3
"""Letters of a name that is looked for in links: shorter ones are in many words."""


def vendors(market: str, deployment: Deployment) -> frozenset[str]:
    """The vendors with flagged listings, as addresses and links spell them; none where the home has no index: a crawl asks no server."""
    file = file_of(deployment.settings.index)
    if not file or not (deployment.settings.root / file).exists():
        return frozenset()
    with closing(deployment.index()) as index:
        found = index.count(["vendor"], Query(filters={"market": (market,), "verdict": ("flagged",)}))
    return frozenset(folded(one.values[0]) for one in found[:MOST] if len(one.values[0]) >= SHORTEST)
