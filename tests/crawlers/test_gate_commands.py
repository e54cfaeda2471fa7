"""`headstamp gate` as an operator types it."""

import json
import re
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

import headstamp
from crawlers.frontier import Frontier, now
from crawlers.gates.desk import Desk
from crawlers.gates.vault import Vault
from crawlers.links import Kind, Link
from crawlers.outcome import Outcome, State
from crawlers.profile import Gate
from pipeline.sqlite import lock
from tests.authorities import write_authorities
from tests.crawlers.conftest import MIRRORS, PROFILE

PAGES = Path(__file__).parents[1] / "pages"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tiny.yaml").write_text(PROFILE.format(name="tiny", mirrors=json.dumps(MIRRORS[:1]), more=""))
    write_authorities(tmp_path / "home" / "authorities.yaml", ["tiny"])
    monkeypatch.setenv("HEADSTAMP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HEADSTAMP_CRAWL_PROFILES", str(tmp_path))
    return tmp_path / "home"


def cookies(folder: Path) -> Path:
    file = folder / "cookies.txt"
    file.write_text(f"{MIRRORS[0]}\tFALSE\t/\tFALSE\t0\tsid\t1\nmail.example\tFALSE\t/\tFALSE\t0\tm\t1\n")
    return file


def gated(home: Path, addresses: Sequence[str]) -> None:
    """A visit that met a captcha at these addresses."""
    with closing(Frontier(home)) as frontier, closing(Desk(home)) as desk:
        visit = frontier.begin("tiny", [], now())
        arms = [Link(address=address, kind=Kind.LISTING, points=4) for address in addresses[:1]]
        frontier.begin("tiny", addresses, now())
        for address in addresses:
            place = frontier.take(visit, 100)
            assert place is not None
            found = Outcome(place=place, state=State.GATED, reason=Gate.CAPTCHA, gate=Gate.CAPTCHA, links=arms)
            frontier.settle(visit, found, now())
            desk.met("tiny", Gate.CAPTCHA, visit.id, address, now())


def test_recognise_prints_a_gate_or_null_for_each_page(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pages = [str(PAGES / "gates" / "tuned" / "seized-text.html"), str(PAGES / "bazaar" / "l-4711.html")]
    assert headstamp.main(["gate", "recognise", *pages, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"page": pages[0], "gate": "seized"},
        {"page": pages[1], "gate": None},
    ]
    assert headstamp.main(["gate", "recognise", *pages]) == 0
    assert capsys.readouterr().out.splitlines()[2].split()[-1] == "none"


def test_the_profile_says_more_than_the_signs(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "odd.html"
    page.write_text("<h1>Lot 5</h1><form id=captcha></form><p class=price>$5</p>")
    assert headstamp.main(["gate", "recognise", str(page), "--profile", "tiny", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["gate"] == "captcha"


def test_the_list_is_empty_in_a_new_home(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert headstamp.main(["gate", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_the_list_says_what_waits_behind_each_gate(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gated(home, ["/listing/1", "/listing/2", "/listing/3"])
    assert headstamp.main(["gate", "list", "--json"]) == 0
    (task,) = json.loads(capsys.readouterr().out)
    assert (task["market"], task["gate"], task["addresses"], task["dear"], task["session"]) == (
        "tiny",
        "captcha",
        3,
        1,
        False,
    )
    assert "by hand" in task["todo"]
    assert headstamp.main(["gate", "list"]) == 0
    assert "captcha" in capsys.readouterr().out


def test_a_session_handed_over_is_told_and_so_is_what_was_not_taken(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gated(home, ["/listing/1"])
    assert headstamp.main(["gate", "resume", "tiny", "--cookies", str(cookies(tmp_path))]) == 0
    said = capsys.readouterr()
    assert "mail.example are not taken" in said.err
    assert "no --user-agent" in said.err
    session = Vault(home).session("tiny")
    assert session is not None
    assert "Firefox" in session.user_agent


def test_what_waits_is_listed_after_a_session_was_handed_over_and_after_it_was_forgotten(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gated(home, ["/listing/1", "/listing/2"])
    headstamp.main(["gate", "resume", "tiny", "--cookies", str(cookies(tmp_path))])
    capsys.readouterr()
    assert headstamp.main(["gate", "list", "--json"]) == 0
    (task,) = json.loads(capsys.readouterr().out)
    assert (task["gate"], task["addresses"], task["session"]) == ("captcha", 2, True)
    assert task["todo"] == "`headstamp crawl tiny` goes on inside the session that is kept"
    headstamp.main(["gate", "forget", "tiny"])
    capsys.readouterr()
    assert headstamp.main(["gate", "list"]) == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert re.match(r"tiny +captcha +\d{4}-\d\d-\d\d \d\d:\d\d +2 +1 +none .*hand the session over", line)


def test_a_session_without_an_authority_is_not_taken(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = tmp_path / "tiny.yaml"
    profile.write_text(profile.read_text().replace("authority: test", ""))
    assert headstamp.main(["gate", "resume", "tiny", "--cookies", str(cookies(tmp_path))]) == 2
    assert "authority" in capsys.readouterr().err
    assert Vault(home).session("tiny") is None


def test_forget_deletes_the_session(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    headstamp.main(["gate", "resume", "tiny", "--cookies", str(cookies(tmp_path))])
    assert headstamp.main(["gate", "forget", "tiny"]) == 0
    assert headstamp.main(["gate", "forget", "tiny"]) == 1
    assert Vault(home).session("tiny") is None


@pytest.mark.parametrize("words", [["forget", "../../etc"], ["resume", "../x", "--cookies", "f"]])
def test_a_market_is_a_name_and_no_path(home: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert headstamp.main(["gate", *words]) == 2
    assert "is no market" in capsys.readouterr().err


def test_a_session_is_not_exchanged_under_a_crawl(home: Path, tmp_path: Path) -> None:
    with lock(home / "locks" / "crawl-tiny.lock", "crawl tiny"):
        assert headstamp.main(["gate", "resume", "tiny", "--cookies", str(cookies(tmp_path))]) == 1
    assert Vault(home).session("tiny") is None
