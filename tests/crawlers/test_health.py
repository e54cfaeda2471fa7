"""What visits read against what they should, and the alerts that follow."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import headstamp
from crawlers.health.breaches import Kind, breaches
from crawlers.health.coverage import Coverage, chapman, coverage, unseen
from crawlers.health.figures import Field, Figures
from pipeline.records import Alert
from pipeline.topics import ALERTS
from tests.crawlers.conftest import MIRRORS, Answer, Bench, links, listing

EXPECT = "expect: {title: 1.0, vendor: 0.9, price: 0.9}"
NOTHING = Coverage(listings=None, share=None, unseen=None)


def figures(**more: Any) -> Figures:
    sound: dict[str, Any] = {
        "market": "smithy",
        "visit": "v9",
        "started": "",
        "finished": "",
        "pages": 120,
        "listings": 100,
        "usual": 110.0,
        "usual_of": 9,
        "fields": (Field(field="title", filled=1.0, expected=0.99),),
        "shown": 100,
        "unread": 0,
        "gated": 0,
        "failures": {"http_status": 2},
        "asked": 120,
        "coverage": NOTHING,
    }
    return Figures(**(sound | more))


def kinds(found: Figures) -> list[tuple[str, str]]:
    return [(str(one.kind), one.subject) for one in breaches(found)]


def test_a_visit_as_usual_raises_nothing() -> None:
    assert kinds(figures()) == []


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"fields": (Field(field="price", filled=0.5, expected=0.9),)}, (Kind.FIELD, "price")),
        ({"unread": 30}, (Kind.LAYOUT, "")),
        ({"listings": 54}, (Kind.FEWER, "")),
        ({"failures": {"timeout": 25}}, (Kind.FAILURES, "timeout")),
        ({"gated": 25}, (Kind.GATES, "")),
        ({"coverage": Coverage(listings=1000, share=0.1, unseen=0.5)}, (Kind.COVERAGE, "")),
    ],
)
def test_each_threshold_raises_its_own_alert(more: dict[str, Any], kind: tuple[Kind, str]) -> None:
    assert kinds(figures(**more)) == [(str(kind[0]), kind[1])]


def test_a_small_market_is_not_measured_by_few_listings() -> None:
    assert kinds(figures(listings=0, usual=2.0, shown=2, unread=2, failures={"timeout": 2}, asked=3)) == []


def test_the_first_visit_has_no_usual() -> None:
    assert kinds(figures(listings=1, usual=None, usual_of=0)) == []


def test_chapmans_estimate_of_the_textbook() -> None:
    """Of 200 marked and 150 caught later, 40 were marked: 201 x 151 / 41 - 1."""
    assert chapman(200, 150, 40) == pytest.approx(739.27, abs=0.01)
    assert chapman(200, 150, 3) is None


def test_the_unseen_share_is_that_of_listings_seen_once() -> None:
    assert unseen({0b11: 40, 0b01: 10, 0b10: 10}) == 20 / 100
    assert unseen({0b01: 50}) is None
    assert unseen({}) is None


@given(st.dictionaries(st.integers(0, 255), st.integers(0, 1_000)))
def test_estimates_stay_within_reason(masks: Mapping[int, int]) -> None:
    found = coverage(masks)
    assert found.share is None or 0 < found.share <= 1
    assert found.unseen is None or 0 <= found.unseen <= 1
    seen = sum(count for mask, count in masks.items() if mask & 3)
    assert found.listings is None or found.listings >= seen - 1


def stock(bench: Bench, count: int = 10, tag: str = "h1") -> None:
    bench.profile(more=EXPECT)
    keys = [f"k{number}" for number in range(count)]
    bench.tiny.pages = {"/": links(*(f"/listing/{key}" for key in keys))}
    for key in keys:
        page = listing(f"Lot {key}").body.decode().replace("h1", tag)
        bench.tiny.pages[f"/listing/{key}"] = Answer(f"{page}<a href=/page/2>more</a>".encode())
    bench.tiny.pages["/page/2"] = links("/")


def alerts(bench: Bench) -> list[Alert]:
    return [one for one in bench.published(ALERTS) if isinstance(one, Alert)]


def test_a_changed_layout_raises_an_alert_within_a_visit(bench: Bench) -> None:
    stock(bench)
    bench.crawl()
    assert alerts(bench) == []
    stock(bench, tag="h2")
    bench.crawl()
    told = {one.kind: one.detail for one in alerts(bench)}
    assert set(told) == {"field_below_expected", "layout_changed", "fewer_listings"}
    assert "title was read in 0% of the listings, 100% are expected" in told["field_below_expected"]
    assert "10 of 10 listings have no title or key" in told["layout_changed"]


def test_a_layout_that_changed_in_one_field_names_the_field(bench: Bench) -> None:
    stock(bench)
    for path, answer in bench.tiny.pages.items():
        bench.tiny.pages[path] = Answer(answer.body.replace(b"class=vendor", b"class=seller"))
    bench.crawl()
    assert [(one.kind, one.market) for one in alerts(bench)] == [("field_below_expected", "tiny")]
    assert alerts(bench)[0].detail.startswith("vendor was read in 0%")


def test_an_alert_that_stands_is_not_raised_again_until_it_was_mended(bench: Bench) -> None:
    stock(bench)
    bench.crawl()
    for tag, raised in (("h2", 3), ("h2", 3), ("h1", 3), ("h2", 6)):
        stock(bench, tag=tag)
        bench.crawl()
        assert len(alerts(bench)) == raised
    assert len({one.id for one in alerts(bench)}) == 6


def test_fewer_listings_than_usual_raise_an_alert(bench: Bench) -> None:
    stock(bench)
    bench.crawl()
    for number in range(8):
        del bench.tiny.pages[f"/listing/k{number}"]
    bench.crawl()
    assert [one.kind for one in alerts(bench)] == ["fewer_listings"]
    assert "2 listings, 10 are usual" in alerts(bench)[0].detail


def test_a_market_that_is_away_raises_one_alert_and_mends_none(bench: Bench) -> None:
    stock(bench, tag="h2")
    bench.crawl()
    before = len(alerts(bench))
    bench.tiny.down = {MIRRORS[0]}
    for _ in range(2):
        bench.crawl(HEADSTAMP_CRAWL_BACKOFF_S="0.001")  # it doubles with each of a dozen failures
    assert [one.kind for one in alerts(bench)[before:]] == ["market_unreachable"]
    bench.tiny.down = set()
    bench.crawl()
    assert len(alerts(bench)) == before + 1, "what is still broken was told"


def test_overlapping_visits_estimate_the_coverage(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    stock(bench, 12)
    bench.crawl()
    bench.crawl()
    config = bench.folder / "headstamp.toml"
    config.write_text(f'home = "{bench.settings.home}"\n[crawl]\nprofiles = "{bench.folder}"\n')
    assert headstamp.main(["--config", str(config), "health", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["figures"]["coverage"] == {"listings": 12.0, "share": 1.0, "unseen": 0.0}
    assert (found["figures"]["listings"], found["figures"]["usual"]) == (12, 12)
    headstamp.main(["--config", str(config), "health"])
    assert "listings: 12; 12 usual (the one visit before)" in capsys.readouterr().out
    stock(bench, 12, tag="h2")
    bench.crawl()
    assert headstamp.main(["--config", str(config), "health", "tiny"]) == 1
    shown = capsys.readouterr().out
    assert "ALERT layout_changed since" in shown
    assert "12 usual (median of 2 visits)" in shown
    headstamp.main(["--config", str(config), "why", "tiny"])
    shown = capsys.readouterr().out
    assert re.search(r"\nalert +since +detail\n(?s:.*)\blayout_changed +\d{4}-\d\d-\d\d \d\d:\d\d  12 of 12", shown)


def test_a_home_without_visits_has_no_health(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    config = bench.folder / "headstamp.toml"
    config.write_text(f'home = "{bench.settings.home}"\n')
    assert headstamp.main(["--config", str(config), "health"]) == 1
    assert "no market that has a profile was visited" in capsys.readouterr().err
