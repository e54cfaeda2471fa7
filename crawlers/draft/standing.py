"""Whether a selector reads the offer, or what every page of the market shows around it."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from crawlers.draft.sample import Element, Sample
from crawlers.draft.zones import body, frame
from crawlers.extract import LISTS
from crawlers.profile import Pick, Selector, select
from crawlers.shown import every

FEWEST = 3
"""Pages from which one value on all of them tells something."""
NEAR = 8
"""Levels up to which a trail of links to categories is looked for."""


def unvaried(field: str, selector: Selector, samples: Sequence[Sample]) -> bool:
    """Whether several different pages all give one value."""
    read = [(value, sample) for sample in samples if (value := _value(field, selector, sample))]
    if len(read) < FEWEST or len({value for value, _ in read}) > 1:
        return False
    return len({sample.title for _, sample in read}) > 1 or len({body(sample) for _, sample in read}) > 1


def _value(field: str, selector: Selector, sample: Sample) -> tuple[str, ...]:
    """What a field reads: of a trail of categories all steps."""
    found = sample.first(selector)
    return tuple(every(sample.node, selector)) if found and field in LISTS else (found,) * bool(found)


def framed(selector: Selector, samples: Sequence[Sample]) -> bool:
    """Whether what a selector reads stands in the market's frame, and in no trail of links to categories."""
    return any(frame(place, sample) and not trailing(place) for place, sample in _first(selector, samples))


def barred(selector: Selector, samples: Sequence[Sample]) -> bool:
    """Whether what a selector reads stands in a bar of links, or over or under the whole page."""
    return any(_barred(place, sample) and not trailing(place) for place, sample in _first(selector, samples))


def trailing(element: Element) -> bool:
    """Whether an element stands in a trail of links to categories: "Home > Lamps > Brass"."""
    near = (element, *islice(element.iterancestors(), NEAR))
    return any("crumb" in f"{one.get('class')} {one.get('id')} {one.get('aria-label')}".lower() for one in near)


def _barred(place: Element, sample: Sample) -> bool:
    around = {one.tag for one in (place, *place.iterancestors()) if sample.node.root in one.iterancestors()}
    return "nav" in around or (bool({"header", "footer"} & around) and not {"main", "article"} & around)


def _first(selector: Selector, samples: Sequence[Sample]) -> Iterator[tuple[Element, Sample]]:
    """The element that a selector reads on the first sample that has it; none where it reads what is no element's."""
    path = selector.select if isinstance(selector, Pick) else selector
    for sample in [one for one in samples if one.first(selector)][:1]:
        yield from ((one, sample) for node in select(sample.node, path)[:1] for one in _element(node.root))


def _element(found: Any) -> list[Element]:
    """What an XPath found, where it is an element, or the one that the text stands in."""
    if hasattr(found, "iterancestors"):
        return [found]
    parent = found.getparent() if hasattr(found, "getparent") else None
    return [] if parent is None else [parent]
