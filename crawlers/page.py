"""A fetched page: its bytes, where they came from, and the document they spell."""

import re
from dataclasses import dataclass, field
from functools import cached_property

import parsel
from w3lib.encoding import html_to_unicode

from crawlers.pattern import local
from crawlers.reason import Reason
from pipeline.records import Capture, Rejected

HTML_TYPES = frozenset({"", "text/html", "application/xhtml+xml"})
PICTURE = re.compile(r"""(["'])data:image/[a-z0-9.+-]{1,40};base64,[A-Za-z0-9+/=\s]*+\1""")
WORDS = re.compile(r"""[\s/"'=<>]+""")
MANY_WORDS = 50_000
"""libxml2 2.14 needs 3 s for a tag with so many attributes and time grows with the square; no real page has so many different words."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a market answered to one request."""

    capture: Capture
    body: bytes = field(repr=False)
    content_type: str = "text/html"
    status: int = 200
    location: str = ""
    """Where a redirect leads."""

    @cached_property
    def address(self) -> str:
        """Path and query on the market, whatever the mirror; "" for no such address."""
        return local(self.capture.url) or ""

    @cached_property
    def document(self) -> parsel.Selector | Rejected:
        """The page as a tree, pictures cut out; or why it cannot be one."""
        if not self.body.strip():
            return Rejected(reason=Reason.EMPTY)
        if self.content_type.partition(";")[0].strip().lower() not in HTML_TYPES or b"<" not in self.body:
            return Rejected(reason=Reason.NOT_HTML, detail=self.content_type[:100])
        text = PICTURE.sub('""', _decoded(self.content_type, self.body))
        if len(text) > MANY_WORDS and len(set(WORDS.split(text))) > MANY_WORDS:
            return Rejected(reason=Reason.HOSTILE, detail="too many different words")
        return parsel.Selector(text=text, type="html")


def _decoded(content_type: str, body: bytes) -> str:
    try:
        text = html_to_unicode(content_type, body)[1]
    except LookupError:  # "charset=base64" names a codec of Python that decodes no text
        text = body.decode("utf-8", "replace")
    return text.encode("utf-8", "replace").decode()
