"""Cuts answers that are no text: by their content type before the body, or by the body's first bytes."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Headers
from scrapy.utils._compression import brotli, zstd  # type: ignore[attr-defined]  # whichever packages Scrapy found

from crawlers.reason import Reason
from crawlers.route.magic import HEAD_BYTES, file_kind, is_text_type

HEAD, ENCODINGS = "headstamp_head", "headstamp_encodings"
"""Keys of a request's meta: the body's first bytes so far, and how they are packed."""


class NoTextError(StopDownload):
    """An answer that was cut because it is no text."""

    def __init__(self, message: str, reason: Reason) -> None:
        super().__init__(fail=True)
        self.message = message
        self.reason = reason

    def __str__(self) -> str:
        return self.message


def only_text(crawler: Crawler) -> None:
    """Look at every answer of a crawl while it comes; Scrapy cuts the connection where a look raises `StopDownload`.

    Asked for by the handler of each scheme, it looks once: a signal knows a function that it has already.
    """
    crawler.signals.connect(look_at_headers, signals.headers_received)
    crawler.signals.connect(look_at_bytes, signals.bytes_received)


def look_at_headers(headers: Headers, request: Request) -> None:
    """Cut the answer where its content type is none of text."""
    content_type = (headers.get(b"Content-Type") or b"").decode("latin-1")
    if not is_text_type(content_type):
        raise NoTextError(content_type[:100], Reason.NOT_TEXT)
    packed = b",".join(headers.getlist(b"Content-Encoding")).decode("latin-1").lower()
    request.meta[HEAD] = b""
    request.meta[ENCODINGS] = [name.strip() for name in packed.split(",")][::-1]


def look_at_bytes(data: bytes, request: Request) -> None:
    """Cut the answer where its first bytes begin a file."""
    head: bytes = request.meta.get(HEAD, b"")
    if len(head) >= HEAD_BYTES:
        return
    request.meta[HEAD] = head = head + data[:HEAD_BYTES]
    if kind := file_kind(opened(head, request.meta.get(ENCODINGS, ()))):
        raise NoTextError(f"{kind}, sent as text", Reason.DISGUISED)


def opened(head: bytes, encodings: Sequence[str]) -> bytes:
    """The beginning of what a body's first bytes unpack to; "" where they are broken."""
    for encoding in encodings:
        if unpack := UNPACK.get(encoding):
            try:
                head = unpack(head)
            except (zlib.error, brotli.error, zstd.ZstdError, EOFError):
                return b""
    return head


def _inflated(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=47).decompress(head, HEAD_BYTES)
    except zlib.error:
        return zlib.decompressobj(wbits=-15).decompress(head, HEAD_BYTES)


def _unbrotlied(head: bytes) -> bytes:
    return bytes(brotli.Decompressor().process(head, output_buffer_limit=HEAD_BYTES))


def _unzstd(head: bytes) -> bytes:
    return bytes(zstd.ZstdDecompressor().decompress(head, HEAD_BYTES))


UNPACK: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {"gzip": _inflated, "x-gzip": _inflated, "deflate": _inflated, "br": _unbrotlied, "zstd": _unzstd}
)
