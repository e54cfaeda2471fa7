"""Quantities and counts as markets write them."""

import re

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
_WHOLE = re.compile(rf"(?<![\w.,-])(?P<count>{NUMBER})(?P<kilo>k)?(?![^\W\d_]|%|[.,]?\d| ?[-–] ?\d)", re.IGNORECASE)


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


def _amount(found: re.Match[str]) -> Amount | None:
    value = number(found["value"] or found["times"])
    if value is None or not 0 < value <= MOST:
        return None
    value = value * 1000 if found["kilo"] else value
    return Amount(value=value, unit=(found["unit"] or "x").lower())
