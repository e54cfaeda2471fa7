"""Every address ever seen stays known, in one part of the sum, whatever happens."""

import json
import re
import shutil
import signal
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import headstamp
from crawlers.account import PARTS, STATES
from crawlers.frontier import Frontier, Visit
from crawlers.links import Kind, Link
from crawlers.news import Said
from crawlers.outcome import Outcome, Place, State
from crawlers.overview import Sum, counts, overview, summed
from crawlers.reason import Reason
from pipeline.records import Presence
from tests.crawlers.conftest import MIRRORS, Answer, Bench, links, listing
from tests.crawlers.test_frontier import NOON

ADDRESSES = st.sampled_from([f"/listing/{number}" for number in range(6)] + [f"/page/{number}" for number in range(4)])
REFUSALS = st.sampled_from([None, None, Reason.HIDDEN, Reason.ACTION_WORD])
ENDS = st.sampled_from(
    [
        (State.DONE, ""),
        (State.DONE, "not_found"),
        (State.WAITING, Reason.TIMEOUT),
        (State.REJECTED, Reason.UNREACHABLE),
        (State.REJECTED, Reason.NO_TITLE),
        (State.GATED, "captcha"),
        (State.REFUSED, Reason.NOT_ONION),
    ]
)


class Walks(RuleBasedStateMachine):
    """Visits of one market, killed and begun again at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.frontier = Frontier(self.home)
        self.hours = 0
        self.known: set[str] = set()
        self.hand: list[Place] = []
        self.asked: dict[str, State] = {}
        self.visit = self.begun()

    def begun(self) -> Visit:
        self.hours += 1
        self.known.add("/")
        visit = self.frontier.begin("smithy", ["/"], NOON + timedelta(hours=self.hours))
        gates = {
            address for address, state in self.asked.items() if state is State.GATED
        }  # asked again once a crawl begins again
        self.asked = {address: state for address, state in self.asked.items() if visit.resumed and address not in gates}
        self.hand = []
        return visit

    @rule()
    def killed(self) -> None:
        """Another process opens the file that this one leaves as it is."""
        self.frontier.close()
        self.frontier = Frontier(self.home)
        self.visit = self.begun()

    @rule()
    def finished(self) -> None:
        self.frontier.finish(self.visit, NOON + timedelta(hours=self.hours))
        self.visit = self.begun()

    @rule(budget=st.integers(1, 20))
    def taken(self, budget: int) -> None:
        waits = self.frontier.waits(self.visit, budget)
        place = self.frontier.take(self.visit, budget)
        assert waits is (place is not None)
        if place:
            self.hand.append(place)

    @precondition(lambda self: self.hand)
    @rule(end=ENDS, shown=st.booleans(), found=st.lists(st.tuples(ADDRESSES, REFUSALS), max_size=5))
    def settled(self, end: tuple[State, str], shown: bool, found: list[tuple[str, Reason | None]]) -> None:  # noqa: FBT001  # drawn by name
        place = self.hand.pop()
        state, reason = end
        if state is not State.WAITING:
            assert place.address not in self.asked, "an address is asked for once a visit"
            self.asked[place.address] = state
        presence = Presence.PRESENT if shown and state is State.DONE else Presence.GONE
        said = Said(
            key=place.address, address=place.address, statement="s", version="v", presence=presence, visit=self.visit.id
        )
        kinds = [Kind.LISTING if "listing" in address else Kind.PAGE for address, _ in found]
        offered = [
            Link(address=address, kind=kind, refusal=refusal)
            for (address, refusal), kind in zip(found, kinds, strict=True)
        ]
        outcome = Outcome(
            place=place, state=state, reason=reason, links=offered, said=[said] if state is State.DONE else []
        )
        self.frontier.settle(self.visit, outcome, NOON + timedelta(hours=self.hours))
        self.known |= {address for address, _ in found}

    @precondition(lambda self: self.hand)
    @rule()
    def held(self) -> None:
        self.frontier.hold(self.hand.pop())

    @invariant()
    def nothing_disappears(self) -> None:
        counted = counts(self.frontier.database, "smithy")
        found = summed(counted, len(self.known))
        assert found.fetched + found.failed + found.held + found.refused + found.pending == found.known
        assert found.line.endswith(f"= {len(self.known)} known")

    def teardown(self) -> None:
        self.frontier.close()
        shutil.rmtree(self.home)


Walks.TestCase.settings = settings(max_examples=40, stateful_step_count=30)
TestWalks = Walks.TestCase


def test_every_state_is_in_one_part_of_the_sum_and_has_a_meaning() -> None:
    assert set(PARTS) == set(STATES) == set(State)
    assert set(PARTS.values()) == set(Sum.__struct_fields__) - {"known"}


def test_a_crawl_killed_at_any_page_loses_no_address(bench: Bench) -> None:
    bench.tiny.pause_s = 0.03
    bench.tiny.pages = {"/": links(*(f"/listing/k{number}" for number in range(9)), "/cart/add")}
    bench.tiny.pages |= {f"/listing/k{number}": listing(f"Lot {number}") for number in range(9)}
    for pages in (1, 4, 7):
        bench.killed_at(pages, signal.SIGKILL)
        with closing(Frontier(bench.settings.root)) as frontier:
            counted = counts(frontier.database, "tiny")
        assert sum(one.addresses for one in counted) in {1, 11}
        assert {one.sum for one in counted} <= {"fetched", "pending", "refused"}
    assert bench.crawl().visit["finished"]
    with closing(Frontier(bench.settings.root)) as frontier:
        assert summed(counts(frontier.database, "tiny"), 11).line == (
            "10 fetched + 0 failed + 0 held + 1 refused + 0 pending = 11 known"
        )


def test_what_a_visit_left_over_is_held_with_the_reason(tmp_path: Path) -> None:
    with closing(Frontier(tmp_path)) as frontier:
        visit = frontier.begin("smithy", ["/", "/page/1"], NOON)
        place = frontier.take(visit, 1)
        assert place
        frontier.settle(visit, Outcome(place=place, state=State.DONE), NOON)
        assert [one.reason for one in counts(frontier.database, "smithy") if one.sum == "pending"] == [""]
        frontier.finish(visit, NOON)
        (held,) = [one for one in counts(frontier.database, "smithy") if one.sum == "held"]
        assert (held.reason, held.addresses) == ("pages_per_visit", 1)


def test_an_overview_tells_visits_tasks_alerts_and_when_to_ask_again(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.tiny.pages = {"/": links("/page/1", "/listing/k0"), "/listing/k0": listing("Lot")}
    bench.crawl()
    bench.tiny.pages["/page/1"] = bench.tiny.pages["/listing/k0"] = Answer(b"<form id=captcha>")
    bench.crawl()
    log = headstamp.deployment(bench.settings).log()
    with closing(Frontier(bench.settings.root)) as frontier, closing(log):
        found = overview(frontier.database, log, "tiny", None, datetime.now(UTC))
    assert found
    assert [one.pages for one in found.visits] == [3, 3]
    assert [one.kind for one in found.tasks] == ["captcha"]
    assert (found.sum.fetched, found.sum.held, found.next) == (1, 2, "")
    config = bench.folder / "headstamp.toml"
    config.write_text(f'home = "{bench.settings.home}"\n[crawl]\nprofiles = "{bench.folder}"\n')
    assert headstamp.main(["--config", str(config), "why", "tiny"]) == 0
    shown = capsys.readouterr().out
    assert "sum: 1 fetched + 0 failed + 2 held + 0 refused + 0 pending = 3 known" in shown
    assert "may be asked: from 20" in shown
    bench.authorities.unlink()
    assert headstamp.main(["--config", str(config), "why", "tiny"]) == 0
    assert "may be asked: profile tiny: there is no authority 'test'" in capsys.readouterr().out
    assert re.search(r"\ntask +since +detail\ncaptcha +\d{4}-\d\d-\d\d \d\d:\d\d  ", shown)
    assert "see `headstamp gate list`" in shown
    assert headstamp.main(["--config", str(config), "why", f"http://{MIRRORS[0]}/page/1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["sum"] == "held"
