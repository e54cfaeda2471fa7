"""One page, or one row of a result page, that the parts of a draft look at."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import parsel

from crawlers.profile import Selector, select
from crawlers.shown import every, first

SILENT = frozenset(
    {"head", "script", "style", "template", "noscript", "option", "select", "textarea", "title", "svg", "button"}
)
MOST_LETTERS = 4_000
MOST_TEXTS = 6_000
"""Texts of one page that are looked at."""

Element = Any
"""lxml ships no types."""


@dataclass(frozen=True, eq=False)
class Sample:
    """A part of a saved page that shows one offer, or is thought to."""

    node: parsel.Selector = field(repr=False)
    page: str
    """Name of the file."""
    title: str = ""
    """The page's own <title>."""
    row: bool = False

    @property
    def prefix(self) -> str:
        """How an XPath begins that looks inside the sample."""
        return ".//" if self.row else "//"

    @cached_property
    def texts(self) -> list[tuple[Element, bool, str]]:
        """Every text with the element that it stands in (or behind, where True), in the order of the page."""
        return list(_texts(self.node.root))

    @cached_property
    def _read(self) -> dict[Selector, str]:
        return {}

    def first(self, selector: Selector) -> str:
        """The text that `extract` would read by the selector; "" where it finds none, or is none."""
        if selector not in self._read:
            self._read[selector] = _first(self.node, selector)
        return self._read[selector]

    def count(self, selector: str) -> int:
        """How many places a selector finds."""
        return len(select(self.node, selector))


def _first(node: parsel.Selector, selector: Selector) -> str:
    try:
        return first(node, selector)
    except (ValueError, RecursionError):
        return ""


def said(element: Element) -> str:
    """The text of an element as a page shows it, a line for each block."""
    return next(iter(every(parsel.Selector(root=element, type="html"), "./self::*")), "")


def flat(text: str | None) -> str:
    """The text on one line."""
    return " ".join((text or "").split())


def whole(element: Element, most: int = MOST_LETTERS) -> str:
    """Every text inside an element, on one line, as XPath's normalize-space sees it; of a long one the beginning."""
    parts, letters = [], 0
    for part in element.itertext():
        parts.append(part)
        letters += len(part)
        if letters > most:
            break
    return flat("".join(parts))


def _texts(root: Element) -> Iterator[tuple[Element, bool, str]]:
    from lxml import etree  # type: ignore[import-untyped]  # noqa: PLC0415

    seen = 0
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        if seen > MOST_TEXTS:
            return
        inside = event == "start"
        if inside and (not isinstance(element.tag, str) or element.tag in SILENT):
            walker.skip_subtree()
            continue
        if not inside and element is root:
            return
        if text := flat(element.text if inside else element.tail):
            seen += 1
            yield element, not inside, text
