"""The one spider, which reads any market by its profile."""

import hashlib
import zlib
from collections.abc import AsyncIterator, Iterator
from gzip import BadGzipFile
from importlib.metadata import version
from typing import Any

from scrapy import Request, Spider
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.utils._compression import brotli, zstd  # type: ignore[attr-defined]  # whichever packages Scrapy found
from twisted.python.failure import Failure
from twisted.web._newclient import ResponseNeverReceived

from crawlers.frontier import now
from crawlers.gates.interest import ranked
from crawlers.outcome import Outcome, Place, State, outcome
from crawlers.page import Page
from crawlers.reason import Reason
from crawlers.tor import OutOfBoundsError, Route
from crawlers.tunnel import SocksDownError
from crawlers.walk import Walk
from pipeline.records import Capture, Rejected

PLACE = "headstamp_place"
"""Key of a request's meta under which its place in the frontier stands."""
UNPACKING = (BadGzipFile, EOFError, zlib.error, brotli.error, zstd.ZstdError)
"""What breaks on a body that is not compressed as its headers say."""
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
        page = self._page(response)
        found = outcome(page, place, self.walk.profile, self.walk.memory)
        self.walk.heard(
            response.url, [line.decode("latin-1") for line in response.headers.getlist("Set-Cookie")], found
        )
        yield ranked(found, page, self.walk.profile, self.walk.hits)

    def failed(self, failure: Failure) -> Iterator[Outcome]:
        """What came of a request without an answer."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy puts it there
        place: Place = request.meta[PLACE]
        match failure.value:
            case SocksDownError():
                self.walk.lost_tor(place)
            case OutOfBoundsError() as error:
                yield Outcome(
                    place=place, state=State.REFUSED, reason=Reason.NOT_ONION, detail=str(error), answered=False
                )
            case DownloadCancelledError() | IgnoreRequest():
                rejected = Rejected(reason=Reason.TOO_LARGE)
                yield Outcome(place=place, state=State.REJECTED, reason=rejected.reason, rejected=[rejected])
            case DownloadTimeoutError() as error:
                self.walk.unreached(place, Reason.TIMEOUT, str(error))
            case ResponseDataLossError() as error:
                self.walk.unread(place, Reason.UNREACHABLE, str(error.__cause__))
            case DownloadFailedError() as error if not isinstance(error.__cause__, ResponseNeverReceived):
                self.walk.unread(place, Reason.MALFORMED, str(error))
            case error if isinstance(error, UNPACKING):
                self.walk.unread(place, Reason.MALFORMED, str(error))
            case error:
                self.walk.unreached(place, Reason.UNREACHABLE, str(error))

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
