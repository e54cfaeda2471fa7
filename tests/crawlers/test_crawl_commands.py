"""The commands that read pages and answer questions, without any network."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import headstamp
from crawlers.address import onion
from crawlers.frontier import Frontier, now
from crawlers.links import Kind, Link
from crawlers.outcome import Outcome, State
from crawlers.reason import Reason
from crawlers.route.mirror_health import Health, remember

PAGES = Path(__file__).parents[1] / "pages"
MIRROR = onion(bytes(32))
BAZAAR = str(PAGES / "bazaar" / "profile.yaml")
OFFER = str(PAGES / "bazaar" / "l-4711.html")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADSTAMP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HEADSTAMP_CRAWL_PROFILES", str(tmp_path))
    (tmp_path / "smithy.yaml").write_text(f"market: smithy\nmirrors: [{MIRROR}]\nlisting: '/listing/{{key}}'\n")
    return tmp_path / "home"


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    return lambda: json.loads(capsys.readouterr().out)


def test_a_saved_page_is_read_without_a_network(said: Any) -> None:
    assert headstamp.main(["extract", BAZAAR, OFFER, "--json"]) == 0
    (row,) = said()
    assert (row["title"], row["vendor"], row["price"], row["currency"], row["ships_from"]) == (
        "Compact 9mm pistol, boxed",
        "quietmill",
        "1250.00",
        "USD",
        ["DE"],
    )


def test_a_saved_page_has_the_key_of_the_address_it_came_from(said: Any) -> None:
    assert headstamp.main(["extract", BAZAAR, OFFER, "--address", "/listing/99", "--json"]) == 0
    assert said()[0]["key"] == "99"


def test_the_listings_of_a_saved_page_are_shown_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert headstamp.main(["extract", BAZAAR, OFFER]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("Compact 9mm pistol, boxed  quietmill  1250.00 USD  DE")


def test_a_page_without_a_listing_fails_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert headstamp.main(["extract", BAZAAR, str(PAGES / "bazaar" / "l-4712.html")]) == 1
    assert "no_title" in capsys.readouterr().out


def test_a_saved_gate_is_said_to_be_one_and_has_no_listing(capsys: pytest.CaptureFixture[str]) -> None:
    assert headstamp.main(["extract", BAZAAR, str(PAGES / "gates" / "held_out" / "login-01.html"), "--json"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out) == []
    assert "is a gate (login): the market asks for a login" in said.err


def test_an_address_that_is_no_listings_is_said_to_be_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert headstamp.main(["extract", BAZAAR, OFFER, "--address", "/nothing/m11"]) == 1
    assert "the address /nothing/m11 is none by the rule '/listing/{key}'; correct" in capsys.readouterr().err


def test_a_date_that_is_none_says_how_to_write_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as found:
        headstamp.main(["extract", "--from-archive", "smithy", "--since", "yesterday"])
    assert found.value.code == 2
    assert "--since: 'yesterday' is no date: write one as 2026-08-31" in capsys.readouterr().err


@pytest.mark.parametrize("file", ["/nosuch", "./nosuch", "nosuch.yaml"])
def test_a_file_of_a_profile_that_is_not_there_is_said_once(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert headstamp.main(["profile", "check", file, OFFER]) == 2
    said = capsys.readouterr().err
    assert "No such file or directory; make it readable, or name another file" in said
    assert said.count("nosuch") == 1


def test_a_folder_of_profiles_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADSTAMP_CRAWL_PROFILES", str(tmp_path / "none"))
    assert headstamp.main(["crawl", "smithy"]) == 2
    assert capsys.readouterr().err.startswith(
        f"headstamp: crawl.profiles: there is no folder {tmp_path / 'none'}; make"
    )


@pytest.mark.parametrize("words", [["no-such-market", OFFER], ["missing.yaml", OFFER], [BAZAAR, "missing.html"]])
def test_what_is_not_there_is_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert headstamp.main(["extract", *words]) == 2
    assert capsys.readouterr().err.startswith("headstamp: ")


def test_a_sound_profile_is_said_to_be_sound() -> None:
    assert headstamp.main(["profile", "check", BAZAAR]) == 0
    assert headstamp.main(["profile", "check", BAZAAR, OFFER]) == 0


def test_a_field_below_what_is_expected_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = tmp_path / "draft.yaml"
    draft.write_text(Path(BAZAAR).read_text().replace("dd.stock", "dd.nothing") + "expect: {title: 1.0, stock: 0.9}\n")
    assert headstamp.main(["profile", "check", str(draft), OFFER]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:4] for line in lines if line.startswith(("title", "stock"))] == [
        ["title", "100%", "100%", "Compact"],
        ["stock", "0%", "90%", "(fewer)"],
    ]


def visited(home: Path) -> None:
    frontier = Frontier(home)
    visit = frontier.begin("smithy", ["/"], now())
    place = frontier.take(visit, 10)
    assert place is not None
    links = [
        Link(address="/listing/5", kind=Kind.LISTING),
        Link(address="/cart/5", kind=Kind.OTHER, refusal=Reason.ACTION_WORD),
        Link(address="http://market.example/", kind=Kind.OTHER, refusal=Reason.OFF_MARKET),
    ]
    frontier.settle(visit, Outcome(place=place, state=State.DONE, links=links), now())
    frontier.close()


@pytest.mark.parametrize(
    ("what", "state"),
    [
        (f"http://{MIRROR}/cart/5", "refused"),
        (f"http://{MIRROR}/listing/5#top", "waiting"),
        ("/listing/5", "waiting"),
        ("http://market.example/", "refused"),
    ],
)
def test_why_answers_for_an_address(what: str, state: str, home: Path, said: Any) -> None:
    visited(home)
    assert headstamp.main(["why", what, "--json"]) == 0
    (one,) = said()
    assert (one["market"], one["state"]) == ("smithy", state)


def test_why_answers_for_a_market(home: Path, said: Any) -> None:
    visited(home)
    assert headstamp.main(["why", "smithy", "--json"]) == 0
    found = said()
    assert sum(one["addresses"] for one in found["addresses"]) == found["sum"]["known"] == 4


def test_why_tells_how_the_mirrors_of_a_market_do(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    visited(home)
    with closing(Frontier(home)) as frontier:
        health = Health(
            mirror=f"http://{MIRROR}", share=0.25, in_row=3, last_failure=1_700_000_000.0, reason="no_service"
        )
        remember(frontier.database, "smithy", [health])
    assert headstamp.main(["why", "smithy"]) == 0
    shown = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [f"http://{MIRROR}", "25%", "0.0", "3", "2023-11-14T22:13:20+00:00", "no_service"] in shown


@pytest.mark.parametrize("what", [f"http://{MIRROR}/never", "unheard-of"])
def test_why_says_that_nothing_was_asked_of_what_was_never_seen(
    what: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    visited(home)
    capsys.readouterr()
    assert headstamp.main(["why", what]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"headstamp: nothing was asked of '{what}' in this home; known markets: ")
    assert "practice" in said.err
    assert said.err.count("\n") == 1
