"""How much a text looks like the title of an offer, beside the page's own title."""

import re

from crawlers.draft.labels import label, means
from crawlers.draft.sample import Element, Sample, flat, whole
from crawlers.draft.zones import body, brands
from pipeline.values import money

BETWEEN = re.compile(r"\s+(?:[-–—|•·»>:/@~]{1,2}|::)\s+")
"""What stands between an offer's title and the market's name in a page's own title."""
LONGEST = 400
SHORTEST, SHORT = 3, 8
DISTINCT = 5
"""Letters beyond which it is no chance that the page's own title has a text too."""
NOT_TITLES = re.compile(
    r"(?:offer|listing|item|product|ad|lot|no|nr|id)\W*#?\d+|((?:product|item|listing|offer|ad)s? (?:details|page|info|information|view)|feedback|reviews?|ratings?|description|details|buy|order|purchase|view|more|cart|shipping|similar|related|bewertungen|beschreibung|avis|comments?|terms|welcome|home|listings?|products?|search)\b\W*(now|details|listing|product|options?|offers?|\d+|\(\d*\))?\W*",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d_]+")
CURRENCY = re.compile(r"[A-Z]{3,4}|[a-z]{1,2}")

BIG = re.compile(
    r"font-size:\s*(?:1[89]|[2-9]\d)(?:\.\d+)?(?:px|pt)|font-size:\s*(?:1\.[3-9]|[2-9])\d*r?em|font-size:\s*(?:1[3-9]|[2-9]\d)\d%|font-size:\s*(?:x+-)?large"
)
BIG_FONTS = frozenset({"4", "5", "6", "7", "+1", "+2", "+3", "+4"})


def big(element: Element) -> float:
    """How much an element without a heading's tag looks like one: by a large font, else by a bold one."""
    if BIG.search(element.get("style", "")) or element.get("size") in BIG_FONTS or element.tag == "big":
        return 0.18
    bold = element.tag in ("b", "strong") or "bold" in element.get("style", "") or element.tag == "legend"
    return 0.02 * (bold and not label(whole(element)))


def quality(text: str, sample: Sample) -> float:
    """From 0 to 1.2, which a text has that the page's own title has as a whole part."""
    plain = flat(text)
    if len(text) > LONGEST or len(plain) < SHORTEST or not WORD.search(plain) or _other(text):
        return 0.0
    if plain.lower() in brands(sample):
        return 0.0
    short = 0.15 * (len(plain) < SHORT)
    if sample.row or not sample.title:
        return 0.8 - short - 0.2 * ("\n" in text)
    if plain.lower() not in body(sample) and "\n" not in text:
        return 0.5 - short
    return _beside(plain.lower(), sample) - short - 0.2 * ("\n" in text)


def _beside(plain: str, sample: Sample) -> float:
    """How well a text goes with the page's own title."""
    title = sample.title.lower()
    parts = [part for part in (title, *BETWEEN.split(title)) if part in body(sample) and not NOT_TITLES.fullmatch(part)]
    distinct = len(plain) > DISTINCT
    if sample.texts and plain == sample.texts[0][2].lower():
        return 0.6
    if plain in parts or (distinct and title.startswith(plain) and len(plain) > 0.3 * len(title)):
        return 1.2
    if distinct and plain in title:
        return 1.1
    return 0.75 if any(len(part) >= SHORT and part in plain for part in parts) else 0.6


def _other(text: str) -> bool:
    """Whether a text is a label, a heading of every page, or money and nothing else."""
    amount = money(text) is not None and all(CURRENCY.fullmatch(word) for word in WORD.findall(text))
    return amount or bool(means(text) or NOT_TITLES.fullmatch(text))
