"""US dollars for one unit of a currency, day by day, from the table that an operator keeps in the home."""

import csv
import io
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pipeline.errors import SettingsError
from pipeline.records import Dollars, Money, digest

if TYPE_CHECKING:
    from _csv import Reader

FILE = "rates.csv"
"""Name of the table in the home; its header is `date,currency,usd`."""
HEADER = ("date", "currency", "usd")
KIND = "rates"
"""Under which the wordings of tables are kept."""
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
        return cls(_by_currency(_lines(path)) if path.exists() else {})

    @classmethod
    def told(cls, text: str) -> Self:
        """The rates that `text` tells, as a table of them spells it."""
        return cls(_by_currency(_rows(csv.reader(io.StringIO(text)), "rates")))

    @cached_property
    def text(self) -> str:
        """The table, sorted by currency and day; the same for tables that convert alike."""
        file = io.StringIO(newline="")
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(HEADER)
        for currency in sorted(self._days):
            lines.writerows((date.fromordinal(day), currency, rate) for day, rate in self._days[currency])
        return file.getvalue()

    @cached_property
    def digest(self) -> str:
        """The same for tables that convert alike."""
        return digest(KIND, self.text)

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


def _by_currency(lines: Iterable[tuple[int, str, Decimal]]) -> dict[str, dict[int, Decimal]]:
    days: dict[str, dict[int, Decimal]] = {}
    for day, currency, rate in lines:
        days.setdefault(currency, {})[day] = rate
    return days


def _lines(path: Path) -> Iterator[tuple[int, str, Decimal]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _rows(csv.reader(file), str(path))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(f"{path}: {error}") from error


def _rows(rows: "Reader", name: str) -> Iterator[tuple[int, str, Decimal]]:
    if (head := next(rows, None)) != list(HEADER):
        raise SettingsError(f"{name}: the first line is {head}; it must be {','.join(HEADER)}")
    for row in filter(None, rows):
        yield _rate(row, f"{name}:{rows.line_num}")


def _rate(row: list[str], where: str) -> tuple[int, str, Decimal]:
    with suppress(ValueError, InvalidOperation):
        day, currency, usd = (cell.strip() for cell in row)
        rate = Decimal(usd)
        if rate.is_finite() and rate > 0:
            return date.fromisoformat(day).toordinal(), currency.upper(), rate
    raise SettingsError(f"{where}: {','.join(row)[:80]!r} is no day, currency and rate; write 2024-05-01,BTC,61250")
