"""A crawl of a small market, as a process of its own, through a real SOCKS5 port."""

import signal
from collections.abc import Iterator

import pytest

from pipeline.records import Capture, Listing, Presence, Sighting, Task, listing_id
from pipeline.topics import LISTINGS, TASKS
from tests.crawlers.conftest import MIRRORS, Answer, Bench, Limits, links, listing
from tests.patience import PATIENCE_S


def stock(bench: Bench, count: int = 3) -> None:
    keys = [f"k{number}" for number in range(count)]
    bench.tiny.pages = {"/": links(*(f"/listing/{key}" for key in keys))}
    bench.tiny.pages |= {f"/listing/{key}": listing(f"Lot {key}") for key in keys}


def listings(bench: Bench) -> list[Listing]:
    return [record for record in bench.published(LISTINGS) if isinstance(record, Listing)]


def sightings(bench: Bench) -> list[Sighting]:
    return [record for record in bench.published(LISTINGS) if isinstance(record, Sighting)]


def test_a_visit_publishes_what_the_market_shows(bench: Bench) -> None:
    stock(bench)
    done = bench.crawl()
    assert done.status == 0, done.errors
    assert (done.summary["pages"], done.summary["listings"], done.summary["news"]) == (4, 3, 3)
    assert [record.title for record in listings(bench)] == ["Lot k0", "Lot k1", "Lot k2"]
    assert {record.presence for record in sightings(bench)} == {Presence.PRESENT}


def test_a_crawl_writes_to_its_homes_log_whatever_and_wherever_the_broker_is(bench: Bench) -> None:
    stock(bench)
    done = bench.crawl(HEADSTAMP_BROKER="kafka://127.0.0.1:1", HEADSTAMP_INDEX="http://127.0.0.1:1")
    assert done.status == 0, done.errors
    assert [record.title for record in listings(bench)] == ["Lot k0", "Lot k1", "Lot k2"]


def test_a_listing_says_where_and_how_it_was_read(bench: Bench) -> None:
    stock(bench, 1)
    visit = bench.crawl().visit["visit"]
    provenance = listings(bench)[0].provenance
    assert isinstance(provenance, Capture)
    assert provenance.url == f"http://{MIRRORS[0]}/listing/k0"
    assert (provenance.visit, provenance.authority, provenance.activation) == (visit, "test", 1)


def test_only_what_is_new_is_said_again(bench: Bench) -> None:
    stock(bench)
    bench.crawl()
    bench.tiny.pages["/listing/k1"] = listing("Lot k1", price="$90.00")
    done = bench.crawl()
    assert (done.summary["news"], done.summary["listings"]) == (1, 3)
    assert [record.key for record in listings(bench)] == ["k0", "k1", "k2", "k1"]
    assert len(sightings(bench)) == 6


def test_known_listings_are_asked_for_even_where_no_page_links_them(bench: Bench) -> None:
    stock(bench)
    bench.crawl()
    bench.tiny.pages["/"] = links("/page/2")
    assert bench.crawl().summary["listings"] == 3


def test_a_listing_that_is_gone_is_said_to_be_gone_once(bench: Bench) -> None:
    stock(bench)
    bench.crawl()
    del bench.tiny.pages["/listing/k0"]
    bench.tiny.pages["/listing/k1"] = Answer(b"<p class=removed>This offer was removed.</p>")
    bench.tiny.pages["/listing/k2"] = Answer(status=302, headers={"Location": "/removed"})
    assert bench.crawl().summary["gone"] == 3
    gone = [record for record in sightings(bench) if record.presence is Presence.GONE]
    assert {record.listing_id: record.reason for record in gone} == {
        listing_id("tiny", "k0"): "not_found",
        listing_id("tiny", "k1"): "removed",
        listing_id("tiny", "k2"): "removed",
    }
    assert bench.crawl().summary["gone"] == 0


def test_a_listing_whose_page_leads_elsewhere_is_gone_after_a_visit_that_read_every_page(bench: Bench) -> None:
    stock(bench)
    bench.crawl()
    bench.tiny.pages["/listing/k1"] = Answer(status=302, headers={"Location": "/"})
    assert bench.crawl().summary["gone"] == 1
    gone = [record for record in sightings(bench) if record.presence is Presence.GONE]
    assert [(record.listing_id, record.reason) for record in gone] == [(listing_id("tiny", "k1"), "unlisted")]


def test_a_market_whose_listings_all_lead_elsewhere_has_changed_and_lost_none(bench: Bench) -> None:
    stock(bench)
    bench.crawl()
    for number in range(3):
        bench.tiny.pages[f"/listing/k{number}"] = Answer(status=302, headers={"Location": "/"})
    assert bench.crawl().summary["gone"] == 0


def test_a_listing_that_returns_is_there_again(bench: Bench) -> None:
    stock(bench, 1)
    kept = bench.tiny.pages.pop("/listing/k0")
    bench.tiny.pages["/listing/k0"] = kept
    bench.crawl()
    del bench.tiny.pages["/listing/k0"]
    bench.crawl()
    bench.tiny.pages["/listing/k0"] = kept
    bench.crawl()
    assert [record.presence for record in sightings(bench)] == [Presence.PRESENT, Presence.GONE, Presence.PRESENT]


def test_nothing_is_lost_when_a_crawl_is_killed_in_mid_visit(bench: Bench) -> None:
    stock(bench, 12)
    bench.tiny.pause_s = 0.05
    for pages in (3, 6, 9):
        assert bench.killed_at(pages, signal.SIGKILL).status == -signal.SIGKILL
    done = bench.crawl()
    assert done.visit["finished"]
    assert {record.key for record in listings(bench)} == {f"k{number}" for number in range(12)}
    assert len({record.visit for record in sightings(bench)}) == 1
    assert bench.tiny.asked.count("/") <= 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_page_in_hand_finish_and_the_visit_go_on_later(bench: Bench, number: signal.Signals) -> None:
    stock(bench, 6)
    bench.tiny.pause_s = 0.3
    stopped = bench.killed_at(3, number)
    assert stopped.status == 130, stopped.errors
    assert not stopped.visit["finished"]
    assert stopped.visit["pages"] == len(bench.tiny.asked)
    bench.tiny.pause_s = 0.0
    done = bench.crawl()
    assert (done.visit["visit"], done.visit["finished"]) == (stopped.visit["visit"], True)
    assert len(bench.tiny.asked) == 7, "no page was asked for twice"


def test_links_that_act_and_links_people_do_not_see_are_left_alone(bench: Bench) -> None:
    stock(bench, 1)
    trap = '<div style="display: none"><a href="/listing/trap1">.</a></div><a hidden href="/listing/trap2">.</a><form action="/page/9"><button>Buy</button></form>'
    bench.tiny.pages["/"] = links(
        "/listing/k0",
        "/listing/k0/report",
        "/cart/add?item=k0",
        "/logout",
        "/listing/buy_now",
        "/listing/k0?vote=up",
        "/page/2?x=1",
        f"http://{MIRRORS[1]}/listing/elsewhere",
        "http://market.example/listing/k0",
        before=trap,
    )
    refused = bench.crawl().visit["refused"]
    assert bench.tiny.asked == ["/", "/listing/k0"]
    assert refused == {"action_word": 5, "hidden": 2, "off_market": 2, "not_in_profile": 1}


def test_a_redirect_is_followed_only_where_the_profile_means_it(bench: Bench) -> None:
    stock(bench, 1)
    bench.tiny.pages["/"] = links("/page/1", "/page/2", "/page/3", "/listing/k0")
    bench.tiny.pages["/page/1"] = Answer(status=302, headers={"Location": "/find?page=1&cat=4"})
    bench.tiny.pages["/page/2"] = Answer(status=302, headers={"Location": "http://127.0.0.1:9/page/4"})
    bench.tiny.pages["/page/3"] = Answer(status=301, headers={"Location": "/account/delete"})
    done = bench.crawl()
    assert "/find?cat=4&page=1" in bench.tiny.asked
    assert "/account/delete" not in bench.tiny.asked
    assert done.visit["rejected"] == {"redirected": 3, "http_status": 1}
    assert done.visit["refused"] == {"action_word": 1, "off_market": 1}


def test_a_gate_is_a_task_once_a_visit_and_never_a_listing(bench: Bench) -> None:
    stock(bench, 3)
    bench.tiny.pages["/listing/k0"] = Answer(b"<h1>Are you there?</h1><form id=captcha></form>", status=403)
    bench.tiny.pages["/listing/k1"] = Answer(b"<h1>Are you there?</h1><form id=captcha></form>")
    bench.tiny.pages["/page/1"] = Answer(status=302, headers={"Location": "/login?next=/page/1"})
    bench.tiny.pages["/"] = links("/page/1", "/listing/k0", "/listing/k1", "/listing/k2")
    done = bench.crawl()
    assert done.visit["gated"] == {"captcha": 2, "login": 1}
    assert [record.key for record in listings(bench)] == ["k2"]
    tasks = [record for record in bench.published(TASKS) if isinstance(record, Task)]
    assert sorted(task.kind for task in tasks) == ["captcha", "login"]


def test_a_gated_address_is_asked_for_again_at_the_next_visit(bench: Bench) -> None:
    stock(bench, 1)
    page = bench.tiny.pages["/listing/k0"]
    bench.tiny.pages["/listing/k0"] = Answer(b"<form id=captcha></form>")
    bench.crawl()
    bench.tiny.pages["/listing/k0"] = page
    assert bench.crawl().summary["listings"] == 1


def test_a_page_that_is_too_large_is_given_up(bench: Bench) -> None:
    stock(bench, 3)
    bench.tiny.pages["/listing/k0"] = Answer(b"<h1>x</h1>" + b"x" * 200_000)
    bench.tiny.pages["/listing/k1"] = Answer(chunks=endless)
    done = bench.crawl()
    assert done.visit["rejected"] == {"too_large": 2}
    assert [record.key for record in listings(bench)] == ["k2"]


def endless() -> Iterator[bytes]:
    while True:
        yield b"<p>more</p>" * 1_000


def test_a_page_without_end_is_given_up_after_three_tries(bench: Bench) -> None:
    stock(bench, 2)
    bench.tiny.pages["/listing/k0"] = Answer(headers={"Content-Length": "500"}, chunks=lambda: iter([b"<h1>"]))
    done = bench.crawl()
    assert done.visit["rejected"] == {"unreachable": 1}
    assert bench.tiny.asked.count("/listing/k0") == 3
    assert [record.key for record in listings(bench)] == ["k1"]


def test_pages_that_cannot_be_read_stop_no_visit(bench: Bench) -> None:
    stock(bench, 8)
    for number, encoding in enumerate(("gzip", "br", "zstd", "deflate")):
        bench.tiny.pages[f"/listing/k{number}"] = Answer(b"garbage", headers={"Content-Encoding": encoding})
    bench.tiny.pages["/listing/k4"] = Answer(headers={"X": "y" * 300_000})
    bench.tiny.pages["/listing/k5"] = Answer(headers={"Transfer-Encoding": "chunked"}, body=b"zz")
    bench.tiny.pages["/listing/k6"] = Answer(headers={"Content-Length": "500"}, chunks=lambda: iter([b"<h1>"]))
    done = bench.crawl(HEADSTAMP_CRAWL_TIMEOUT_S="2")
    assert (done.status, done.visit["finished"]) == (0, True), done.errors
    assert [record.key for record in listings(bench)] == ["k7"]
    assert sum(done.visit["rejected"].values()) == 7
    assert bench.tiny.asked.count("/listing/k0") == 3


def test_a_passing_error_is_asked_for_again_and_a_lasting_one_is_not(bench: Bench) -> None:
    stock(bench, 3)
    bench.tiny.pages["/listing/k0"] = Answer(status=503)
    bench.tiny.pages["/listing/k1"] = Answer(status=403)
    done = bench.crawl()
    assert bench.tiny.asked.count("/listing/k0") == 3
    assert bench.tiny.asked.count("/listing/k1") == 1
    assert done.visit["rejected"] == {"http_status": 2}


def test_a_mirror_that_is_down_costs_no_listing_and_changes_no_id(bench: Bench) -> None:
    bench.profile(mirrors=MIRRORS)
    stock(bench)
    bench.crawl()
    before = {record.id for record in listings(bench)}
    bench.tiny.down = {MIRRORS[0]}
    bench.tiny.hosts.clear()
    done = bench.crawl()
    assert (done.summary["listings"], done.summary["news"]) == (3, 0)
    assert set(bench.tiny.hosts) == {MIRRORS[1]}
    assert {record.listing_id for record in sightings(bench)} == before


def test_a_market_that_does_not_answer_fails_and_keeps_its_visit(bench: Bench) -> None:
    stock(bench)
    bench.tiny.down = {MIRRORS[0]}
    done = bench.crawl()
    assert done.status == 1
    assert done.visit["unreachable"]
    bench.tiny.down = set()
    again = bench.crawl()
    assert (again.status, again.summary["listings"]) == (0, 3)
    assert again.visit["visit"] == done.visit["visit"]


def test_a_socks_port_that_does_not_answer_is_named(bench: Bench) -> None:
    done = bench.crawl(HEADSTAMP_CRAWL_SOCKS="127.0.0.1:1")
    assert done.status == 1
    (line,) = done.errors.splitlines()
    assert line.startswith("headstamp: SOCKS port 127.0.0.1:1 does not answer: start tor, or set crawl.socks; ")


def test_the_environments_proxies_are_ignored(bench: Bench) -> None:
    stock(bench)
    nowhere = "http://127.0.0.1:1"
    done = bench.crawl(http_proxy=nowhere, HTTP_PROXY=nowhere, all_proxy=nowhere, https_proxy=nowhere)
    assert done.summary["listings"] == 3


def test_a_visit_reads_no_more_pages_than_its_profile_says_and_the_next_goes_on(bench: Bench) -> None:
    text = (bench.folder / "tiny.yaml").read_text().replace("pages_per_visit: 500", "pages_per_visit: 4")
    (bench.folder / "tiny.yaml").write_text(text)
    stock(bench, 8)
    first = bench.crawl()
    assert (first.status, first.summary["pages"], first.summary["waiting"]) == (0, 4, 5)
    assert (first.visit["held"], first.visit["refused"]) == ("pages_per_visit", {})
    assert bench.why("/listing/k7")[:2] == ("waiting", "pages_per_visit")
    bench.crawl()
    bench.crawl()
    assert {record.key for record in listings(bench)} == {f"k{number}" for number in range(8)}


def test_two_markets_share_a_process_but_no_circuit(bench: Bench) -> None:
    bench.profile("other", mirrors=MIRRORS[1:])
    stock(bench)
    done = bench.crawl("tiny", "other")
    assert [(one["market"], one["listings"]) for one in done.summary["markets"]] == [("tiny", 3), ("other", 3)]
    assert {key.split(b".")[0] for key in bench.tiny.keys} == {b"tiny", b"other"}
    assert len({record.id for record in listings(bench)}) == 6


def test_one_market_is_crawled_by_one_process(bench: Bench) -> None:
    stock(bench)
    bench.tiny.pause_s = 2.0
    first = bench.start()
    bench.tiny.waiting.wait(PATIENCE_S)
    second = bench.crawl()
    first.process.kill()
    assert second.status == 1
    assert "crawl tiny" in second.errors


def test_a_profile_without_an_authority_crawls_nothing(bench: Bench) -> None:
    text = (bench.folder / "tiny.yaml").read_text().replace("authority: test", "")
    (bench.folder / "tiny.yaml").write_text(text)
    done = bench.crawl()
    assert done.status == 2
    assert "'authority' is missing" in done.errors
    assert bench.tiny.asked == []


def test_result_pages_carry_the_offers_of_some_markets(bench: Bench) -> None:
    rows = "<div class=row><a href=/listing/{0}>Lot {0}</a><span class=price>12 EUR</span></div>"
    profile = (bench.folder / "tiny.yaml").read_text()
    head = profile[: profile.index("fields:")]
    fields = 'rows: div.row\nfields: {key: "a::attr(href)", title: a, price: .price}\npace: {delay: 0}\n'
    (bench.folder / "tiny.yaml").write_text(head + fields)
    bench.tiny.pages = {"/": Answer((rows.format("a") + rows.format("b")).encode())}
    assert bench.crawl().summary["listings"] == 2
    bench.tiny.pages = {"/": Answer(rows.format("b").encode())}
    done = bench.crawl()
    assert (done.summary["listings"], done.summary["gone"]) == (1, 1)
    assert bench.tiny.asked == ["/", "/"]
    gone = [record for record in sightings(bench) if record.presence is Presence.GONE]
    assert [(record.listing_id, record.reason) for record in gone] == [(listing_id("tiny", "a"), "unlisted")]


def test_pages_wait_for_a_socks_port_that_comes_back(bench: Bench) -> None:
    stock(bench, 6)
    bench.tiny.pause_s = 0.1
    running = bench.start()
    bench.await_pages(3, running)
    bench.tiny.leave()
    bench.tiny.come_back()
    done = running.ended()
    assert (done.status, done.summary["listings"], done.visit["rejected"]) == (0, 6, {})


def test_a_socks_port_that_stays_away_burns_no_page(bench: Bench) -> None:
    stock(bench, 6)
    bench.tiny.pause_s = 0.1
    bench.limits.hold_s = 0.2
    running = bench.start()
    bench.await_pages(3, running)
    bench.tiny.leave()
    stopped = running.ended()
    assert stopped.status == 1
    assert "does not answer: start tor, or set crawl.socks" in stopped.errors.splitlines()[-1]
    bench.tiny.come_back()
    done = bench.crawl()
    assert (done.summary["listings"], done.visit["rejected"]) == (6, {})


def test_a_full_disk_stops_the_crawl_and_loses_nothing(bench: Bench) -> None:
    stock(bench, 30)
    bench.limits.file_bytes = 200_000
    stopped = bench.crawl()
    assert stopped.status == 1
    assert "home" in stopped.errors
    bench.limits = Limits()
    assert bench.crawl().visit["finished"]
    assert {record.key for record in listings(bench)} == {f"k{number}" for number in range(30)}
