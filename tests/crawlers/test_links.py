"""Which links of a page may be followed."""

from datetime import UTC, datetime
from urllib.parse import urljoin

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawlers.actions import acts
from crawlers.address import onion
from crawlers.links import Kind, Link, classified, links
from crawlers.page import Page
from crawlers.pattern import Pattern, joined, normal
from crawlers.profile import MarketProfile
from crawlers.reason import Reason
from pipeline.records import Capture

MIRRORS = (onion(bytes(32)), onion(bytes([1] * 32)))
PROFILE = MarketProfile(
    market="smithy",
    mirrors=MIRRORS,
    start=("/",),
    follow=("/category/{id}", "/category/{id}?page={n}", "/?road&cat={id}"),
    listing="/listing/{key}",
)
HERE = f"http://{MIRRORS[0]}/category/4"


def page(body: str) -> Page:
    capture = Capture(time=datetime(2026, 5, 1, tzinfo=UTC), url=HERE, visit="v", page="", profile="", activation=1)
    return Page(capture=capture, body=body.encode())


def found(body: str) -> dict[str, Reason | None]:
    return {link.address: link.refusal for link in links(page(body), PROFILE)}


@pytest.mark.parametrize(
    ("rule", "address", "values"),
    [
        ("/category/{id}", "/category/5", {"id": "5"}),
        ("/category/{id}", "/category/5/6", None),
        ("/category/{id}", "/category/", None),
        ("/category/{id}", "/category/5?page=2", None),
        ("/category/{id}?page={n}", "/category/5?page=2", {"id": "5", "n": "2"}),
        ("/category/{id}?page={n}", "/category/5?page=2&report=1", None),
        ("/category/{id}?page={n}", "/category/5?page=2&page=3", None),
        ("/category/{id}?page={n}", "/category/5?page=", None),
        ("/find?b={x}&a=1", "/find?a=1&b=7", {"x": "7"}),
        ("/?road&cat={id}", "/?cat=9&road=", {"id": "9"}),
        ("/listing/{key}", "/listing/a%2Fb%20c", {"key": "a/b c"}),
        ("/a.b", "/aXb", None),
    ],
)
def test_a_rule_means_a_whole_address_with_exactly_its_keys(
    rule: str, address: str, values: dict[str, str] | None
) -> None:
    written = normal(address)
    assert written is not None
    assert Pattern.of(rule).match(written) == values


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("/a?z=1&b=2#top", "/a?b=2&z=1"),
        ("/a%7Eb", "/a~b"),
        ("/a?road", "/a?road="),
        ("//host/a", None),
        ("a", None),
        ("/" + "a" * 3_000, None),
        ("/" + "\ufdfa" * 600, None),
        ("/a/../b", "/b"),
        ("/a/%2e%2e/c", "/c"),
    ],
)
def test_an_address_has_one_way_to_be_written(address: str, written: str | None) -> None:
    assert normal(address) == written


@given(st.text(max_size=80).map(lambda text: "/" + text))
def test_writing_an_address_twice_changes_nothing(address: str) -> None:
    written = normal(address)
    assert written is None or normal(written) == written


@pytest.mark.parametrize(
    "address",
    [
        "/cart/add",
        "/listing/5/report",
        "/x?vote=up",
        "/logout.php",
        "/add_to_cart",
        "/BUY",
        "/a?do=delete",
        "/x/un%77atch",
        "/favourite/5",
        "/messages/new",
        "/order-now",
        "/remove-from-favorites",
        "/x?a=place+order",
        "/listing/..%2F..%2Fx%2Flogout",
        "/listing/x%5C..%5Clogout",
        "/listing/%2572eport",
        "/listing/5;report=1",
        "/page/1%3Fbuy",
        "/page/log-out",
        "/page/Sign_In",
        "/page/\uff4c\uff4fgout",
        "/page/lo%C2%ADgout",
        "/page/log\u200bout",
    ],
)
def test_an_address_that_acts_is_known_by_its_words(address: str) -> None:
    assert acts(address)


@pytest.mark.parametrize(
    "address",
    [
        "/listing/5",
        "/category/watches",
        "/listing/order-in-bulk-and-save-today",
        "/find?page=2",
        "/listing/gold-watch",
        "/vendor/buyersclub",
        "/item/123-antique-message-box-with-lock",
    ],
)
def test_a_title_in_an_address_is_no_command(address: str) -> None:
    assert not acts(address)


@given(st.text(max_size=60))
def test_no_address_breaks_the_search_for_commands(address: str) -> None:
    assert acts(address) in (True, False)


def test_both_mirrors_have_the_same_addresses() -> None:
    assert found(f'<a href="http://{MIRRORS[1]}/listing/5">x</a><a href="/listing/5">y</a>') == {"/listing/5": None}


def test_links_are_told_by_kind() -> None:
    kinds = {link.address: link.kind for link in links(page("<a href=/listing/5></a><a href=?page=2></a>"), PROFILE)}
    assert kinds == {"/listing/5": Kind.LISTING, "/category/4?page=2": Kind.PAGE}


@pytest.mark.parametrize(
    "style",
    [
        "display: NONE",
        "visibility:hidden",
        "opacity:0",
        "font-size: 0px",
        "width:0;height:0",
        "position:absolute;left:-9999px",
        "text-indent:-1000px",
        "clip: rect(0,0,0,0)",
        "transform: scale(0)",
        "max-height:0 !important",
    ],
)
def test_a_link_that_a_style_hides_is_refused(style: str) -> None:
    assert found(f'<div style="{style}"><p><a href=/listing/5>x</a></div>') == {"/listing/5": Reason.HIDDEN}


@pytest.mark.parametrize("attribute", ["hidden", 'aria-hidden="true"', 'aria-hidden=" TRUE "'])
def test_a_link_that_an_attribute_hides_is_refused(attribute: str) -> None:
    assert found(f"<div {attribute}><a href=/listing/5>x</a></div>") == {"/listing/5": Reason.HIDDEN}


@pytest.mark.parametrize("style", ["opacity:0.5", "font-size:0.9em", "border-width:0", "width:10%", "left:-20px", ""])
def test_a_link_in_an_ordinary_style_is_followed(style: str) -> None:
    assert found(f'<div style="{style}"><a href=/listing/5>x</a></div>') == {"/listing/5": None}


def test_a_hidden_link_that_is_shown_as_well_is_followed() -> None:
    assert found("<a hidden href=/listing/5></a><a href=/listing/5></a>") == {"/listing/5": None}


@pytest.mark.parametrize(
    "href",
    [
        "http://market.example/listing/5",
        "//market.example/listing/5",
        f"http://{MIRRORS[0]}.example.org/listing/5",
        f"http://{MIRRORS[0]}@market.example/listing/5",
        f"http://user@{MIRRORS[0]}/listing/5",
        "http://127.1/listing/5",
        f"http://{MIRRORS[0]}:81/listing/5",
        "http://[::1]/listing/5",
        "http://0x7f000001/listing/5",
    ],
)
def test_a_link_to_another_place_is_refused(href: str) -> None:
    assert set(found(f'<a href="{href}">x</a>').values()) == {Reason.OFF_MARKET}


def test_a_base_element_leads_no_one_astray() -> None:
    assert set(found('<base href="http://market.example/"><a href="/listing/5">x</a>').values()) == {Reason.OFF_MARKET}


def test_a_base_of_megabytes_stalls_no_one() -> None:
    shown = found("<base href='/" + "a/" * 1_000_000 + "'>" + "".join(f"<a href={n}></a>" for n in range(2_000)))
    assert None not in shown.values()


def test_a_style_of_megabytes_around_thousands_of_links_is_read_once() -> None:
    style = "a b" * 1_000_000
    assert found(f"<div style='{style}'>" + "<a href=/listing/5></a>" * 2_000) == {"/listing/5": None}


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "mailto:a@b.example", "data:text/html,x", "http://[", "magnet:?x"]
)
def test_what_is_no_web_address_is_passed_over(href: str) -> None:
    assert found(f'<a href="{href}">x</a>') == {}


def test_forms_areas_and_frames_are_not_links() -> None:
    assert found("<form action=/listing/5><button></form><area href=/listing/6><iframe src=/listing/7></iframe>") == {}


def test_one_page_gives_no_more_links_than_a_page_has() -> None:
    assert len(found("".join(f"<a href=/listing/{n}></a>" for n in range(5_000)))) == 2_000


@given(st.text(max_size=60))
def test_no_link_text_breaks_anything(href: str) -> None:
    link = classified(href, PROFILE)
    assert link is None or isinstance(link, Link)


def test_listings_of_result_pages_are_not_visited() -> None:
    profile = MarketProfile(market="smithy", mirrors=MIRRORS, listing="/listing/{key}", rows="li")
    link = classified(f"http://{MIRRORS[0]}/listing/5", profile)
    assert link is not None
    assert link.refusal is Reason.NOT_IN_PROFILE


def test_a_listing_shown_under_several_addresses_is_known_by_its_key() -> None:
    shelved = MarketProfile(market="smithy", mirrors=(onion(bytes(32)),), listing="/{shelf}/listing/{key}")
    plain = MarketProfile(market="smithy", mirrors=(onion(bytes(32)),), listing="/listing/{key}")
    found = classified(f"http://{onion(bytes(32))}/arms/listing/5", shelved)
    assert found
    assert (found.kind, found.key) == (Kind.LISTING, "5")
    found = classified(f"http://{onion(bytes(32))}/listing/5", plain)
    assert found
    assert found.key == "", "one address, one listing"


@example("", "//")
@example("a", "//?b")
@given(st.text("ab:/?#;.@[]% ", max_size=20), st.text("ab:/?#;.@[]% ", max_size=20))
def test_a_link_leads_where_a_browser_would_go(base: str, href: str) -> None:
    for start in (base, f"http://{MIRRORS[0]}{base}", f"https://host/{base}"):
        try:
            meant = urljoin(start, href.strip())
        except ValueError:
            meant = ""
        assert joined(start, href) == meant
