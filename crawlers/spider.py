"""The one spider, which reads any market by its profile."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.bounds import Route
from crawlers.failure import failed
from crawlers.frontier import now
from crawlers.outcome import Outcome, Place, outcome
from crawlers.page import Page
from crawlers.unknown import strange
from crawlers.walk import Walk
from pipeline.records import Capture

PLACE = "headstamp_place"
"""Key of a request's meta under which its place in the frontier stands."""
SOFTWARE = f"headstamp {version('headstamp')}"


class MarketSpider(Spider):
    """Walks one market; what a page means is decided by `outcome`, where to go next by the frontier."""

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk.profile.market)
        self.walk = walk

    @property
    def route(self) -> Route:
        """Where requests may go."""
        return self.walk.route

    async def start(self) -> AsyncIterator[Any]:
        """Nothing: the frontier knows where to start."""
        return
        yield

    def parse(self, response: Response) -> Iterator[Outcome]:
        """What came of the page."""
        place: Place = response.meta[PLACE]
        self.walk.heard(place, response.status, response.meta.get("download_latency"))
        page = self._page(response)
        found = outcome(page, place, self.walk.profile, self.walk.memory)
        yield replace(found, strange=strange(page, found))

    def failed(self, failure: Failure) -> Iterator[Outcome]:
        """What came of a request without an answer."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy puts it there
        place: Place = request.meta[PLACE]
        assert failure.value is not None
        yield from failed(failure.value, place, self.walk)

    def _page(self, response: Response) -> Page:
        return Page(
            capture=self._capture(response),
            body=response.body,
            content_type=_header(response, "Content-Type"),
            status=response.status,
            location=_header(response, "Location"),
        )

    def _capture(self, response: Response) -> Capture:
        profile = self.walk.profile
        return Capture(
            time=now(),
            url=response.url,
            visit=self.walk.visit.id,
            page=hashlib.sha256(response.body).hexdigest(),
            profile=profile.digest,
            activation=self.walk.activation,
            authority=profile.authority,
            software=SOFTWARE,
        )


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")
