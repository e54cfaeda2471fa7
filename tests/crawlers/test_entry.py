"""How a visit stands before gates: waiting, holding, spending a session."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import msgspec
import pytest

from crawlers.evidence.keeper import Keeper
from crawlers.frontier import Frontier
from crawlers.gates.desk import Desk
from crawlers.gates.entry import MOST_WAIT_S, MOST_WAITS, Entry
from crawlers.gates.patience import KNOCKS, Patience
from crawlers.gates.vault import Vault
from crawlers.health.telling import Telling
from crawlers.leave import Leave
from crawlers.links import Kind
from crawlers.outcome import Outcome, Place, State
from crawlers.profile import Gate, MarketProfile
from crawlers.route.bounds import Route
from crawlers.route.breaker import Backoff
from crawlers.walk import Walk
from pipeline.broker import Broker
from tests.crawlers.conftest import MIRRORS
from tests.crawlers.test_cookies import HOST, NOW, session

PROFILE = MarketProfile(market="tiny", mirrors=(HOST,), follow=("/page/{n}", "/private/{n}"), listing="/listing/{key}")
URL = f"http://{HOST}/"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(Desk(tmp_path)) as opened:
        yield opened


@pytest.fixture
def entry(desk: Desk, tmp_path: Path) -> Entry:
    return Entry(profile=PROFILE, visit="v1", desk=desk, vault=Vault(tmp_path))


@pytest.fixture
def inside(desk: Desk, tmp_path: Path) -> Entry:
    opened = msgspec.structs.replace(session(), number=desk.begun("tiny", NOW))
    Vault(tmp_path).keep(opened)
    return Entry(profile=PROFILE, visit="v1", desk=desk, vault=Vault(tmp_path), session=opened)


def came(address: str, gate: Gate | None = None, wait_s: int | None = None) -> Outcome:
    place = Place(id=1, address=address, kind=Kind.LISTING)
    state = State.GATED if gate else State.DONE
    return Outcome(place=place, state=state, reason=gate or "", gate=gate, wait_s=wait_s)


def knock(entry: Entry, *addresses: str, gate: Gate = Gate.CAPTCHA) -> None:
    for address in addresses:
        entry.judged(came(address, gate), NOW)


def test_addresses_of_a_kind_that_always_meets_the_gate_are_held_and_others_asked_for(entry: Entry) -> None:
    knock(entry, *(f"/private/{number}" for number in range(KNOCKS)))
    assert entry.holds("/private/9") is Gate.CAPTCHA
    assert entry.holds("/page/9") is None
    assert entry.paused is None


def test_a_page_that_was_read_in_between_starts_the_count_again(entry: Entry) -> None:
    knock(entry, "/listing/1", "/listing/2")
    entry.judged(came("/listing/3"), NOW)
    knock(entry, "/listing/4", "/listing/5")
    assert entry.holds("/listing/6") is None


def test_a_gate_before_the_whole_market_pauses_the_visit(entry: Entry, desk: Desk) -> None:
    knock(entry, "/page/1", "/listing/1", "/private/1", gate=Gate.SEIZED)
    assert entry.paused is Gate.SEIZED
    assert [task.whole for task in desk.tasks()] == [True]


def test_a_queue_is_waited_for_as_long_as_its_page_says_and_the_address_asked_again(entry: Entry) -> None:
    back = entry.judged(came("/page/1", Gate.QUEUE, 20), NOW)
    assert (back.state, back.publish) == (State.WAITING, ())
    assert 15 < entry.rest_s <= 20


def test_a_wait_is_bounded_whatever_the_page_says(entry: Entry) -> None:
    entry.judged(came("/page/1", Gate.DDOS_WAIT, 9_999), NOW)
    assert entry.rest_s <= MOST_WAIT_S


def test_a_queue_that_does_not_move_becomes_a_task(entry: Entry, desk: Desk) -> None:
    for _ in range(MOST_WAITS):
        assert entry.judged(came("/page/1", Gate.QUEUE, 0), NOW).state is State.WAITING
        entry._rested = 0.0
    assert entry.judged(came("/page/1", Gate.QUEUE, 0), NOW).state is State.GATED
    assert [task.gate for task in desk.tasks()] == [Gate.QUEUE]


def test_the_cookies_of_a_queue_are_sent_back_and_kept_nowhere(entry: Entry, tmp_path: Path) -> None:
    entry.heard(URL, ["visitor=1; Path=/"], NOW, None)
    assert entry.headers(URL, NOW) == {}
    entry.heard(URL, ["place=77; Path=/"], NOW, Gate.QUEUE)
    assert entry.headers(URL, NOW) == {"Cookie": "place=77"}
    assert not (tmp_path / "sessions").exists()


def test_a_session_sends_its_cookies_and_its_browser_and_keeps_what_the_market_sets(
    inside: Entry, tmp_path: Path
) -> None:
    assert inside.headers(URL, NOW)["User-Agent"] == "Agent/1"
    inside.heard(URL, ["sid=changed; Path=/"], NOW, None)
    assert inside.headers(URL, NOW)["Cookie"] == "sid=changed"
    kept = Vault(tmp_path).session("tiny")
    assert kept is not None
    assert kept.cookies[0].value == "changed"


def test_a_session_that_meets_the_login_is_spent_and_its_length_learned(
    inside: Entry, desk: Desk, tmp_path: Path
) -> None:
    for number in range(7):
        inside.judged(came(f"/listing/{number}"), NOW)
    later = NOW + timedelta(minutes=30)
    for number in (8, 9):
        inside.judged(came(f"/listing/{number}", Gate.LOGIN), later)
    assert inside.paused is Gate.LOGIN
    assert inside.headers(URL, NOW) == {}
    assert Vault(tmp_path).session("tiny") is None
    length = desk.length("tiny")
    assert length is not None
    assert (length.sessions, length.pages, length.minutes) == (1, 7, 30)


def test_one_closed_corner_does_not_end_a_session(inside: Entry) -> None:
    inside.judged(came("/page/1"), NOW)
    knock(inside, "/private/1", "/private/2", gate=Gate.LOGIN)
    assert inside.session is not None
    assert inside.holds("/private/3") is Gate.LOGIN


def test_a_task_is_closed_when_a_whole_visit_no_longer_meets_its_gate(entry: Entry, desk: Desk, tmp_path: Path) -> None:
    knock(entry, "/listing/1")
    later = Entry(profile=PROFILE, visit="v2", desk=desk, vault=Vault(tmp_path))
    later.judged(came("/listing/1"), datetime(2026, 5, 2, tzinfo=UTC))
    later.finished()
    assert desk.tasks() == []


def test_a_visit_that_read_nothing_closes_no_task(entry: Entry, desk: Desk, tmp_path: Path) -> None:
    knock(entry, "/listing/1")
    Entry(profile=PROFILE, visit="v2", desk=desk, vault=Vault(tmp_path)).finished()
    assert len(desk.tasks()) == 1


def test_different_gates_in_turn_are_not_one_gate_in_a_row() -> None:
    patience = Patience()
    assert not any(patience.met(gate, "listing") for gate in (Gate.LOGIN, Gate.CAPTCHA) * 3)


def test_what_is_no_gate_is_left_as_it_is(entry: Entry) -> None:
    refused = replace(came("/page/1"), state=State.REJECTED)
    assert entry.judged(refused, NOW) is refused


def test_a_session_is_used_on_its_own_mirror_only(desk: Desk, tmp_path: Path) -> None:
    profile = msgspec.structs.replace(PROFILE, mirrors=(MIRRORS[1], HOST))
    shut = Entry(profile=profile, visit="v1", desk=desk, vault=Vault(tmp_path))
    opened = Entry(profile=profile, visit="v1", desk=desk, vault=Vault(tmp_path), session=session())
    assert [origin.host for origin in shut.origins] == list(profile.mirrors)
    assert [origin.host for origin in opened.origins] == [HOST]


def test_a_gate_that_a_full_disk_leaves_unnoted_stops_the_walk_with_that_one_error(
    entry: Entry, desk: Desk, tmp_path: Path
) -> None:
    full = desk._database._connection
    full.pragma("max_page_count", full.pragma("page_count"))
    with closing(Frontier(tmp_path)) as frontier:
        visit = frontier.begin("tiny", ["/" + "a" * 9_000], NOW)
        walk = Walk(
            profile=PROFILE,
            visit=visit,
            frontier=frontier,
            log=cast("Broker", None),
            route=cast("Route", None),
            activation=1,
            backoff=Backoff(),
            entry=entry,
            keeper=cast("Keeper", None),
            telling=cast("Telling", None),
            leave=cast("Leave", None),
        )
        place = frontier.take(visit, 10)
        assert place is not None
        walk.settle(replace(came("", Gate.CAPTCHA), place=place))
    assert walk.stopped
    assert "gates.db: the disk is full; free some space" in str(walk.fault)
