"""Links that lead to a market's shelves by where they stand, whatever their addresses say: in a trail or a list of categories."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import islice

from crawlers.draft.addresses import Shapes, links
from crawlers.draft.labels import label
from crawlers.draft.names import words
from crawlers.draft.sample import Element, Sample, whole
from crawlers.draft.standing import trailing

NAMES = re.compile(r"categor(y|ies)|cats?|catlist|kategorien?|rubriken|departments?|(category|cat)(tree|list|menu|nav)")
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "summary", "legend", "caption"})
NEAR = 5
"""Levels up to which the name of a list, or its heading, is looked for."""
FEWEST = 2
"""Different links of one shape that are a list, and pages whose trails have one."""


def shelves(samples: Sequence[Sample], known: Shapes) -> set[str]:
    """The shapes of links that stand in trails of several pages, or several of which stand in lists of categories."""
    pages: Counter[str] = Counter()
    listed: dict[str, set[str]] = defaultdict(set)
    for sample in samples:
        found = links(sample.node.root)
        pages.update({known.shape(link.address) for link in found if trailing(link.element)})
        for link in found:
            if _listed(link.element):
                listed[known.shape(link.address)].add(link.address)
    several = {shape for shape, told in listed.items() if len(told) >= FEWEST}
    return several | {shape for shape, number in pages.items() if number >= FEWEST}


def _listed(anchor: Element) -> bool:
    """Whether a link stands in what is called after categories, or under a heading that says so."""
    for one in islice(anchor.iterancestors(), NEAR):
        if one.tag in ("body", "html", "main"):
            return False
        if any(NAMES.fullmatch(word) for word in words(one)):
            return True
        if (head := next((part for part in one if part.tag in HEADINGS), None)) is not None:
            return _says(head)
    return False


def _says(heading: Element) -> bool:
    told = label(whole(heading)[:60])
    return bool(told and not told.rest and "category_path" in told.fields)
