"""From saved pages to a profile, and what a profile reads, at the command line."""

import json
from pathlib import Path

import pytest

import headstamp
from crawlers.profile import Gate, read

PAGES = Path(__file__).parents[2] / "pages"
OFFERS = sorted(str(path) for path in (PAGES / "layouts" / "deflist").glob("offer-*.html"))
RESULTS = str(PAGES / "layouts" / "deflist" / "browse-12.html")
BAZAAR = str(PAGES / "bazaar" / "profile.yaml")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADSTAMP_HOME", str(tmp_path / "home"))


@pytest.fixture
def profile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert headstamp.main(["profile", "draft", *OFFERS, RESULTS, "--market", "lantern"]) == 0
    file = tmp_path / "lantern.yaml"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    return str(file)


def test_a_draft_reads_the_pages_it_was_made_from(profile: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert headstamp.main(["profile", "check", profile, *OFFERS]) == 0
    assert headstamp.main(["extract", profile, OFFERS[0], "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (row["market"], row["vendor"], row["price"], row["currency"]) == ("lantern", "quietmill", "48.50", "USD")
    assert (row["ships_from"], row["ships_to"]) == (["DE"], ["DE", "FR", "NL"])


def test_a_draft_says_which_page_is_what_beside_the_profile(capsys: pytest.CaptureFixture[str]) -> None:
    headstamp.main(["profile", "draft", *OFFERS, RESULTS])
    said = capsys.readouterr()
    assert said.out.startswith("# Drafted from 5 saved pages")
    assert "results: browse-12.html\n" in said.err


def test_pages_without_an_offer_are_said_to_have_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "login.html"
    page.write_text("<form><input name=user></form>")
    assert headstamp.main(["profile", "draft", str(page)]) == 1
    assert "none of these pages shows an offer" in capsys.readouterr().err


LOGIN = "<title>Log in</title><form id=enter method=post><h1>Log in to go on</h1><label>Password<input name=pass type=password></label></form>"


def test_a_login_among_the_pages_is_named_and_told_by_its_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, file = tmp_path / "login.html", tmp_path / "lantern.yaml"
    page.write_text(LOGIN)
    assert headstamp.main(["profile", "draft", *OFFERS, str(page)]) == 0
    said = capsys.readouterr()
    assert "gate: login.html\n" in said.err
    assert "login.html stands before the market (login)" in said.err
    file.write_text(said.out, encoding="utf-8")
    assert read(file).gates == {Gate.LOGIN: "form#enter"}


def test_a_market_needs_a_name_that_can_be_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert headstamp.main(["profile", "draft", OFFERS[0], "--market", "../x"]) == 2
    assert "is no market" in capsys.readouterr().err


def test_a_check_shows_examples_and_names_what_gave_no_listing(capsys: pytest.CaptureFixture[str]) -> None:
    pages = [str(PAGES / "bazaar" / name) for name in ("l-4711.html", "l-4712.html")]
    headstamp.main(["profile", "check", BAZAAR, *pages])
    said = capsys.readouterr().out
    assert "1250.00 USD" in said
    assert f"rejected, no_title: {pages[1]} (l-4712)\n" in said


def test_a_check_says_what_could_not_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "a.html"
    page.write_text("<h1>Lamp</h1><p id=p>make an offer</p><p id=t>my planet</p>")
    file = tmp_path / "quay.yaml"
    file.write_text("market: quay\nlisting: '/l/{key}'\nfields: {title: h1, price: '#p', ships_to: '#t'}\n")
    assert headstamp.main(["profile", "check", str(file), str(page)]) == 0
    said = capsys.readouterr().out
    assert "unread, price: 1 of 1, such as make an offer\n" in said
    assert "unread, ships_to: 1 of 1, such as my planet\n" in said


def test_a_check_names_a_field_that_reads_the_same_everywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = [tmp_path / f"{name}.html" for name in ("lamp", "bowl", "oak")]
    for page in pages:
        page.write_text(f"<nav><b>Vendors</b></nav><h1>{page.stem}</h1><p>$5</p>")
    file = tmp_path / "quay.yaml"
    file.write_text("market: quay\nlisting: '/l/{key}'\nfields: {title: h1, category_path: nav b}\n")
    assert headstamp.main(["profile", "check", str(file), *map(str, pages)]) == 0
    assert "the same in all 3, category_path: Vendors; see" in capsys.readouterr().out
    headstamp.main(["profile", "check", str(file), *map(str, pages[:2])])
    assert "the same in all" not in capsys.readouterr().out


def test_a_check_as_json_has_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    headstamp.main(["profile", "check", BAZAAR, str(PAGES / "bazaar" / "l-4711.html"), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["listings"] == 1
    title = next(one for one in told["fields"] if one["field"] == "title")
    assert (title["filled"], title["examples"]) == (1.0, ["Compact 9mm pistol, boxed"])
