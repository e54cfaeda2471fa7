"""What a part of a page says to a reader, as plain lines."""

import re
from collections.abc import Iterator

import parsel
from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

from crawlers.profile import Pick, Selector, select

BLOCK = re.compile(
    "address|article|blockquote|d[dlt]|div|fieldset|footer|form|h[1-6r]|header|li|main|nav|[ou]l|option|p|pre|section"
    "|table|t[dhr]"
)
"""Elements that stand on lines of their own."""
SILENT = frozenset({"head", "script", "style", "template", "noscript"})
MOST_PARTS = 300_000
"""Pieces of text that are read for one selector: a page has fewer, unless what it finds lies one in another a hundred deep."""
MOST_LETTERS = 10_000_000
"""Letters that are read for one selector: twice the largest page, where what it finds does not lie one in another."""
EDGE = "\x1f"
BLANK = re.compile(r"[^\S\n]+")
EMPTY_LINES = re.compile(r"\n{3,}")


def first(node: parsel.Selector, selector: Selector) -> str:
    """The first text that the selector finds; "" where it finds none."""
    return next(every(node, selector), "")


def every(node: parsel.Selector, selector: Selector) -> Iterator[str]:
    """Every text that the selector finds, empty ones left out, each read when it is asked for."""
    pick = selector if isinstance(selector, Pick) else Pick(select=selector)
    work = letters = 0
    for found in select(node, pick.select):
        parts = _parts(found.root)
        work += len(parts)
        if work > MOST_PARTS or letters > MOST_LETTERS:
            return
        letters += sum(map(len, parts))
        if text := _cut(_joined(parts), pick):
            yield text


def _parts(found: object) -> list[str]:
    """What a string or an element says, piece by piece; nothing for what an XPath can find beside them: comments, numbers, truth values."""
    if isinstance(getattr(found, "tag", None), str):
        return _spoken(found)
    return [_said(found)] if isinstance(found, str) else []


def _joined(parts: list[str]) -> str:
    blocks = (block.strip() for block in "".join(parts).split(EDGE))
    lines = "\n".join(block for block in blocks if block).splitlines()
    return EMPTY_LINES.sub("\n\n", "\n".join(BLANK.sub(" ", line).strip() for line in lines)).strip()


def _spoken(root: object) -> list[str]:
    """What an element and those in it say, with an edge about each block, which stands on lines of its own."""
    parts: list[str] = []
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        tag = element.tag if isinstance(element.tag, str) else "script"  # a comment's tag is a function
        parts.append(EDGE if BLOCK.fullmatch(tag) else "")
        if event == "end":
            parts.append("" if element is root else _said(element.tail))
        elif tag in SILENT:
            walker.skip_subtree()
        else:
            parts.append("\n" if tag == "br" else _said(element.text))
    return parts


def _said(text: str | None) -> str:
    return (text or "").replace(EDGE, " ")


def _cut(text: str, pick: Pick) -> str:
    if pick.after:
        text = text.partition(pick.after)[2].lstrip()
    if pick.before:
        text = text.partition(pick.before)[0]
    return text.strip()
