"""The pages show what an investigator needs, and narrow, sort and page it."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from dashboards.web.choices import Choices
from dashboards.web.questions import UNSAID, facets
from pipeline.index import Query
from pipeline.records import (
    Amount,
    Date,
    Delivery,
    Dollars,
    Erasure,
    Import,
    Item,
    Money,
    Precision,
    Presence,
    Review,
    Shipping,
    Sighting,
    Span,
    Vendor,
)
from pipeline.records.review import Decision
from pipeline.taxonomy import Category, Verdict
from tests.dashboards.conftest import START, Site, offer

HOSTILE = """"><script>document.title='owned'</script> {{ 7*7 }} {% raw %} </title></textarea> \u202egpj.exe"""


def test_an_empty_home_says_what_to_do_next(site: Site) -> None:
    answer = site.get("/")
    assert answer.status == 200
    assert "headstamp crawl MARKET" in answer.words
    assert "headstamp ingest FILE" in answer.words


def test_the_queue_shows_flagged_then_review_each_likeliest_first_or_newest(site: Site) -> None:
    site.index(
        [
            offer("a", "flagged, old", score=0.99, minutes=1),
            offer("b", "review, new", score=0.6, verdict=Verdict.REVIEW, minutes=9),
            offer("c", "flagged, new", score=0.95, minutes=5),
            offer("d", "review, old", score=0.7, verdict=Verdict.REVIEW, minutes=2),
            offer("e", "clear", verdict=Verdict.CLEAR, minutes=10),
            offer("f", "another track", score=0.02, verdict=Verdict.FLAGGED, minutes=3),
        ]
    )
    scored = ["flagged, old", "flagged, new", "another track", "review, old", "review, new"]
    assert site.get("/").listings() == scored
    assert site.get("/?sort=newest").listings() == [
        "flagged, new",
        "another track",
        "flagged, old",
        "review, new",
        "review, old",
    ]
    assert site.get("/?sort=oldest").status == 400


@pytest.mark.parametrize("address", ["/", "/?sort=newest"])
def test_the_queue_pages_from_flagged_into_review_without_loss(site: Site, address: str) -> None:
    site.index([offer(f"f{n}", f"flagged {n}", minutes=n, score=n / 60) for n in range(60)])
    site.index([offer(f"r{n}", f"review {n}", verdict=Verdict.REVIEW, minutes=n, score=n / 60) for n in range(60)])
    seen, page = [], site.get(address)
    while True:
        seen += page.listings()
        following = [link for link in page.links() if "after=" in link and not link.startswith("/listing")]
        if not following:
            break
        page = site.get(following[-1])
    assert seen == [f"flagged {n}" for n in range(59, -1, -1)] + [f"review {n}" for n in range(59, -1, -1)]


def test_the_queue_turns_to_review_where_flagged_fills_a_page(site: Site) -> None:
    site.index([offer(f"f{n}", minutes=n) for n in range(50)])
    site.index([offer("r", "the one for review", verdict=Verdict.REVIEW)])
    following = next(link for link in site.get("/").links() if "after=" in link and not link.startswith("/listing"))
    assert site.get(following).listings() == ["the one for review"]


def test_the_queue_is_narrowed_by_market_and_category(site: Site) -> None:
    site.index(
        [
            offer("a", "pistol here"),
            offer("b", "rounds here", category=Category.AMMUNITION),
            offer("c", "pistol there", market="harbour"),
        ]
    )
    assert site.get("/?market=practice&category=FA").listings() == ["pistol here"]
    assert "Nothing that waits for a review matches" in site.get("/?market=harbour&category=AM").words


def test_a_queue_worked_empty_says_so(site: Site) -> None:
    site.index([offer("a", verdict=Verdict.CLEAR)])
    assert "No listing waits for a review" in site.get("/").words


def test_search_finds_words_phrases_beginnings_and_exclusions(site: Site) -> None:
    site.index([offer("a", "Compact pistol"), offer("b", "Pistol, compact"), offer("c", "Leather holster")])
    assert set(site.get("/search?words=pistol").listings()) == {"Compact pistol", "Pistol, compact"}
    assert site.get("/search?words=%22compact+pistol%22").listings() == ["Compact pistol"]
    assert site.get("/search?words=hols*").listings() == ["Leather holster"]
    assert site.get("/search?words=-pistol").listings() == ["Leather holster"]


def test_facets_narrow_and_widen_again(site: Site) -> None:
    site.index([offer("a", "here"), offer("b", "there", market="harbour"), offer("c", "there too", market="harbour")])
    page = site.get("/search")
    assert "3 listings" in page.words
    narrower = next(link for link in page.links() if link == "/search?market=harbour")
    page = site.get(narrower)
    assert set(page.listings()) == {"there", "there too"}
    assert "/search" in page.links()
    assert "/search?market=harbour&market=practice" in page.links(), "other values of the facet stay in reach"


def test_listings_without_a_value_can_be_asked_for(site: Site) -> None:
    site.index([offer("a", "from somewhere"), offer("b", "from nowhere", ships_from=())])
    page = site.get("/search")
    assert "/search?ships_from=none" in page.links()
    assert site.get("/search?ships_from=none").listings() == ["from nowhere"]


def test_search_by_day_includes_both_days(site: Site) -> None:
    site.index([offer(f"d{day}", f"day {day}", minutes=1440 * day) for day in range(4)])
    assert site.get("/search?since=2026-03-02&until=2026-03-03").listings() == ["day 2", "day 1"]


def test_search_pages_by_cursor_with_an_exact_total(site: Site) -> None:
    site.index([offer(f"k{n}", f"listing {n}", minutes=n) for n in range(120)])
    page = site.get("/search?sort=oldest")
    assert "120 listings" in page.words
    following = next(link for link in page.links() if "after=" in link and link.startswith("/search"))
    assert site.get(following).listings() == [f"listing {n}" for n in range(50, 100)]


@pytest.mark.parametrize(
    "address",
    [
        "/search?after=nonsense",
        "/?after=flagged:nonsense",
        "/search?sort=upwards",
        "/search?category=gun",
        "/search?nothing=1",
        "/?track=here&track=there",
        "/search?since=tomorrow",
        f"/listing/{'0' * 32}?via=elsewhere",
        f"/search?words={'ab+' * 150}",
    ],
)
def test_what_cannot_be_asked_is_a_page_that_says_why(idle: Site, address: str) -> None:
    answer = idle.get(address)
    assert answer.status == 400
    assert "This cannot be asked" in answer.words
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "address", [f"/listing/{'0' * 32}", "/listing/nonsense", "/listing/..%2f..%2fetc", "/static/x"]
)
def test_what_is_not_there_is_a_page_that_says_so(idle: Site, address: str) -> None:
    answer = idle.get(address)
    assert answer.status == 404
    assert "Not found" in answer.words


def test_a_listing_shows_scores_history_and_provenance(site: Site) -> None:
    first, second = offer("fa", price="150"), offer("fa", price="120", minutes=90)
    site.index([first, second, offer("other", "The vendor's other listing")])
    page = site.get(f"/listing/{first.id}")
    assert "Firearm" in page.words
    assert "0.97" in page.words
    assert "$150.00" in page.words
    assert "$120.00" in page.words
    assert "first seen 2026-03-01" in page.words
    for fact in (f"http://{'a2b3c4d5' * 7}.onion/listing/fa", "9f" * 32, "c0" * 16, "fe" * 16, second.listing.version):
        assert fact in page.text
    assert "The vendor's other listing" in page.words


def test_a_listing_marks_what_moved_its_score(site: Site) -> None:
    fa = offer("fa", "Compact pistol", spans=(Span(field="title", start=8, end=14, weight=1.5),))
    site.index([fa])
    assert '<mark class="up-3" title="raised the score">pistol</mark>' in site.get(f"/listing/{fa.id}").text


def test_a_gone_listing_says_since_when_and_why(site: Site) -> None:
    fa = offer("fa")
    gone = Sighting(
        listing_id=fa.id,
        market="practice",
        visit="v2",
        time=START + timedelta(days=2),
        presence=Presence.GONE,
        reason="removed",
    )
    site.index([fa, gone])
    words = site.get(f"/listing/{fa.id}").words
    assert "gone since 2026-03-03 : the market removed it" in words


def test_hostile_text_is_shown_as_text(site: Site) -> None:
    fa = offer("fa", HOSTILE, HOSTILE, vendor=HOSTILE, market='p"><b>', language="<i>")
    site.index([fa])
    for path in ("/", "/search", f"/listing/{fa.id}"):
        page = site.get(path)
        assert page.status == 200
        assert "<script>document" not in page.text
        assert "<b>" not in page.text
        assert "\u202e" not in page.text
        assert "{{ 7*7 }}" in page.words
        assert "U+202E" in page.words


def test_no_page_links_to_an_onion_address(site: Site) -> None:
    onion = f"http://{'a2b3c4d5' * 7}.onion/"
    fa = offer("fa", onion, onion, vendor=onion)
    site.index([fa])
    for path in ("/", "/search", f"/listing/{fa.id}"):
        page = site.get(path)
        assert onion in page.text
        assert all(link.startswith(("/", "#")) for link in page.links())


def test_a_listing_that_only_a_review_names_is_not_there_yet(site: Site) -> None:
    stub = Review(id="1" * 32, listing_id="2" * 32, version="3" * 32, decision=Decision.UNSURE, analyst="A", time=START)
    site.index([stub])
    assert site.get(f"/listing/{stub.listing_id}").status == 404


def test_an_erased_listing_shows_nothing_of_itself(site: Site) -> None:
    fa = offer("fa")
    site.index([fa, Erasure(id="1" * 32, listing_id=fa.id, analyst="A", time=START, reason="a court order")])
    answer = site.get(f"/listing/{fa.id}")
    assert answer.status == 410
    assert "Compact" not in answer.text


def test_health_counts_the_listings(site: Site) -> None:
    site.index([offer("a"), offer("b")])
    answer = site.get("/health")
    assert json.loads(answer.text) == {"index": "ok", "listings": 2}


def test_the_words_page_explains_in_scope(idle: Site) -> None:
    words = idle.get("/about").words
    assert "Article 3 of the UN Firearms Protocol" in words
    assert "illegal" not in words


@pytest.mark.parametrize("address", [(), (("market", "harbour"),), (("words", "pistol"), ("ships_from", "DE"))])
def test_facets_counted_together_say_what_each_alone_would(site: Site, address: tuple[tuple[str, str], ...]) -> None:
    site.index(
        [
            offer("a", market="harbour", language="de"),
            offer("b", ships_from=("DE", "NL"), verdict=Verdict.REVIEW),
            offer("c", ships_from=(), category=Category.PARTS, language=""),
        ]
    )
    choices = Choices(address)
    chosen = {name: choices.all(name) for name in ("market", "ships_from") if choices.all(name)}
    with closing(site.deployment.index()) as index:
        for facet in facets(index, choices):
            others = {name: values for name, values in chosen.items() if name != facet.field}
            alone = index.count([facet.field], Query(words=choices.one("words"), filters=others))
            told = tuple(count for count in alone if count.values != (UNSAID.get(facet.field),))
            assert tuple(facet.counts) == told


def test_an_imported_listing_names_its_file_and_line(site: Site) -> None:
    row = Import(time=START, file="7d" * 32, line=1204, mapping="3e" * 16, activation=1, precision=Precision.QUARTER)
    fa = offer("fa")
    fa = replace(fa, listing=replace(fa.listing, provenance=row))
    site.index([fa])
    page = site.get(f"/listing/{fa.id}")
    assert "Dated 2026 Q1" in page.words
    assert "Line 1,204" in page.words
    assert "7d" * 32 in page.text


def test_a_listing_that_nobody_dated_has_no_date(site: Site) -> None:
    row = Import(
        time=datetime(2000, 1, 1, tzinfo=UTC), file="7d" * 32, line=2, mapping="3e" * 16, activation=1,
        precision=Precision.UNKNOWN,
    )  # fmt: skip
    fa = offer("fa", score=0.99)
    site.index([replace(fa, listing=replace(fa.listing, provenance=row))])
    for address in ("/", "/search", f"/listing/{fa.id}"):
        page = site.get(address)
        assert "date unknown" in page.words
        assert "<time" not in page.text


def test_a_listing_with_every_field_filled_is_shown_whole(site: Site) -> None:
    fa = offer("fa")
    huge = Money(amount=Decimal("1e400"), currency=HOSTILE)
    filled = replace(
        fa.listing,
        price=huge,
        shipping=(Shipping(text=HOSTILE, price=huge), Shipping(text="by post")),
        amounts=(Amount(value=Decimal("NaN"), unit=HOSTILE), Amount(value=Decimal("1e-300")), Amount(value=Decimal(0))),
        item=Item(make="Oldsmith", model=HOSTILE, calibre="9mm"),
        about_vendor=Vendor(rating=HOSTILE, sales=1204),
        category_path=(HOSTILE, "Pistols"),
        delivery=(Delivery.IN_PERSON,),
        posted=Date(at=START, precision=Precision.MONTH),
        truncated=("description",),
        ships_from=(HOSTILE,),
        ships_to=("US", "EU", HOSTILE),
        ships_to_text=HOSTILE,
        feedback=0,
    )
    told = replace(fa.classification, flags=(HOSTILE,), language=HOSTILE)
    site.index(
        [replace(fa, listing=filled, classification=told, dollars=Dollars(cents=2**63 - 1, rate_date="2026-03-01"))]
    )
    page = site.get(f"/listing/{fa.id}")
    assert page.status == 200
    for words in ("Oldsmith", "1,204", "in person", "2026-03", "Cut at 64 Ki characters: description", "Feedback 0"):
        assert words in page.words
    for address in (f"/listing/{fa.id}", "/", "/search"):
        assert "<script>document" not in site.get(address).text
        assert "\u202e" not in site.get(address).text


def test_a_listing_without_title_text_or_vendor_can_be_opened(site: Site) -> None:
    fa = offer("fa", "", "", vendor="")
    site.index([fa])
    assert site.get("/").listings() == ["(no title)"]
    assert "The page has no description." in site.get(f"/listing/{fa.id}").words
