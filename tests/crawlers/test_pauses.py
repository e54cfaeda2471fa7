"""When a crawl leaves a market alone, says why, and goes on later; other markets go on meanwhile."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pipeline.records import Task
from pipeline.topics import TASKS
from tests.crawlers.conftest import MIRRORS, Answer, Bench, links, listing
from tests.patience import PATIENCE_S

PACE = "pace: {delay: 0, concurrent: 1, pages_per_visit: 500}"
ODD = b"<title>x</title><p>We have moved to a new design."


def stock(bench: Bench, count: int = 6) -> None:
    keys = [f"k{number}" for number in range(count)]
    bench.tiny.pages = {"/": links(*(f"/listing/{key}" for key in keys))}
    bench.tiny.pages |= {f"/listing/{key}": listing(f"Lot {key}") for key in keys}


def paced(bench: Bench, more: str) -> None:
    path = bench.folder / "tiny.yaml"
    path.write_text(path.read_text().replace(PACE, PACE.replace("}", f", {more}}}")))


def closed_now() -> str:
    """A range of hours that begins in three hours and ends in five."""
    now = datetime.now(UTC)
    return f'hours: ["{now + timedelta(hours=3):%H:00}-{now + timedelta(hours=5):%H:00}"]'


def test_outside_its_hours_a_market_is_not_asked_and_its_addresses_are_held(bench: Bench) -> None:
    stock(bench)
    paced(bench, closed_now())
    done = bench.crawl()
    assert (done.status, bench.tiny.wishes) == (0, [])
    assert (done.visit["held"], done.visit["waiting"], done.visit["finished"]) == ("outside_hours", 1, False)
    assert done.visit["until"] > f"{datetime.now(UTC):%Y-%m-%d %H:%M}"


def test_the_days_pages_end_a_crawl_and_the_next_one_asks_nothing_more_that_day(bench: Bench) -> None:
    stock(bench)
    paced(bench, "pages_per_day: 4")
    done = bench.crawl()
    asked = len(bench.tiny.asked)
    assert (done.visit["held"], done.visit["pages"]) == ("pages_per_day", asked)
    assert 3 <= asked <= 4
    assert bench.crawl().visit["held"] == "pages_per_day"
    assert len(bench.tiny.asked) == asked
    bench.profile()
    assert bench.crawl().visit["finished"]
    assert len(bench.tiny.asked) == 7, "no page was asked for twice"


def test_three_pages_in_a_row_of_no_known_kind_pause_the_market_and_save_the_text(bench: Bench) -> None:
    stock(bench)
    bench.tiny.pages["/"] = links(*(f"/page/{number}" for number in range(6)))
    bench.tiny.pages |= {f"/page/{number}": Answer(ODD) for number in range(6)}
    done = bench.crawl()
    assert (done.status, done.visit["held"]) == (1, "unknown_pages")
    assert bench.tiny.asked[:4] == ["/", "/page/0", "/page/1", "/page/2"]
    assert len(bench.tiny.asked) <= 5, "one page may have been under way"
    (task,) = bench.published(TASKS)
    assert isinstance(task, Task)
    assert task.kind == "unknown_pages"
    assert "We have moved to a new design." in task.detail
    assert "<" not in task.detail


def test_a_paused_market_is_left_alone_until_its_profile_changes(bench: Bench) -> None:
    bench.tiny.pages = {"/": links(*(f"/page/{number}" for number in range(6)))}
    bench.tiny.pages |= {f"/page/{number}": Answer(ODD) for number in range(6)}
    bench.crawl()
    asked = len(bench.tiny.asked)
    assert bench.crawl().visit["held"] == "unknown_pages"
    assert len(bench.tiny.asked) == asked
    bench.profile(more="venue: omnibus")
    bench.crawl()
    assert len(bench.tiny.asked) > asked
    assert len({task.id for task in bench.published(TASKS) if isinstance(task, Task)}) == 1, (
        "the same visit makes the same task"
    )


def test_a_known_page_between_them_starts_the_count_anew(bench: Bench) -> None:
    bench.tiny.pages = {"/": links("/page/0", "/page/1", "/listing/k0", "/page/2", "/page/3")}
    bench.tiny.pages |= {f"/page/{number}": Answer(ODD) for number in range(4)} | {"/listing/k0": listing("Lot")}
    assert bench.crawl().visit["finished"]
    assert bench.published(TASKS) == []


def test_errors_redirects_and_gone_listings_are_no_unknown_pages(bench: Bench) -> None:
    keys = [f"k{number}" for number in range(4)]
    stock(bench, 4)
    bench.crawl()
    for key in keys:
        del bench.tiny.pages[f"/listing/{key}"]
    bench.tiny.pages |= {f"/page/{number}": Answer(status=302, headers={"Location": "/"}) for number in range(4)}
    bench.tiny.pages["/"] = links(*(f"/page/{number}" for number in range(4)))
    done = bench.crawl()
    assert (done.visit["finished"], done.visit["gone"]) == (True, 4)


def test_a_market_that_hangs_holds_no_other_up(bench: Bench) -> None:
    stock(bench, 10)
    bench.profile("slow", mirrors=[MIRRORS[1]])
    slow = bench.folder / "slow.yaml"
    slow.write_text(slow.read_text().replace("start: [/]", "start: [/page/1]"))

    def hanging() -> Iterator[bytes]:
        """A page that comes only when the other market was read to its end."""
        given_up = time.monotonic() + PATIENCE_S
        while "/listing/k9" not in bench.tiny.asked and time.monotonic() < given_up:
            time.sleep(0.01)
        yield listing("Late").body

    bench.tiny.pages["/page/1"] = Answer(chunks=hanging)
    done = bench.crawl("slow", "tiny", HEADSTAMP_CRAWL_TIMEOUT_S=str(2 * PATIENCE_S))
    assert [(one["market"], one["finished"], one["pages"]) for one in done.summary["markets"]] == [
        ("slow", True, 1),
        ("tiny", True, 11),
    ]
    assert set(bench.tiny.hosts) == {*MIRRORS}


def test_each_market_keeps_its_own_pace_in_one_process(bench: Bench) -> None:
    stock(bench, 6)
    bench.profile("other", mirrors=[MIRRORS[1]])
    paced(bench, closed_now())
    done = bench.crawl("tiny", "other")
    tiny, other = done.summary["markets"]
    assert (tiny["held"], tiny["pages"]) == ("outside_hours", 0)
    assert (other["finished"], other["listings"]) == (True, 6)
