"""A listing that is erased is searched no more, whichever way it came, and the audit says who erased it and why."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import headstamp
from pipeline.audit import Audit
from pipeline.records import Action, listing_id

ROWS = "market,key,title,vendor\nbazaar,k1,a walking stick,ana\nbazaar,k2,a lamp,ana\n"
ID = listing_id("bazaar", "k1")
WHY = ("--authority", "practice", "--reason", "asked for")
Said = Callable[..., Any]


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """What a command prints as JSON, in a home with two ingested listings."""
    monkeypatch.setenv("HEADSTAMP_HOME", str(tmp_path / "home"))

    def run(*words: str, status: int = 0) -> Any:
        capsys.readouterr()
        assert headstamp.main([*words, "--json"]) == status
        return json.loads(capsys.readouterr().out or "null")

    file = tmp_path / "rows.csv"
    file.write_text(ROWS)
    mapping = tmp_path / "rows.yaml"
    mapping.write_text("columns: {market: market, key: key, title: title, vendor: vendor}\n")
    run("ingest", str(file), "--mapping", str(mapping))
    return run


def found(said: Said) -> list[str]:
    return [each["current"]["listing"]["key"] for each in said("search")["listings"]]


def test_an_ingested_listing_is_erased_from_the_index_and_filed_in_the_audit_once(said: Said, tmp_path: Path) -> None:
    said("run", "--once")
    assert sorted(found(said)) == ["k1", "k2"]
    first = said("evidence", "erase", ID, *WHY)
    again = said("evidence", "erase", ID, *WHY)
    assert first["archive"] == []
    assert not (tmp_path / "home" / "keys").exists(), "a home without an archive begins none"
    assert first["broker"] == "sqlite:///log.db"
    assert first["erasure"]["id"] == again["erasure"]["id"]
    said("run", "--once")
    said("evidence", "erase", ID, *WHY)
    said("run", "--once")
    assert found(said) == ["k2"]
    with closing(Audit(tmp_path / "home")) as audit:
        (entry,) = audit.entries()
    assert (entry.action, entry.subject) == (Action.ERASE, ID)
    assert "asked for (authority practice)" in entry.detail


def test_a_listing_that_was_not_assessed_yet_never_shows(said: Said) -> None:
    said("evidence", "erase", ID, *WHY)
    said("run", "--once")
    assert found(said) == ["k2"]


def test_it_says_what_was_erased_where_and_what_stays(said: Said, capsys: pytest.CaptureFixture[str]) -> None:
    assert headstamp.main(["evidence", "erase", ID, *WHY]) == 0
    told = capsys.readouterr().out
    assert "archive: has no record of it" in told
    assert "on topic reviews of sqlite:///log.db; stage settle hides the listing" in told
    assert "kept: the messages of the listing on the log, until it is copied" in told


def test_a_listing_that_nothing_knows_is_refused_and_nothing_is_filed(
    said: Said, capsys: pytest.CaptureFixture[str]
) -> None:
    assert headstamp.main(["evidence", "erase", "0" * 32, *WHY]) == 2
    assert "neither archive, index nor log" in capsys.readouterr().err
    assert said("run", "--once")["settle"]["taken"] == 0


def test_an_erasure_without_a_reason_is_refused(said: Said, capsys: pytest.CaptureFixture[str]) -> None:
    assert headstamp.main(["evidence", "erase", ID, "--authority", "practice", "--reason", " "]) == 2
    assert "say why with --reason" in capsys.readouterr().err
