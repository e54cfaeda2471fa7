"""What researchers see of a listing: what is offered, where and when, and neither who nor how it was put."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from pipeline.index.document import Document
from pipeline.index.elastic_layout import mapping, research_mapping, research_source
from pipeline.index.merge import merge
from pipeline.index.research import RESEARCHED, pseudonym, pseudonymous
from pipeline.records import Assessment, Capture, Classification, Dollars, Entity, Erasure, Item, Listing
from pipeline.taxonomy import Category, Track, Verdict

KEY = b"k" * 32
TIME = datetime(2024, 5, 1, 13, 37, 59, 123_000, tzinfo=UTC)
SECRETS = ("Blue Lot", "bring your own", "alpine-vendor", "item-4711", "onion", "Hidden Corner", "MyBrand")


def document(vendor: str = "alpine-vendor", market: str = "practice") -> Document:
    capture = Capture(time=TIME, url="http://a.onion/item-4711", visit="v", page="00", profile="p", activation=1)
    listing = Listing(
        market=market,
        key="item-4711",
        title="Blue Lot of a glock",
        description="bring your own",
        vendor=vendor,
        category_path=("Hidden Corner",),
        item=Item(make="MyBrand", calibre="9mm"),
        provenance=capture,
    )
    entities = (Entity(kind="calibre", value="9mm", field="title", start=0, end=1),)
    said = Classification(score=0.5, category=Category.FIREARM, model="m", activation=1, entities=entities)
    found = Assessment(listing=listing, classification=said, verdicts={Track.OFFERS: Verdict.CLEAR}, policy="p")
    return merge(None, found)


def test_neither_identifiers_nor_free_text_are_left() -> None:
    told = str(research_source(document(), KEY))
    assert not [secret for secret in (*SECRETS, document().id, "13:37") if secret.lower() in told.lower()]


def test_what_is_offered_where_and_on_which_day_is_left() -> None:
    found = pseudonymous(document(), KEY)
    assert (found["market"], found["category"], found["calibre"], found["month"]) == (
        "practice",
        "FA",
        ("9mm",),
        "2024-05",
    )
    assert found["first_seen"] == datetime(2024, 5, 1, tzinfo=UTC)
    assert found["make"] == ()


def test_a_vendor_is_followed_over_markets_under_one_key_only() -> None:
    one, other = pseudonymous(document(), KEY), pseudonymous(document(market="second"), KEY)
    assert one["vendor"] == other["vendor"] != pseudonymous(document(), b"l" * 32)["vendor"]
    assert one["id"] != other["id"]
    assert pseudonymous(document(vendor=""), KEY)["vendor"] == ""


def test_a_field_says_nothing_of_another() -> None:
    assert pseudonym(KEY, "vendor", "x") != pseudonym(KEY, "key", "x")


def test_half_a_character_has_a_pseudonym() -> None:
    assert len(pseudonym(KEY, "vendor", "\ud800")) == 32


def test_a_hidden_document_is_a_pseudonym_alone() -> None:
    erased = merge(document(), Erasure(id="e", listing_id=document().id, analyst="ana", time=TIME, reason="order"))
    assert research_source(erased, KEY) == {"id": pseudonym(KEY, "id", document().id), "hidden": "true"}


@pytest.mark.parametrize("name", ["title", "title_words", "description_words", "document", "market_category"])
def test_the_mapping_has_no_place_for_what_is_kept_back(name: str) -> None:
    assert name not in RESEARCHED
    assert name not in str(research_mapping(KEY))


def test_every_field_that_is_stored_has_its_place() -> None:
    properties = research_mapping(KEY)["properties"]
    assert isinstance(properties, dict)
    assert set(research_source(document(), KEY)) <= set(properties)


def test_another_key_is_another_layout() -> None:
    layouts = {str(made["_meta"]) for made in (mapping(), research_mapping(KEY), research_mapping(b"l" * 32))}
    assert len(layouts) == 3
    assert replace(document(), id="0" * 32).id not in layouts


@pytest.mark.parametrize(
    ("cents", "shown"),
    [
        (0, 0),
        (1, 100),
        (149, 100),
        (150, 200),
        (9_949, 9_900),
        (9_950, 10_000),
        (10_000, 10_000),
        (123_456, 120_000),
        (125_000, 130_000),
        (999_999, 1_000_000),
        (2**63 - 1, 92 * 10**17),
    ],
)
def test_a_price_is_told_in_two_digits(cents: int, shown: int) -> None:
    current = document().current
    assert current is not None
    priced = merge(None, replace(current, dollars=Dollars(cents=cents, rate_date="")))
    assert pseudonymous(priced, KEY)["price_cents"] == shown <= 2**63 - 1


def test_a_score_does_not_tell_which_text_was_scored() -> None:
    current = document().current
    assert current is not None
    said = replace(current.classification, score=0.987654321)
    assert pseudonymous(merge(None, replace(current, classification=said)), KEY)["score"] == 0.99
