"""Gates told by general signs, on layouts that no profile knows."""

from datetime import UTC, datetime
from pathlib import Path

import parsel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.extract import extract
from crawlers.gate import offers, unforeseen
from crawlers.gates.face import face, folded
from crawlers.gates.recognise import recognised
from crawlers.gates.signs import gate_by_signs
from crawlers.page import Page
from crawlers.profile import Fields, Gate, MarketProfile
from pipeline.records import Capture

PAGES = Path(__file__).parents[1] / "pages"
NOBODY = MarketProfile(market="nobody")


def page(body: bytes, *, status: int = 200, address: str = "/listing/5") -> Page:
    capture = Capture(
        time=datetime(2026, 5, 1, tzinfo=UTC),
        url=f"http://x.invalid{address}",
        visit="",
        page="",
        profile="",
        activation=0,
    )
    return Page(capture=capture, body=body, status=status)


def told(folder: str) -> dict[str, Gate | None]:
    return {path.name: recognised(path, NOBODY) for path in sorted((PAGES / "gates" / folder).glob("*.html"))}


def test_every_gate_that_the_signs_were_tuned_on_is_named() -> None:
    assert [name for name, gate in told("tuned").items() if gate != name.partition("-")[0]] == []


def test_nine_of_ten_gates_of_other_styles_are_found() -> None:
    found = told("held_out")
    assert sum(gate is not None for gate in found.values()) >= 0.9 * len(found)


@pytest.mark.parametrize("folder", ["tuned_plain", "held_out_plain"])
def test_pages_that_speak_of_gates_are_rarely_taken_for_one(folder: str) -> None:
    found = told(folder)
    assert sum(gate is not None for gate in found.values()) <= 0.03 * len(found)


def test_ordinary_pages_are_no_gates() -> None:
    plain = [path for name in ("arcade", "bazaar", "bulletin") for path in (PAGES / name).glob("*.html")]
    assert {path.name: recognised(path, NOBODY) for path in plain} == {path.name: None for path in plain}


@pytest.mark.data
def test_of_all_real_pages_the_four_gates_are_told(shared_data: Path) -> None:
    pages = (shared_data / "market_html").rglob("*.htm*")
    found = [gate for path in pages if (gate := recognised(path, NOBODY))]
    assert sorted(found) == [Gate.CAPTCHA, Gate.LOGIN, Gate.LOGIN, Gate.LOGIN]


def test_a_text_without_markup_may_be_a_gate() -> None:
    assert gate_by_signs(page(b"You are in the queue. Position: 17")) is Gate.QUEUE


def test_a_listing_about_captchas_stays_a_listing() -> None:
    profile = MarketProfile(market="m", listing="/listing/{key}", fields=Fields(title="h1", price="b"))
    body = b"<h1>Captcha</h1><b>$5</b><form><img src=captcha.png><input name=captcha></form>"
    found = page(body)
    assert gate_by_signs(found) is Gate.CAPTCHA
    assert unforeseen(found, profile, extract(found, profile)) is None


def test_a_gate_at_a_listings_address_is_no_listing_though_it_has_a_heading() -> None:
    profile = MarketProfile(market="m", listing="/listing/{key}", fields=Fields(title="h1", price="b"))
    found = page(b"<h1>This hidden site has been seized</h1><p>by the FBI</p>")
    (listing,) = extract(found, profile)
    assert listing.title  # type: ignore[union-attr]  # which is why the signs are asked
    assert not offers(listing, profile)  # type: ignore[arg-type]  # as above
    assert unforeseen(found, profile, [listing]) is Gate.SEIZED


TOLD_OF = (
    b"<title>History</title><h1>History of markets</h1><p>Alpha was an online market, seized in 2013. Beta ran with the coins in 2015.</p>",
    b"<h1>Uptime</h1><p>Alpha: offline for maintenance. Beta: under attack. Gamma: seized by police.</p>",
    b"<h2>Alpha seized</h2><p>by u/kite, 12 points</p><p>It says: this hidden site has been seized by the FBI</p>",
    b"<h1>Queue skipper</h1><b>$3</b><p>You are first in the queue.</p><p>Vendor: fastlane</p>",
    b"<h1>Security</h1><form>Current password<input name=cur type=password>New password<input name=n type=password></form>",
)


@pytest.mark.parametrize("body", TOLD_OF)
def test_who_tells_of_gates_is_none(body: bytes) -> None:
    assert gate_by_signs(page(body)) is None


BARELY_SAID = {
    b"<p>You <b>must be</b> logged <i>in</i> to <a href=/l>view</a> this page.</p>": Gate.LOGIN,
    b"<title>Alpha</title><p>From May on we are closed. Finish your orders, take out your coins, thank you all.</p>": Gate.EXIT_SCAM,
    b"<p>New hardware is on its way, the market is closed for some hours.</p>": Gate.MAINTENANCE,
    "<p>Tento server zajistila policie: stránka zabavena</p>".encode(): Gate.SEIZED,
}


@pytest.mark.parametrize(("body", "gate"), BARELY_SAID.items())
def test_what_inline_marks_other_words_and_other_languages_say_is_heard(body: bytes, gate: Gate) -> None:
    assert gate_by_signs(page(body)) is gate


def test_spelling_and_accents_make_no_difference() -> None:
    assert folded("VÉRIFICATION à l’entrée, Kısa süre, ÅØł") == "verification a l'entree, kisa sure, aol"


def test_the_address_of_a_link_may_be_as_long_as_a_page() -> None:
    assert gate_by_signs(page(b"<p>x</p><a href='" + b"a" * 1_000_000 + b"'>x</a>")) is None


def test_headings_one_in_another_are_heard_once() -> None:
    shown = face(parsel.Selector("<h1>" * 900 + "word " * 900_000))
    assert len(shown.main.loud) == 1


@given(st.binary(max_size=400))
@settings(max_examples=60)
def test_no_bytes_break_the_signs(body: bytes) -> None:
    gate_by_signs(page(b"<p>" + body))


@given(
    st.lists(
        st.sampled_from(["site ", "this ", "your account ", "a" * 300, "<p>", "<form>", "please ", "seized "]),
        max_size=400,
    )
)
@settings(max_examples=20)
def test_no_words_stall_the_signs(parts: list[str]) -> None:
    gate_by_signs(page("".join(parts).encode()))
