"""`headstamp models`: what is in force in a home."""

import json
from pathlib import Path

import pytest

import headstamp

SHIPPED = str(Path(__file__).parents[2] / "models" / "stack-1")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADSTAMP_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def test_nothing_is_in_force_in_a_new_home(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert headstamp.main(["models", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_an_activated_model_is_listed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert headstamp.main(["models", "activate", SHIPPED]) == 0
    capsys.readouterr()
    assert headstamp.main(["models", "list", "--json"]) == 0
    [line] = json.loads(capsys.readouterr().out)
    assert line["number"] == 1
    assert [path.name for path in (home / "models").iterdir()] == [line["digest"]]


def test_a_folder_that_is_no_model_is_refused(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert headstamp.main(["models", "activate", str(tmp_path)]) == 1
    assert "manifest.json" in capsys.readouterr().err
