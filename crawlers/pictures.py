"""Pages without what is no text: pictures inside them are cut out before anything is written.

Works on the bytes that were received, so that no charset hides a picture, and in time linear in their number. What is
cut leaves a placeholder with its size, which a second pass leaves alone: what is stored reads the same as what is read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from w3lib.encoding import html_to_unicode

DATA = re.compile(
    rb"data:(?<![a-z]data:)\s{0,9}(?:(?:image|video|audio|font|application|model|multipart)/[^,:\"'<>()\s]{0,100}"
    rb"|[^,:\"'<>()]{0,100};\s{0,9}base64)\s{0,9},"
)
"""A data: URI (RFC 2397) that can hold a picture, up to its comma: of a type that is no text, or in base64. In small
letters, as all patterns of markup here: they are looked for in a page of small letters, which is four times as fast."""
HEADS = (b"iVBORw0KGgo", b"/9j/", b"R0lGOD", b"UklGR", b"JVBERi0", b"Z0eXBp", b"GkXfo", b"UEsDB")
BASE64 = re.compile(
    rb"(?:iVBORw0KGgo|/9j/[24]|R0lGOD[dl]h|UklGR|JVBERi0|AAAA[A-Za-z0-9+/]{2}Z0eXBp|GkXfo|UEsDB)"
    rb"[A-Za-z0-9+/]{60,}+(?:\s{1,8}[A-Za-z0-9+/]{60,}+)*+={0,2}"
)
"""The beginning of a PNG, JPEG, GIF, WebP, PDF, MP4, WebM or ZIP file in base64 (RFC 4648), wherever it stands."""
SVG = re.compile(rb"<(?:svg(?=[\s>/])[^<>]*+>?|/svg\s{0,9}>)")
MOST_SVGS = 5_000
"""Inline pictures of one page that are told apart; where there are more, the page is one picture from the next one, or from one that
was never closed, to its end."""
TAKEN = re.compile(rb"(?:cut-\d{1,9})?")
PLACEHOLDER = re.compile(rb"<svg data-cut=\d{1,9}></svg>")
BREAKOUT = re.compile(
    rb"<(?:b|big|blockquote|body|br|center|code|dd|div|dl|dt|em|h[1-6]|head|hr|i|img|li|menu|meta|nobr|ol|p|pre|small"
    rb"|span|strong|sub|sup|table|tt|u|ul|var|/body|/html)(?=[\s>/])"
)
"""Tags that end an inline picture which was never closed (HTML standard, 13.2.6.5)."""
CLOSERS = {b'"': b'"', b"'": b"'", b"(": b")"}
BARE = re.compile(rb"[^\s\"'<>()]*+")
MAGIC = re.compile(
    rb"GIF8|\x89PNG|\xff\xd8\xff|RIFF....WEBP|BM....\x00\x00\x00\x00|%PDF|PK\x03\x04|Rar!|7z\xbc\xaf|\x1f\x8b|ID3|OggS|\x1aE\xdf\xa3"
    rb"|....ftyp|II\*\x00|MM\x00\*|\x00\x00\x01\x00|MZ|\x7fELF",
    re.DOTALL,
)
TEXTS = re.compile(r"\s*(?:$|;|text/|application/(?:xhtml\+xml|xml|json|javascript))", re.IGNORECASE)
PRINTABLE = bytes(range(32, 127))


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A body as it may be stored."""

    body: bytes = field(repr=False)
    content_type: str
    """The type it has now: text in a charset that hides its letters becomes UTF-8."""
    pieces: int = 0
    """How many pictures were taken out."""
    size: int = 0
    """Bytes that were taken out."""
    dropped: bool = False
    """Whether nothing was left, because the whole body is no text."""


def cut(body: bytes, content_type: str = "text/html") -> Cut:
    """The body without pictures; empty where it is no text at all."""
    if not TEXTS.match(content_type) or MAGIC.match(body):
        kind = "application/octet-stream" if TEXTS.match(content_type) else content_type
        return Cut(body=b"", content_type=kind, pieces=1, size=len(body), dropped=True)
    body, content_type = _legible(body, content_type)
    parts = _Parts()
    for find in (_without_data, _without_svg, _without_base64):
        body = find(body, parts)
    return Cut(body=body, content_type=content_type, pieces=parts.pieces, size=parts.size)


def without_pictures(body: bytes) -> bytes:
    """The page's bytes without the pictures inside them."""
    parts = _Parts()
    return _without_base64(_without_svg(_without_data(body, parts), parts), parts)


@dataclass
class _Parts:
    pieces: int = 0
    size: int = 0

    def take(self, size: int) -> bytes:
        self.pieces += 1
        self.size += size
        return b"cut-%d" % size


def _legible(body: bytes, content_type: str) -> tuple[bytes, str]:
    """The body in UTF-8 where its charset spells ASCII in other bytes (UTF-16, UTF-7, EBCDIC …), in which nothing could be found."""
    try:
        charset, text = html_to_unicode(content_type, body)
    except (LookupError, UnicodeError):
        return body, content_type
    if _plain(charset):
        return body, content_type
    return text.encode("utf-8", "replace"), "text/html; charset=utf-8"


@cache
def _plain(charset: str) -> bool:
    try:
        return PRINTABLE.decode(charset) == PRINTABLE.decode("ascii")
    except (LookupError, UnicodeError):
        return False


def _without_data(body: bytes, parts: _Parts) -> bytes:
    small = body.lower()
    if b"data:" not in small:
        return body
    last = {opener: body.rfind(closer) for opener, closer in CLOSERS.items()}
    kept, done = [], 0
    while found := DATA.search(small, done):
        end = _end(body, found, last)
        if TAKEN.fullmatch(body, found.end(), end):
            kept.append(body[done:end])
        else:
            kept += [body[done : found.end()], parts.take(end - found.end())]
        done = end
    return b"".join([*kept, body[done:]]) if kept else body


def _end(body: bytes, found: re.Match[bytes], last: Mapping[bytes, int]) -> int:
    """Where the payload ends: at the quote or bracket it began in, else at the first character that no URI has."""
    opener = body[max(found.start() - 1, 0) : found.start()]
    if last.get(opener, -1) >= found.end():
        return body.find(CLOSERS[opener], found.end())
    bare = BARE.match(body, found.end())
    return bare.end() if bare else found.end()


def _without_base64(body: bytes, parts: _Parts) -> bytes:
    if not any(head in body for head in HEADS):
        return body
    return BASE64.sub(lambda found: parts.take(len(found[0])), body)


def _without_svg(body: bytes, parts: _Parts) -> bytes:
    """The body with a placeholder for each outermost inline picture."""
    small = body.lower()
    if b"<svg" not in small:
        return body
    kept, done = [], 0
    for start, closed in _svgs(small):
        if start < done:
            continue
        end = closed or _broken_out(small, start)
        if not PLACEHOLDER.fullmatch(body, start, end):
            kept += [body[done:start], b"<svg data-" + parts.take(end - start).replace(b"-", b"=") + b"></svg>"]
            done = end
    return b"".join([*kept, body[done:]]) if kept else body


def _broken_out(body: bytes, start: int) -> int:
    breakout = BREAKOUT.search(body, start)
    return breakout.start() if breakout else len(body)


def _svgs(body: bytes) -> list[tuple[int, int | None]]:
    """Where each inline picture starts and, if it was closed, ends; in the order of their starts."""
    found: list[tuple[int, int | None]] = []
    under_way: list[int] = []
    for tag in SVG.finditer(body):
        if tag[0].startswith(b"</"):
            if under_way:
                number = under_way.pop()
                found[number] = (found[number][0], tag.end())
        elif len(found) == MOST_SVGS:
            return [*((start, end or len(body)) for start, end in found), (tag.start(), len(body))]
        elif tag[0].endswith(b"/>"):
            found.append((tag.start(), tag.end()))
        else:
            under_way.append(len(found))
            found.append((tag.start(), None))
    return found
