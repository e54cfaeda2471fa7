"""A request of Scrapy's and its answer, as the archive takes them."""

from scrapy import Request
from scrapy.http import Response

from crawlers.evidence.record import Digests, Exchange
from crawlers.evidence.witness import REQUESTED, WITNESSED, Witnessed, flat
from crawlers.frontier import now
from crawlers.outcome import Place
from crawlers.route.tor import LANE
from crawlers.walk import Walk


def exchange(response: Response, place: Place, walk: Walk) -> Exchange:
    """An answer, with all that is known of its request."""
    request = response.request
    assert request is not None, "Scrapy puts it there"
    seen: Witnessed = request.meta[WITNESSED]
    return Exchange(
        market=walk.profile.market,
        visit=walk.visit.id,
        url=response.url,
        requested=seen.requested,
        received=seen.received,
        request_headers=flat(request.headers),
        status=response.status,
        response_headers=seen.headers,
        wire=seen.wire,
        body=response.body,
        content_type=(response.headers.get("Content-Type") or b"").decode("latin-1"),
        parent=walk.keeper.parent(place.address),
        lane=_lane(request),
        tor=walk.keeper.tor,
    )


def refused(request: Request, place: Place, walk: Walk, reason: str, detail: str) -> Exchange:
    """That an answer was not taken, with what was seen of it."""
    seen: Witnessed | None = request.meta.get(WITNESSED)
    time = now()
    return Exchange(
        market=walk.profile.market,
        visit=walk.visit.id,
        url=request.url,
        requested=request.meta.get(REQUESTED, time),
        received=seen.received if seen else time,
        request_headers=flat(request.headers),
        response_headers=seen.headers if seen else (),
        wire=seen.wire if seen else Digests(),
        parent=walk.keeper.parent(place.address),
        lane=_lane(request),
        tor=walk.keeper.tor,
        refused=reason,
        detail=detail,
    )


def _lane(request: Request) -> str:
    return str(request.meta.get(LANE, ""))
