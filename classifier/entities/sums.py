"""Quantities and prices in one field."""

import re
from collections.abc import Iterator, Sequence

from classifier.entities.scene import Field
from pipeline.values.found import Found, Taken
from pipeline.values.money import prices as sums_of_money

_GRAINS = range(15, 751)
"""Weights of bullets in grains (gr), which a text about arms gives and which are no amounts."""
_WEIGHS = re.compile(r"(?:weigh\w*|gewicht|poids|peso|вес)[^\d]{0,12}$")
_GRAIN = re.compile(r"gr(?:ains?|s)?\.?$|grains?$")
_GOODS_AFTER = re.compile(
    r"(?:[ +-]{0,3}|/(?=day|week|month|hour))(?:(?:eu|us|uk|usa|paypal|accounts?|ebay|bank|amazon|real|loaded) ){0,4}(?:bills?|notes?|banknotes?|balance|gift ?cards?|worth|usd bills?|counterfeit|fake|voucher|in (?:bitcoin|btc)|card|account|per (?:day|week|month|hour)|a (?:day|week|month)|(?:every|in) \d+ ?(?:min\w*|hours?|days?|weeks?|months?)|hour|investment|inside|cash ?out|transfers?|(?:printable )?(?:clubcard|vouchers)|day|week|month|daily|weekly|monthly|profit)(?![^\W_])"
)
_GOODS_BEFORE = re.compile(
    r"(?:mak(?:e|es|ing)|earn(?:s|ed|ing)?|counterfei?t|fake|balance|worth|win|steal|cash ?out|profit|funded|loaded with|preloaded with|contains?|bills?|notes?|up to|limit)[^.;=]{0,14}(?<!for )(?<!for)(?<!= )(?<!price )$|(?:every|guaranteed|guarantee) ?$"
)
_MONEY_SOLD = re.compile(
    r"(?<![^\W_])(?:paypal|skrill|coinbase|binance|bank (?:log\w*|acc\w*|drop|transfer)|western union|money ?gram|mtcn|vouchers?|gift ?cards?|clubcard|counterf\w+|fake (?:money|notes?|bills?)|balance|cash ?out|account (?:with|total))(?![^\W_])"
)
"""What says that money is the goods."""
_ASKED_BEFORE = re.compile(
    r"(?:(?<![^\W_])(?:for|only|just|now|pric\w+|costs?|asking|sale|special|at|is|are)[ :(*]{0,3}|= ?)$"
)
_ASKED_AFTER = re.compile(r" ?(?:each|per |/|only|for [$€£]?\d|shipping|postage)")
"""What says that a sum is asked for all the same."""
_SHOT_AFTER = re.compile(r"[ ,.-]{0,3}(?:#|no\.? ?\d|shot|slug|lead|rifled|load|buck|of shot)")
_OPTIC_AFTER = re.compile(r" ?(?:-? ?\d{1,2}x|\d{2}(?![\d]) ?mm|scope|optic|magnif|zoom|power|sight|acog)")
_AIRSOFT = re.compile(r"(?<![^\W_])(?:air[ -]?soft|soft[ -]?air|paintball|bbs?(?![^\W_]))")
"""What makes of bullets the balls of a toy gun."""
HEAVIEST = 60
"""Grams that a bullet or a load of shot weighs at most."""
BACK = 28
NEAR = 80
"""Characters around a sum of money in which it is looked for whether money is the goods."""


def is_airsoft(fields: Sequence[Field]) -> bool:
    """Whether a listing names guns that shoot balls of plastic or paint."""
    return any(_AIRSOFT.search(each.small) for each in fields)


def amounts(field: Field, taken: Taken, *, arms: bool, airsoft: bool) -> Iterator[Found]:
    """The quantities of a field that are no part of a name already `taken`.

    In a text about arms no weight of a bullet or a gun and no power of a scope; beside airsoft no bullets.
    """
    for found in field.quantities:
        if taken.touches(found.start, found.end):
            continue
        if (arms and _is_weight(field.small, found)) or (airsoft and found.value.endswith(" bullets")):
            continue
        yield found


def prices(field: Field) -> Iterator[Found]:
    """The sums of money in a field that are asked for or paid, not those that are the goods or a promise."""
    for price, start, end in sums_of_money(field.view.text):
        if _GOODS_AFTER.match(field.small, end) or _GOODS_BEFORE.search(field.small, max(0, start - BACK), start):
            continue
        if _MONEY_SOLD.search(field.small, max(0, start - NEAR), end + NEAR) and not _is_asked(field.small, start, end):
            continue
        yield Found(f"{price.amount:f} {price.currency}", start, end)


def _is_asked(small: str, start: int, end: int) -> bool:
    return bool(_ASKED_BEFORE.search(small, max(0, start - BACK), start) or _ASKED_AFTER.match(small, end))


def _is_weight(small: str, found: Found) -> bool:
    number, _, unit = found.value.partition(" ")
    if unit == "pieces":
        return _OPTIC_AFTER.match(small, found.end) is not None
    if unit == "oz" and _SHOT_AFTER.match(small, found.end):
        return True
    if unit != "g":
        return unit in {"kg", "lb", "oz"} and _WEIGHS.search(small, max(0, found.start - BACK), found.start) is not None
    if number.replace(".", "", 1).isdigit() and float(number) <= HEAVIEST:
        return True
    grains = _GRAIN.search(small[found.start : found.end]) and number.isdigit() and int(number) in _GRAINS
    return bool(grains) or _WEIGHS.search(small, max(0, found.start - BACK), found.start) is not None
