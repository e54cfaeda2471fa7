"""What comes of a request that ended without a page: whose fault it was decides whether anybody is asked again."""

import zlib
from collections.abc import Iterator
from gzip import BadGzipFile

from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.utils._compression import brotli, zstd  # type: ignore[attr-defined]  # whichever packages Scrapy found
from twisted.web._newclient import ResponseNeverReceived

from crawlers.bounds import OutOfBoundsError
from crawlers.outcome import Outcome, Place, State
from crawlers.reason import Reason
from crawlers.socks import SocksError, SocksUnfitError
from crawlers.text_only import NoTextError
from crawlers.tunnel import SocksDownError
from crawlers.walk import Walk
from pipeline.records import Rejected

UNPACKING = (BadGzipFile, EOFError, zlib.error, brotli.error, zstd.ZstdError)
"""What breaks on a body that is not compressed as its headers say."""


def failed(error: BaseException, place: Place, walk: Walk) -> Iterator[Outcome]:
    """The outcome where it is settled; where an address or a mirror is to be asked again, the walk is told."""
    match error:
        case OutOfBoundsError():
            detail = str(error)
            yield Outcome(place=place, state=State.REFUSED, reason=error.reason, detail=detail, answered=False)
        case NoTextError():
            yield _rejected(place, error.reason, str(error))
        case DownloadCancelledError() | IgnoreRequest():
            yield _rejected(place, Reason.TOO_LARGE)
        case SocksDownError() | SocksUnfitError() | SocksError():
            _no_way(error, place, walk)
        case _:
            _no_page(error, place, walk)


def _rejected(place: Place, reason: Reason, detail: str = "") -> Outcome:
    rejected = Rejected(reason=reason, detail=detail)
    return Outcome(place=place, state=State.REJECTED, reason=reason, detail=detail, rejected=[rejected])


def _no_way(error: SocksDownError | SocksUnfitError | SocksError, place: Place, walk: Walk) -> None:
    match error:
        case SocksDownError():
            walk.lost_tor(place)
        case SocksUnfitError():
            walk.met_no_tor(place, str(error))
        case SocksError():
            walk.no_way(place, error.reason, str(error))


def _no_page(error: BaseException, place: Place, walk: Walk) -> None:
    match error:
        case DownloadTimeoutError():
            walk.unreached(place, Reason.TIMEOUT, str(error))
        case ResponseDataLossError():
            walk.unread(place, Reason.UNREACHABLE, str(error.__cause__))
        case DownloadFailedError() if not isinstance(error.__cause__, ResponseNeverReceived):
            walk.unread(place, Reason.MALFORMED, str(error))
        case _ if isinstance(error, UNPACKING):
            walk.unread(place, Reason.MALFORMED, str(error))
        case _:
            walk.unreached(place, Reason.UNREACHABLE, str(error))
