"""Stands between Scrapy and the network, and notes what went out and what came in, before anything is made of it."""

from dataclasses import dataclass
from datetime import datetime

from scrapy import Request
from scrapy.http import Response

from crawlers.evidence.record import Digests
from crawlers.frontier import now
from crawlers.route.tor import TorHandler

WITNESSED, REQUESTED = "headstamp_witnessed", "headstamp_requested"
"""Keys of a request's meta under which stand what was seen of it, and when it went out."""


@dataclass(frozen=True, kw_only=True)
class Witnessed:
    """What was seen of a request."""

    requested: datetime
    received: datetime
    wire: Digests
    """The body as it was transferred."""
    headers: tuple[tuple[bytes, bytes], ...]
    """The answer's headers, before Scrapy takes those away that it has acted on."""


class Witness(TorHandler):
    """The way to the pages, with a witness."""

    async def download_request(self, request: Request) -> Response:
        """The answer."""
        requested = request.meta[REQUESTED] = now()
        response = await super().download_request(request)
        request.meta[WITNESSED] = Witnessed(
            requested=requested,
            received=now(),
            wire=Digests.of(response.body),
            headers=flat(response.headers),
        )
        return response


def flat(headers: object) -> tuple[tuple[bytes, bytes], ...]:
    """Scrapy's headers, a pair for each value."""
    assert isinstance(headers, dict), "Scrapy's headers are one"
    return tuple((name, value) for name, values in headers.items() for value in values)
