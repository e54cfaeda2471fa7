"""What `headstamp check` says of a crawl's way out."""

from crawlers import guards as confinement
from crawlers.probe import probe
from pipeline.deployment import Deployment
from pipeline.errors import GuardMissingError

WAIT_S = 2.0


def tor(deployment: Deployment) -> str:
    """Whether the SOCKS port answers, which only a crawl needs."""
    socks = deployment.settings.socks
    probe(socks, WAIT_S)
    return f"SOCKS port {socks} answers"


def guards(_deployment: Deployment) -> str:
    """The guards that this kernel has for a crawl; a `GuardMissingError` that says what the absent ones would hold."""
    if lost := confinement.missing():
        raise GuardMissingError(f"crawls run with less ({', '.join(confinement.offered())}); {'; '.join(lost)}")
    return ", ".join(confinement.offered())
