"""What a visit asks for, in which order, and what is never lost."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.account import tally, why
from crawlers.frontier import DUE, MIGRATIONS, ONCE_MORE, SETTLED, Frontier, Visit
from crawlers.links import Kind, Link
from crawlers.memory import BY_ADDRESS, Memory
from crawlers.news import Said
from crawlers.outcome import Outcome, Place, State
from crawlers.overview import counts
from crawlers.profile import Gate
from crawlers.reason import Reason
from pipeline.records import Presence, Rejected
from pipeline.sqlite import Database

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
PLENTY = 1_000


@pytest.fixture
def frontier(tmp_path: Path) -> Iterator[Frontier]:
    made = Frontier(tmp_path)
    yield made
    made.close()


def begun(frontier: Frontier, hours: int = 0) -> Visit:
    return frontier.begin("smithy", ["/"], NOON + timedelta(hours=hours))


def taken(frontier: Frontier, visit: Visit, budget: int = PLENTY) -> Place:
    place = frontier.take(visit, budget)
    assert place is not None
    return place


def settle(
    frontier: Frontier, visit: Visit, place: Place, *links: Link, state: State = State.DONE, reason: str = ""
) -> None:
    frontier.settle(visit, Outcome(place=place, state=state, reason=reason, links=links), NOON)


def to(address: str, refusal: Reason | None = None) -> Link:
    return Link(address=address, kind=Kind.LISTING if "listing" in address else Kind.PAGE, refusal=refusal)


def said(address: str, visit: Visit, presence: Presence = Presence.PRESENT) -> Said:
    return Said(key=address, address=address, statement="s", version="v", presence=presence, visit=visit.id)


def walk(frontier: Frontier, visit: Visit) -> list[str]:
    """Every address still waiting, in the order in which it is asked for."""
    order = []
    while place := frontier.take(visit, PLENTY):
        order.append(place.address)
        settle(frontier, visit, place)
    return order


def test_an_address_is_asked_for_once_a_visit(frontier: Frontier) -> None:
    visit = begun(frontier)
    settle(frontier, visit, taken(frontier, visit), to("/a"), to("/a"), to("/b"), to("/"))
    assert walk(frontier, visit) == ["/a", "/b"]


def test_a_taken_address_waits_again_when_the_crawl_was_killed(frontier: Frontier) -> None:
    visit = begun(frontier)
    taken(frontier, visit)
    assert frontier.take(visit, PLENTY) is None
    again = begun(frontier, hours=1)
    assert (again.id, again.resumed) == (visit.id, True)
    assert walk(frontier, again) == ["/"]


def test_a_finished_visit_is_followed_by_a_new_one(frontier: Frontier) -> None:
    visit = begun(frontier)
    walk(frontier, visit)
    frontier.finish(visit, NOON)
    again = begun(frontier, hours=1)
    assert (again.id != visit.id, again.resumed) == (True, False)


def test_a_new_visit_starts_anew_then_takes_what_is_new_then_what_was_asked_longest_ago(frontier: Frontier) -> None:
    visit = begun(frontier)
    settle(frontier, visit, taken(frontier, visit), to("/listing/1"), to("/listing/2"))
    for hours in (5, 2):
        place = taken(frontier, visit)
        known = [said(place.address, visit)]
        frontier.settle(visit, Outcome(place=place, state=State.DONE, said=known), NOON + timedelta(hours=hours))
    frontier.finish(visit, NOON)
    visit = begun(frontier, hours=9)
    start = taken(frontier, visit)
    assert start.address == "/"
    settle(frontier, visit, start, to("/listing/2"), to("/listing/3"))
    assert walk(frontier, visit) == ["/listing/3", "/listing/2", "/listing/1"]


def test_a_listing_that_is_gone_is_asked_for_again_only_when_linked(frontier: Frontier) -> None:
    visit = begun(frontier)
    settle(frontier, visit, taken(frontier, visit), to("/listing/1"))
    place = taken(frontier, visit)
    gone = [said(place.address, visit, Presence.GONE)]
    frontier.settle(visit, Outcome(place=place, state=State.DONE, said=gone), NOON)
    frontier.finish(visit, NOON)
    visit = begun(frontier, hours=1)
    assert walk(frontier, visit) == ["/"]
    frontier.finish(visit, NOON)
    visit = begun(frontier, hours=2)
    settle(frontier, visit, taken(frontier, visit), to("/listing/1"))
    assert walk(frontier, visit) == ["/listing/1"]


def test_the_budget_counts_answers_and_what_is_on_the_way(frontier: Frontier) -> None:
    visit = begun(frontier)
    settle(frontier, visit, taken(frontier, visit), to("/a"), to("/b"), to("/c"))
    taken(frontier, visit, budget=2)
    assert frontier.take(visit, 2) is None
    assert not frontier.waits(visit, 2)
    assert frontier.waits(visit, 3)


def test_what_the_budget_left_over_comes_first_the_next_time(frontier: Frontier) -> None:
    visit = begun(frontier)
    settle(frontier, visit, taken(frontier, visit), to("/a"), to("/b"))
    frontier.finish(visit, NOON)
    told = tally(frontier.database, visit)
    assert (told.waiting, told.held, told.refused) == (2, "pages_per_visit", {})
    assert walk(frontier, begun(frontier, hours=1)) == ["/", "/a", "/b"]


def test_a_refused_address_is_taken_in_when_it_is_shown_openly(frontier: Frontier) -> None:
    visit = begun(frontier)
    settle(frontier, visit, taken(frontier, visit), to("/a", Reason.HIDDEN), to("/b"))
    settle(frontier, visit, taken(frontier, visit), to("/a"))
    assert walk(frontier, visit) == ["/a"]


def test_an_address_in_hand_is_not_refused_by_a_later_page(frontier: Frontier) -> None:
    visit = begun(frontier)
    settle(frontier, visit, taken(frontier, visit), to("/a"), to("/b"))
    settle(frontier, visit, taken(frontier, visit), to("/b", Reason.HIDDEN))
    assert walk(frontier, visit) == ["/b"]


def test_an_address_put_back_keeps_its_tries(frontier: Frontier) -> None:
    visit = begun(frontier)
    frontier.hold(taken(frontier, visit))
    place = taken(frontier, visit)
    settle(frontier, visit, place, state=State.WAITING)
    assert (place.tries, taken(frontier, visit).tries) == (0, 1)


def test_an_address_lost_to_a_fault_says_so_and_is_tried_again(frontier: Frontier) -> None:
    visit = begun(frontier)
    taken(frontier, visit)
    frontier.finish(visit, NOON)
    assert tally(frontier.database, visit).rejected == {"fault": 1}
    assert walk(frontier, begun(frontier, hours=1)) == ["/"]


def test_markets_do_not_meet(frontier: Frontier) -> None:
    visit, other = begun(frontier), frontier.begin("forge", ["/"], NOON)
    settle(frontier, visit, taken(frontier, visit), to("/a"))
    Memory(frontier.database, "smithy").keep([said("/a", visit)])
    assert walk(frontier, other) == ["/"]
    assert Memory(frontier.database, "forge").of("/a") is None


def test_every_known_address_is_counted_once(frontier: Frontier) -> None:
    visit = begun(frontier)
    settle(frontier, visit, taken(frontier, visit), to("/a"), to("/b"), to("/c", Reason.ACTION_WORD), to("/d"))
    settle(frontier, visit, taken(frontier, visit), state=State.GATED, reason=Gate.CAPTCHA)
    settle(frontier, visit, taken(frontier, visit), state=State.REJECTED, reason=Reason.EMPTY)
    found = {(one.state, one.reason): one.addresses for one in counts(frontier.database, "smithy")}
    assert found == {
        ("done", ""): 1,
        ("gated", "captcha"): 1,
        ("rejected", "empty"): 1,
        ("refused", "action_word"): 1,
        ("waiting", ""): 1,
    }
    assert frontier.gated(visit, Gate.CAPTCHA)
    assert not frontier.gated(visit, Gate.LOGIN)


def test_rows_that_were_rejected_are_counted_apart(frontier: Frontier) -> None:
    visit = begun(frontier)
    rejected = [Rejected(reason="no_key"), Rejected(reason="no_key"), Rejected(reason="no_title")]
    frontier.settle(visit, Outcome(place=taken(frontier, visit), state=State.DONE, rejected=rejected), NOON)
    assert tally(frontier.database, visit).rejected == {"row_no_key": 2, "row_no_title": 1}


def test_why_says_what_an_address_waits_for(frontier: Frontier) -> None:
    visit = begun(frontier)
    settle(frontier, visit, taken(frontier, visit), to("/a", Reason.ACTION_WORD), to("/b"))
    (refused,) = why(frontier.database, "/a")
    (waiting,) = why(frontier.database, "/b", ["smithy"])
    assert (refused.state, refused.reason, refused.asked) == ("refused", "action_word", "")
    assert "Headstamp only reads" in refused.meaning
    assert waiting.state == "waiting"
    assert why(frontier.database, "/b", ["forge"]) == []


def test_a_visit_is_whole_when_nothing_was_left_out(frontier: Frontier) -> None:
    visit = begun(frontier)
    settle(frontier, visit, taken(frontier, visit), to("/a"), to("/b", Reason.ACTION_WORD))
    assert not frontier.whole(visit)
    settle(frontier, visit, taken(frontier, visit))
    assert frontier.whole(visit)


def test_the_frontier_outlives_its_process(tmp_path: Path) -> None:
    first = Frontier(tmp_path)
    visit = begun(first)
    settle(first, visit, taken(first, visit), to("/a"))
    first.close()
    second = Frontier(tmp_path)
    assert walk(second, begun(second)) == ["/a"]
    second.close()


def named(address: str, key: str) -> Link:
    return Link(address=address, kind=Kind.LISTING, key=key)


def test_a_listing_under_two_addresses_is_asked_for_once(frontier: Frontier) -> None:
    visit = begun(frontier)
    settle(frontier, visit, taken(frontier, visit), named("/arms/listing/5", "5"), named("/new/listing/5", "5"))
    assert walk(frontier, visit) == ["/arms/listing/5"]


def test_a_listing_that_moved_is_asked_for_where_it_was_shown_last(frontier: Frontier) -> None:
    visit = begun(frontier)
    settle(frontier, visit, taken(frontier, visit), named("/arms/listing/5", "5"))
    walk(frontier, visit)
    frontier.finish(visit, NOON)
    visit = begun(frontier, hours=1)
    settle(frontier, visit, taken(frontier, visit), named("/parts/listing/5", "5"), named("/arms/listing/5", "5"))
    assert walk(frontier, visit) == ["/parts/listing/5"]


def test_a_hidden_link_does_not_take_away_what_is_known_to_be_there(frontier: Frontier) -> None:
    visit = begun(frontier)
    settle(frontier, visit, taken(frontier, visit), to("/listing/1"))
    place = taken(frontier, visit)
    frontier.settle(visit, Outcome(place=place, state=State.DONE, said=[said(place.address, visit)]), NOON)
    frontier.finish(visit, NOON)
    visit = begun(frontier, hours=1)
    settle(frontier, visit, taken(frontier, visit), to("/listing/1", Reason.HIDDEN))
    assert walk(frontier, visit) == ["/listing/1"]


def test_a_page_whose_listings_moved_on_is_asked_for_no_more(frontier: Frontier) -> None:
    visit = begun(frontier)
    settle(frontier, visit, taken(frontier, visit), to("/page/2"))
    place = taken(frontier, visit)
    frontier.settle(visit, Outcome(place=place, state=State.DONE, said=[said(place.address, visit)]), NOON)
    frontier.tell(visit, [Said(**{**vars(said(place.address, visit)), "address": "/page/1"})])
    frontier.finish(visit, NOON)
    assert walk(frontier, begun(frontier, hours=1)) == ["/"]


def test_an_older_frontier_goes_on_where_it_was(tmp_path: Path) -> None:
    """One made by the first version: a finished visit, with leftovers, and one under way in another market."""
    old = Database(tmp_path / "frontier.db", MIGRATIONS[:1])
    for row in (
        ("v1", "smithy", "2026-05-01T10:00:00.000+00:00", "2026-05-01T11:00:00.000+00:00"),
        ("v2", "smithy", "2026-05-01T11:00:00.000+00:00", "2026-05-01T12:00:00.000+00:00"),
        ("w1", "forge", "2026-05-01T11:00:00.000+00:00", ""),
    ):
        old.run("INSERT INTO visit(id, market, started, finished) VALUES(?,?,?,?)", *row)
    for market, address, kind, visit, state, reason, asked in (
        ("smithy", "/", "start", "v2", "done", "", "2026-05-01T11:00:01.000+00:00"),
        ("smithy", "/listing/old", "listing", "v1", "done", "not_found", "2026-05-01T10:00:01.000+00:00"),
        ("smithy", "/listing/there", "listing", "v2", "done", "", "2026-05-01T11:00:02.000+00:00"),
        ("smithy", "/listing/left", "listing", "v2", "refused", "pages_per_visit", ""),
        ("smithy", "/cart", "other", "v2", "refused", "action_word", ""),
        ("forge", "/", "start", "w1", "done", "", "2026-05-01T11:00:01.000+00:00"),
        ("forge", "/a", "page", "w1", "taken", "", ""),
        ("forge", "/b", "page", "w1", "waiting", "", ""),
    ):
        old.run(
            "INSERT INTO address(market, address, kind, visit, state, reason, asked) VALUES(?,?,?,?,?,?,?)",
            *(market, address, kind, visit, state, reason, asked),
        )
    old.run("INSERT INTO listing VALUES('smithy', 'there', '/listing/there', 's', 'v', 'present', 'v2')")
    old.close()
    frontier = Frontier(tmp_path)
    assert walk(frontier, begun(frontier)) == ["/", "/listing/left", "/listing/there"]
    forge = frontier.begin("forge", ["/"], NOON)
    assert (forge.id, walk(frontier, forge)) == ("w1", ["/a", "/b"])
    frontier.close()


def test_what_every_page_asks_of_the_frontier_is_found_by_an_index(frontier: Frontier) -> None:
    """A million addresses cost as much as ten: no step walks over all of a market."""
    asked: list[tuple[str, list[str | int], str]] = [
        (DUE, ["v", "smithy", 2], "address_due (market=? AND round<?)"),
        (ONCE_MORE, ["smithy", "v"], "address_next (market=? AND visit=? AND state=?)"),
        (SETTLED, ["done", "", "", "", 2, 0, 1], "listing_address (market=? AND address=?)"),
        (
            f"SELECT 1 FROM listing {BY_ADDRESS} WHERE market=? AND address=?",
            ["smithy", "/"],
            "listing_address (market=? AND address=?)",
        ),
    ]
    for sql, given, index in asked:
        plan = [str(row[3]) for row in frontier.database.rows(f"EXPLAIN QUERY PLAN {sql}", *given)]
        assert any(index in step for step in plan), plan
        assert not any(step.startswith("SCAN") for step in plan), plan
