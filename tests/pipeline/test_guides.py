"""The index keeps what a guide is, never what it teaches."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from pipeline.index.guides import without_guide
from pipeline.index.merge import merge
from pipeline.records import (
    Assessment,
    Capture,
    Classification,
    Decision,
    Delivery,
    Entity,
    Listing,
    Review,
    Sign,
    Span,
)
from pipeline.taxonomy import Category

TIME = datetime(2026, 5, 1, tzinfo=UTC)
CAPTURE = Capture(time=TIME, url="http://x.invalid/1", visit="v", page="p", profile="d", activation=1)
PLAIN = Listing(market="bazaar", key="1", title="A title", description="the text", provenance=CAPTURE)


def assessed(listing: Listing, category: Category = Category.OTHER) -> Assessment:
    said = Classification(
        score=0.1,
        category=category,
        model="m",
        activation=1,
        entities=(
            Entity(kind="word", value="the", field="description", start=0, end=3),
            Entity(kind="word", value="A", field="title", start=0, end=1),
        ),
        spans=(
            Span(field="description", start=0, end=3, weight=1.0),
            Span(field="title", start=0, end=1, weight=1.0),
        ),
    )
    said = replace(said, signs=(Sign(id="ET-F", field="description", start=0, end=3),) * 2)
    return Assessment(listing=listing, classification=said, verdicts={}, policy="p")


GUIDES = [
    (PLAIN, Category.DIGITAL),
    (replace(PLAIN, category_path=("Info/eBooks", "Other")), Category.OTHER),
    (replace(PLAIN, category_path=("Guides & Tutorials",)), Category.FIREARM),
    (replace(PLAIN, title="A how-to, PDF", delivery=(Delivery.DIGITAL,)), Category.OTHER),
]


@pytest.mark.parametrize(("listing", "category"), GUIDES)
def test_the_text_of_a_guide_is_not_kept(listing: Listing, category: Category) -> None:
    kept = without_guide(assessed(listing, category))
    assert "the text" not in repr(kept)
    assert [span.field for span in kept.classification.spans] == ["title"]
    assert [entity.field for entity in kept.classification.entities] == ["title"]
    assert kept.classification.signs == (Sign(id="ET-F", field="", start=0, end=0),), "what it is, stays known"
    assert (kept.listing.title, kept.listing.version) == (listing.title, listing.version)


@pytest.mark.parametrize(
    ("listing", "category"),
    [
        (PLAIN, Category.FIREARM),
        (replace(PLAIN, title="Manual lathe"), Category.OTHER),
        (replace(PLAIN, delivery=(Delivery.DIGITAL,)), Category.OTHER),
        (replace(PLAIN, category_path=("Weapons", "Pistols")), Category.FIREARM),
    ],
)
def test_any_other_listing_is_kept_whole(listing: Listing, category: Category) -> None:
    before = assessed(listing, category)
    assert without_guide(before) is before


def test_the_index_holds_no_text_of_a_guide_and_a_review_still_fits() -> None:
    guide = assessed(PLAIN, Category.DIGITAL)
    review = Review(
        id="r", listing_id=PLAIN.id, version=PLAIN.version, decision=Decision.OUT_OF_SCOPE, analyst="a", time=TIME
    )
    document = merge(merge(None, guide), review)
    assert document.current
    assert (document.current.listing.description, document.review) == ("", review)
    assert merge(document, guide) is document
