"""Prices, places, dates and counts as markets write them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import Amount, Date, Money, Precision
from pipeline.values import amounts, countries, date, money, whole
from pipeline.values.money import _PRICE

ODD = "0123456789٣.,'’ eE-+$€฿kxXTZQ:/nandUSDBTCworldexceptUSA\u00a0\u0301"
hostile = st.text(max_size=80) | st.from_regex(_PRICE) | st.text(alphabet=ODD, max_size=80)


@given(hostile)
def test_no_text_is_an_error(text: str) -> None:
    for read in (money, countries, date, amounts, whole):
        read(text)


@given(hostile)
def test_a_price_is_more_than_nothing_and_not_absurd(text: str) -> None:
    found = money(text)
    assert found is None or 0 < found.amount <= 10**12


@given(hostile)
def test_a_date_is_aware_and_of_this_age(text: str) -> None:
    found = date(text)
    assert found is None or (found.at.tzinfo is UTC and 2000 <= found.at.year <= 2069)
    assert found is None or found.at.microsecond % 1000 == 0


@given(st.decimals("0.01", "999999999", places=2), st.sampled_from(["USD", "EUR", "GBP", "BTC", "XMR"]))
def test_a_plain_amount_with_its_code_is_read_exactly(amount: Decimal, currency: str) -> None:
    assert money(f"{amount} {currency}") == money(f"{currency} {amount}") == Money(amount=amount, currency=currency)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("3.10077519 BTC", "3.10077519", "BTC"),
        ("BTC 0.0123", "0.0123", "BTC"),
        ("9.999e-05 BTC", "0.00009999", "BTC"),
        ("฿0.0449", "0.0449", "BTC"),
        ("฿0.05494128 Ł4.35374150", "0.05494128", "BTC"),
        ("0.02 XMR", "0.02", "XMR"),
        ("1,204 BTC", "1.204", "BTC"),
        ("$1,204.50", "1204.50", "USD"),
        ("1,204 USD", "1204", "USD"),
        ("1.204 USD", "1.204", "USD"),
        ("USD 99", "99", "USD"),
        ("$50 CAD", "50", "CAD"),
        ("US$ 50", "50", "USD"),
        ("A$40", "40", "AUD"),
        ("12.50$", "12.50", "USD"),
        ("1.204,50 €", "1204.50", "EUR"),
        ("1.500 €", "1500", "EUR"),
        ("€99,-", "99", "EUR"),
        ("1 204,50 руб", "1204.50", "RUB"),
        ("1'204.50 CHF", "1204.50", "CHF"),
        ("$10 - $20", "10", "USD"),
        ("10-20 USD", "10", "USD"),
        ("from $5k", "5000", "USD"),
        ("$12 (0.0004 BTC)", "12", "USD"),
        ("１２ USD", "12", "USD"),
        ("2 bıtcoİns", "2", "BTC"),
        ("2 uſd", "2", "USD"),
    ],
)
def test_a_price_is_read_as_it_is_written(text: str, amount: str, currency: str) -> None:
    assert money(text) == Money(amount=Decimal(amount), currency=currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nan USD",
        "Worldwide USD",
        "#4 USD",
        "vendor2point0 USD",
        "0 USD",
        "-5 USD",
        "$-5",
        "1e13 USD",
        "12",
        "BTC",
        "1.2.3 USD",
        "50 kr",
        "5 rubber",
    ],
)
def test_what_is_no_price_is_none(text: str) -> None:
    assert money(text) is None


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("USA", ("US",)),
        ("uk", ("GB",)),
        ("European union", ("EU",)),
        ("Europe", ("EU",)),
        ("World Wide", ("WW",)),
        ("Taiwan, Province of China", ("TW",)),
        ("Trinidad and Tobago", ("TT",)),
        ("Germany, France & Italy", ("DE", "FR", "IT")),
        ("EU, CH, NO, USA, CA", ("EU", "CH", "NO", "US", "CA")),
        ("USA/UK", ("US", "GB")),
        ("US only!", ("US",)),
        ("Россия", ("RU",)),
        ("中国", ("CN",)),
        ("Worldwide except USA", ("WW",)),
        ("EU (except Finland), Norway", ("EU",)),
        ("eu / no austria", ("EU",)),
        ("USA, usa, United States", ("US",)),
    ],
)
def test_places_are_read_in_their_order(text: str, codes: tuple[str, ...]) -> None:
    assert countries(text) == codes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Torland",
        "Undeclared",
        "5.0",
        "United Snakes of Captivity",
        "Internet",
        "Me",
        "PM",
        "to a very broad place",
        "We do not ship to USA / Canada",
        "North America",
    ],
)
def test_what_is_no_place_is_nothing(text: str) -> None:
    assert countries(text) == ()


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("2014Q1", datetime(2014, 1, 1, tzinfo=UTC), Precision.QUARTER),
        ("Q4 2021", datetime(2021, 10, 1, tzinfo=UTC), Precision.QUARTER),
        ("2015", datetime(2015, 1, 1, tzinfo=UTC), Precision.YEAR),
        ("2024-05", datetime(2024, 5, 1, tzinfo=UTC), Precision.MONTH),
        ("September 2020", datetime(2020, 9, 1, tzinfo=UTC), Precision.MONTH),
        ("2020-09-17", datetime(2020, 9, 17, tzinfo=UTC), Precision.DAY),
        ("20200917", datetime(2020, 9, 17, tzinfo=UTC), Precision.DAY),
        ("17 Sep 2020", datetime(2020, 9, 17, tzinfo=UTC), Precision.DAY),
        ("Sep 17th, 2020", datetime(2020, 9, 17, tzinfo=UTC), Precision.DAY),
        ("17.09.2020", datetime(2020, 9, 17, tzinfo=UTC), Precision.DAY),
        ("09/17/2020", datetime(2020, 9, 17, tzinfo=UTC), Precision.DAY),
        ("03/04/2020", datetime(2020, 1, 1, tzinfo=UTC), Precision.YEAR),
        ("2020-09-17T12:00:00.123456+02:00", datetime(2020, 9, 17, 10, 0, 0, 123000, tzinfo=UTC), Precision.INSTANT),
        ("Thu, 17 Sep 2020 10:00:00 GMT", datetime(2020, 9, 17, 10, tzinfo=UTC), Precision.INSTANT),
        ("1600300800", datetime(2020, 9, 17, tzinfo=UTC), Precision.INSTANT),
    ],
)
def test_a_date_is_as_exact_as_it_is_written(text: str, at: datetime, precision: Precision) -> None:
    assert date(text) == Date(at=at, precision=precision)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "1999", "2070-01-01", "2020-13-01", "31 Feb 2020", "2020-09-17T25:00", "2000-01-01T00:00+14:00", "12"],
)
def test_what_is_no_date_of_this_age_is_none(text: str) -> None:
    assert date(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("50 rounds 9mm", [("50", "rounds")]),
        ("7.62x39 500 rds", [("500", "rds")]),
        ("1,000rds x2", [("1000", "rds"), ("2", "x")]),
        ("2.5 g", [("2.5", "g")]),
        ("5x", [("5", "x")]),
        ("Glock 19 Gen5 9mm .45 16GB 12ga box", []),
        ("1/2 oz $50", []),
    ],
)
def test_quantities_are_read_and_calibres_are_none(text: str, found: list[tuple[str, str]]) -> None:
    assert amounts(text) == tuple(Amount(value=Decimal(value), unit=unit) for value, unit in found)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1,204 sold", 1204),
        ("1.204", 1204),
        ("(35)", 35),
        ("1.2k", 1200),
        ("5.0", 5),
        ("0", 0),
        ("10+", 10),
        ("4.7", None),
        ("98%", None),
        ("-3", None),
        ("12-15", None),
        ("none", None),
        ("9" * 20, None),
    ],
)
def test_a_count_is_a_whole_number(text: str, count: int | None) -> None:
    assert whole(text) == count
