"""Numbers, with whatever stands between their digits."""

import re
from decimal import Decimal
from unicodedata import normalize

MOST = Decimal(10) ** 12
"""Greater numbers are no prices and no counts."""

TIGHT = r"\d+(?:[.,'’]\d+)*"
"""A number as a pattern, without spaces."""
NUMBER = rf"{TIGHT}(?: \d{{3}}(?!\d))*(?:[.,]\d+)?(?:[eE][-+]?\d{{1,2}}(?!\d))?"
"""A number as a pattern; spaces may group its digits, and an exponent may follow."""

_LONGEST = 300
_SAME_TO_RE = str.maketrans("İı", "Ii")
"""Letters that a pattern without case takes for i, and `str.lower` does not."""
_GROUPED = re.compile(r"\d{1,3}([,.' ])\d{3}(?:\1\d{3})*")


def readable(text: str, *, longest: int = _LONGEST) -> str:
    """The beginning of a text, where its value stands, in one form of each letter and one kind of space."""
    head = text[:longest]
    plain = head if head.isascii() else normalize("NFKC", head).translate(_SAME_TO_RE)
    return " ".join(plain.split())


def number(text: str, *, decimal_comma: bool = False, small: bool = False) -> Decimal | None:
    """The number that a match of `NUMBER` means, or None where its marks make no sense.

    A single mark before exactly three digits groups thousands, but for the dot of a country that writes no decimal comma
    and for `small` numbers, such as amounts of a cryptocurrency, which have many decimals.
    """
    digits, _, exponent = text.lower().replace("’", "'").partition("e")
    cut = _decimals(digits, decimal_comma=decimal_comma, small=small)
    whole, fraction = (digits, "0") if cut is None else (digits[:cut], digits[cut + 1 :])
    if _GROUPED.fullmatch(whole):
        whole = "".join(filter(str.isdigit, whole))
    if not (whole.isdigit() and fraction.isdigit()):
        return None
    return Decimal(f"{whole}.{fraction}e{exponent or 0}" if cut else f"{whole}e{exponent or 0}")


def _decimals(digits: str, *, decimal_comma: bool, small: bool) -> int | None:
    """Where the decimal mark stands."""
    place = max(digits.rfind("."), digits.rfind(","))
    if place < 0 or digits.count(digits[place]) > 1:
        return None
    ambiguous = len(digits) - place == 4 and place <= 3 and digits[0] != "0"  # noqa: PLR2004
    if not ambiguous or small:
        return place
    groups = digits[place] == "," or decimal_comma
    return None if groups else place
