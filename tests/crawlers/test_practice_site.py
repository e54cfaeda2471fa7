"""The practice market's pages: what they show, what they never show, where their links lead."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import parsel
import pytest

from crawlers.extract import extract
from crawlers.gate import gate
from crawlers.links import links
from crawlers.outcome import gone
from crawlers.page import Page
from crawlers.practice.catalogue import Market, Oddity, market
from crawlers.practice.life import Gone
from crawlers.practice.pages import Pages
from crawlers.practice.server import mirrors
from crawlers.practice.site import Answer, Site, Trap
from crawlers.practice.truth import Truth, truth
from crawlers.profile import MarketProfile, load
from pipeline.records import Capture, Listing, Rejected

DAY = 2
WHEN = datetime(2021, 9, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def drawn() -> Market:
    return market(day=DAY)


@pytest.fixture(scope="module")
def site(drawn: Market) -> Site:
    return Site(Pages(drawn), mirrors())


@pytest.fixture(scope="module")
def profile() -> MarketProfile:
    return load("practice")


def page(site: Site, address: str, mirror: int = 0) -> Page:
    answer = site.answer(address)
    url = f"http://{site.mirrors[mirror]}{address}"
    capture = Capture(time=WHEN, url=url, visit="v", page="p", profile="d", activation=1)
    return Page(
        capture=capture, body=answer.body, content_type=answer.type, status=answer.status, location=answer.location
    )


def document(answer: Answer) -> parsel.Selector:
    return parsel.Selector(answer.body.decode())


def walked(site: Site, profile: MarketProfile, mirror: int = 0) -> Iterator[Page]:
    """Every page that the profile's rules lead to, each once."""
    waiting, seen = list(profile.start), set(profile.start)
    while waiting:
        yield (found := page(site, waiting.pop(), mirror))
        followed = [link.address for link in links(found, profile) if not link.refusal]
        waiting += [address for address in dict.fromkeys(followed) if address not in seen]
        seen.update(followed)


@pytest.fixture(scope="module")
def walk(site: Site, profile: MarketProfile) -> dict[str, Page]:
    return {found.address: found for found in walked(site, profile)}


def test_the_profile_leads_to_every_offer(walk: dict[str, Page], drawn: Market) -> None:
    assert {address.removeprefix("/listing/") for address in walk if "/listing/" in address} >= drawn.offers.keys()


def test_the_profile_leads_to_every_vendor(walk: dict[str, Page], drawn: Market) -> None:
    selling = {offer.vendor.handle for offer in drawn.offers.values()}
    assert {f"/vendor/{handle}" for handle in selling} <= walk.keys()


def test_following_the_profile_steps_into_no_trap(walk: dict[str, Page], site: Site) -> None:
    assert [address for address in walk if site.answer(address).trap] == []


def test_every_link_followed_leads_to_a_page(walk: dict[str, Page]) -> None:
    assert {found.status for found in walk.values()} == {200, 302}


def test_one_followed_link_leads_off_the_market(walk: dict[str, Page], site: Site) -> None:
    away = [found for found in walk.values() if found.status == 302]
    assert [found.address for found in away] == [f"/listing/{site.pages.away}"]
    assert urlsplit(away[0].location).hostname not in site.mirrors


def test_a_careless_reader_steps_into_every_kind_of_trap(walk: dict[str, Page], site: Site) -> None:
    everything = {
        href for found in walk.values() for href in parsel.Selector(found.body.decode()).css("a::attr(href)").getall()
    }
    sprung = {site.answer(href).trap for href in everything if href.startswith("/")}
    assert sprung - {None} == set(Trap) - {Trap.UNKNOWN}


def test_the_calendar_never_ends(site: Site) -> None:
    address = "/calendar/2021/9"
    for _ in range(30):
        month = document(site.answer(address))
        address = month.css(".message a::attr(href)").get("")
        assert address.startswith("/calendar/")


def test_gates_stand_behind_some_links(walk: dict[str, Page], site: Site, profile: MarketProfile) -> None:
    assert gate(walk["/private/1"], profile) == "captcha"
    assert gate(page(site, "/messages"), profile) == gate(page(site, "/login"), profile) == "login"
    assert gate(page(site, f"/listing/{site.pages.hidden[0]}"), profile) == "banned"


def test_no_page_of_an_offer_reads_as_a_gate(site: Site, drawn: Market, profile: MarketProfile) -> None:
    assert not any(gate(page(site, f"/listing/{key}"), profile) for key in list(drawn.offers)[:100])


def test_both_mirrors_show_the_same_keys(profile: MarketProfile) -> None:
    small = Site(Pages(market(1, 60)), mirrors())
    first, second = ({found.address for found in walked(small, profile, mirror)} for mirror in (0, 1))
    assert first == second
    assert len(first) > 60


def test_the_profile_names_the_mirrors_that_the_market_has(profile: MarketProfile) -> None:
    assert profile.mirrors == mirrors()


def test_no_page_says_what_is_behind_an_offer(walk: dict[str, Page]) -> None:
    kinds = {fact.kind for fact in truth(day=DAY).values()} & {
        "gun-named-strain",
        "air-guns",
        "arms-requests",
        "snuff-bullet",
    }
    secret = [*kinds, "homoglyphs", "zero_width", "in_scope", "relisting", "placeholder=", "oddity", "truth"]
    text = "\n".join(found.body.decode() for found in walk.values()).replace('placeholder="Search', "")
    assert [word for word in secret if word in text] == []


@pytest.mark.parametrize(
    "address",
    [
        "/truth",
        "/report",
        "/static/../wares.py",
        "/static/market.py",
        "/admin",
        "//",
        "/%00",
        "/category/0",
        "/category/-1",
        "/category/1?page=2",
        "/category/2?page=999",
        "/category/2?page=x",
        "/vendor/nobody",
        "/listing/",
        "/image/../x.svg",
    ],
)
def test_anything_else_is_not_found(site: Site, address: str) -> None:
    assert site.answer(address).status == 404


def test_text_of_adverts_is_escaped(site: Site, drawn: Market) -> None:
    offer = next(offer for offer in drawn.offers.values() if "<script>" in offer.title)
    answer = site.answer(f"/listing/{offer.key}")
    assert document(answer).css("script").getall() == []
    assert document(answer).css("h1::text").get() == offer.title
    assert document(site.answer("/search?q=%22%3E%3Cscript%3E")).css("script").getall() == []


def test_a_search_finds_titles(site: Site) -> None:
    names = document(site.answer("/search?q=glock")).css(".name::text").getall()
    assert names
    assert all("glock" in name.lower() for name in names)


def test_an_offer_that_vanished_is_not_found_or_said_to_be_removed(
    site: Site, drawn: Market, profile: MarketProfile
) -> None:
    assert set(drawn.gone.values()) == {Gone.NOT_FOUND, Gone.REMOVED}
    for key, how in drawn.gone.items():
        assert gone(page(site, f"/listing/{key}"), profile) == how


def test_what_vanished_is_linked_nowhere(walk: dict[str, Page], drawn: Market) -> None:
    assert not {f"/listing/{key}" for key in drawn.gone} & walk.keys()


def test_only_the_price_is_offered_and_the_rest_converted(site: Site, drawn: Market) -> None:
    for offer in drawn.newest[:20]:
        shown = document(site.answer(f"/listing/{offer.key}"))
        if drawn.odd.get(offer.key) is None:
            assert shown.css(".price-offered::text").getall() == [offer.price_text]
            assert shown.css(".price-also::text").get("").count("·") == 2


def test_extraction_reads_what_the_generator_wrote(site: Site, drawn: Market, profile: MarketProfile) -> None:
    known = truth(day=DAY)
    misread = [
        (key, wrong)
        for key in drawn.offers
        if drawn.odd.get(key) is not Oddity.NO_TITLE and (wrong := differences(read(site, key, profile), known[key]))
    ]
    assert misread == []


def test_the_page_without_a_title_is_rejected(site: Site, drawn: Market, profile: MarketProfile) -> None:
    key = next(key for key, odd in drawn.odd.items() if odd is Oddity.NO_TITLE)
    assert extract(page(site, f"/listing/{key}"), profile) == [Rejected(reason="no_title", detail=key)]


def test_extraction_reads_figures_vendor_and_key(site: Site, drawn: Market, profile: MarketProfile) -> None:
    for offer in drawn.newest[:50]:
        listing = read(site, offer.key, profile)
        assert (listing.stock, listing.sold, listing.feedback) == (offer.stock, offer.sold, offer.feedback)
        assert listing.posted is not None
        assert listing.posted.at.date() == offer.posted
        assert listing.about_vendor.pgp == (offer.vendor.pgp,)
        assert listing.about_vendor.sales == offer.vendor.sales
        assert len(listing.shipping) == len(offer.delivery.ways)


def test_every_oddity_is_served(drawn: Market) -> None:
    assert set(drawn.odd.values()) == set(Oddity) - {Oddity.UNKNOWN}


def test_one_page_is_slow() -> None:
    first = market()
    pages = Site(Pages(first), mirrors())
    slow = {key for key in first.offers if pages.answer(f"/listing/{key}").delay_s}
    assert slow == {key for key, odd in first.odd.items() if odd is Oddity.SLOW}
    assert len(slow) == 1


def test_a_wrong_charset_is_declared_over_letters_it_lacks(site: Site, drawn: Market) -> None:
    for key in [key for key, odd in drawn.odd.items() if odd is Oddity.WRONG_CHARSET and key in drawn.offers]:
        body = site.answer(f"/listing/{key}").body
        assert b'charset="iso-8859-1"' in body
        assert drawn.offers[key].title.encode() in body


def test_hidden_links_look_like_any_other(site: Site) -> None:
    page = document(site.answer("/"))
    hidden = [href for href in page.css("a::attr(href)").getall() if site.answer(href).trap is Trap.HIDDEN]
    assert [re.sub(r"\w+$", "", href) for href in hidden] == ["/listing/", "/vendor/", "/category/"]


def read(site: Site, key: str, profile: MarketProfile) -> Listing:
    (listing,) = extract(page(site, f"/listing/{key}"), profile)
    assert isinstance(listing, Listing), listing
    return listing


def differences(listing: Listing, fact: Truth) -> dict[str, tuple[object, object]]:
    """The fields that the extraction got otherwise than the generator meant them."""
    pairs: dict[str, tuple[object, object]] = {
        "key": (listing.key, fact.key),
        "title": (listing.title, fact.title),
        "description": (listing.description, fact.description),
        "vendor": (listing.vendor, fact.vendor),
        "price": (listing.price, fact.price),
        "category_path": (listing.category_path, fact.category_path),
        "ships_from": (listing.ships_from, (fact.ships_from,)),
        "ships_to": (listing.ships_to, (fact.ships_to,)),
    }
    return {name: (read, meant) for name, (read, meant) in pairs.items() if read != meant}
