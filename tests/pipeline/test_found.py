"""Quantities, prices, routes, handles and keys inside a running text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysequoia import Tsk

from pipeline.values import coin, fingerprint, handles, measures, prices, routes
from pipeline.values.armour import blocks, fingerprints
from pipeline.values.found import Found, Taken
from pipeline.values.measures import spelt
from pipeline.values.places import names
from pipeline.values.spots import _NO_PLACES, names_place

ODD = "0123456789½.,/-x×$€@ gGkmGLozrdsUSDBTCfromtoshipsEU:\n(="
hostile = st.text(max_size=80) | st.text(alphabet=ODD, max_size=80)


def quantities(text: str) -> list[tuple[str, str]]:
    small = text.lower()
    return [(small[each.start : each.end], each.value) for each in (*measures(small), *spelt(small))]


@pytest.mark.parametrize(
    ("text", "stretch", "value"),
    [
        ("Tea, 50 bags", "50 bags", "50 bags"),
        ("1/2 oz of tea", "1/2 oz", "0.5 oz"),
        ("110-120 ug", "110-120 ug", "110-120 ug"),
        ("3,5g", "3,5g", "3.5 g"),
        ("one gram", "one gram", "1 g"),
        ("FMJ x 50", "x 50", "50 pieces"),
        ("10 X cups", "10 x", "10 pieces"),
        ("QTY 2", "qty 2", "2 pieces"),
        ("boite de 50", "boite de 50", "50 pieces"),
        ("20 патронов", "20 патронов", "20 cartridges"),
        ("50 Stück", "50 stück", "50 pieces"),
        ("w/2 mags", "2 mags", "2 magazines"),
        ("mit 2 Magazinen", "2 magazinen", "2 magazines"),
        ("Magazine, 50 Schuss", "50 schuss", "50 rounds"),
        (".5 g", ".5 g", "0.5 g"),
        ("1/8th oz", "1/8th oz", "0.125 oz"),
        ("1g to 50 g of tea", "1g to 50 g", "1-50 g"),
    ],
)
def test_a_quantity_is_read_where_it_stands(text: str, stretch: str, value: str) -> None:
    assert quantities(text.replace("ü", "u")) == [(stretch.replace("ü", "u"), value)]


@pytest.mark.parametrize(
    ("text", "each"),
    [
        ("3.5g - 7g - 14g", ["3.5g", "7g", "14g"]),
        ("90 bags to 180 bags", ["90 bags", "180 bags"]),
        ("10x100mg", ["10x", "100mg"]),
        ("10g - 5g", ["10g", "5g"]),
    ],
)
def test_sizes_in_a_row_are_quantities_each(text: str, each: list[str]) -> None:
    assert [stretch for stretch, _ in quantities(text)] == each


@pytest.mark.parametrize(
    "text",
    [
        "30 round magazine",
        "Cargador de 30 tiros",
        "Magazin fur 17 Schuss",
        "600 rounds per minute",
        "3 mg/ml",
        "20 x 30 cm",
        "3rd",
        "3-9x40mm",
        "$5/g",
        "850 rounds fired",
    ],
)
def test_capacities_rates_and_measurements_are_no_quantities(text: str) -> None:
    assert quantities(text) == []


@pytest.mark.parametrize(
    ("text", "stretch", "value"),
    [
        ("asks $1,200.50 for it", "$1,200.50", "1200.50 USD"),
        ("BTC 3.5", "BTC 3.5", "3.5 BTC"),
        ("(50g/325EUR)", "325EUR", "325 EUR"),
        ("Envoi 4€40", "4€40", "4.4 EUR"),
        ("1 pound = $999", "$999", "999 USD"),
        ("$6.5K", "$6.5K", "6500.0 USD"),
    ],
)
def test_a_price_is_read_where_it_stands(text: str, stretch: str, value: str) -> None:
    assert [(text[start:end], f"{price.amount:f} {price.currency}") for price, start, end in prices(text)] == [
        (stretch, value)
    ]


def test_a_day_and_a_weight_are_no_money() -> None:
    assert list(prices("Sat 10, open 10-7 SAT, half a pound, 1 pound")) == []
    assert list(prices("Yellow Bitcoin 220 mg sweets, Ether 1L, Bitcoins 200-220mg")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Shipped from Sweden", [("from", "SE")]),
        ("ships from Germany to EU/worldwide", [("from", "DE"), ("to", "EU"), ("to", "WW")]),
        ("Versand aus Deutschland nach Österreich", [("from", "DE"), ("to", "AT")]),
        ("Versand nur nach Deutschland.", [("to", "DE")]),
        ("доставка по России", [("to", "RU")]),
        ("US - US", [("from", "US"), ("to", "US")]),
        ("I SHIP TO US ONLY!!!", [("to", "US")]),
        ("within the lower 48", [("to", "US")]),
        ("envío a España", [("to", "ES")]),
        ("ships to US, CA and Australia", [("to", "US"), ("to", "CA"), ("to", "AU")]),
        ("no shipping to Norway", []),
        ("Tea - Netherlands to Europe", [("from", "NL"), ("to", "EU")]),
        ("(USA2USA) tea", [("from", "US"), ("to", "US")]),
        ("U.K to U.K", [("from", "GB"), ("to", "GB")]),
        ("[US✈US] [PL] -> [EU]", [("from", "US"), ("to", "US"), ("from", "PL"), ("to", "EU")]),
        ("NL ship→WW", [("from", "NL"), ("to", "WW")]),
        ("sent from within the US", [("from", "US")]),
        ("we ship from Spain to the entire Europe", [("from", "ES"), ("to", "EU")]),
        ("(UK AND USA ONLY)", [("to", "GB"), ("to", "US")]),
        ("UK, USA/Canada shipping", [("to", "US"), ("to", "CA")]),
        ("only Finland", [("to", "FI")]),
        ("UK fast FREE delivery", [("to", "GB")]),
        ("US - (domestic)", [("to", "US")]),
        ("people in the EU, USA and Canada may order", [("to", "EU"), ("to", "US"), ("to", "CA")]),
        ("Shipping options: UK £5, EU (7-10 days) 10€, worldwide £15", [("to", "GB"), ("to", "EU"), ("to", "WW")]),
        ("ships worldwide except US and Australia. No UK shipping", [("to", "WW")]),
        ("we won't ship to Norway; unable to send to Japan", []),
        ("Shipped from India domestic shipping is not accepted", [("from", "IN")]),
        ("please send us a message, SEND US YOUR ADDRESS, we ship to us only", [("to", "US")]),
        ("US ONLY ONE LEFT, combined shipping AT checkout", []),
        ("Canada Post, only EU distributor", []),
        ("Scan of any country, posters worldwide valid, NY Diesel and WW (0.75g)", []),
        ("We ship worldwide with exceptions to: The Netherlands", [("to", "WW")]),
        ("sold around the world", []),
        ("we ship from EU to any country", [("from", "EU"), ("to", "WW")]),
        ("HOW TO SHIP TEA", []),
        ("works anywhere in the world", []),
        ("Доставка по РФ", [("to", "RU")]),
        ("expedie vers UE", [("to", "EU")]),
        ("Envios a EE UU", [("to", "US")]),
        ("ships to 德国", [("to", "DE")]),
        ("Livraison mondial", [("to", "WW")]),
        ("we don't ship to US only", []),
        ("do not ship to UK only", []),
    ],
)
def test_places_are_told_apart_by_the_words_around_them(text: str, found: list[tuple[str, str]]) -> None:
    plain = text.replace("Ö", "O").replace("í", "i").replace("ñ", "n").replace("ö", "o")
    seen = sorted({(each.found.start, "from" if each.start else "to", each.found.value) for each in routes(plain)})
    assert [each[1:] for each in seen] == found


def test_the_quick_look_passes_over_no_name() -> None:
    lost = [name for name in names() if "".join(name.split()) and not _is_seen(f"ships to {name}")]
    assert set(lost) <= _NO_PLACES


def _is_seen(text: str) -> bool:
    return names_place(text) or "WW" in {each.found.value for each in routes(text)}


def test_a_place_is_told_without_its_article() -> None:
    text = "ships from the Netherlands to The United States only"
    assert {text[each.found.start : each.found.end] for each in routes(text)} == {"Netherlands", "United States"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Telegram: @Tea_House", "telegram:tea_house"),
        ("write to t.me/teahouse", "telegram:teahouse"),
        ("Wickr user: teahouse7", "wickr:teahouse7"),
        ("WICKR @ teahouse", "wickr:teahouse"),
        ("jabber tea@example.org", "xmpp:tea@example.org"),
        ("tea@jabber.example.org", "xmpp:tea@jabber.example.org"),
        ("mail Tea@Example.org", "email:tea@example.org"),
        ("Threema: ABCD1234", "threema:ABCD1234"),
        ("Signal: +44 20 7946 0000", "signal:+442079460000"),
        ("session 05" + "ab" * 32, "session:05" + "ab" * 32),
        ("tox " + "00" * 38, "tox:" + "00" * 38),
    ],
)
def test_a_handle_is_read_with_its_service(text: str, value: str) -> None:
    assert value in [each.value for each in handles(text)]


@pytest.mark.parametrize(
    "text", ["1000 telegram members", "Telegram channel for tea", "wickr only", "signal jammer", "tox " + "01" * 38]
)
def test_a_service_alone_is_no_handle(text: str) -> None:
    assert list(handles(text)) == []


def test_a_key_gives_its_fingerprint_though_a_page_runs_its_lines_together() -> None:
    certificate = Tsk.generate(user_id="Practice <practice@market.example>").extract_certificate()
    armoured = str(certificate)
    for text in (armoured, " ".join(armoured.split("\n"))):
        assert fingerprint(text) == str(certificate.fingerprint)
        assert [each.value for each in blocks(f"my key: {text} thanks")] == [str(certificate.fingerprint)]


def test_a_cut_or_broken_key_is_found_and_has_no_fingerprint() -> None:
    text = "-----BEGIN PGP PUBLIC KEY BLOCK----- Version: 1 mQINBF"
    assert [(each.value, each.start, each.end) for each in blocks(text)] == [("", 0, len(text))]
    assert fingerprint(text + " -----END PGP PUBLIC KEY BLOCK-----") is None


def test_a_bare_fingerprint_is_read_with_or_without_spaces() -> None:
    digits = "0123456789ABCDEF0123456789ABCDEF01234567"
    spaced = " ".join(digits[place : place + 4] for place in range(0, 40, 4))
    assert [each.value for each in fingerprints(f"PGP: {digits} or {spaced}.")] == [digits.lower()] * 2


@given(hostile)
def test_no_text_is_an_error_and_every_place_is_in_it(text: str) -> None:
    found = [*measures(text.lower()), *spelt(text.lower()), *handles(text), *blocks(text), *fingerprints(text)]
    found += [place.found for place in routes(text)]
    found += [Found("", start, end) for _, start, end in prices(text)]
    assert all(0 <= each.start < each.end <= len(text.lower()) for each in found)
    assert coin(text) is None


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5)), max_size=8), st.integers(0, 30), st.integers(1, 5))
def test_what_is_taken_is_what_shares_a_place(spans: list[tuple[int, int]], start: int, size: int) -> None:
    taken = Taken(Found("", first, first + length) for first, length in spans)
    shares = any(first < start + size and start < first + length for first, length in spans)
    assert taken.touches(start, start + size) == shares
