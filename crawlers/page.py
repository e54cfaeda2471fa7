"""A fetched page: its bytes, where they came from, and the document they spell."""

import re
from dataclasses import dataclass, field
from functools import cached_property

import parsel
from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types
from lxml.etree import _Element  # type: ignore[import-untyped]  # as above
from w3lib.encoding import html_to_unicode

from crawlers.pattern import LONGEST, joined, local
from crawlers.pictures import without_pictures
from crawlers.reason import Reason
from pipeline.records import Capture, Rejected

MOST_ANCHORS = 2_000
"""Links of one page that are looked at."""
HTML_TYPES = frozenset({"", "text/html", "application/xhtml+xml"})
CHARSET = re.compile(r"charset\s*=", re.IGNORECASE)
WORDS = re.compile(r"""[\s/"'=<>]+""")
MOST_WORK = 5_000_000_000
"""Characters times different words: for each attribute libxml2 2.14 walks over all others of its tag, 3 s for so many. Of 349 real pages the worst has a ninth."""
FEW_ELEMENTS, MOST_ELEMENTS = 1_000, 30_000
MOST_PAIRS = 2_200_000
"""Elements and comments side by side or one in another, by twos: "li + li" takes 1 s for so many, and hours for a page full of them.
Of the same real pages none has more than 4,241 elements or 150,000 pairs."""
APART = frozenset({"a", "br"})
"""Elements that stand side by side by the thousand on harmless pages too."""


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
        html = self.content_type.partition(";")[0].strip().lower() in HTML_TYPES
        if html and not self.body.strip():
            return Rejected(reason=Reason.EMPTY)
        if not html or b"<" not in self.body:
            return Rejected(reason=Reason.NOT_HTML, detail=self.content_type[:100])
        text = _decoded(self.content_type, without_pictures(self.body))
        if len(text) ** 2 > 2 * MOST_WORK and len(text) * len(set(WORDS.split(text))) > MOST_WORK:
            return Rejected(reason=Reason.HOSTILE, detail="too many different words")
        tree = parsel.Selector(text=text, type="html")
        return Rejected(reason=Reason.HOSTILE, detail="too many elements") if _crowded(tree) else tree

    @cached_property
    def anchors(self) -> list[tuple[str, _Element]]:
        """Where the page's links lead, whole addresses ("" for what is none), and their elements; none on what is no HTML."""
        if not isinstance(document := self.document, parsel.Selector):
            return []
        base = joined(self.capture.url, document.css("base::attr(href)").get("")[:LONGEST])
        return [(joined(base, found.get("href")), found) for found in document.root.xpath("//a[@href]")[:MOST_ANCHORS]]


def _decoded(content_type: str, body: bytes) -> str:
    """The text of a page. Where no header names a charset, what reads as UTF-8 is UTF-8, whatever the page itself says:
    browsers save every page in UTF-8, and keep the `meta` of the one they had.
    """
    if not CHARSET.search(content_type) and (text := _utf8(body)) is not None:
        return text
    try:
        text = html_to_unicode(content_type, body)[1]
    except (LookupError, UnicodeError):  # "base64" and "idna" name codecs of Python that decode no text, or not any
        text = body.decode("utf-8", "replace")
    return text.encode("utf-8", "replace").decode()


def _utf8(body: bytes) -> str | None:
    """The text of a body that is UTF-8 beyond ASCII; None for any other."""
    try:
        return None if body.isascii() else body.decode().removeprefix("\ufeff")
    except UnicodeDecodeError:
        return None


def _crowded(tree: parsel.Selector) -> bool:
    """Whether selectors that look beside or into each element would stall on the page."""
    elements = tree.root.xpath("count(//* | //comment() | //processing-instruction())")
    return bool(elements > FEW_ELEMENTS) and (elements > MOST_ELEMENTS or _pairs(tree) > MOST_PAIRS)


def _pairs(tree: parsel.Selector) -> int:
    pairs = depth = 0
    for event, element in etree.iterwalk(tree.root, events=("start", "end", "comment", "pi")):
        depth += {"start": 1, "end": -1}.get(event, 0)
        if event == "end":
            continue
        beside = sum(child.tag not in APART for child in element)
        pairs += beside**2 // 2 + depth
        if pairs > MOST_PAIRS:
            break
    return pairs
