"""What a crawl tells operators: figures in its home while it runs, measures on the log when it ends."""

import signal
from pathlib import Path

import pytest

from crawlers.profile import Gate
from crawlers.reason import Reason
from pipeline.metrics.crawled import FOLDER, read
from pipeline.metrics.exposed import Figure
from pipeline.records import Measure
from pipeline.topics import MEASURES
from tests.crawlers.conftest import MIRRORS, Answer, Bench, links, listing

EXPECT = "expect: {title: 1.0, vendor: 0.9, price: 0.9}"
CAPTCHA = Answer(b"<form id=captcha></form>")


def stock(bench: Bench) -> None:
    """Four listings, of which one has no vendor and one cannot be read, and a page behind a gate."""
    bench.profile(more=EXPECT)
    keys = [f"k{number}" for number in range(4)]
    bench.tiny.pages = {"/": links(*(f"/listing/{key}" for key in keys), "/listing/gone", "/page/2")}
    bench.tiny.pages |= {f"/listing/{key}": listing(f"Lot {key}") for key in keys}
    bench.tiny.pages["/listing/k1"] = listing("Lot k1", vendor="")
    bench.tiny.pages["/listing/k2"] = Answer(b"<h2>no title</h2>")
    bench.tiny.pages["/page/2"] = CAPTCHA


def measures(bench: Bench) -> dict[str, Measure]:
    """The newest measure of each id."""
    return {found.id: found for found in bench.published(MEASURES) if isinstance(found, Measure)}


def values(bench: Bench) -> dict[tuple[str, str], float]:
    return {
        (one.name.removeprefix("headstamp_visit_"), one.reason or one.field): round(one.value, 3)
        for one in measures(bench).values()
    }


def served(bench: Bench) -> list[Figure]:
    return list(read(bench.settings.root))


def test_a_visit_that_ended_stands_on_the_log_as_measures(bench: Bench) -> None:
    stock(bench)
    bench.crawl()
    found = values(bench)
    gates = {("gated", str(gate)): float(gate is Gate.CAPTCHA) for gate in Gate}
    assert {key: value for key, value in found.items() if key[0] == "gated"} == gates
    assert found[("pages", "")] == 7
    assert found[("listings", "")] == 3
    assert found[("unread_listings", "")] == 1
    assert found[("failures", "no_title")] == 1
    assert found[("fill_ratio", "title")] == 0.75
    assert found[("fill_ratio", "vendor")] == 0.667
    assert found[("expected_fill_ratio", "vendor")] == 0.9
    assert not [key for key in found if key[0] == "coverage_ratio"], "one visit does not tell"
    assert {one.market for one in measures(bench).values()} == {"tiny"}


def test_a_visit_that_goes_on_after_a_signal_overwrites_its_measures(bench: Bench) -> None:
    stock(bench)
    bench.tiny.pause_s = 0.05
    bench.killed_at(3, signal.SIGTERM)
    before = measures(bench)
    bench.crawl()
    after = measures(bench)
    assert before
    assert {one.time for one in after.values()} == {one.time for one in before.values()}
    assert values(bench)[("pages", "")] == 7
    bench.crawl()
    assert len({one.time for one in measures(bench).values()}) == 2, "another visit is another measure"


def test_a_crawl_leaves_its_figures_in_the_home_for_prometheus(bench: Bench) -> None:
    stock(bench)
    bench.crawl()
    bench.crawl()
    found = {(one.metric.name, one.labels.get("reason", "")): one.value for one in served(bench)}
    assert found["headstamp_crawl_pages_total", ""] == 14
    assert found["headstamp_visit_pages", ""] == 7
    assert found["headstamp_visit_failures", "no_title"] == 1
    assert found["headstamp_crawl_last_page_timestamp_seconds", ""] > 1.7e9
    assert found["headstamp_crawl_next_timestamp_seconds", ""] > 1.7e9
    assert found["headstamp_crawl_unreadable_files", ""] == 0
    assert [path.name for path in (bench.settings.root / FOLDER).iterdir()] == ["tiny.prom"]


def test_a_market_that_does_not_answer_keeps_the_time_of_its_last_page(bench: Bench) -> None:
    stock(bench)
    bench.crawl()
    last = [one.value for one in served(bench) if one.metric.name == "headstamp_crawl_last_page_timestamp_seconds"]
    bench.tiny.down = {MIRRORS[0]}
    bench.crawl()
    found = {one.metric.name: one.value for one in served(bench)}
    assert [found["headstamp_crawl_last_page_timestamp_seconds"]] == last
    assert found["headstamp_visit_pages"] == 0
    kinds = [one.labels["kind"] for one in served(bench) if one.metric.name == "headstamp_crawl_alerts"]
    assert "market_unreachable" in kinds


def test_labels_come_from_closed_lists_and_profiles_only(bench: Bench) -> None:
    stock(bench)
    bench.tiny.pages["/listing/k3"] = Answer(b'<h1>x"} evil 1\n# HELP</h1><b class=vendor>y\n</b>')
    bench.crawl()
    found = served(bench)
    told = {(name, value) for one in found for name, value in one.labels.items()}
    closed = {*map(str, Reason), *map(str, Gate), "tiny", "title", "vendor", "price", "failures", "gates"}
    assert {value for _, value in told} - closed <= {"field_below_expected", "layout_changed", "low_coverage"}


@pytest.mark.parametrize(
    "text",
    ["nonsense {", 'headstamp_visit_pages{market="tiny"} many\n', "x" * (2**20 + 1), "\udcff"],
    ids=["no format", "no number", "too large", "no text"],
)
def test_a_file_that_cannot_be_read_is_counted_and_hides_no_other(tmp_path: Path, text: str) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir()
    (folder / "a.prom").write_text(text, encoding="utf-8", errors="surrogateescape")
    (folder / "b.prom").write_text(
        'headstamp_visit_pages{market="b"} 3\nheadstamp_visit_pages{market="a"} 4\n'
        'other{market="b"} 5\nheadstamp_visit_pages{market="b",more="x"} 6\n'
    )
    found = {(one.metric.name, one.labels.get("market")): one.value for one in read(tmp_path)}
    assert found == {("headstamp_visit_pages", "b"): 3, ("headstamp_crawl_unreadable_files", None): 1}


def test_a_home_that_takes_no_file_stops_no_crawl(bench: Bench) -> None:
    stock(bench)
    (bench.settings.root / FOLDER).write_text("no folder")
    done = bench.crawl()
    assert done.status == 0
    assert "figures not written" in done.errors
