"""Prices of the practice market: what they are, how vendors write them, what the market converts them to."""

from decimal import ROUND_HALF_UP, Decimal
from random import Random

from pipeline.records import Money

DOLLARS = {
    "USD": Decimal(1),
    "EUR": Decimal("1.09"),
    "BTC": Decimal(61_250),
    "XMR": Decimal(158),
}
"""US dollars for one unit on day 0; invented, like everything here, and the same as those of `headstamp demo`."""
STEP = {"USD": Decimal("0.01"), "EUR": Decimal("0.01"), "BTC": Decimal("0.00001"), "XMR": Decimal("0.001")}
WHOLE = Decimal(1)
FORMS = {
    "USD": ("{:,} USD", "USD {:,}", "${:,}", "$ {}", "{:,} US$"),
    "EUR": ("{:,} EUR", "€{:,}", "EUR {}", "{comma} €"),
    "BTC": ("{} BTC", "BTC {}", "{} btc"),
    "XMR": ("{} XMR", "XMR {}"),
}


def priced(dollars: float, currency: str) -> Money:
    """A price that a vendor would ask: whole from 100 dollars or euros up, in small steps below."""
    amount = Decimal(str(dollars)) / DOLLARS[currency]
    large = currency in {"USD", "EUR"} and amount >= 100  # noqa: PLR2004  # said in the docstring
    step = WHOLE if large else STEP[currency]
    return Money(amount=max(amount.quantize(step, ROUND_HALF_UP), STEP[currency]), currency=currency)


def in_dollars(money: Money) -> float:
    """What a price comes to in US dollars on day 0."""
    return float(money.amount * DOLLARS[money.currency])


def written(money: Money, form: int) -> str:
    """The price in one of the ways its currency is written."""
    forms = FORMS[money.currency]
    comma = f"{money.amount:,}".translate(str.maketrans(",.", ".,"))
    return forms[form % len(forms)].format(money.amount, comma=comma)


def converted(money: Money, day: int) -> list[str]:
    """What the market shows beside the offered price: the other currencies at the rates of the day."""
    dollars = money.amount * _rate(money.currency, day)
    return [written(_in(dollars, currency, day), 0) for currency in DOLLARS if currency != money.currency]


def rates(day: int) -> list[tuple[str, str]]:
    """The market's exchange box."""
    return [(currency, f"{_rate(currency, day):,.2f}") for currency in DOLLARS if currency != "USD"]


def changed(money: Money, draws: Random) -> Money:
    """Another price for the same thing."""
    factor = Decimal(str(round(draws.uniform(1.04, 1.2), 3)))
    amount = money.amount * factor if draws.random() < 0.5 else money.amount / factor  # noqa: PLR2004  # up or down
    step = Decimal(1).scaleb(_exponent(money.amount))
    moved = amount.quantize(step, ROUND_HALF_UP)
    return Money(amount=moved if moved not in {money.amount, 0} else money.amount + step, currency=money.currency)


def _exponent(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    assert isinstance(exponent, int), "a price is a number"
    return exponent


def _rate(currency: str, day: int) -> Decimal:
    drift = Decimal((day * 7) % 11 - 5) / 500 if currency != "USD" and day else Decimal(0)
    return DOLLARS[currency] * (1 + drift)


def _in(dollars: Decimal, currency: str, day: int) -> Money:
    return Money(
        amount=(dollars / _rate(currency, day)).quantize(STEP[currency], ROUND_HALF_UP),
        currency=currency,
    )
