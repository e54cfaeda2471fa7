"""The one spider, which reads any market by its profile."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.evidence.archive import Kept
from crawlers.evidence.exchange import exchange, refused
from crawlers.failure import failed
from crawlers.gates.interest import ranked
from crawlers.outcome import Outcome, Place, outcome
from crawlers.page import Page
from crawlers.route.bounds import Route
from crawlers.route.tor import LANE
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

    async def parse(self, response: Response) -> AsyncIterator[Outcome]:
        """What came of the page."""
        place: Place = response.meta[PLACE]
        self.walk.heard(place, response.status, response.meta.get("download_latency"))
        kept = await self.walk.kept(exchange(response, place, self.walk))
        if kept is None:
            self.walk.hold(place)
            return
        page = self._page(response, kept)
        found = outcome(page, place, self.walk.profile, self.walk.memory)
        self.walk.known_by(response.url, _headers(response, "Set-Cookie"), found, response.meta.get(LANE, ""))
        told = replace(found, record=kept.record, strange=strange(page, found))
        yield ranked(told, page, self.walk.profile, self.walk.hits)

    def failed(self, failure: Failure) -> Iterator[Outcome]:
        """What came of a request without an answer."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy puts it there
        place: Place = request.meta[PLACE]
        assert failure.value is not None

        def noted(reason: str, detail: str) -> bool:
            """Whether the archive has it that an answer was not taken; where it cannot, the walk stops."""
            return self.walk.keep(refused(request, place, self.walk, reason, detail)) is not None

        yield from failed(failure.value, place, self.walk, noted)

    def _page(self, response: Response, kept: Kept) -> Page:
        return Page(
            capture=self._capture(response, kept),
            body=kept.body,
            content_type=kept.content_type,
            status=response.status,
            location=_header(response, "Location"),
        )

    def _capture(self, response: Response, kept: Kept) -> Capture:
        profile = self.walk.profile
        return Capture(
            time=kept.received,
            url=response.url,
            visit=self.walk.visit.id,
            page=kept.page,
            profile=profile.digest,
            activation=self.walk.activation,
            authority=profile.authority,
            record=kept.record,
            software=SOFTWARE,
        )


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")


def _headers(response: Response, name: str) -> list[str]:
    return [line.decode("latin-1") for line in response.headers.getlist(name)]
