"""Quantities and counts as markets write them."""

import re
from decimal import Decimal

from pipeline.records import Amount
from pipeline.values.numbers import MOST, NUMBER, TIGHT, number, readable

MOST_AMOUNTS = 8

_UNITS = (
    "rounds rds cartridges shells bullets pieces pcs units boxes packs magazines mags kilograms kilos kilo kgs kg grams gram gr g "
    "milligrams mg micrograms mcg ug lbs lb ounces ounce oz ml cl litres liters tablets tabs pills capsules caps blotters x "
    "шт патронов кг гр мг stück stk piezas unidades pièces"
)
"""Singular names are left out: what stands before them is more often a model (Glock 19 box) than a number."""

_UNIT = "|".join(sorted(_UNITS.split(), key=len, reverse=True))
_AMOUNT = re.compile(
    rf"(?<![\w.,/⁄$€£฿#-])(?P<value>{TIGHT})(?P<kilo>k(?= ))? ?-?(?P<unit>{_UNIT})(?![^\W_])"
    rf"|(?<![\w.,/⁄])x ?(?P<times>{TIGHT})(?![\w.,])",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    rf"(?<![\w.,-])(?<!\d~)(?P<count>{NUMBER})(?P<kilo>k)?(?![^\W\d_]|%|[.,]?\d| ?[-–~] ?\d)", re.IGNORECASE
)

_UNIT_WORD = r"(?P<unit>[^\W\d_]{1,20})"
_QUANTITY = re.compile(
    rf"(?<![\w.,/$€£฿-])(?:(?P<part>\d{{1,3}})/(?P<whole>\d{{1,3}})|(?P<value>{TIGHT}))(?: ?[-–] ?{TIGHT})?(?![.,]?\d)\+? ?-?{_UNIT_WORD}?",
)
_WORD = re.compile(rf"{_UNIT_WORD}(?![^\W_])")
_NO_UNITS = frozenset("or and und oder to bis more up plus mehr for at from ab".split())  # noqa: SIM905
"""Words that follow the number of a quantity without a unit."""


def amounts(text: str) -> tuple[Amount, ...]:
    """The quantities in a text, in its order and at most eight, with their units as written; a calibre is none."""
    found = [_amount(match) for match in _AMOUNT.finditer(readable(text))]
    return tuple(dict.fromkeys(amount for amount in found if amount))[:MOST_AMOUNTS]


def whole(text: str) -> int | None:
    """The first count in a text ("1,204 sold", "1.2k", "(35)"), or None; fractions, percentages and ranges are no counts."""
    found = _WHOLE.search(readable(text))
    value = number(found["count"], decimal_comma=True) if found else None
    if found is None or value is None:
        return None
    value = value * 1000 if found["kilo"] else value
    return int(value) if value <= MOST and value == value.to_integral_value() else None


def lot(text: str) -> tuple[Amount, ...]:
    """The quantities in a text that is known to say how much is offered: the number it begins with has any unit ("10 cartons")."""
    found = _QUANTITY.match(readable(text))
    whole_lot = _counted(found) if found else None
    return amounts(text) or ((whole_lot,) if whole_lot else ())


def quantity(text: str) -> Amount | None:
    """The first quantity of a text that is known to say one: "112g", "1/4 pound", "Each", "from 10 pcs", "100+"."""
    head = readable(text)
    found = _QUANTITY.search(head)
    return _counted(found) if found else _one(head)


def leading(text: str) -> Amount | None:
    """The quantity that a text begins with."""
    head = readable(text)
    found = _QUANTITY.match(head)
    return _counted(found) if found else _one(head)


def _counted(found: re.Match[str]) -> Amount | None:
    value = _fraction(found["part"], found["whole"]) if found["part"] else number(found["value"])
    return _quantity(value, found["unit"] or "")


def _one(head: str) -> Amount | None:
    """One of what a text names first."""
    found = _WORD.match(head)
    return _quantity(Decimal(1), found["unit"]) if found else None


def _fraction(part: str, whole_: str) -> Decimal | None:
    return Decimal(part) / Decimal(whole_) if int(whole_) else None


def _quantity(value: Decimal | None, unit: str) -> Amount | None:
    if value is None or not 0 < value <= MOST:
        return None
    return Amount(value=value, unit="" if unit.lower() in _NO_UNITS else unit.lower())


def _amount(found: re.Match[str]) -> Amount | None:
    value = number(found["value"] or found["times"])
    if value is None or not 0 < value <= MOST:
        return None
    value = value * 1000 if found["kilo"] else value
    return Amount(value=value, unit=(found["unit"] or "x").lower())
