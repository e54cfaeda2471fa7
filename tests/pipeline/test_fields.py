"""The table of fields, from which columns, tags, exports and documents are made."""

import re
from datetime import UTC, datetime
from decimal import Decimal

from msgspec.structs import replace

from pipeline.index.document import Document
from pipeline.index.fields import FACETS, FIELDS, RANGES, flat
from pipeline.index.merge import merge
from pipeline.records import (
    Assessment,
    Capture,
    Classification,
    Decision,
    Dollars,
    Entity,
    Item,
    Listing,
    Money,
    Review,
    Sign,
)
from pipeline.taxonomy import Act, Category, Track, Verdict

TIME = datetime(2024, 5, 1, 12, 30, 0, 123_000, tzinfo=UTC)
ASSESSMENT = Assessment(
    listing=Listing(
        market="practice",
        key="7",
        title="Lot A",
        description="Two boxes",
        vendor="alpine",
        category_path=("Other", "Boxes"),
        price=Money(amount=Decimal("12.50"), currency="EUR"),
        ships_from=("DE", "AT", "DE"),
        item=Item(make="Oldsmith", calibre="as the market says"),
        provenance=Capture(time=TIME, url="http://a.onion/7", visit="v", page="00", profile="p", activation=1),
    ),
    classification=Classification(
        score=0.25,
        category=Category.MELEE,
        model="m",
        activation=1,
        act=Act.OFFER,
        language="en",
        signs=(
            *(
                Sign(id=code, field="title", start=0, end=3)
                for code in ("ET-H", "TI-LIC", "ET-A", "ET-H", "unknown", "XX-1")
            ),
        ),
        entities=tuple(
            Entity(kind="calibre", value=value, field="description", start=0, end=3)
            for value in ("7.65mm", "6.35mm", "7.65mm")
        ),
    ),
    verdicts={Track.OFFERS: Verdict.CLEAR, Track.DIGITAL: Verdict.REVIEW},
    policy="p",
    dollars=Dollars(cents=1_350, rate_date="2024-05-01"),
)
DOCUMENT = merge(None, ASSESSMENT)


def test_every_field_says_what_it_means_in_one_line() -> None:
    assert [name for name, field in FIELDS.items() if not field.meaning or "\n" in field.meaning] == []
    assert all(re.fullmatch(r"[a-z_]+", name) for name in FIELDS)


def test_a_document_is_flat_text_by_field() -> None:
    assert flat(DOCUMENT) == {
        "id": DOCUMENT.id,
        "market": "practice",
        "key": "7",
        "venue": "unknown",
        "vendor": "alpine",
        "title": "Lot A",
        "description": "Two boxes",
        "market_category": "Other",
        "category": "MEL",
        "subtype": "unknown",
        "goods": "unknown",
        "threats": "ET-A ET-H",
        "indicators": "TI-LIC",
        "credibility": "",
        "make": "Oldsmith",
        "calibre": "6.35mm 7.65mm",
        "score": "0.25",
        "screened": "false",
        "verdict": "review",
        "track": "digital",
        "review": "open",
        "act": "offer",
        "language": "en",
        "ships_from": "DE AT DE",
        "ships_to": "",
        "price_cents": "1350",
        "currency": "EUR",
        "present": "true",
        "first_seen": "2024-05-01T12:30:00.123Z",
        "last_seen": "2024-05-01T12:30:00.123Z",
        "month": "2024-05",
        "versions": "1",
    }


def test_a_hidden_document_is_flat_too() -> None:
    assert flat(Document(id="1")) == dict.fromkeys(FIELDS, "") | {"id": "1"}


def test_a_review_names_its_decision_while_it_counts() -> None:
    review = Review(
        id="r",
        listing_id=DOCUMENT.id,
        version=ASSESSMENT.listing.version,
        decision=Decision.UNSURE,
        analyst="ana",
        time=TIME,
    )
    assert flat(merge(DOCUMENT, review))["review"] == "unsure"


def test_a_facet_with_several_values_has_each_once() -> None:
    field = FACETS["ships_from"]
    assert field.values(field.get(DOCUMENT, ASSESSMENT)) == ("AT", "DE")
    assert field.values(()) == ("",)


def test_a_text_that_names_a_thousand_calibres_is_found_by_a_few() -> None:
    many = tuple(Entity(kind="calibre", value=f"{n}mm", field="title", start=0, end=1) for n in range(1_000))
    told = replace(ASSESSMENT, classification=replace(ASSESSMENT.classification, entities=many))
    assert len(FACETS["calibre"].values(FACETS["calibre"].get(DOCUMENT, told))) == 20


def test_a_listing_without_a_price_has_no_amount() -> None:
    free = replace(ASSESSMENT, listing=replace(ASSESSMENT.listing, price=None), dollars=None)
    assert RANGES["price_cents"].get(DOCUMENT, free) is None
    assert FACETS["currency"].get(DOCUMENT, free) == ""


def test_a_month_has_four_digits_of_the_year() -> None:
    early = replace(DOCUMENT, first_seen=datetime(476, 9, 4, tzinfo=UTC))
    assert FACETS["month"].get(early, ASSESSMENT) == "0476-09"
