"""What a part of a page says to a reader, as plain lines."""

import re

import parsel
from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

from crawlers.profile import Pick, Selector, select

BLOCKS = frozenset(
    {
        "address",
        "article",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
    }
    | {
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "table",
        "td",
        "th",
        "tr",
        "ul",
    }
)
"""Elements that begin and end a line."""
SILENT = frozenset({"head", "script", "style", "template", "noscript"})
BLANK = re.compile(r"[^\S\n]+")
EMPTY_LINES = re.compile(r"\n{3,}")


def first(node: parsel.Selector, selector: Selector) -> str:
    """The first text that the selector finds; "" where it finds none."""
    return next(iter(every(node, selector)), "")


def every(node: parsel.Selector, selector: Selector) -> list[str]:
    """Every text that the selector finds, empty ones left out."""
    pick = selector if isinstance(selector, Pick) else Pick(select=selector)
    texts = (_cut(_text(found.root), pick) for found in select(node, pick.select))
    return [text for text in texts if text]


def _text(found: object) -> str:
    return _lines(found if isinstance(found, str) else _spoken(found))


def _spoken(root: object) -> str:
    parts: list[str] = []
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        silent = not isinstance(element.tag, str) or element.tag in SILENT
        edge = "\n" if element.tag in BLOCKS else ""
        if event == "start" and silent:
            walker.skip_subtree()
        elif event == "start":
            parts += [edge, element.text or ""]
        else:
            parts += [edge, (element.tail or "") if element is not root else ""]
    return "".join(parts)


def _lines(text: str) -> str:
    lines = (BLANK.sub(" ", line).strip() for line in text.splitlines())
    return EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _cut(text: str, pick: Pick) -> str:
    if pick.after:
        text = text.partition(pick.after)[2]
    if pick.before:
        text = text.partition(pick.before)[0]
    return text.strip()
