"""Where a value stands beside its label: selectors that a person would write by that label."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from crawlers.draft.labels import LONGEST, Label, label
from crawlers.draft.lined import lined
from crawlers.draft.quoting import quoted
from crawlers.draft.sample import SILENT, Element, Sample, flat, whole
from crawlers.draft.zones import within
from crawlers.profile import Pick, Selector

MOST_LABELS = 250
"""Labels of one sample that are looked at."""
LONGEST_WEAK = 60
"""Characters beyond which a text that begins with "from" is a sentence."""
NEXT = 8
"""Labels behind one that may end its value."""
CLIMBS = 3
"""Levels up to which a value may stand further out than its label."""
SPEAKING = ("data-label", "data-title", "data-th", "aria-label", "title")
"""Attributes that markets put labels into."""
SEVERAL = re.compile(r" ?[|•·¦] ?| ?/(?= ?[A-Z][a-z ]+:)")
UNTYPED = frozenset({"select", "input", "textarea", "button", "form"})


class Beside(NamedTuple):
    """A selector of the value beside a label."""

    field: str
    selector: Selector
    weak: bool


class _Hit(NamedTuple):
    label: Label
    anchor: str
    """XPath of the label."""
    element: Element
    """The label's element; the one around a label that is a bare text."""
    after: Element | None
    """The element behind which a bare text stands."""
    bare: bool
    following: tuple["_Told", ...]
    """The labels that the page has next."""


class _Told(NamedTuple):
    """A text that begins with a label, and the element in which or behind which it stands."""

    element: Element
    behind: bool
    owner: Element
    text: str
    label: Label


def beside(sample: Sample) -> list[Beside]:
    """Every selector of a value beside a label, the nearest first."""
    found: dict[Beside, None] = {}
    for number, (fields, weak, selector) in enumerate(_every(sample)):
        if number > 8 * MOST_LABELS:
            break
        found |= dict.fromkeys(Beside(name, selector, weak) for name in fields)
    return list(found)


def _every(sample: Sample) -> Iterator[tuple[tuple[str, ...], bool, Selector]]:
    several = (text for _, _, text in sample.texts if len(text) <= 2 * LONGEST and SEVERAL.search(text))
    for text in islice(several, MOST_LABELS):
        yield from _segments(sample, text)
    labels = list(islice(_labels(sample), MOST_LABELS))
    for place, told in enumerate(labels):
        following = tuple(labels[place + 1 : place + 1 + NEXT])
        selectors = _inside(sample, told) if told.label.rest else _outside(sample, told, following)
        yield from ((told.label.fields, told.label.weak, selector) for selector in selectors)
    yield from lined(sample)
    yield from _columns(sample)
    yield from _headed(sample)
    yield from _spoken(sample)


def _labels(sample: Sample) -> Iterator[_Told]:
    for element, behind, text in sample.texts:
        owner = element.getparent() if behind else element
        if owner is None or owner.tag in SILENT or not (told := label(text)):
            continue
        if not told.weak or len(text) <= LONGEST_WEAK:
            yield _Told(element, behind, owner, text, told)


def _segments(sample: Sample, text: str) -> Iterator[tuple[tuple[str, ...], bool, Selector]]:
    """Labels with their values one after another in one text: "Price: 5 USD | Ships from: Spain"."""
    for segment in SEVERAL.split(text):
        told = label(segment.strip())
        if told and told.rest:
            begin = f"{sample.prefix}text()[contains(normalize-space(.), {quoted(told.written)})]"
            mark = next((mark for mark in SEVERAL.findall(text[text.find(segment) + len(segment) :])), "")
            yield told.fields, told.weak, Pick(select=begin, after=told.written, before=mark.strip())


def _columns(sample: Sample) -> Iterator[tuple[tuple[str, ...], bool, Selector]]:
    """The cells of a row under the headings of its table."""
    row = sample.node.root if sample.node.root.tag == "tr" else None
    table = next(row.iterancestors("table"), None) if row is not None and sample.row else None
    heads = [] if table is None else [cell for cell in table.xpath("(.//tr)[1]/*") if cell.getparent() is not row]
    told = [label(whole(cell)) for cell in heads]
    if sum(bool(one and not one.rest) for one in told) < 2:  # noqa: PLR2004  # no heading
        return
    for cell, one in zip(heads, told, strict=True):
        if one and not one.rest:
            place = f"ancestor::table[1]//{cell.tag}[{_said(whole(cell), cell)}]/preceding-sibling::*"
            step = f"./*[count(preceding-sibling::*)=count({place})]"
            yield one.fields, one.weak and "ships" not in one.fields[0], step
            if "vendor" in one.fields:
                yield one.fields, one.weak, f"{step}//a"


def _headed(sample: Sample) -> Iterator[tuple[tuple[str, ...], bool, Selector]]:
    """The parts of a row that is no table's, under the first row's, which are labels."""
    row = sample.node.root
    if not sample.row or row.tag == "tr" or row.getparent() is None:
        return
    heads = [one for one in row.getparent()[0] if isinstance(one.tag, str)]
    told = [label(whole(one)) for one in heads]
    if len(heads) == len(row) and sum(bool(one and not one.rest) for one in told) > 1:
        yield from (
            (one.fields, one.weak, f"./*[{place}]") for place, one in enumerate(told, 1) if one and not one.rest
        )


def _inside(sample: Sample, told: _Told) -> Iterator[Selector]:
    """The label and its value in one text."""
    written = told.label.written
    begins = quoted(told.text[: told.text.find(written) + len(written)])
    if whole(told.owner).startswith(told.text):
        select = f"{sample.prefix}{told.owner.tag}[starts-with(normalize-space(.), {begins})]"
        yield Pick(select=select, after=written, before="\n")
    yield Pick(select=f"{sample.prefix}text()[starts-with(normalize-space(.), {begins})]", after=written)


def _outside(sample: Sample, told: _Told, following: tuple[_Told, ...]) -> Iterator[Selector]:
    """The label in a text, its value behind that."""
    owner, text = told.owner, told.text
    if whole(owner) != text:
        anchor = f"{sample.prefix}text()[{_said(text, owner)}]"
        after = told.element if told.behind else None
        yield from _values(sample, _Hit(told.label, anchor, owner, after, bare=True, following=following))
        return
    while (
        (parent := owner.getparent()) is not None
        and owner is not sample.node.root
        and whole(parent) == text
        and not any(map(_pictured, owner.itersiblings()))
    ):
        owner = parent
    if owner.tag not in ("html", "body"):
        anchor = f"{sample.prefix}{owner.tag}[{_said(text, owner)}]"
        yield from _values(sample, _Hit(told.label, anchor, owner, owner, bare=False, following=following))


def _said(text: str, owner: Element) -> str:
    """The condition that an element or text says this; hard spaces count as spaces where the page has them."""
    hard = any("\xa0" in part for part in islice(owner.itertext(), MOST_LABELS))
    return f"normalize-space({'translate(., ' + quoted(chr(160)) + ', ' + quoted(' ') + ')' if hard else '.'})={quoted(text)}"


def spoken(sample: Sample) -> list[tuple[Element, str]]:
    """Elements that carry a label in an attribute, with its field."""
    names = " or ".join(f"@{name}" for name in SPEAKING)
    found = (
        (element, label(flat(element.get(name))))
        for element in sample.node.root.xpath(f".//*[{names}]")[:MOST_LABELS]
        for name in SPEAKING
    )
    return [
        (element, told.fields[0])
        for element, told in found
        if told and not told.rest and not told.weak and element.tag not in UNTYPED
    ]


def _spoken(sample: Sample) -> Iterator[tuple[tuple[str, ...], bool, Selector]]:
    """Labels in attributes."""
    names = " or ".join(f"@{name}" for name in SPEAKING)
    for element in sample.node.root.xpath(f".//*[{names}]")[:MOST_LABELS]:
        for name in SPEAKING:
            told = label(flat(element.get(name)))
            if told is None or told.rest or told.weak or element.tag in UNTYPED:
                continue
            anchor = f"{sample.prefix}*[@{name}={quoted(element.get(name))}]"
            if whole(element):
                yield told.fields, told.weak, anchor
            else:
                hit = _Hit(told, anchor, element, element, bare=False, following=())
                yield from ((told.fields, told.weak, selector) for selector in _values(sample, hit))


def _values(sample: Sample, hit: _Hit) -> Iterator[Selector]:
    """What follows a label, beside it or beside what holds it."""
    anchor, element, after = hit.anchor, hit.element, hit.after
    if hit.bare:
        yield from _next(anchor, after, element, hit)
        yield from _lines(f"{anchor}/..", element, hit)
        return
    yield from _column(sample, hit)
    for _ in range(CLIMBS):
        if element is sample.node.root or element.getparent() is None:
            return
        found = list(_next(anchor, element, element.getparent(), hit))
        yield from found
        if found:
            yield from _lines(f"{anchor}/..", element.getparent(), hit)
            return
        anchor, element = f"{anchor}/..", element.getparent()


def _lines(anchor: str, around: Element, hit: _Hit) -> Iterator[Selector]:
    """What stands between the label and the next line, or the next label, in what holds both."""
    yield Pick(select=anchor, after=hit.label.written, before="\n")
    after = (told.label for told in hit.following if not told.label.weak and within(told.owner, {around}))
    yield from (Pick(select=anchor, after=hit.label.written, before=told.written) for told in islice(after, 1))


def _next(anchor: str, after: Element | None, around: Element, hit: _Hit) -> Iterator[Selector]:
    """The first thing that says something behind the label, and what is linked or pictured in it."""
    told = hit.label
    if not hit.bare and after is not None and flat(after.tail) and around.tag != "tr":
        yield f"{anchor}/following-sibling::text()[normalize-space()][1]"
        return
    siblings = after.itersiblings() if after is not None else iter(around)
    for place, sibling in enumerate(one for one in siblings if isinstance(one.tag, str)):
        if sibling.tag in UNTYPED or place > CLIMBS:
            return
        text = whole(sibling)
        step = f"{anchor}/following-sibling::{_step(sibling, place, text)}"
        if text:
            yield step
            yield from (
                f"{step}{way}"
                for way in ("//a", "/descendant-or-self::*[last()]")
                if "vendor" in told.fields and len(sibling)
            )
            return
        yield from (
            f"{step}/descendant-or-self::*/@{name}"
            for name in ("alt", "title")
            if sibling.xpath(f"descendant-or-self::*/@{name}")
        )
        if flat(sibling.tail):
            yield f"{anchor}/following-sibling::text()[normalize-space()][1]"
            return


def _pictured(element: Element) -> bool:
    """Whether an element shows something that only an attribute names, such as a flag."""
    return isinstance(element.tag, str) and bool(element.xpath("descendant-or-self::*[@alt or @title]"))


def _step(sibling: Element, place: int, text: str) -> str:
    if sibling.tag in ("dd", "td"):
        return f"{sibling.tag}[1]"
    return "*[1]" if place == 0 else "*[normalize-space()][1]" if text else f"*[{place + 1}]"


def _column(sample: Sample, hit: _Hit) -> Iterator[Selector]:
    """The cell under a heading of a table."""
    cell = hit.element
    if cell.tag not in ("th", "td") or cell.getparent() is None or len(cell.getparent()) < 2:  # noqa: PLR2004  # one column is no table
        return
    others = [label(whole(other)) for other in cell.itersiblings() if isinstance(other.tag, str)]
    others += [label(whole(other)) for other in cell.itersiblings(preceding=True) if isinstance(other.tag, str)]
    if not all(others):
        return
    place = f"count({hit.anchor}/preceding-sibling::*)+1" if not sample.row else ""
    if place:
        yield f"{hit.anchor}/ancestor::table[1]//tr[td][not(th)]/td[position()={place}]"
        yield f"{hit.anchor}/../following-sibling::tr[1]/td[position()={place}]"
