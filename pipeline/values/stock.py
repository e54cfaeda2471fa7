"""What markets say of their stock."""

import re

from pipeline.records import Supply
from pipeline.values.amounts import whole
from pipeline.values.numbers import readable

_UNLIMITED = re.compile(r"unlimited|infinite|endless|no limit|unbegrenzt|illimité|∞|без ограничений", re.IGNORECASE)
_NONE = re.compile(
    r"\b(?:out of stock|sold ?out|not? (?:longer )?(?:available|in stock)|unavailable|ausverkauft|none|нет в наличии)\b",
    re.IGNORECASE,
)
_LEAST = re.compile(r"(?:[>≥]|\b(?:over|more than|at least|mehr als|über)\b) ?=? ?\d|\d ?\+", re.IGNORECASE)
_AVAILABLE = re.compile(r"\b(?:in stock|available|auf lager|yes|disponible|en stock|в наличии)\b", re.IGNORECASE)


def stock(text: str) -> tuple[int | None, Supply]:
    """How many are left, and what is said instead of an exact number: "Only 2 in stock!", "> 50 left", "Unlimited", "sold out"."""
    head = readable(text)
    if _UNLIMITED.search(head):
        return None, Supply.UNLIMITED
    count = whole(head)
    if count is not None:
        return count, Supply.AT_LEAST if _LEAST.search(head) else Supply.UNKNOWN
    if _NONE.search(head):
        return 0, Supply.UNKNOWN
    return None, Supply.AVAILABLE if _AVAILABLE.search(head) else Supply.UNKNOWN
