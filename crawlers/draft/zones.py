"""Which parts of a page are the market's own frame, and which are fenced off from the offer."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from crawlers.draft.known import known
from crawlers.draft.names import words
from crawlers.draft.sample import Element, Sample, whole

FRAMES = frozenset({"nav", "footer", "aside"})
FRAME_WORDS = re.compile(
    r"nav(bar|igation|items?|header|i)?|(side|top|left|right|main|head|sub|drop)?(menu|nav|bar)(dropdown|items?|header)?"
    r"|\w*(sidebar|navbar|sidenav|footer|dropdown|breadcrumb|masthead|exchange|wallet|headnav|naviheader)\w*"
    r"|rates?|balances?|login|logout|categories|catlist|topmost|controlbox|ticker|announcements?|news|newsitem"
)
OTHERS = known(
    "feedback feedbacks review reviews rating ratings comment comments related similar recommended recommendations promoted featured suggestions also other more recent"
)
ALIKE = frozenset({"similar", "related", "recommended", "recommendations", "suggestions"})
HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6", "caption", "legend"})
HEADED = 4
"""Levels up to which the heading of a part is looked for."""
APART = re.compile(
    r"\b(ship\w*|deliver\w*|postage|versand\w*|lieferung|livraison|envío|доставк\w*|feedbacks?|reviews?|bewertungen|avis|отзывы|(other|more|autres|weitere|andere) \w+|related|similar|recommended|featured|top \w+|also)\b",
    re.IGNORECASE,
)
"""What a heading says over what belongs to no offer of the page."""
FEET = 3
"""So many footers are those of cards, not that of the page."""
MOST_SHARE = 0.5
"""What says more than this share of a page is no frame, whatever it is called."""


def frames(sample: Sample) -> set[Element]:
    """The outermost elements of a sample that belong to the market's frame."""
    if "frames" not in sample.__dict__:
        letters = _letters(sample)
        most = MOST_SHARE * letters.get(sample.node.root, 0)
        named = [one for one in sample.node.root.iterdescendants() if isinstance(one.tag, str) and _frames(one)]
        feet = [one for one in named if one.tag == "footer" or "footer" in words(one)]
        ends = set(feet) if len(feet) >= FEET else set()
        sample.__dict__["frames"] = {one for one in named if letters.get(one, 0) <= most and one not in ends}
    return sample.__dict__["frames"]  # type: ignore[no-any-return]  # kept beside the frozen fields


def _letters(sample: Sample) -> Counter[Element]:
    """How much each element says."""
    letters: Counter[Element] = Counter()
    for element, behind, text in sample.texts:
        for one in (() if behind else (element,), element.iterancestors()):
            letters.update(dict.fromkeys(one, len(text)))
    return letters


def frame(element: Element, sample: Sample) -> bool:
    """Whether an element stands in the market's frame: navigation, sidebar, balances, footer."""
    return within(element, frames(sample))


def _frames(element: Element) -> bool:
    if element.tag in ("html", "body", "main", "article"):
        return False
    if element.tag in FRAMES or (element.get("id") or "") in ("header", "top"):
        return True
    return any(FRAME_WORDS.fullmatch(word) for word in words(element))


def aside(element: Element, sample: Sample) -> bool:
    """Whether an element stands among reviews or other offers."""
    return _among(element, sample, OTHERS)


def alike(element: Element, sample: Sample) -> bool:
    """Whether an element stands among offers like the one that the page shows."""
    return _among(element, sample, ALIKE)


def apart(element: Element) -> bool:
    """Whether the nearest heading before an element is one of ways of delivery, reviews or other offers."""
    for one in (element, *islice(element.iterancestors(), HEADED)):
        for before in one.itersiblings(preceding=True):
            if before.tag in HEADINGS:
                return bool(APART.search(whole(before)[:60]))
    return False


def _among(element: Element, sample: Sample, names: frozenset[str]) -> bool:
    root = sample.node.root
    for one in (element, *element.iterancestors()):
        if one is root:
            return False
        if isinstance(one.tag, str) and not words(one).isdisjoint(names):
            return True
    return False


def within(element: Element, outer: Sequence[Element] | set[Element]) -> bool:
    """Whether an element is one of others, or inside one."""
    return element in outer or any(one in outer for one in element.iterancestors())


def body(sample: Sample) -> str:
    """What a sample says outside the frame, in small letters."""
    if "body" not in sample.__dict__:
        texts = [
            text
            for element, behind, text in sample.texts
            if not frame(element.getparent() if behind else element, sample)
        ]
        sample.__dict__["body"] = "\n".join(texts).lower()
    return sample.__dict__["body"]  # type: ignore[no-any-return]  # as above


def brands(sample: Sample) -> set[str]:
    """What the market calls itself: the text of links to its front page."""
    if "brands" not in sample.__dict__:
        links = sample.node.root.xpath(
            ".//a[@href='/' or @href='./' or @href='?' or starts-with(translate(@href, './', ''), 'index') or translate(@href, './', '')='home' or contains(@class, 'brand') or contains(@class, 'logo')] | .//*[@id='logo' or @class='logo' or @class='brand']"
        )
        sample.__dict__["brands"] = {whole(one).lower() for one in links[:20]} - {""}
    return sample.__dict__["brands"]  # type: ignore[no-any-return]  # as above
