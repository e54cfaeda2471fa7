"""Prices, places, dates and counts as markets write them."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import Amount, Bulk, Date, Money, Payment, Precision, Score, Supply
from pipeline.values import (
    amounts,
    bulk,
    countries,
    date,
    exclusions,
    is_fingerprint,
    keys,
    lot,
    money,
    payment,
    per,
    quantity,
    score,
    stock,
    whole,
)
from pipeline.values.money import _PRICE

ODD = "0123456789٣.,'’ eE-+$€฿kxXTZQ:/nandUSDBTCworldexceptUSA\u00a0\u0301"
NOON = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)
READERS: list[Callable[[str], object]] = [
    *(money, countries, exclusions, date, amounts, lot, quantity, whole, stock, score, payment, per, bulk, keys),
    is_fingerprint,
]
hostile = st.text(max_size=80) | st.from_regex(_PRICE) | st.text(alphabet=ODD, max_size=80)


@given(hostile)
def test_no_text_is_an_error(text: str) -> None:
    for read in READERS:
        read(text)
    date(text, NOON)


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
        ("4.2 mBTC", "0.0042", "BTC"),
        ("12000 sats", "0.00012", "BTC"),
        ("Ƀ 0.2", "0.2", "BTC"),
        ("XMR 2.1 ≈ $350", "2.1", "XMR"),
        ("≈ $350 (2.1 XMR)", "2.1", "XMR"),
        ("~$20", "20", "USD"),
        ("USD 120 / 0.0031 BTC", "120", "USD"),
        ("1 250,00 €", "1250.00", "EUR"),
        ("From $5 per gram", "5", "USD"),
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
        "0.00 USD / 0.00 BTC",
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
        ("EU (except Finland), Norway", ("EU", "NO")),
        ("US CA NZ", ("US", "CA", "NZ")),
        ("SE, NO, DK", ("SE", "NO", "DK")),
        ("All except Germany", ("WW",)),
        ("Germany, except Germany", ()),
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
    ("text", "found"),
    [
        ("10 cartons", [("10", "cartons")]),
        ("50 rounds x2", [("50", "rounds"), ("2", "x")]),
        ("1/4 pound", [("0.25", "pound")]),
        ("by weight", []),
        ("", []),
    ],
)
def test_a_lot_has_the_unit_that_it_says(text: str, found: list[tuple[str, str]]) -> None:
    assert lot(text) == tuple(Amount(value=Decimal(value), unit=unit) for value, unit in found)


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
        ("3000~4000", None),
        ("none", None),
        ("9" * 20, None),
    ],
)
def test_a_count_is_a_whole_number(text: str, count: int | None) -> None:
    assert whole(text) == count


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Worldwide except US, AU", ("US", "AU")),
        ("EU, no UK", ("GB",)),
        ("EU, NO UK", ("GB",)),
        ("EU - no UK - fast", ("GB",)),
        ("EU (except Finland), Norway", ("FI",)),
        ("Europe. No US. Fast", ("US",)),
        ("Whole world excluding: Australia / New Zealand", ("AU", "NZ")),
        ("We do not ship to USA / Canada", ("US", "CA")),
        ("Not to US", ("US",)),
        ("EU only", ()),
        ("SE NO DK", ()),
        ("United States (no territories)", ()),
    ],
)
def test_what_a_text_excepts_is_read_apart(text: str, codes: tuple[str, ...]) -> None:
    assert exclusions(text) == codes


def test_a_long_list_of_places_is_read_to_its_end() -> None:
    assert countries("Germany, " * 100 + "Norway") == ("DE", "NO")


@given(hostile)
def test_no_place_is_offered_and_excepted(text: str) -> None:
    assert not set(countries(text)) & set(exclusions(text))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("From $5 per gram", ("1", "gram")),
        ("485.00 USD/112g\n(0.05 BTC/112g)", ("112", "g")),
        ("650.00 USD/1/4pound", ("0.25", "pound")),
        ("$80 for 10 g", ("10", "g")),
        ("$3 each", ("1", "each")),
        ("≈ $350 XMR 2.1/box", ("1", "box")),
        ("USD 120 / 0.0031 BTC", None),
        ("100.00 USD/$400", None),
        ("$5 / 1/0 pound", None),
        ("per gram", None),
        ("12 EUR", None),
    ],
)
def test_what_a_price_buys_is_read_where_it_says_so(text: str, what: tuple[str, str] | None) -> None:
    assert per(text) == (Amount(value=Decimal(what[0]), unit=what[1]) if what else None)


EACH = Amount(value=Decimal(1), unit="each")


@pytest.mark.parametrize(
    ("text", "amount", "price", "each"),
    [
        ("5 Each or more:\n2.76 USD/Each\n38% OFF", ("5", "each"), "2.76", EACH),
        ("10 g – $80", ("10", "g"), "80", None),
        ("100+ $1.20 each", ("100", ""), "1.20", EACH),
        ("20+ boxes: 30 USD", ("20", "boxes"), "30", None),
        ("1-9 pieces: $5", ("1", "pieces"), "5", None),
        ("$80 for 10g", ("10", "g"), "80", None),
    ],
)
def test_a_bulk_price_has_its_quantity(text: str, amount: tuple[str, str], price: str, each: Amount | None) -> None:
    quantity = Amount(value=Decimal(amount[0]), unit=amount[1])
    assert bulk(text) == Bulk(text=text, amount=quantity, price=Money(amount=Decimal(price), currency="USD"), per=each)


def test_a_row_without_a_price_keeps_its_text() -> None:
    assert bulk("50 pcs: ask") == Bulk(text="50 pcs: ask")


@pytest.mark.parametrize(
    ("text", "left", "supply"),
    [
        ("872 in stock", 872, Supply.UNKNOWN),
        ("Only 2 in stock!", 2, Supply.UNKNOWN),
        ("> 50 left", 50, Supply.AT_LEAST),
        ("10+", 10, Supply.AT_LEAST),
        ("Unlimited Available", None, Supply.UNLIMITED),
        ("In stock", None, Supply.AVAILABLE),
        ("Out of stock", 0, Supply.UNKNOWN),
        ("Low stock!", None, Supply.UNKNOWN),
        ("", None, Supply.UNKNOWN),
    ],
)
def test_a_stock_is_a_number_or_says_why_not(text: str, left: int | None, supply: Supply) -> None:
    assert stock(text) == (left, supply)


@pytest.mark.parametrize(
    ("text", "value", "most"),
    [
        ("4.878/5, 3000~4000 deals", "4.878", "5"),
        ("4.9 of 5", "4.9", "5"),
        ("9.79/10", "9.79", "10"),
        ("Positive feedback: 98.2%", "98.2", "100"),
        ("[+46|−4]", "46", "50"),
        ("[+577 | 0]", "577", "577"),
        ("+175, -7, 96%", "175", "182"),
        ("★★★★☆", "4", "5"),
    ],
)
def test_a_rating_is_so_much_of_the_most(text: str, value: str, most: str) -> None:
    assert score(text) == Score(value=Decimal(value), most=Decimal(most))


@pytest.mark.parametrize("text", ["4.97", "9888/44/57", "+0, -0, -%", "120%", "7/5", "★", "-5%", ""])
def test_what_does_not_say_of_how_much_is_no_rating(text: str) -> None:
    assert score(text) is None


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("Full Escrow", [Payment.ESCROW]),
        ("7 Days Escrow", [Payment.ESCROW]),
        ("FE Required", [Payment.FINALIZE_EARLY]),
        ("Half-Escrow/Half-FE", [Payment.ESCROW, Payment.FINALIZE_EARLY]),
        ("Escrow\nNo", [Payment.FINALIZE_EARLY]),
        ("No escrow", [Payment.FINALIZE_EARLY]),
        ("no FE, escrow", [Payment.ESCROW]),
        ("Finalize early is not required, escrow", [Payment.ESCROW]),
        ("Bitcoin (BTC) Multisig", [Payment.MULTISIG]),
        ("Money first, please", []),
    ],
)
def test_ways_of_payment_are_told_apart(text: str, ways: list[Payment]) -> None:
    assert payment(text) == tuple(ways)


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("5 minutes ago", datetime(2026, 3, 5, 14, 25, tzinfo=UTC), Precision.INSTANT),
        ("last seen 3h ago", datetime(2026, 3, 5, tzinfo=UTC), Precision.DAY),
        ("2 days ago", datetime(2026, 3, 3, tzinfo=UTC), Precision.DAY),
        ("4d", datetime(2026, 3, 1, tzinfo=UTC), Precision.DAY),
        ("yesterday", datetime(2026, 3, 4, tzinfo=UTC), Precision.DAY),
        ("2 weeks ago", datetime(2026, 2, 1, tzinfo=UTC), Precision.MONTH),
        ("3 months ago", datetime(2025, 12, 1, tzinfo=UTC), Precision.MONTH),
        ("a year ago", datetime(2025, 1, 1, tzinfo=UTC), Precision.YEAR),
        ("Joined: Mar 2014", datetime(2014, 3, 1, tzinfo=UTC), Precision.MONTH),
        ("Member since : Dec 26, 2019", datetime(2019, 12, 26, tzinfo=UTC), Precision.DAY),
    ],
)
def test_a_date_told_by_how_long_ago_it_was_is_read_against_the_capture(
    text: str, at: datetime, precision: Precision
) -> None:
    assert date(text, NOON) == Date(at=at, precision=precision)


@pytest.mark.parametrize("text", ["2 days ago", "yesterday", "4d"])
def test_how_long_ago_is_nothing_without_a_capture(text: str) -> None:
    assert date(text) is None


@pytest.mark.parametrize("text", ["200 years ago", "999999 days ago", "a few days ago", "soon", "5 apples ago"])
def test_what_is_no_time_ago_is_none(text: str) -> None:
    assert date(text, NOON) is None


KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\ninvented\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----"


def test_keys_are_kept_as_they_stand_in_a_text() -> None:
    assert keys(f"my key: {KEY}\nand again {KEY}") == (KEY,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-----BEGIN PGP PUBLIC KEY BLOCK----- cut",
        "-----BEGIN PGP MESSAGE-----\n-----END PGP MESSAGE-----",
        KEY.replace("invented", "x" * 70_000),
    ],
)
def test_what_is_no_whole_key_of_a_bearable_size_is_none(text: str) -> None:
    assert keys(text) == ()


def test_of_a_key_begun_twice_the_whole_one_counts() -> None:
    assert keys(f"-----BEGIN PGP PUBLIC KEY BLOCK-----\n{KEY}") == (KEY,)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("ABCD EF01 2345 6789 ABCD EF01 2345 6789 ABCD EF01", True),
        ("0x" + "ab" * 20, True),
        (":".join(["AB"] * 20), True),
        ("ABCD EF01", False),
        ("g" * 40, False),
    ],
)
def test_a_fingerprint_has_forty_digits(text: str, is_one: bool) -> None:  # noqa: FBT001  # the table's
    assert is_fingerprint(text) is is_one
