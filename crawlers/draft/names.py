"""Selectors of an element by what its author called it: ids and classes, and by its place only where nothing names it."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from crawlers.draft.sample import Element, Sample, said

WORD = re.compile(r"-?[A-Za-z_][\w-]{0,60}", re.ASCII)
HASHED = re.compile(r"\d{2,}|(?=\w*\d)(?=\w*[A-Z])\w{5,}|^(css|sc|jsx|svelte|_)-?\w*\d|__[A-Za-z0-9]{5,}$")
"""Names that a build or a trap makes, new with each release or page."""
STATES = frozenset(
    {
        "active",
        "selected",
        "in",
        "show",
        "open",
        "odd",
        "even",
        "first",
        "last",
        "fade",
        "hidden",
        "clearfix",
        "pull-left",
        "pull-right",
        "left",
        "right",
    }
)
LAYOUT = re.compile(
    r"(col|row|container|offset|order|m[tblrxy]?|p[tblrxy]?|d|w|h|g|text|bg|border|float|align|justify|flex|fa|icon|btn|rounded|shadow|img|font|display)(-.*)?|[mp][tblrxy]?-?\d"
)
"""Names that say how a thing looks or where it stands; they are taken where there is no better one."""

STEPS = 5
"""Levels of a page in the longest selector by places."""


def classes(element: Element) -> list[str]:
    """The classes of an element that a selector can name, those that mean something first."""
    names = [name for name in (element.get("class") or "").split() if WORD.fullmatch(name) and name not in STATES]
    return sorted(dict.fromkeys(names), key=lambda name: (bool(HASHED.search(name)), bool(LAYOUT.fullmatch(name))))


def identity(element: Element) -> str:
    """The id of an element where it is a name, not a number."""
    name = element.get("id") or ""
    return name if WORD.fullmatch(name) and not HASHED.search(name) else ""


def own(element: Element) -> Iterator[str]:
    """What an element is called: its id, its classes, its tag."""
    if name := identity(element):
        yield f"#{name}"
    named = classes(element)
    for name in named[:3]:
        yield f".{name}"
    for name in named[:2]:
        yield f"{element.tag}.{name}"
    if len(named) > 1:
        yield f".{named[0]}.{named[1]}"
    if (prop := element.get("itemprop")) and WORD.fullmatch(prop):
        yield f"[itemprop={prop}]"
    if element.tag == "font" and re.fullmatch(r"[+-]?\d", size := element.get("size") or ""):
        yield f"font[size='{size}']"
    yield element.tag
    if element.tag == "td":
        yield f"td:nth-child({1 + sum(1 for _ in element.itersiblings(preceding=True))})"


def selectors(element: Element, sample: Sample) -> list[str]:
    """Selectors that find an element first in its sample, the plainest first: by its own name, then by that of what holds it."""
    if not WORD.fullmatch(element.tag):
        return []
    names = list(own(element))
    found = names[:]
    around = _around(element, sample)
    for outer in around[:4]:
        found += [f"{outer} {name}" for name in names[:2] + names[-1:]]
        found += [f"{outer} > {name}" for name in names[-1:]]
    parent = element.getparent()
    if parent is not None and isinstance(parent.tag, str) and WORD.fullmatch(parent.tag) and around:
        found += [f"{outer} {parent.tag} {element.tag}" for outer in around[:2]]
    text = said(element)
    good = [name for name in dict.fromkeys(found) if sample.first(name) == text]
    return good or [path for path in _paths(element, sample) if sample.first(path) == text][:1]


def _paths(element: Element, sample: Sample) -> Iterator[str]:
    """Where an element stands that nothing names: its place in what holds it, and that one's place, the shortest first."""
    path = ""
    for one in islice((element, *element.iterancestors()), STEPS):
        if (
            one is sample.node.root
            or not isinstance(one.tag, str)
            or one.tag in ("html", "body")
            or not WORD.fullmatch(one.tag)
        ):
            return
        if path and (name := next(own(one))) != one.tag:
            yield f"{name} > {path}"
        place = 1 + sum(1 for _ in one.itersiblings(one.tag, preceding=True))
        path = f"{one.tag}:nth-of-type({place})" + (f" > {path}" if path else "")
        yield path


def _around(element: Element, sample: Sample) -> list[str]:
    outer: list[str] = []
    for ancestor in element.iterancestors():
        if ancestor is sample.node.root or not isinstance(ancestor.tag, str) or ancestor.tag == "body":
            break
        outer += [name for name in list(own(ancestor))[:2] if name[0] in "#."]
    return list(dict.fromkeys(outer))


def words(element: Element) -> set[str]:
    """The words in the names of an element: "seller-name", "sellerName" and "seller_name" all have two."""
    named = " ".join(
        (
            element.get("class") or "",
            element.get("id") or "",
            element.get("itemprop") or "",
            element.get("data-testid") or "",
            element.get("name") or "",
        )
    )
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", named[:400])
    return set(re.split(r"[^a-z]+", apart.lower())) - {""}


def called(element: Element, known: Sequence[str] | frozenset[str]) -> bool:
    """Whether a name of the element has one of the words."""
    return not words(element).isdisjoint(known)
