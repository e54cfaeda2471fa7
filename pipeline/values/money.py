"""Prices as markets write them."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from string import ascii_letters

from pipeline.records import Money
from pipeline.values.numbers import MOST, NUMBER, number, readable

LEAST = Decimal("1e-18")
"""Smaller amounts exist in no currency."""

_CRYPTO = frozenset("ADA BCH BNB BTC DASH DOGE ETH LTC SOL TON TRX USDC USDT XMR XRP ZEC".split())  # noqa: SIM905
_DECIMAL_COMMA = frozenset("ARS BGN BRL CLP COP CZK DKK EUR HUF IDR NOK PLN RON RUB SEK TRY UAH VND".split())  # noqa: SIM905
_OTHERS = "AED AUD BYN CAD CHF CNY EGP GBP GEL HKD ILS INR JPY KES KRW KZT MAD MXN MYR NGN NZD PEN PHP PKR SAR SGD THB TWD USD ZAR"
_DOLLARS = "AUD|CAD|HKD|MXN|NZD|SGD|TWD|USD"
_SIGNS = {
    "$": "USD", "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD",
    "S$": "SGD", "MX$": "MXN", "NT$": "TWD", "R$": "BRL", "€": "EUR", "£": "GBP", "₽": "RUB", "₴": "UAH", "₺": "TRY",
    "₹": "INR", "₩": "KRW", "₪": "ILS", "₸": "KZT", "₫": "VND", "₱": "PHP", "₦": "NGN", "元": "CNY", "円": "JPY",
    "₿": "BTC", "฿": "BTC", "Ƀ": "BTC", "Ł": "LTC", "Ξ": "ETH", "ɱ": "XMR",
}  # fmt: skip
"""฿ is the baht's sign, which markets put for bitcoin; kr and ¥ belong to several currencies and stay unreadable."""
_NAMES = {
    "xbt": "BTC", "bitcoin": "BTC", "bitcoins": "BTC", "monero": "XMR", "litecoin": "LTC", "litecoins": "LTC",
    "ethereum": "ETH", "ether": "ETH", "dollar": "USD", "dollars": "USD", "euro": "EUR", "euros": "EUR", "pound": "GBP",
    "pounds": "GBP", "rur": "RUB", "rub": "RUB", "руб": "RUB", "рублей": "RUB", "рубля": "RUB", "грн": "UAH",
    "tl": "TRY", "zł": "PLN", "zl": "PLN", "zloty": "PLN", "rmb": "CNY", "kč": "CZK",
}  # fmt: skip
_SMALL = {
    "mbtc": ("BTC", Decimal("1e-3")), "mbch": ("BCH", Decimal("1e-3")), "mxmr": ("XMR", Decimal("1e-3")),
    "mltc": ("LTC", Decimal("1e-3")), "ubtc": ("BTC", Decimal("1e-6")), "μbtc": ("BTC", Decimal("1e-6")),
    "m฿": ("BTC", Decimal("1e-3")), "mɃ": ("BTC", Decimal("1e-3")), "bits": ("BTC", Decimal("1e-6")),
    "sat": ("BTC", Decimal("1e-8")), "sats": ("BTC", Decimal("1e-8")), "satoshi": ("BTC", Decimal("1e-8")),
    "satoshis": ("BTC", Decimal("1e-8")),
}  # fmt: skip
"""Parts of a coin, and how much of it they are."""
_CODES = {code.lower(): code for code in (*_CRYPTO, *_DECIMAL_COMMA, *_OTHERS.split())}
_CURRENCIES = (
    _CODES
    | _NAMES
    | {name.lower(): code for name, (code, _) in _SMALL.items()}
    | {sign.lower(): code for sign, code in _SIGNS.items()}
)


def _either(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


_SPELT = _either([*_CODES, *_NAMES, *_SMALL])
_LETTERED = _either([sign for sign in _SIGNS if sign[0] in ascii_letters])
_BARE = _either([sign for sign in _SIGNS if sign[0] not in ascii_letters])
_CURRENCY = rf"(?:(?<![^\W\d_])(?:(?:{_SPELT})(?![^\W\d_])|{_LETTERED})|{_BARE})"
_KILO = r"(?P<{}>[kK](?![^\W\d_]))?"
_SCALES = {name.lower(): scale for name, (_, scale) in _SMALL.items()}
_PLAIN = re.compile(r"(\d{1,15}(?:\.\d{1,18})?) ([A-Z]{3,4})")
_PRICE = re.compile(
    rf"(?<![\w#-])(?P<before>{_CURRENCY}) ?:? ?(?P<first>{NUMBER}){_KILO.format('k1')}(?: ?(?P<exact>{_DOLLARS})\b)?"
    rf"|(?<![\w#.,-])(?P<second>{NUMBER}){_KILO.format('k2')}(?: ?[-–] ?{NUMBER}[kK]?)? ?(?P<after>{_CURRENCY})",
    re.IGNORECASE,
)


_CONVERSION = re.compile(r"(?:[≈~≅∼]|\b(?:approx(?:imately)?\.?|about|ca\.?|circa))[ :(]{0,3}$", re.IGNORECASE)
"""What stands before a price that is only a conversion of the one offered."""
_DIGITS = re.compile(r"\d+(?:[.,'’]\d+)*")
_NEXT = re.compile(rf"[kK]?(?: ?[-–] ?{NUMBER}[kK]?)? ?(?:([^\W\d_]+)|(.))", re.DOTALL)
_BRACKETS = "([/=*|>~"
_WORD = 12
"""Characters before a number in which its currency begins."""
_CENTS = re.compile(r"(?<=[€£$])\d\d(?!\d)")
"""What follows the sign in "4€40"."""
_WORDS = frozenset("pound pounds sat sats sar mad ton sol bits pen".split())  # noqa: SIM905
"""Names of money that in a running text are weights, days, makers and other words more often."""
_MEASURE = re.compile(r"(?: ?[-–] ?\d{1,4})? ?(?:mg|ug|mcg|k?g|ml|l|pcs|pills|tabs|x)(?![^\W_])", re.IGNORECASE)
_AROUND = 14
"""Characters around a number in which its currency is looked for."""
_BEFORE = 20
"""Characters before a price in which that is looked for."""
_MOST = 8
"""Prices of one text that are looked at."""


def money(text: str) -> Money | None:
    """The price that a text offers: the first that is no conversion ("≈ $350"), the lower end of a range; or None.

    Zero, negative and absurd ones are None too.
    """
    plain = _PLAIN.fullmatch(text)
    if plain and plain[2].lower() in _CODES:
        return _price(plain[1], plain[2])
    found = offered(readable(text))
    return _read(found) if found else None


def prices(text: str) -> Iterator[tuple[Money, int, int]]:
    """The sums of money in a text, conversions too, and where each stands; the text's letters are plain (`pipeline.text.traced`)."""
    after = 0
    for digits in _DIGITS.finditer(text):
        if digits.start() < after:
            continue
        found = _around(text, digits, after) if _is_beside_currency(text, digits) else None
        price = _read(found) if found else None
        if found and price and not _is_word(text, found):
            cents = _CENTS.match(text, found.end()) if found["after"] else None
            after = cents.end() if cents else found.end()
            amount = price.amount + Decimal(cents[0]) / 100 if cents else price.amount
            yield Money(amount=amount, currency=price.currency), found.start(), after


def _is_word(text: str, found: re.Match[str]) -> bool:
    """Whether a currency's name is another word here: a weight or a day, or what is sold in the measure that follows ("Bitcoins 200-220mg")."""
    name = (found["before"] or found["after"]).lower()
    return name in _WORDS or (
        bool(found["before"]) and name.isalpha() and _MEASURE.match(text, found.end()) is not None
    )


def _is_beside_currency(text: str, digits: re.Match[str]) -> bool:
    """Whether the word or sign before or after a number is a currency's: a quick look before the exact one."""
    before = text[max(0, digits.start() - _WORD) : digits.start()].rstrip(" :")
    after = _NEXT.match(text, digits.end())
    words = (before[-1:], before.split(" ")[-1].lstrip(_BRACKETS), before[-2:], *(after.groups() if after else ()))
    return any(word and word.lower() in _CURRENCIES for word in words)


def _around(text: str, digits: re.Match[str], after: int) -> re.Match[str] | None:
    """The sum of money that a number is a part of, past the place `after`."""
    first, last = max(after, digits.start() - _AROUND), digits.end() + _AROUND
    for found in _PRICE.finditer(text, first, last):
        if found.end() > digits.start():
            return found if found.start() <= digits.start() else None
    return None


def offered(head: str) -> re.Match[str] | None:
    """Where the price that a readable text offers stands in it."""
    first = None
    for found in islice(_PRICE.finditer(head), _MOST):
        if not _CONVERSION.search(head, max(0, found.start() - _BEFORE), found.start()):
            return found
        first = first or found
    return first


def opens_with_price(head: str) -> bool:
    """Whether a readable text begins with a price."""
    return _PRICE.match(head) is not None


def _read(found: re.Match[str]) -> Money | None:
    sign = (found["before"] or found["after"]).lower()
    currency = found["exact"].upper() if sign == "$" and found["exact"] else _CURRENCIES[sign]
    scale = Decimal(1000) if found["k1"] or found["k2"] else _SCALES.get(sign, Decimal(1))
    return _price(found["first"] or found["second"], currency, scale)


def _price(digits: str, currency: str, scale: Decimal = Decimal(1)) -> Money | None:
    amount = number(digits, decimal_comma=currency in _DECIMAL_COMMA, small=currency in _CRYPTO)
    if amount is None:
        return None
    amount = amount if scale == 1 else amount * scale
    return Money(amount=amount, currency=currency) if LEAST <= amount <= MOST else None
