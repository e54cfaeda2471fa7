"""A listing's page says what was found in its text, and where."""

import argparse
import re

import pytest
from msgspec.structs import replace

from dashboards.web.findings import findings, frames, named, signs
from pipeline.commands.search import search, search_arguments
from pipeline.records import Entity, Neighbour, Sign
from pipeline.taxonomy import Category, Track, Verdict
from tests.dashboards.conftest import Answer, Site, offer
from tests.dashboards.examples import ALARM_PISTOL, EVERY, PISTOL, STRAIN, THREAT, told


@pytest.fixture
def page(site: Site) -> Answer:
    site.index(EVERY)
    return site.get(f"/listing/{PISTOL.id}")


def test_a_listing_names_category_and_subtype_and_says_what_they_mean(page: Answer) -> None:
    assert "Firearm Pistol" in page.words
    assert 'title="Firearm: a portable barrelled weapon' in page.text
    assert "Pistol: a handgun without a rotating cylinder" in page.text


def test_a_sign_quotes_its_words_and_leads_to_them_in_the_text(page: Answer) -> None:
    assert "Marking removed Indicator of trafficking TI-SER “ serial number is gone ”" in page.words
    assert "Post and couriers Emerging threat ET-H “ by post ”" in page.words
    quoted = [link for link in page.links() if link.startswith(("#t", "#e"))]
    assert len(quoted) == 6
    for link in quoted:
        assert page.text.count(f'id="{link[1:]}"') == 1
    place = page.text.index('id="ti-lic-description')
    assert re.match(
        r'[^>]*></span><mark class="sign" title="[^"]*: No licence asked">no papers needed<', page.text[place:]
    )


def test_words_that_both_moved_the_score_and_show_a_sign_are_marked_as_both(page: Answer) -> None:
    assert (
        '<mark class="up-2 sign" title="raised the score; Indicator of trafficking: Marking removed">serial number</mark>'
        in page.text
    )


def test_a_listing_says_what_its_text_names_by_kind(page: Answer) -> None:
    for words in ("Make Oldsmith", "Calibre 9x19mm", "Ships from DE", "Ships to worldwide", "Handle oldsmith_fan"):
        assert words in page.words
    assert {"/search?make=Oldsmith", "/search?calibre=9x19mm"} <= set(page.links())


def test_the_nearest_examples_are_named_never_quoted(site: Site) -> None:
    known = Neighbour(id=STRAIN.id, source="reviews", category=Category.OTHER, similarity=0.95)
    near = told(PISTOL, nearest=(*PISTOL.classification.nearest, known))
    site.index([near, STRAIN])
    page = site.get(f"/listing/{PISTOL.id}")
    assert (
        f"{STRAIN.id} reviews Other 0.95 {'5a' * 16} agora Firearm 0.91 invented advert language generated Firearm 0.84"
        in page.words
    )
    assert f"/listing/{STRAIN.id}" in page.links(), "an example that is indexed can be opened"
    assert f"/listing/{'5a' * 16}" not in page.links()
    assert STRAIN.listing.title not in page.text.partition("Other listings of")[0]


def test_what_a_text_does_and_what_else_it_offers_is_said_in_words(site: Site) -> None:
    site.index(EVERY)
    assert "act request" in site.get(f"/listing/{THREAT.id}").words
    strain = site.get(f"/listing/{STRAIN.id}").words
    assert "goods drugs" in strain
    assert "by the screen alone" in strain
    assert "by the screen alone" not in site.get(f"/listing/{PISTOL.id}").words
    assert "Convertible Review" in site.get(f"/listing/{ALARM_PISTOL.id}").words


def test_a_row_shows_the_most_pressing_signs_and_how_many_more(site: Site) -> None:
    site.index(EVERY)
    words = site.get("/").words
    assert "Shows: Marking removed No licence asked Sent in parts +3" in words
    assert "Request Shows: Intent to harm" in words
    assert "Review on the track convertible" in words


def test_harm_to_people_comes_first() -> None:
    both = told(THREAT, signs=(("ET-H", "in our town"), ("TI-HRM", "one man")))
    assert [entry.name for entry in signs(both.classification)] == ["Intent to harm", "Post and couriers"]
    assert [found.entry.name for found in findings(both)] == ["Intent to harm", "Post and couriers"]


def test_a_sign_without_words_of_its_own_is_named_all_the_same(site: Site) -> None:
    site.index([told(PISTOL, signs=()), STRAIN])
    vendor = replace(PISTOL.classification, signs=(Sign(id="TI-POL", field="", start=0, end=0),), activation=2)
    site.index([replace(PISTOL, classification=vendor)])
    assert (
        "Other crime Indicator of trafficking TI-POL not from words of this listing"
        in site.get(f"/listing/{PISTOL.id}").words
    )


def test_a_sign_of_where_it_is_sent_quotes_both_fields(site: Site) -> None:
    listing = replace(PISTOL.listing, ships_from_text="Germany", ships_to_text="European <b>Union" + " and more" * 40)
    sign = Sign(id="TI-XB", field="ships_to_text", start=0, end=len(listing.ships_to_text))
    shown = replace(PISTOL.classification, signs=(sign,))
    site.index([replace(PISTOL, listing=listing, classification=shown)])
    page = site.get(f"/listing/{PISTOL.id}")
    assert "ships from “ Germany ” ships to “ European <b>Union" in page.words
    assert "not from words of this listing" not in page.words
    anchors = [f"ti-xb-{sign.field}-0-{sign.end}", "ti-xb-ships_from_text-0-7"]
    for anchor in anchors:
        assert f'href="#{anchor}"' in page.text
        assert f'id="{anchor}"' in page.text


def test_signs_that_point_nowhere_or_are_unknown_break_nothing(site: Site) -> None:
    odd = tuple(
        Sign(id=code, field=field, start=start, end=end)
        for code in ("TI-SER", "ET-Z", "<b>")
        for field in ("title", "description", "provenance", "no_field")
        for start, end in ((-5, 3), (5, 2), (0, 10**9), (0, 0), (2, 4), (2, 4))
    )
    said = replace(
        PISTOL.classification,
        signs=odd,
        entities=(Entity(kind="<b>", value="<i>" * 50, field="x", start=-1, end=10**9),),
    )
    site.index([replace(PISTOL, classification=said)])
    page = site.get(f"/listing/{PISTOL.id}")
    assert page.status == 200
    assert "<b>" not in page.text
    assert "ET-Z" not in page.text


def test_a_thousand_signs_and_names_are_shown_in_part() -> None:
    many = tuple(Sign(id="TI-XB", field="description", start=n, end=n + 1) for n in range(1_000))
    said = replace(PISTOL.classification, signs=many)
    (found,) = findings(replace(PISTOL, classification=said))
    assert (len(found.quotes), found.more) == (5, 995)
    assert len(frames(replace(PISTOL, classification=said))["description"]) == 5
    (kind,) = named([Entity(kind="calibre", value=str(n), field="title", start=0, end=1) for n in range(1_000)])
    assert (len(kind.values), kind.more) == (30, 970)


def test_a_search_narrows_by_sign_subtype_and_goods(site: Site) -> None:
    site.index(EVERY)
    page = site.get("/search")
    for link in ("/search?indicators=TI-SER", "/search?threats=ET-A", "/search?subtype=FA.PIS", "/search?goods=drugs"):
        assert link in page.links()
    assert site.get("/search?indicators=TI-SER").listings() == [PISTOL.listing.title]
    assert site.get("/search?threats=ET-A&credibility=C.SCAM").listings() == [ALARM_PISTOL.listing.title]
    assert site.get("/search?goods=drugs&act=offer").listings() == [STRAIN.listing.title]
    assert site.get("/search?calibre=9x19mm").listings() == [PISTOL.listing.title]
    assert "Marking removed" in page.words
    assert site.get("/search?indicators=ET-A").status == 400


def test_lists_of_values_leave_out_what_says_nothing(site: Site) -> None:
    site.index(EVERY)
    links = site.get("/search").links()
    assert not [link for link in links if link.endswith(("subtype=unknown", "goods=unknown", "threats=none"))]


def test_another_track_names_its_own_score_beside_it(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    guide = told(offer("guide", score=0.00001), scores={Category.DIGITAL: 0.61, Category.FIREARM: 0.00001})
    site.index([replace(guide, verdicts={Track.OFFERS: Verdict.CLEAR, Track.DIGITAL: Verdict.FLAGGED})])
    page = site.get(f"/listing/{guide.id}").words
    assert "track digital 0.61 score <0.0001" in page
    assert "Digital Flagged 0.61" in page
    assert "Flagged on the track digital 0.61" in site.get("/").words
    arguments = argparse.ArgumentParser()
    search_arguments(arguments)
    assert search(arguments.parse_args([]), site.deployment) == 0
    printed = capsys.readouterr().out
    assert "digital 0.61" in printed
    assert "<0.0001" in printed
