"""Where on a page the offer itself stands: about its labels and its price."""

from itertools import islice

from crawlers.draft.cards import priced
from crawlers.draft.labels import label
from crawlers.draft.sample import Element, Sample
from crawlers.draft.zones import aside, frame

TELLING = frozenset({"vendor", "price", "ships_from", "ships_to"})
LEADING = 4
"""Texts before the labels that may be a title, and steps out to them."""
FAR = 6
"""Steps beyond which one place is as far as another."""


def away(element: Element, sample: Sample) -> int:
    """How many steps out from the offer's core the first element stands that holds this one too; at most FAR; none in a row."""
    if sample.row or (core := _core(sample)) is None:
        return 0
    holding = {element, *element.iterancestors()}
    return next((steps for steps, one in enumerate((core, *islice(core.iterancestors(), FAR))) if one in holding), FAR)


def leading(sample: Sample) -> list[Element]:
    """The last texts before the first label or price of the offer."""
    before: list[Element] = []
    ends = priced(sample)
    for element, behind, text in sample.texts:
        owner = element.getparent() if behind else element
        if frame(owner, sample) or away(owner, sample) > LEADING:
            continue
        told = label(text)
        if before and (owner in ends or (told and not told.weak and told.fields[0] in TELLING)):
            return before[-LEADING:]
        before.append(owner)
    return []


def _core(sample: Sample) -> Element | None:
    """The smallest element that holds the first label of each telling field, or else the first price."""
    if "core" not in sample.__dict__:
        sample.__dict__["core"] = _smallest(_told(sample) or _first_price(sample))
    return sample.__dict__["core"]  # kept beside the frozen fields


def _told(sample: Sample) -> list[Element]:
    """Where the first label of each field stands outside the frame."""
    found: dict[str, Element] = {}
    for element, behind, text in sample.texts:
        told = label(text)
        owner = element.getparent() if behind else element
        if told and not told.weak and told.fields[0] in TELLING - found.keys() and _offers(owner, sample):
            found[told.fields[0]] = owner
    return list(found.values())


def _first_price(sample: Sample) -> list[Element]:
    prices = priced(sample)
    return [one for one in sample.node.root.iter() if one in prices and _offers(one, sample)][:1]


def _offers(element: Element, sample: Sample) -> bool:
    return not frame(element, sample) and not aside(element, sample)


def _smallest(elements: list[Element]) -> Element | None:
    """The innermost element that holds all."""
    if not elements:
        return None
    rest = [{one, *one.iterancestors()} for one in elements[1:]]
    lines = (elements[0], *elements[0].iterancestors())
    return next((one for one in lines if all(one in line for line in rest)), None)
