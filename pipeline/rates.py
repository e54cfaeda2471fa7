"""US dollars for one unit of a currency, day by day, from the table that an operator keeps in the home."""

import csv
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from pathlib import Path
from typing import Self

from pipeline.errors import SettingsError
from pipeline.records import Dollars, Money, digest

FILE = "rates.csv"
"""Name of the table in the home; its header is `date,currency,usd`."""
HEADER = ("date", "currency", "usd")
DAYS = 7
"""A rate that is further from the price's day is not used."""
MOST_CENTS = 10**14

Day = tuple[int, Decimal]


class Rates:
    """The table as it was when it was read; without a file it is empty, and only US dollars convert."""

    def __init__(self, days: Mapping[str, Mapping[int, Decimal]]) -> None:
        self._days = {currency: sorted(rates.items()) for currency, rates in days.items()}

    @classmethod
    def of(cls, home: Path) -> Self:
        """The rates of a home; a `SettingsError` names the line that cannot be read."""
        path = home / FILE
        days: dict[str, dict[int, Decimal]] = {}
        for day, currency, rate in _lines(path) if path.exists() else ():
            days.setdefault(currency, {})[day] = rate
        return cls(days)

    @property
    def digest(self) -> str:
        """The same for tables that convert alike."""
        return digest("rates", *(repr((currency, self._days[currency])) for currency in sorted(self._days)))

    def dollars(self, money: Money, at: datetime) -> Dollars | None:
        """What the money was worth at the rate nearest that day, the earlier of two; None without a rate within 7 days."""
        if money.currency == "USD":
            return _dollars(money.amount, "")
        near = self._nearest(money.currency, at.astimezone(UTC).toordinal())
        return _dollars(money.amount * near[1], date.fromordinal(near[0]).isoformat()) if near else None

    def _nearest(self, currency: str, day: int) -> Day | None:
        days = self._days.get(currency, [])
        place = bisect_left(days, (day,))
        near = min(days[max(0, place - 1) : place + 1], key=lambda each: abs(each[0] - day), default=None)
        return near if near and abs(near[0] - day) <= DAYS else None


def _dollars(amount: Decimal, rate_date: str) -> Dollars | None:
    cents = (amount * 100).to_integral_value(ROUND_HALF_EVEN)
    return Dollars(cents=int(cents), rate_date=rate_date) if 0 <= cents <= MOST_CENTS else None


def _lines(path: Path) -> Iterator[tuple[int, str, Decimal]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            if (head := next(rows, None)) != list(HEADER):
                raise SettingsError(f"{path}: the first line is {head}; it must be {','.join(HEADER)}")
            for row in filter(None, rows):
                yield _rate(row, f"{path}:{rows.line_num}")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(f"{path}: {error}") from error


def _rate(row: list[str], where: str) -> tuple[int, str, Decimal]:
    with suppress(ValueError, InvalidOperation):
        day, currency, usd = (cell.strip() for cell in row)
        rate = Decimal(usd)
        if rate.is_finite() and rate > 0:
            return date.fromisoformat(day).toordinal(), currency.upper(), rate
    raise SettingsError(f"{where}: {','.join(row)[:80]!r} is no day, currency and rate; write 2024-05-01,BTC,61250")
