"""Onion services that are never contacted."""

from hashlib import md5, sha256
from pathlib import Path

import pytest

from crawlers.address import onion
from crawlers.links import Kind, Link
from crawlers.reason import Reason
from crawlers.route.denylist import Denylist
from pipeline.errors import SettingsError
from tests.crawlers.conftest import MIRRORS, Bench, links, listing

BAD, GOOD = onion(bytes([7] * 32)), onion(bytes([8] * 32))
LABEL = BAD.removesuffix(".onion")


@pytest.mark.parametrize(
    "line",
    [
        BAD,
        LABEL,
        BAD.upper(),
        f"http://{BAD}/",
        f"https://www.{BAD}",
        f"  {BAD}  # reported in May",
        md5(BAD.encode(), usedforsecurity=False).hexdigest(),
        md5(LABEL.encode(), usedforsecurity=False).hexdigest().upper(),
        sha256(BAD.encode()).hexdigest(),
        sha256(LABEL.encode()).hexdigest(),
    ],
)
def test_a_service_is_named_by_its_address_or_a_hash_of_it(line: str) -> None:
    denied = Denylist.of(["# a list", "", line])
    assert denied.names(BAD)
    assert denied.names(f"market.{BAD}")
    assert denied.names(BAD.upper())
    assert not denied.names(GOOD)


def test_an_old_address_of_version_2_may_stand_there() -> None:
    assert Denylist.of(["expyuzz4wqqyqhjn.onion"]).names("expyuzz4wqqyqhjn.onion")


@pytest.mark.parametrize("line", ["example.org", "x" * 40, BAD[1:], f"{BAD} {GOOD}"])
def test_a_line_that_names_nothing_is_refused(line: str) -> None:
    with pytest.raises(SettingsError, match="list:2"):
        Denylist.of([BAD, line], "list")


def test_a_list_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"crawl\.denylist"):
        Denylist.read(str(tmp_path / "missing"))


def test_only_links_to_elsewhere_are_marked() -> None:
    off = Link(address=f"http://{BAD}/x", kind=Kind.OTHER, refusal=Reason.OFF_MARKET)
    on = Link(address="/listing/1", kind=Kind.LISTING)
    assert [link.refusal for link in Denylist.of([BAD]).marked([off, on])] == [Reason.DENIED, None]


def test_a_link_that_was_cut_breaks_nothing() -> None:
    cut = Link(address=f"http://[v1.{'a' * 300}]/"[:200], kind=Kind.OTHER, refusal=Reason.OFF_MARKET)
    assert Denylist.of([BAD]).marked([cut]) == [cut]


def test_a_market_on_the_list_is_not_crawled(bench: Bench) -> None:
    (bench.folder / "list").write_text(sha256(MIRRORS[0].encode()).hexdigest())
    done = bench.crawl(HEADSTAMP_CRAWL_DENYLIST=str(bench.folder / "list"))
    assert done.status == 2
    assert f"names its mirror {MIRRORS[0]}" in done.errors
    assert bench.tiny.wishes == []


def test_a_link_to_a_service_on_the_list_says_so(bench: Bench) -> None:
    (bench.folder / "list").write_text(md5(BAD.encode(), usedforsecurity=False).hexdigest())
    bench.tiny.pages = {"/": links("/listing/k", f"http://{BAD}/a", f"http://{GOOD}/a"), "/listing/k": listing("Lot")}
    done = bench.crawl(HEADSTAMP_CRAWL_DENYLIST=str(bench.folder / "list"))
    assert done.visit["refused"] == {"denied": 1, "off_market": 1}
    assert bench.why(f"http://{BAD}/a")[:2] == ("refused", "denied")
    assert {host for host, _ in bench.tiny.wishes} == {MIRRORS[0]}
