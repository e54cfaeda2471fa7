"""What a session is spent on first."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

import headstamp
from crawlers.frontier import Frontier, now
from crawlers.gates.hits import vendors
from crawlers.gates.interest import CATEGORY, LISTED, VENDOR, ranked
from crawlers.links import Kind, Link
from crawlers.outcome import Outcome, Place, State, outcome
from crawlers.profile import MarketProfile
from pipeline.records import Assessment, Capture, Classification, Listing
from pipeline.settings import Settings
from pipeline.taxonomy import Category, Track, Verdict
from tests.crawlers.test_outcome import MIRROR, Nothing, page

PROFILE = MarketProfile(
    market="smithy", mirrors=(MIRROR,), follow=("/c/{n}", "/c/{n}?page={p}", "/v/{handle}"), listing="/listing/{key}"
)
BODY = (
    '<a href="/c/1">Weapons</a><a href="/c/2">Books</a><a href="/listing/5">Brass lamp</a><a href="/c/9?page=2">next</a>'
    '<a href="/v/heron">heron</a><a href="/listing/6">Two rifles</a><a href="/c/3">Zbrojownia</a>'
)


def points(profile: MarketProfile = PROFILE, *, hits: frozenset[str] = frozenset(), inside: int = 0) -> dict[str, int]:
    found = page(BODY, address="/c/9")
    place = Place(id=1, address="/c/9", kind=Kind.PAGE, points=inside)
    told = ranked(outcome(found, place, profile, Nothing()), found, profile, hits)
    return {link.address: link.points for link in told.links if link.points}


def test_links_that_name_arms_come_first() -> None:
    assert points() == {"/c/1": CATEGORY, "/listing/6": CATEGORY}


def test_what_a_weapons_category_lists_and_its_next_page_come_before_the_rest() -> None:
    assert points(inside=CATEGORY) == {
        "/c/1": CATEGORY,
        "/listing/5": LISTED,
        "/listing/6": CATEGORY,
        "/c/9?page=2": CATEGORY,
    }


def test_a_market_may_have_words_and_addresses_of_its_own_or_none() -> None:
    assert points(replace(PROFILE, arms=("zbrojownia", "/c/2"))) == {"/c/3": CATEGORY, "/c/2": CATEGORY}
    assert points(replace(PROFILE, arms=())) == {}


def test_links_one_in_another_are_read_as_far_as_a_page_is_long() -> None:
    found = page("<div><a href=/listing/6>" * 900 + "a rifle " * 500_000, address="/c/9")
    (link,) = ranked(
        outcome(found, Place(id=1, address="/c/9", kind=Kind.PAGE), PROFILE, Nothing()), found, PROFILE, ()
    ).links
    assert link.points == CATEGORY


def test_vendors_with_earlier_hits_are_worth_a_session() -> None:
    assert points(replace(PROFILE, arms=()), hits=frozenset({"heron"})) == {"/v/heron": VENDOR}


def test_a_dear_visit_takes_the_address_with_most_points_and_a_plain_one_the_oldest(tmp_path: Path) -> None:
    with closing(Frontier(tmp_path)) as frontier:
        visit = frontier.begin("smithy", ["/"], now())
        place = frontier.take(visit, 9)
        assert place is not None
        links = [Link(address=f"/listing/{n}", kind=Kind.LISTING, points=n) for n in range(4)]
        frontier.settle(visit, Outcome(place=place, state=State.DONE, links=links), now())
        taken = [frontier.take(visit, 9, dear=dear) for dear in (True, False, True)]
    assert [(one.address, one.points) for one in taken if one] == [
        ("/listing/3", 3),
        ("/listing/0", 0),
        ("/listing/2", 2),
    ]


def listed(vendor: str, verdict: Verdict) -> Assessment:
    time = datetime(2026, 5, 1, tzinfo=UTC)
    provenance = Capture(time=time, url="", visit="", page="", profile="", activation=1)
    return Assessment(
        listing=Listing(market="smithy", key=vendor, title="Lot", vendor=vendor, provenance=provenance),
        classification=Classification(score=0.9, category=Category.OTHER, model="m", activation=1),
        verdicts={Track.OFFERS: verdict},
        policy="p",
    )


def test_hits_are_known_from_the_homes_own_index(tmp_path: Path) -> None:
    parts = headstamp.deployment(Settings(home=str(tmp_path / "home")))
    assert vendors("smithy", parts) == frozenset()
    assert not (tmp_path / "home").exists(), "a crawl makes no index"
    with closing(parts.index()) as index:
        index.merge([listed("Heron", Verdict.FLAGGED), listed("wren", Verdict.CLEAR)])
    assert vendors("smithy", parts) == frozenset({"heron"})
    assert vendors("other", parts) == frozenset()


def test_a_server_is_asked_for_nothing() -> None:
    assert vendors("smithy", headstamp.deployment(Settings(index="https://index.example:9200"))) == frozenset()
