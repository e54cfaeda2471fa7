"""`headstamp policy`: thresholds from what people can review."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import headstamp

Said = Callable[..., Any]
ROWS = 400


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with some hundred assessed listings, of which a few are in scope."""
    folder = tmp_path_factory.mktemp("filled")
    with (folder / "rows.csv").open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(("market", "listing_id", "title", "vendor"))
        for number in range(ROWS):
            title = f"Glock {number} 9mm pistol" if number % 40 == 0 else f"wool socks in {number} colours"
            lines.writerow(("bazaar", number, title, f"vendor{number % 7}"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEADSTAMP_HOME", str(folder / "home"))
        assert headstamp.main(["ingest", str(folder / "rows.csv"), "--json"]) == 0
        assert headstamp.main(["run", "--once", "--json"]) == 0
    return folder / "home"


@pytest.fixture
def said(filled: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """What a command prints as JSON, in that home, whose policy is the model's again."""
    monkeypatch.setenv("HEADSTAMP_HOME", str(filled))

    def run(*words: str) -> Any:
        capsys.readouterr()
        assert headstamp.main([*words, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    run("policy", "reset")
    return run


def waiting(said: Said) -> int:
    """How many listings are asked for once all is assessed again."""
    said("assess", "--again", "--once")
    said("index", "--once")
    found = said("search", "--filter", "verdict=flagged", "--filter", "verdict=review", "--filter", "track=offers")
    return int(found["total"])


def test_a_budget_lets_as_many_listings_wait_as_people_can_read(said: Said) -> None:
    derived = said("policy", "budget", "offers=0.05")
    assert not derived["adopted"]
    before = said("policy", "show")
    adopted = said("policy", "budget", "offers=0.05", "--adopt")
    assert adopted["cuts"] == derived["cuts"]
    assert adopted["cuts"]["listings"] == ROWS
    in_force = said("policy", "show")
    assert in_force["policy"]["cuts"]["offers"] == adopted["cuts"]["tracks"]["offers"]
    assert in_force["digest"] != before["digest"]
    assert 0 < waiting(said) <= ROWS * 0.05
    assert said("policy", "reset")["digest"] == before["digest"]


def test_a_category_can_have_a_share_of_its_own(said: Said) -> None:
    said("policy", "budget", "offers=0.05", "AM=0.1", "--adopt")
    found = said("policy", "show")["policy"]
    assert set(found["categories"]) == {"AM"}
    assert found["categories"]["AM"]["review_at"] < found["cuts"]["offers"]["review_at"]


def test_thresholds_do_not_move_until_they_are_adopted_again(said: Said) -> None:
    first = said("policy", "budget", "offers=0.05", "--adopt")["cuts"]
    waiting(said)
    again = said("policy", "budget", "offers=0.05")["cuts"]
    assert first == again
    assert said("policy", "show")["policy"]["cuts"]["offers"] == first["tracks"]["offers"]


def test_budgets_are_summed_and_one_without_an_end_is_warned_of(said: Said, capsys: pytest.CaptureFixture[str]) -> None:
    assert said("policy", "budget", "offers=0.05", "requests=0.03")["per_thousand"] == 80
    assert headstamp.main(["policy", "budget", "offers=0.05", "requests=0.03"]) == 0
    shown = capsys.readouterr()
    assert "at most 80 of 1,000 listings" in shown.out
    assert "warning: requests: " in shown.err
    assert "warning: offers" not in shown.err


def test_the_settings_name_the_usual_budget(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADSTAMP_ASSESS_BUDGET", "0.05")
    assert said("policy", "budget")["cuts"]["budget"] == {"offers": 0.05}


def test_a_setting_that_no_thresholds_were_made_of_is_told(
    said: Said, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADSTAMP_ASSESS_BUDGET", "0.05")
    headstamp.main(["policy", "show"])
    assert "headstamp policy budget --adopt" in capsys.readouterr().err
    assert headstamp.main(["check", "--json"]) == 1
    (line,) = (one for one in json.loads(capsys.readouterr().out) if one["part"] == "policy")
    assert (line["state"], "headstamp policy budget --adopt" in line["detail"]) == ("failed", True)
    said("policy", "budget", "--adopt")
    headstamp.main(["check", "--json"])
    (line,) = (one for one in json.loads(capsys.readouterr().out) if one["part"] == "policy")
    assert (line["state"], line["detail"]) == ("ok", "thresholds of a budget")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "set assess.budget"),
        (("offers",), "offers=0.01"),
        (("offers=2",), "above 0"),
        (("offers=nan",), "above 0"),
        (("lamps=0.1",), "known are offers"),
        (("offers=0.0001",), "needs 100,000"),
    ],
)
def test_a_budget_that_cannot_be_used_is_refused(
    said: Said, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    assert headstamp.main(["policy", "budget", *words]) == 2
    assert told in capsys.readouterr().err


def test_adopted_thresholds_that_were_altered_are_not_believed(
    said: Said, filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said("policy", "budget", "offers=0.07", "--adopt")
    for path in (filled / "wordings" / "cuts").iterdir():
        path.write_bytes(b"altered")
    assert headstamp.main(["policy", "show"]) == 2
    assert "headstamp policy budget --adopt" in capsys.readouterr().err
    said("policy", "budget", "offers=0.07", "--adopt")
    said("policy", "show")


def test_what_is_printed_names_every_track(said: Said, capsys: pytest.CaptureFixture[str]) -> None:
    said("policy", "budget", "offers=0.05", "FA=0.03", "--adopt")
    capsys.readouterr()
    assert headstamp.main(["policy", "show"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("offers", "requests", "thin", "FA", "never", "magazines: yes"))
    assert headstamp.main(["policy", "budget", "offers=0.05"]) == 0
    assert "--adopt does" in capsys.readouterr().out
