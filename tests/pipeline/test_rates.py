"""US dollars at the day of a price."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.rates import FILE, Rates
from pipeline.records import Dollars, Money

TABLE = "date,currency,usd\n2024-05-01,BTC,60000\n2024-05-03,BTC,62000.50\n2024-05-01,eur,1.10\n"


def rates(home: Path, table: str = TABLE) -> Rates:
    (home / FILE).write_text(table, encoding="utf-8")
    return Rates.of(home)


def at(day: int, month: int = 5) -> datetime:
    return datetime(2024, month, day, 23, 59, tzinfo=UTC)


def money(amount: str, currency: str = "BTC") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


def test_the_rate_of_the_day_is_used(tmp_path: Path) -> None:
    assert rates(tmp_path).dollars(money("0.5"), at(3)) == Dollars(cents=3_100_025, rate_date="2024-05-03")
    assert rates(tmp_path).dollars(money("10", "EUR"), at(1)) == Dollars(cents=1100, rate_date="2024-05-01")


def test_the_earlier_of_two_equally_near_rates_is_used(tmp_path: Path) -> None:
    assert rates(tmp_path).dollars(money("1"), at(2)) == Dollars(cents=6_000_000, rate_date="2024-05-01")


def test_a_rate_serves_for_seven_days_on_both_sides(tmp_path: Path) -> None:
    table = rates(tmp_path)
    assert table.dollars(money("1"), at(10)) is not None
    assert table.dollars(money("1"), at(11)) is None
    assert table.dollars(money("1"), at(24, 4)) is not None
    assert table.dollars(money("1"), at(23, 4)) is None


def test_dollars_need_no_rate(tmp_path: Path) -> None:
    assert Rates.of(tmp_path).dollars(money("12.345", "USD"), at(1)) == Dollars(cents=1234, rate_date="")


def test_without_a_table_nothing_else_converts(tmp_path: Path) -> None:
    assert Rates.of(tmp_path).dollars(money("1"), at(1)) is None


def test_an_absurd_price_converts_to_nothing(tmp_path: Path) -> None:
    assert rates(tmp_path).dollars(money("1e12"), at(1)) is None


@pytest.mark.parametrize(
    "line", ["2024-05-01,BTC", "soon,BTC,1", "2024-05-01,BTC,-1", "2024-05-01,BTC,nan", "2024-05-01,BTC,much"]
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(SettingsError, match=rf"{FILE}:2: .*write 2024-05-01,BTC,61250"):
        rates(tmp_path, f"date,currency,usd\n{line}\n")


def test_a_table_without_its_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="date,currency,usd"):
        rates(tmp_path, "2024-05-01,BTC,60000\n")


def test_a_table_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"date,currency,usd\n\xff\xfe\n")
    with pytest.raises(SettingsError, match=FILE):
        Rates.of(tmp_path)


def test_tables_that_convert_alike_have_one_digest(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two", "other")]
    tables = ("2024-05-01,EUR,1.1\n2024-05-02,EUR,1.2\n", "2024-05-02,EUR,1.2\n2024-05-01,EUR,1.1\n", "")
    for folder, table in zip(folders, tables, strict=True):
        folder.mkdir()
        (folder / "rates.csv").write_text(f"date,currency,usd\n{table}", encoding="utf-8")
    one, two, other = (Rates.of(folder).digest for folder in folders)
    assert one == two != other
