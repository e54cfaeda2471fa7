"""Seven real markets: every field as the page says it, no link that acts followed, no gate taken for a listing."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from benchmarks.extraction import EXPECTED, compared
from crawlers.address import onion
from crawlers.gate import gate
from crawlers.links import Kind, Link, links
from crawlers.outcome import gone
from crawlers.page import Page
from crawlers.profile import Gate, load
from crawlers.route.denylist import Denylist
from crawlers.saved import ORIGIN, page_of
from crawlers.setting_out import asked
from pipeline.errors import SettingsError

PAGES = Path(__file__).parents[3] / "shared" / "data" / "market_html"
FOLDERS = {
    "agora": "agora",
    "apollon": "magnublo_apollon",
    "cryptonia": "magnublo_cryptonia",
    "cypher": "htweng_cypher",
    "dream": "magnublo_dream",
    "hansa": "hansa_zhenwang",
    "yellowbrick": "htweng_yellowbrick",
}
HOSTS = {"cypher": "jcnhui6sgumsawtd.onion", "hansa": "hansamkt2rr6nfg3.onion"}
"""Markets whose saved pages write whole addresses."""
ACTS = re.compile(
    r"buy|report|fvlst|fvusr|favou?r|logout|bye|\bcart\b|order|purchase|messag|smsg|contact(?!Member)|vote|wallet|deposit|withdraw"
    r"|selectCurrency|settheme|ndm|setview|clear|register|login|ticket|compose|reward|lotter",
    re.IGNORECASE,
)
"""What the real pages' acting links have in them."""
MIRROR = onion(bytes(32))
"""Stands for the old addresses, which are no v3 onions."""
SAMPLE = 30
"""Pages of one market that are looked at for links."""


@pytest.fixture(autouse=True)
def _pages(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("data") and not PAGES.is_dir():
        pytest.skip("../shared/data/market_html is absent: the seven real markets were NOT read")


def page(market: str, name: str, address: str = "/") -> Page:
    path = next((PAGES / FOLDERS[market]).glob(name))
    return page_of(path, load(market), address)


def followed(market: str, wanted: Callable[[Link], bool] = lambda _: True) -> Iterator[str]:
    """The addresses that the profile would lead a crawl to from the market's saved pages."""
    host = HOSTS.get(market, "saved.invalid")
    profile = replace(load(market), mirrors=(MIRROR,))
    for path in sorted((PAGES / FOLDERS[market]).iterdir())[:SAMPLE]:
        found = page_of(path, profile, profile.start[0])
        there = replace(found.capture, url=found.capture.url.replace(ORIGIN, f"http://{MIRROR}"))
        body = found.body.replace(host.encode(), MIRROR.encode())
        for link in links(Page(capture=there, body=body), profile):
            if not link.refusal and wanted(link):
                yield link.address


@pytest.mark.data
@pytest.mark.parametrize(
    "expected", sorted(EXPECTED.glob("*/*.json")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_every_field_is_read_as_the_page_says_it(expected: Path) -> None:
    assert [one for one in compared(expected, PAGES) if not one.exact] == []


@pytest.mark.data
@pytest.mark.parametrize("market", FOLDERS)
def test_no_link_that_acts_is_followed(market: str) -> None:
    addresses = set(followed(market))
    assert addresses
    assert [address for address in addresses if ACTS.search(address)] == []


@pytest.mark.data
@pytest.mark.parametrize("market", ["apollon", "cryptonia", "dream", "hansa"])
def test_result_pages_lead_to_listings_by_their_key(market: str) -> None:
    pattern = load(market).key_pattern
    assert pattern
    found = set(followed(market, lambda link: link.kind is Kind.LISTING))
    assert len(found) > 50
    assert all(pattern.match(address) for address in found)


@pytest.mark.data
@pytest.mark.parametrize(
    ("market", "name", "told"),
    [
        ("dream", "anti_ddos*", Gate.CAPTCHA),
        ("dream", "login_page*", Gate.LOGIN),
        ("cryptonia", "login_page*_0.html", Gate.LOGIN),
        ("cryptonia", "login_page*_1.html", Gate.LOGIN),
    ],
)
def test_a_saved_gate_is_told(market: str, name: str, told: Gate) -> None:
    assert gate(page(market, name), load(market)) is told


@pytest.mark.data
@pytest.mark.parametrize(
    "expected", sorted(EXPECTED.glob("*/*.json")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_no_listing_is_taken_for_a_gate_or_for_gone(expected: Path) -> None:
    market = expected.parent.name
    found = page(market, f"*{expected.stem}.htm*")
    assert (gate(found, load(market)), gone(found, load(market))) == (None, "")


@pytest.mark.data
def test_a_listing_that_was_taken_down_is_gone() -> None:
    assert gone(page("dream", "item_not_found*"), load("dream")) == "removed"


@pytest.mark.parametrize("market", FOLDERS)
def test_a_dead_market_is_not_crawled(market: str) -> None:
    with pytest.raises(SettingsError, match=market):
        asked(load(market), Denylist())
