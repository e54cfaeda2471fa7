"""The console shows how the work goes, from what the log and the home know."""

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import headstamp
from dashboards.web.operations import HOUR, KEPT, Operations, disk
from dashboards.web.words import share
from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import Message, decode, message, messages
from pipeline.commands.dead import replay, waiting
from pipeline.records import DeadLetter, Measure, Presence, Sighting
from pipeline.settings import Settings
from pipeline.topics import LISTINGS, MEASURES
from tests.dashboards.conftest import Site, serving

NOW = datetime.now(UTC).replace(microsecond=0)


def measure(
    name: str, value: float, *, ago: timedelta = timedelta(minutes=1), now: datetime | None = None, **labels: str
) -> Measure:
    return Measure(name=f"headstamp_{name}", value=value, time=(now or datetime.now(UTC)) - ago, **labels)


def visit(market: str = "practice", *, ago: timedelta = timedelta(hours=2), pages: int = 1_200) -> list[Measure]:
    told: list[tuple[str, float, dict[str, str]]] = [
        ("visit_pages", pages, {}),
        ("visit_listings", 600, {}),
        ("visit_failures", 4, {"reason": "timeout"}),
        ("visit_failures", 31, {"reason": "no_title"}),
        ("visit_gated", 12, {"reason": "captcha"}),
        ("visit_gated", 0, {"reason": "login"}),
        ("visit_fill_ratio", 0.998, {"field": "title"}),
        ("visit_expected_fill_ratio", 0.95, {"field": "title"}),
        ("visit_fill_ratio", 0.71, {"field": "vendor"}),
        ("visit_expected_fill_ratio", 0.98, {"field": "vendor"}),
        ("visit_coverage_ratio", 0.87, {}),
    ]
    return [measure(name, value, ago=ago, now=NOW, market=market, **labels) for name, value, labels in told]


def publish(site: Site, found: Sequence[Measure]) -> None:
    with closing(site.deployment.broker()) as log:
        log.publish(MEASURES.name, messages(found))


def letter(number: int) -> Message:
    return message(DeadLetter(topic="listings", group="assess", key=b"k", value=b"v", headers={}, reason=f"r{number}"))


def test_the_last_visit_of_each_market_is_shown_with_what_is_out_of_bounds(unsettled: Site) -> None:
    publish(unsettled, [*visit("practice", ago=timedelta(days=3), pages=9), *visit(), *visit("old", ago=2 * KEPT)])
    words = unsettled.get("/operations").words
    assert "practice" in words
    assert "pages 1,200" in words
    assert "estimated coverage 87%" in words
    assert "title 99.8%" in words
    assert "vendor 71% of 98%" in words
    assert "failures: no title 31, timeout 4" in words
    assert "behind gates: captcha 12" in words
    assert "login" not in words
    assert "pages 9 " not in words
    assert "old" not in words.split()
    publish(unsettled, visit(pages=1_300))
    assert "pages 1,300" in unsettled.get("/operations").words, "the visit went on"
    assert "/search?market=practice" in unsettled.get("/operations").links()


def test_stages_are_shown_with_lag_work_and_dead_letters(unsettled: Site) -> None:
    sighting = Sighting(listing_id="a" * 32, market="m", visit="v", time=NOW, presence=Presence.PRESENT)
    with closing(unsettled.deployment.broker()) as log:
        log.publish(LISTINGS.name, messages([sighting] * 3))
        log.publish(LISTINGS.dead, [letter(1), letter(2)])
    worked = ((999, 2 * HOUR), (40, timedelta(minutes=50)), (2, timedelta(minutes=1)))
    publish(unsettled, [measure("stage_messages_total", count, ago=ago, stage="assess") for count, ago in worked])
    words = unsettled.get("/operations").words
    assert "assess reads listings lag 3 worked in the last hour 42 dead letters 2" in words
    assert "index reads assessments lag 0 worked in the last hour 0 dead letters 0" in words
    with closing(unsettled.deployment.broker()) as log:
        replay(log, list(waiting(log))[:1])
    assert "lag 4 worked in the last hour 42 dead letters 1" in unsettled.get("/operations").words


def test_a_server_that_a_stage_waits_for_is_named_until_it_answers(unsettled: Site) -> None:
    publish(unsettled, [measure("server_waiting_seconds", 95, stage="index", reason="index")])
    assert "Stage index has waited for the index for 95 s" in unsettled.get("/operations").words
    publish(unsettled, [measure("server_waiting_seconds", 0, ago=timedelta(), stage="index", reason="index")])
    assert "has waited" not in unsettled.get("/operations").words


def test_what_a_stage_said_of_its_waiting_long_ago_does_not_hold(unsettled: Site) -> None:
    publish(unsettled, [measure("server_waiting_seconds", 95, ago=HOUR, stage="index", reason="index")])
    assert "has waited" not in unsettled.get("/operations").words


def test_nothing_on_the_log_acts_on_the_page(unsettled: Site) -> None:
    odd = "<script>x</script>"
    publish(
        unsettled,
        [
            *(measure(name, 1, market=odd, reason=odd) for name in ("visit_failures", "visit_gated")),
            measure("visit_fill_ratio", 1, market=odd, field=odd),
            measure("server_waiting_seconds", 9, stage=odd, reason=odd),
        ],
    )
    with closing(unsettled.deployment.broker()) as log:
        log.publish(MEASURES.name, [Message(key=b"k", value=b"nonsense", headers={"schema": "1.0"})])
    page = unsettled.get("/operations")
    assert page.status == 200
    assert odd not in page.text
    assert odd in page.words


@pytest.mark.parametrize(
    ("value", "time"),
    [(1, datetime.now()), (1, datetime(9999, 1, 1, tzinfo=UTC)), (1e308, NOW), (-1, NOW)],  # noqa: DTZ005  # no zone is what it is about
)
def test_a_figure_that_cannot_be_is_passed_over(unsettled: Site, value: float, time: datetime) -> None:
    odd = Measure(name="headstamp_visit_pages", value=value, time=time, market="practice")
    publish(
        unsettled, [odd, odd.__class__(name="headstamp_stage_messages_total", value=value, time=time, stage="assess")]
    )
    publish(unsettled, visit())
    words = unsettled.get("/operations").words
    assert "pages 1,200" in words
    assert "worked in the last hour 0" in words


def test_an_empty_home_says_so_and_a_log_that_is_away_is_told(tmp_path: Path, idle: Site) -> None:
    words = idle.get("/operations").words
    assert "No visit in the last 30 days" in words
    assert "free of" in words
    (tmp_path / "log.db").write_text("no database at all " * 100)
    with serving(headstamp.deployment(Settings(home=str(tmp_path)))) as site:
        page = site.get("/operations")
    assert page.status == 200
    assert "The log cannot be read: " in page.words


def test_a_look_that_was_cut_short_counts_nothing_twice(tmp_path: Path) -> None:
    with closing(SqliteBroker(tmp_path / "log.db")) as log:
        log.publish(MEASURES.name, messages([measure("stage_messages_total", 1, stage="assess") for _ in range(5)]))
        page = Operations(("assess",), NOW)
        first = decode(next(page._measures.new(log)), MEASURES.records)
        assert isinstance(first, Measure)
        page._take(first, NOW)
        assert page.look(log).work[0].worked == 5


def test_a_home_that_is_not_there_has_no_disk(tmp_path: Path) -> None:
    assert disk(tmp_path / "none") is None


@pytest.mark.parametrize(
    ("value", "said"), [(1.0, "100%"), (0.999, "99.9%"), (0.0, "0%"), (0.001, "0.1%"), (0.5, "50%")]
)
def test_a_share_is_never_rounded_to_all_or_none(value: float, said: str) -> None:
    assert share(value) == said
