"""Quantities and prices in one field."""

import re
from collections.abc import Iterator, Sequence

from classifier.entities.scene import Field
from pipeline.values.found import Found
from pipeline.values.measures import measures, spelt
from pipeline.values.money import prices as sums_of_money

_GRAINS = range(15, 751)
"""Weights of bullets in grains (gr), which a text about arms gives and which are no amounts."""
_WEIGHS = re.compile(r"(?:weigh\w*|gewicht|poids|peso|вес)[^\d]{0,12}$")
_GRAIN = re.compile(r"gr(?:ains?|s)?\.?$|grains?$")
_GOODS_AFTER = re.compile(
    r"[ -]{0,2}(?:(?:eu|us|uk|usa|paypal|accounts?|ebay|bank|amazon|real|loaded) ){0,4}(?:bills?|notes?|banknotes?|balance|gift ?cards?|worth|usd bills?|counterfeit|fake|voucher|in (?:bitcoin|btc)|card|account|per (?:day|week|month|hour)|a (?:day|week|month)|daily|weekly|monthly|profit)(?![^\W_])"
)
_GOODS_BEFORE = re.compile(
    r"(?:mak(?:e|es|ing)|earn(?:s|ed|ing)?|counterfei?t|fake|balance|worth|win|steal|cash ?out|profit|funded|loaded with|preloaded with|contains?|bills?|notes?|up to|limit)[^.;=]{0,14}(?<!for )(?<!for)(?<!= )(?<!price )$|(?:every|guaranteed|guarantee) ?$"
)
_SHOT_AFTER = re.compile(r"[ ,.-]{0,3}(?:#|no\.? ?\d|shot|slug|lead|rifled|load|buck|of shot)")
BACK = 28


def quantities(field: Field) -> list[Found]:
    """Every quantity in a field."""
    return [*measures(field.small), *(spelt(field.small) if field.speaks_of("numbers") else ())]


def amounts(field: Field, taken: Sequence[Found], *, arms: bool) -> Iterator[Found]:
    """The quantities of a field that are no part of a name already `taken`, and in a text about arms no bullet's or gun's weight."""
    for found in quantities(field):
        if any(found.start < other.end and other.start < found.end for other in taken):
            continue
        if not (arms and _is_weight(field.small, found)):
            yield found


def prices(field: Field) -> Iterator[Found]:
    """The sums of money in a field that are asked for or paid, not those that are the goods or a promise."""
    text = field.view.text
    for price, start, end in sums_of_money(text):
        if _GOODS_AFTER.match(field.small, end) or _GOODS_BEFORE.search(field.small, max(0, start - BACK), start):
            continue
        yield Found(f"{price.amount:f} {price.currency}", start, end)


def _is_weight(small: str, found: Found) -> bool:
    number, _, unit = found.value.partition(" ")
    if unit == "oz" and _SHOT_AFTER.match(small, found.end):
        return True
    if unit != "g":
        return unit in {"kg", "lb", "oz"} and _WEIGHS.search(small, max(0, found.start - BACK), found.start) is not None
    grains = _GRAIN.search(small[found.start : found.end]) and number.isdigit() and int(number) in _GRAINS
    return bool(grains) or _WEIGHS.search(small, max(0, found.start - BACK), found.start) is not None
