"""What the index knows around a listing."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.codec import decode, message
from pipeline.context import MOST, other_crime, vendor_context
from pipeline.index.sqlite import SqliteIndex
from pipeline.records import Assessment, Classification, Context, Decision, Erasure, Import, Listing, Review
from pipeline.taxonomy import Category, Goods, Track, Verdict

AT = datetime(2026, 3, 1, tzinfo=UTC)


def listing(key: str, vendor: str = "quietmill", market: str = "bazaar") -> Listing:
    origin = Import(time=AT + timedelta(minutes=int(key)), file="f", line=int(key), mapping="m", activation=1)
    return Listing(market=market, key=key, title=f"lot {key}", vendor=vendor, provenance=origin)


def said(goods: Goods = Goods.UNKNOWN) -> Classification:
    return Classification(score=0.5, category=Category.OTHER, model="m", activation=1, goods=goods)


def assessed(
    key: str, verdict: Verdict = Verdict.CLEAR, goods: Goods = Goods.UNKNOWN, vendor: str = "quietmill"
) -> Assessment:
    return Assessment(
        listing=listing(key, vendor), classification=said(goods), verdicts={Track.OFFERS: verdict}, policy="p"
    )


def review(key: str, decision: Decision) -> Review:
    found = listing(key)
    return Review(id=f"r{key}", listing_id=found.id, version=found.version, decision=decision, analyst="ana", time=AT)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SqliteIndex]:
    with closing(SqliteIndex(tmp_path / "index.db")) as opened:
        yield opened


def test_the_vendors_other_listings_are_counted_and_named(index: SqliteIndex) -> None:
    index.merge([assessed("1", Verdict.FLAGGED), assessed("2"), assessed("3"), assessed("4", vendor="lampwick")])
    found = vendor_context(index)(listing("3"))
    assert (found.vendor_listings, found.vendor_flagged) == (2, 1)
    assert found.listings == tuple(sorted(listing(key).id for key in "12"))


def test_a_listing_is_no_context_of_itself(index: SqliteIndex) -> None:
    before = vendor_context(index)(listing("1"))
    index.merge([assessed("1", Verdict.FLAGGED)])
    assert vendor_context(index)(listing("1")) == before == Context()


def test_a_listing_that_changed_hands_takes_nothing_from_its_new_vendor(index: SqliteIndex) -> None:
    index.merge([assessed("1", Verdict.FLAGGED, vendor="lampwick"), assessed("2", Verdict.FLAGGED)])
    assert vendor_context(index)(listing("1")).vendor_flagged == 1


@pytest.mark.parametrize(
    ("verdict", "decision", "hits"),
    [
        (Verdict.FLAGGED, None, 1),
        (Verdict.FLAGGED, Decision.UNSURE, 1),
        (Verdict.FLAGGED, Decision.IN_SCOPE, 1),
        (Verdict.FLAGGED, Decision.OUT_OF_SCOPE, 0),
        (Verdict.CLEAR, Decision.IN_SCOPE, 1),
        (Verdict.REVIEW, None, 0),
    ],
)
def test_people_have_the_last_word_on_what_a_hit_was(
    index: SqliteIndex, verdict: Verdict, decision: Decision | None, hits: int
) -> None:
    index.merge([assessed("1", verdict), assessed("2")])
    index.merge([review("1", decision)] if decision else [])
    assert vendor_context(index)(listing("2")).vendor_flagged == hits
    assert vendor_context(index)(listing("1")).vendor_flagged == 0


def test_of_many_listings_the_hits_are_looked_at_first(index: SqliteIndex) -> None:
    index.merge([assessed("0", Verdict.FLAGGED), *(assessed(str(number)) for number in range(1, 120))])
    found = vendor_context(index)(listing("500"))
    assert (found.vendor_listings, found.vendor_flagged, len(found.listings)) == (120, 1, MOST)
    assert listing("0").id in found.listings


def test_an_erased_listing_is_no_context(index: SqliteIndex) -> None:
    index.merge([assessed("1", Verdict.FLAGGED), assessed("2")])
    erasure = Erasure(id="e", listing_id=listing("1").id, time=AT, analyst="ana", reason="by order")
    index.merge([erasure])
    found = vendor_context(index)(listing("3"))
    assert (found.vendor_listings, found.vendor_flagged, found.listings) == (1, 0, (listing("2").id,))


def test_a_vendor_without_a_name_has_no_other_listings(index: SqliteIndex) -> None:
    index.merge([assessed("1", vendor=""), assessed("2", vendor="")])
    assert vendor_context(index)(listing("3", vendor="")) == Context()


def test_what_else_a_vendor_sells_is_counted(index: SqliteIndex) -> None:
    index.merge(
        [assessed("1", goods=Goods.DRUGS), assessed("2", goods=Goods.DRUGS), assessed("3", goods=Goods.DOCUMENTS)]
    )
    found = vendor_context(index)(listing("4"))
    assert found.goods == {Goods.DRUGS: 2, Goods.DOCUMENTS: 1}
    assert found.share(Goods.DRUGS) == pytest.approx(2 / 3)
    assert Context().share(Goods.DRUGS) == 0


def test_arms_from_a_vendor_of_drugs_bear_a_sign_on_the_vendors_name() -> None:
    drugs, socks = Context(goods={Goods.DRUGS: 1}), Context(goods={Goods.OTHER: 7})
    (sign,) = other_crime(listing("1"), Category.FIREARM, drugs)
    assert (sign.id, sign.field, sign.start, sign.end) == ("TI-POL", "vendor", 0, len("quietmill"))
    assert other_crime(listing("1"), Category.FIREARM, socks) == ()
    assert other_crime(listing("1"), Category.OTHER, drugs) == ()


def test_every_part_of_a_context_is_in_its_digest() -> None:
    contexts = [
        Context(),
        Context(vendor_listings=1),
        Context(vendor_flagged=1),
        Context(listings=("a",)),
        Context(goods={Goods.DRUGS: 1}),
    ]
    assert len({context.digest for context in contexts}) == len(contexts)
    assert Context().digest == ""
    assert Context(vendor_listings=1).digest == Context(vendor_listings=1).digest


def test_a_context_survives_the_log() -> None:
    context = Context(vendor_listings=3, vendor_flagged=1, listings=("a", "b"), goods={Goods.DRUGS: 2})
    whole = Assessment(
        listing=listing("1"), classification=said(), verdicts={}, policy="p", context=context, rates="r", software="s"
    )
    read = decode(message(whole), (Assessment,))
    assert read == whole
