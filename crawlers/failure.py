"""What comes of a request that ended without a page: whose fault it was decides whether anybody is asked again."""

import zlib
from collections.abc import Callable, Iterator
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

from crawlers.outcome import Outcome, Place, State
from crawlers.reason import Reason
from crawlers.route.bounds import OutOfBoundsError
from crawlers.route.socks import SocksError, SocksUnfitError
from crawlers.route.text_only import NoTextError
from crawlers.route.tunnel import SocksDownError
from crawlers.walk import Walk
from pipeline.records import Rejected

UNPACKING = (BadGzipFile, EOFError, zlib.error, brotli.error, zstd.ZstdError)
"""What breaks on a body that is not compressed as its headers say."""


Noted = Callable[[str, str], bool]
"""Puts into the archive that an answer was not taken, and why; whether that went well."""


def failed(error: BaseException, place: Place, walk: Walk, noted: Noted) -> Iterator[Outcome]:
    """The outcome where it is settled; where an address or a mirror is to be asked again, the walk is told."""
    match error:
        case OutOfBoundsError():
            detail = str(error)
            yield Outcome(place=place, state=State.REFUSED, reason=error.reason, detail=detail, answered=False)
        case SocksDownError() | SocksUnfitError() | SocksError():
            _no_way(error, place, walk)
        case NoTextError() | DownloadCancelledError() | IgnoreRequest():
            reason = error.reason if isinstance(error, NoTextError) else Reason.TOO_LARGE
            if noted(reason, str(error)):
                yield _rejected(place, reason, str(error) if isinstance(error, NoTextError) else "")
            else:
                walk.hold(place)
        case _:
            _no_page(error, place, walk, noted)


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


def _no_page(error: BaseException, place: Place, walk: Walk, noted: Noted) -> None:
    match error:
        case DownloadTimeoutError():
            walk.unreached(place, Reason.TIMEOUT, str(error))
        case ResponseDataLossError():
            _unread(Reason.UNREACHABLE, str(error.__cause__), place, walk, noted)
        case DownloadFailedError() if not isinstance(error.__cause__, ResponseNeverReceived):
            _unread(Reason.MALFORMED, str(error), place, walk, noted)
        case _ if isinstance(error, UNPACKING):
            _unread(Reason.MALFORMED, str(error), place, walk, noted)
        case _:
            walk.unreached(place, Reason.UNREACHABLE, str(error))


def _unread(reason: Reason, detail: str, place: Place, walk: Walk, noted: Noted) -> None:
    if noted(reason, detail):
        walk.unread(place, reason, detail)
    else:
        walk.hold(place)
