"""The practice market's catalogue: the same everywhere, moved on by days, and its truth."""

import base64
import csv
import os
import re
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from crawlers.practice.catalogue import market
from crawlers.practice.life import Gone
from crawlers.practice.money import changed, converted, written
from crawlers.practice.offers import Relation, key
from crawlers.practice.truth import Truth, truth
from crawlers.practice.vendors import CRC24_START, pgp_block
from pipeline.records import Money
from pipeline.taxonomy import Act, Category
from pipeline.text import normalised

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data" / "darkweb_listings.csv"
PRINT = (
    "import hashlib, msgspec; from crawlers.practice.catalogue import market; from crawlers.practice.truth import truth;"
    "from crawlers.practice.pages import Pages; drawn = market(3, 200, 4); pages = Pages(drawn);"
    "html = ''.join(pages.listing(offer) for offer in drawn.newest) + pages.home();"
    "print(hashlib.sha256(msgspec.json.encode([drawn, truth(3, 200, 4)]) + html.encode()).hexdigest())"
)


@pytest.fixture(scope="module")
def small() -> dict[str, Truth]:
    return truth()


def printed(hash_seed: str, timezone: str) -> str:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "TZ": timezone, "LC_ALL": "C"}
    words = [sys.executable, "-c", PRINT]
    return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


def test_every_process_draws_the_same_market() -> None:
    assert printed("1", "UTC") == printed("2", "Asia/Tokyo") != ""


def test_another_seed_is_another_market() -> None:
    assert not market(1, 100).offers.keys() & market(2, 100).offers.keys()


@pytest.mark.parametrize("listings", [30, 200, 600, 5_000])
def test_a_market_has_as_many_listings_as_were_asked_for(listings: int) -> None:
    assert len(market(7, listings).offers) == listings


def test_a_small_market_shows_each_category_in_scope(small: dict[str, Truth]) -> None:
    offered = Counter(fact.category for fact in small.values() if fact.in_scope)
    assert min(offered[category] for category in (Category.FIREARM, Category.PARTS, Category.AMMUNITION)) >= 2


def test_hard_negatives_of_most_kinds_stand_beside_them(small: dict[str, Truth]) -> None:
    kinds = {fact.kind for fact in small.values()}
    assert {"airsoft", "air-guns", "knives", "gun-guides", "holsters", "arms-requests"} <= kinds
    assert {"gun-named-strain", "gun-named-pills", "game-skins", "gun-worded-tools"} <= kinds


def test_a_large_market_has_about_one_in_a_hundred_to_do_with_arms() -> None:
    drawn = truth(7, 8_000).values()
    assert 0.008 < sum(fact.category is not Category.OTHER for fact in drawn) / len(drawn) < 0.012


def test_the_share_of_arms_can_be_chosen() -> None:
    drawn = truth(7, 200, arms=0.5).values()
    assert sum(fact.category is not Category.OTHER for fact in drawn) == 100


def test_a_request_is_never_in_scope(small: dict[str, Truth]) -> None:
    requests = [fact for fact in small.values() if fact.act is Act.REQUEST]
    assert requests
    assert not any(fact.in_scope for fact in requests)


def test_every_category_has_several_vendors(small: dict[str, Truth]) -> None:
    sellers: dict[str, set[str]] = {}
    for fact in truth(7, 3_000).values():
        sellers.setdefault(fact.category_path[0], set()).add(fact.vendor)
    assert min(map(len, sellers.values())) >= 3


def test_adverts_are_in_six_languages(small: dict[str, Truth]) -> None:
    assert {fact.language for fact in small.values()} == {"en", "de", "fr", "es", "ru", "tr"}


def test_a_disguised_title_is_not_found_by_the_plain_name() -> None:
    drawn = market(7, 2_000)
    hidden = [offer for offer in drawn.offers.values() if offer.disguise != "none" and not offer.bundle]
    assert {offer.disguise for offer in hidden} == {"leet", "homoglyphs", "spaced", "zero_width"}
    assert not any(name in offer.title for offer in hidden for name in offer.ware.names_in(offer.language))


def test_a_relisting_is_by_the_same_vendor_and_a_copy_by_another() -> None:
    drawn = market(7, 2_000)
    for offer in drawn.offers.values():
        if offer.relation is not Relation.NONE:
            same = drawn.offers[offer.origin].vendor == offer.vendor
            assert same is (offer.relation is Relation.RELISTING)


def test_a_day_changes_prices_and_texts_and_lets_offers_vanish_and_appear() -> None:
    facts = truth(day=2).values()
    assert {fact.gone for fact in facts} == {None, Gone.NOT_FOUND, Gone.REMOVED}
    assert any(fact.price_changed for fact in facts)
    assert any(fact.text_changed for fact in facts)
    assert any(fact.new for fact in facts)


def test_what_is_gone_stays_gone() -> None:
    for day in range(1, 6):
        assert market(day=day).gone.items() <= market(day=day + 1).gone.items()


def test_an_offer_nothing_happened_to_says_the_same_on_every_day() -> None:
    first, later = market(), market(day=5)
    still = [
        key
        for key, fact in truth(day=5).items()
        if not (fact.new or fact.gone or fact.price_changed or fact.text_changed)
    ]
    assert len(still) > 300
    for name in still:
        before, after = first.offers[name], later.offers[name]
        assert (before.title, before.description, before.vendor, before.price) == (
            after.title,
            after.description,
            after.vendor,
            after.price,
        )


def test_the_market_keeps_its_size_over_weeks() -> None:
    assert 450 < len(market(day=40).offers) < 750


def test_truth_names_every_offer_that_stands_or_stood() -> None:
    drawn = market(day=3)
    assert truth(day=3).keys() == drawn.offers.keys() | drawn.gone.keys()


def test_keys_of_offers_never_meet() -> None:
    assert len({key(7, number) for number in range(50_000)}) == 50_000


@pytest.mark.parametrize(
    ("money", "texts"),
    [
        (("1250", "USD"), ["1,250 USD", "USD 1,250", "$1,250", "$ 1250", "1,250 US$"]),
        (("1250.50", "EUR"), ["1,250.50 EUR", "€1,250.50", "EUR 1250.50", "1.250,50 €"]),
        (("0.00250", "BTC"), ["0.00250 BTC", "BTC 0.00250", "0.00250 btc"]),
    ],
)
def test_a_price_is_written_in_the_ways_of_its_currency(money: tuple[str, str], texts: list[str]) -> None:
    price = Money(amount=Decimal(money[0]), currency=money[1])
    assert [written(price, form) for form in range(len(texts))] == texts


def test_a_changed_price_is_another_one() -> None:
    draws = Random(1)
    for offer in market(7, 300).offers.values():
        assert changed(offer.price, draws).amount not in {offer.price.amount, 0}


def test_conversions_move_with_the_day_and_leave_the_offered_currency_out() -> None:
    price = market().newest[0].price
    assert converted(price, 0) != converted(price, 1)
    assert not any(price.currency in text for text in converted(price, 0))


def test_a_key_block_carries_its_own_checksum() -> None:
    lines = pgp_block("QuietHeron", "seed").splitlines()
    packets, check = base64.b64decode("".join(lines[2:-2])), base64.b64decode(lines[-2][1:])
    crc = CRC24_START
    for byte in packets + check:
        crc ^= byte << 16
        for _ in range(8):
            crc = (crc << 1) ^ 0x1864CFB if crc & 0x800000 else crc << 1
    assert crc & 0xFFFFFF == 0
    assert packets.endswith(b"QuietHeron")


@pytest.mark.data
def test_no_title_and_no_handle_is_one_of_the_research_data() -> None:
    if not SHARED.exists():
        pytest.skip("../shared/data is absent")
    with SHARED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    titles, handles = {plain(row["title"]) for row in rows}, {row["vendor"].lower() for row in rows}
    for drawn in (market(), market(1), market(2, 8_000), market(day=30)):
        assert {plain(offer.title) for offer in drawn.offers.values()} & titles == set()
        assert {handle.lower() for handle in drawn.vendors} & handles == set()


def plain(title: str) -> str:
    return re.sub(r"\W+", " ", normalised(title).text.lower()).strip()
