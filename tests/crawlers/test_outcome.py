"""What comes of a page."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from crawlers.address import onion
from crawlers.gate import gate, task
from crawlers.links import Kind
from crawlers.news import Said, statement
from crawlers.outcome import Outcome, Place, State, outcome
from crawlers.page import Page
from crawlers.profile import Fields, Gate, MarketProfile
from crawlers.unknown import strange
from pipeline.records import Capture, Listing, Presence, Sighting, Task

MIRROR = onion(bytes(32))
PROFILE = MarketProfile(
    market="smithy",
    mirrors=(MIRROR,),
    follow=("/page/{n}",),
    listing="/listing/{key}",
    fields=Fields(title="h1", price="b", stock="i", ships_from="u"),
    gates={Gate.CAPTCHA: "form#captcha", Gate.LOGIN: ("form#login", "/login"), Gate.SEIZED: "//img[@alt='seized']"},
    gone=(404, 410, "p.removed"),
)


class Nothing:
    """A market never visited."""

    def of(self, _key: str) -> Said | None:
        return None

    def at(self, _address: str) -> Sequence[Said]:
        return ()


class Before(Nothing):
    """A market of which one thing was said."""

    def __init__(self, said: Said) -> None:
        self.said = said

    def of(self, _key: str) -> Said | None:
        return self.said

    def at(self, _address: str) -> Sequence[Said]:
        return (self.said,)


def page(body: str, *, status: int = 200, location: str = "", visit: str = "v1", address: str = "/listing/5") -> Page:
    capture = Capture(
        time=datetime(2026, 5, 1, tzinfo=UTC),
        url=f"http://{MIRROR}{address}",
        visit=visit,
        page="",
        profile="",
        activation=1,
    )
    return Page(capture=capture, body=body.encode(), status=status, location=location)


def come(found: Page, before: Said | None = None, *, kind: Kind = Kind.LISTING, tries: int = 0) -> Outcome:
    place = Place(id=1, address=found.address, kind=kind, tries=tries)
    return outcome(found, place, PROFILE, Before(before) if before else Nothing())


def kinds(found: Outcome) -> list[type]:
    return [type(record) for _, record in found.publish]


def test_the_first_sight_of_a_listing_is_a_listing_and_a_sighting() -> None:
    assert kinds(come(page("<h1>x</h1>"))) == [Listing, Sighting]


def test_the_next_visit_has_only_a_sighting_to_tell() -> None:
    (said,) = come(page("<h1>x</h1>")).said
    assert kinds(come(page("<h1>x</h1>", visit="v2"), said)) == [Sighting]


def test_nothing_is_told_twice_in_one_visit() -> None:
    (said,) = come(page("<h1>x</h1>")).said
    assert kinds(come(page("<h1>x</h1>"), said)) == []


@pytest.mark.parametrize("body", ["<h1>y</h1>", "<h1>x</h1><b>$5</b>", "<h1>x</h1><u>Spain</u>"])
def test_what_an_offer_says_anew_is_news(body: str) -> None:
    (said,) = come(page("<h1>x</h1>")).said
    assert kinds(come(page(body, visit="v2"), said)) == [Listing, Sighting]


def test_what_changes_by_itself_is_no_news() -> None:
    (said,) = come(page("<h1>x</h1><i>5</i>")).said
    assert kinds(come(page("<h1>x</h1><i>4</i>", visit="v2"), said)) == [Sighting]


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [("", 404, "not_found"), ("", 410, "not_found"), ("<p class=removed>", 200, "removed")],
)
def test_a_listing_that_was_there_is_gone(body: str, status: int, reason: str) -> None:
    (said,) = come(page("<h1>x</h1>")).said
    found = come(page(body, status=status, visit="v2"), said)
    ((_, sighting),) = found.publish
    assert isinstance(sighting, Sighting)
    assert (sighting.presence, sighting.reason, sighting.version) == (Presence.GONE, reason, said.version)
    assert [one.presence for one in found.said] == [Presence.GONE]


def test_what_was_never_there_is_not_gone() -> None:
    found = come(page("", status=404))
    assert (found.state, found.publish) == (State.DONE, [])


def test_a_missing_page_that_is_no_listings_is_rejected() -> None:
    found = come(page("", status=404, address="/page/1"), kind=Kind.PAGE)
    assert (found.state, found.reason, found.detail) == (State.REJECTED, "http_status", "404")


@pytest.mark.parametrize(("tries", "state"), [(0, State.WAITING), (1, State.WAITING), (2, State.REJECTED)])
def test_an_error_that_passes_is_waited_for_three_times(tries: int, state: State) -> None:
    assert come(page("", status=503), tries=tries).state is state


@pytest.mark.parametrize(
    ("body", "status", "location", "found"),
    [
        ("<form id=captcha>", 200, "", Gate.CAPTCHA),
        ("<h1>Wait</h1><form id=captcha>", 503, "", Gate.CAPTCHA),
        ("<img alt=seized>", 200, "", Gate.SEIZED),
        ("", 302, "/login", Gate.LOGIN),
        ("", 302, f"http://{MIRROR}/login?next=%2F", Gate.LOGIN),
        ("", 302, "/page/2", None),
        ("<h1>login</h1>", 200, "", None),
        ("", 200, "", None),
    ],
)
def test_a_gate_is_told_by_the_profile(body: str, status: int, location: str, found: Gate | None) -> None:
    assert gate(page(body, status=status, location=location), PROFILE) is found


def test_a_gate_is_a_task_and_nothing_else() -> None:
    found = come(page("<h1>Title</h1><form id=captcha><a href=/page/2>x</a>"))
    assert (found.state, kinds(found), found.links) == (State.GATED, [Task], ())


def test_the_pages_of_one_visit_have_one_task_for_a_gate() -> None:
    ids = {task(Gate.LOGIN, page("", address=address), PROFILE).id for address in ("/page/1", "/listing/5")}
    assert len(ids) == 1
    assert ids != {task(Gate.LOGIN, page("", visit="v2"), PROFILE).id}


def test_a_redirect_is_a_link_like_any_other() -> None:
    found = come(page("", status=302, location="/page/2"))
    assert (found.state, found.reason) == (State.REJECTED, "redirected")
    assert [(link.address, link.refusal) for link in found.links] == [("/page/2", None)]


def test_a_listing_without_its_title_is_rejected_and_its_links_are_kept() -> None:
    found = come(page("<p>new layout</p><a href=/listing/6>x</a>"))
    assert (found.state, found.reason, kinds(found)) == (State.REJECTED, "no_title", [])
    assert [link.address for link in found.links] == ["/listing/6"]


def test_nothing_of_a_page_stands_in_the_repr_of_what_came_of_it() -> None:
    assert "secret words" not in repr(come(page("<h1>secret words</h1>")))


def test_a_statement_holds_all_that_makes_a_version() -> None:
    (_, one), _ = come(page("<h1>x</h1>")).publish
    (_, other), _ = come(page("<h1>X</h1>")).publish
    assert isinstance(one, Listing)
    assert isinstance(other, Listing)
    assert statement(one) != statement(other)


def odd(body: str, status: int = 200) -> str:
    found = page(body, status=status)
    return strange(found, come(found, kind=Kind.PAGE))


def test_a_page_without_listing_gate_or_link_is_strange_and_its_text_is_kept() -> None:
    assert odd("<p>Something <b>new</b></p><script>x</script><a href='/about'>about</a>") == "Something new\nabout"
    assert odd("<p>" + "long " * 5_000).startswith("long long")
    assert len(odd("<p>" + "long " * 5_000)) == 2_000
    assert odd("") == "no text (0 bytes, text/html)"


@pytest.mark.parametrize("body", ["<h1>x</h1>", "<a href='/page/2'>next</a>", "<form id=captcha>"])
def test_listings_links_and_gates_are_known(body: str) -> None:
    assert odd(body) == ""


@pytest.mark.parametrize("status", [302, 304, 404, 500])
def test_an_error_or_a_redirect_is_not_strange(status: int) -> None:
    assert odd("<p>nothing", status=status) == ""


def test_a_listing_that_moved_is_gone_where_it_is_not_found() -> None:
    (said,) = come(page("<h1>x</h1>", address="/listing/5")).said
    moved = replace(said, address="/elsewhere/5")
    found = come(page("", status=404), moved)
    assert [one.presence for one in found.said] == [Presence.GONE]


def test_fields_are_counted_beside_what_could_not_be_read() -> None:
    expecting = msgspec.structs.replace(PROFILE, expect={"title": 1.0, "price": 0.9})
    place = Place(id=1, address="/listing/5", kind=Kind.LISTING)
    for body, counted in (("<h1>x</h1><b>$5</b>", {"": 1, "title": 1, "price": 1}), ("<i>3</i>", {"": 1, "!": 1})):
        assert outcome(page(body), place, expecting, Nothing()).filled == counted


def test_a_gate_that_the_profile_does_not_name_is_told_by_its_signs() -> None:
    found = come(page("<h1>Queue</h1><p>You are in the queue. Position: 4</p><meta http-equiv=refresh content=20>"))
    assert (found.state, found.reason, found.wait_s) == (State.GATED, "queue", 20)
    assert kinds(found) == [Task]


def test_an_error_that_passes_is_asked_again_before_it_counts_as_maintenance() -> None:
    down = page("<h1>503 Service Temporarily Unavailable</h1>", status=503)
    assert come(down).state is State.WAITING
    assert come(down, tries=2).gate is Gate.MAINTENANCE


def test_a_page_that_refuses_its_visitor_is_a_gate_and_no_mere_error() -> None:
    assert come(page("<h1>Access denied</h1><p>Your account has been banned.</p>", status=403)).gate is Gate.BANNED
