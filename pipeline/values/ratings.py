"""Ratings as markets write them."""

import re
from decimal import Decimal

from pipeline.records import Score
from pipeline.values.numbers import TIGHT, number, readable

HUNDRED = Decimal(100)

_OF = re.compile(
    rf"(?<![\w.,/-])(?P<value>{TIGHT}) ?(?:/|\bof\b|\bout of\b|\bvon\b) ?(?P<most>5|10|100)(?![\w/]|[.,]\d)",
    re.IGNORECASE,
)
_PERCENT = re.compile(rf"(?<![\w.,/+-])(?P<value>{TIGHT}) ?%")
_COUNTED = re.compile(rf"\+ ?(?P<good>{TIGHT})[^\w+]{{1,6}}[-−–] ?(?P<bad>{TIGHT})")
_PAIR = re.compile(rf"\+ ?(?P<good>{TIGHT})[^\w+]{{1,6}}(?P<bad>0)(?![\w.,])")
_STARS = re.compile(r"(?P<full>[★⭐✭]{1,10})(?P<empty>[☆✩]{0,10})")
_MOST_STARS = (5, 10)


def score(text: str) -> Score | None:
    """The rating in a text: "4.87/5", "98.2%", "+46 | −4" (good ones of all), "★★★★☆"; or None.

    A bare number is none, for it does not say of how much.
    """
    head = readable(text)
    if found := _OF.search(head):
        return _score(number(found["value"]), Decimal(found["most"]))
    if found := _COUNTED.search(head) or _PAIR.search(head):
        return _counted(number(found["good"]), number(found["bad"]))
    if found := _PERCENT.search(head):
        return _score(number(found["value"]), HUNDRED)
    return _stars(head)


def _score(value: Decimal | None, most: Decimal) -> Score | None:
    return Score(value=value, most=most) if value is not None and value <= most else None


def _counted(good: Decimal | None, bad: Decimal | None) -> Score | None:
    if good is None or bad is None or not 0 < good + bad <= 10**9:
        return None
    return _score(good, good + bad)


def _stars(text: str) -> Score | None:
    found = _STARS.search(text)
    most = len(found["full"] + found["empty"]) if found else 0
    return Score(value=Decimal(len(found["full"])), most=Decimal(most)) if found and most in _MOST_STARS else None
