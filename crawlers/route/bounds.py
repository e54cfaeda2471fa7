"""The gate that every request passes before a socket is opened: only to a mirror of the profile, only by the route's way."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest

from crawlers.address import is_onion
from crawlers.reason import Reason
from crawlers.route.denylist import Denylist
from crawlers.route.lanes import Lanes
from crawlers.route.magic import is_file
from crawlers.route.origin import PORTS, Origin, service


class OutOfBoundsError(IgnoreRequest):
    """A request that must not leave."""

    def __init__(self, message: str, reason: Reason = Reason.NOT_ONION) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Route:
    """Where the requests of one market may go, and how."""

    socks: str
    origins: frozenset[Origin]
    lanes: Lanes
    hold_s: float
    """Seconds that requests wait for a SOCKS port that went away."""
    connect_s: float = 45.0
    """Seconds that tor may take to find a way; then the lane is left."""
    denied: Denylist = field(default=Denylist(), repr=False)


def guard(request: Request, route: Route) -> None:
    """Let the request pass, or raise an `OutOfBoundsError` before any socket is opened."""
    host = _origin(request.url, route).host
    if route.denied.names(host):
        raise OutOfBoundsError("the denylist names its service", Reason.DENIED)
    if is_file(request.url):
        raise OutOfBoundsError("no text, by its ending", Reason.NOT_TEXT)
    if request.meta.get("proxy") or request.meta.get("bindaddress"):
        raise OutOfBoundsError("a request may not choose its own way")
    if request.method != "GET" or request.body:
        raise OutOfBoundsError("a request only reads")


def _origin(url: str, route: Route) -> Origin:
    """The mirror that an address names; whatever else it names is out of bounds."""
    try:
        parts = urlsplit(url)
        port = PORTS.get(parts.scheme, 0) if parts.port is None else parts.port
    except ValueError as error:
        raise OutOfBoundsError(f"no web address: {error}") from error
    if parts.scheme not in PORTS or "@" in parts.netloc:
        raise OutOfBoundsError(f"no plain web address: {parts.scheme}")
    found = Origin(parts.scheme, parts.netloc.removesuffix(f":{port}"), port)
    if found not in route.origins or not is_onion(service(found.host)):
        raise OutOfBoundsError(f"no mirror of the profile: {parts.netloc[:100]}")
    return found
