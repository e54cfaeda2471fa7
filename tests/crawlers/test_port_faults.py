"""A SOCKS port that has its troubles, and services that cannot be reached: no page is lost, and each has its reason."""

import time
from collections import Counter

import pytest

from crawlers.address import onion
from crawlers.route.mirror_health import PATIENCE
from crawlers.route.socks import LASTING, REPLIES
from tests.crawlers.conftest import MIRRORS, Bench, Trouble, links, listing

PASSING = [code for code, (reason, _) in REPLIES.items() if reason not in LASTING] + [0x77]
FINAL = [code for code, (reason, _) in REPLIES.items() if reason in LASTING]


def stock(bench: Bench, count: int = 3) -> None:
    keys = [f"k{number}" for number in range(count)]
    bench.tiny.pages = {"/": links(*(f"/listing/{key}" for key in keys))}
    bench.tiny.pages |= {f"/listing/{key}": listing(f"Lot {key}") for key in keys}


def test_replies_that_pass_are_waited_out_and_cost_no_page(bench: Bench) -> None:
    stock(bench)
    bench.tiny.replies = {MIRRORS[0]: PASSING[: PATIENCE - 1]}
    done = bench.crawl()
    assert (done.status, done.summary["listings"], done.visit["rejected"]) == (0, 3, {}), done.errors
    assert bench.tiny.asked == ["/", "/listing/k0", "/listing/k1", "/listing/k2"]


def test_each_reply_has_its_reason_and_only_those_that_may_pass_are_asked_for_again(bench: Bench) -> None:
    hosts = {code: onion(bytes([code]) * 32) for code in (*PASSING, *FINAL)}
    bench.tiny.replies = {host: [code] * 100 for code, host in hosts.items()}
    for code, host in hosts.items():
        bench.profile(f"m{code}", mirrors=[host])
    done = bench.crawl(*(f"m{code}" for code in hosts))
    assert done.status == 1
    assert "does not answer" not in done.errors, "tor is not held to be dead"
    assert {one["unreachable"] for one in done.summary["markets"]} == {True}
    told = {code: bench.why("/", f"m{code}")[:2] for code in hosts}
    assert told == {code: ("waiting", REPLIES.get(code, ("no_circuit",))[0]) for code in hosts}
    asked = Counter(host for host, _ in bench.tiny.wishes)
    assert {code: asked[hosts[code]] for code in PASSING} == dict.fromkeys(PASSING, PATIENCE)
    assert {code: asked[hosts[code]] for code in FINAL} == dict.fromkeys(FINAL, 1)


def test_a_mirror_that_lasts_shut_leaves_the_others(bench: Bench) -> None:
    bench.profile(mirrors=MIRRORS)
    stock(bench)
    bench.tiny.replies = {MIRRORS[0]: [0xF4] * 100}
    done = bench.crawl()
    assert (done.status, done.summary["listings"]) == (0, 3)
    assert [host for host, _ in bench.tiny.wishes].count(MIRRORS[0]) == 1


@pytest.mark.parametrize("trouble", [Trouble.CLOSES, Trouble.BREAKS, Trouble.SILENT, Trouble.STOPS])
def test_a_port_in_trouble_holds_pages_until_it_is_well(bench: Bench, trouble: Trouble) -> None:
    stock(bench)
    bench.tiny.troubles = [trouble]
    done = bench.crawl(HEADSTAMP_CRAWL_CONNECT_TIMEOUT_S="1")
    assert (done.status, done.summary["listings"], done.visit["rejected"]) == (0, 3, {}), done.errors
    assert bench.tiny.asked == ["/", "/listing/k0", "/listing/k1", "/listing/k2"]


@pytest.mark.parametrize("limit", ["CONNECT_TIMEOUT_S", "TIMEOUT_S"])
def test_a_circuit_that_hangs_is_left_for_a_new_one(bench: Bench, limit: str) -> None:
    stock(bench)
    bench.tiny.troubles = [Trouble.HANGS]
    done = bench.crawl(**{f"HEADSTAMP_CRAWL_{limit}": "1"})
    assert (done.status, done.summary["listings"], done.visit["rejected"]) == (0, 3, {}), done.errors
    hung, *others = [key.rsplit(b".", 2) for key in bench.tiny.keys]
    market, lane, epoch = hung
    assert epoch == b"0"
    assert hung not in others
    assert [market, lane, b"1"] in others


@pytest.mark.parametrize("trouble", [Trouble.NO_KEYS, Trouble.NO_SOCKS])
def test_a_port_that_would_not_keep_markets_apart_is_refused(bench: Bench, trouble: Trouble) -> None:
    stock(bench)
    bench.tiny.troubles = [trouble] * 9
    done = bench.crawl()
    assert done.status == 1
    assert "is not tor's" in done.errors
    assert (bench.tiny.asked, len(bench.tiny.troubles)) == ([], 8)


def test_a_market_that_is_left_alone_keeps_no_other_one_waiting(bench: Bench) -> None:
    bench.profile("other", mirrors=MIRRORS[1:])
    stock(bench)
    bench.tiny.replies = {MIRRORS[0]: [0x01] * 3}
    done = bench.crawl("tiny", "other", HEADSTAMP_CRAWL_BACKOFF_S="0.4")
    assert [one["listings"] for one in done.summary["markets"]] == [3, 3]
    first_of_tiny = bench.tiny.hosts.index(MIRRORS[0])
    assert bench.tiny.hosts[:first_of_tiny].count(MIRRORS[1]) >= 1
    assert bench.tiny.asked.count("/listing/k2") == 2


def test_a_signal_ends_a_crawl_whose_market_is_left_alone(bench: Bench) -> None:
    stock(bench)
    bench.tiny.down = {MIRRORS[0]}
    running = bench.start(HEADSTAMP_CRAWL_BACKOFF_S="600")
    while not bench.tiny.wishes and running.process.is_alive():
        time.sleep(0.02)
    time.sleep(0.2)
    running.process.terminate()
    done = running.ended()
    assert (done.status, done.visit["finished"], done.visit["waiting"]) == (130, False, 1)
    assert len(bench.tiny.wishes) == 1
    assert bench.why("/")[:2] == ("waiting", "no_descriptor")


def test_pages_take_the_lanes_in_turn_and_keep_their_connections(bench: Bench) -> None:
    text = (bench.folder / "tiny.yaml").read_text().replace("pages_per_visit: 500", "lanes: 3")
    (bench.folder / "tiny.yaml").write_text(text)
    stock(bench, 12)
    assert bench.crawl().summary["listings"] == 12
    assert len(bench.tiny.keys) == len(set(bench.tiny.keys)) == 3, "one connection a lane"


def test_a_visit_begins_with_the_mirror_that_was_well_the_last_time(bench: Bench) -> None:
    bench.profile(mirrors=MIRRORS)
    stock(bench)
    bench.tiny.down = {MIRRORS[0]}
    bench.crawl(HEADSTAMP_CRAWL_BACKOFF_S="60")
    bench.tiny.wishes.clear()
    bench.crawl(HEADSTAMP_CRAWL_BACKOFF_S="60")
    assert {host for host, _ in bench.tiny.wishes} == {MIRRORS[1]}
