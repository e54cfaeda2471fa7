"""`headstamp models`, and how an evaluation is shown."""

import json
from pathlib import Path

import numpy as np
import pytest

import headstamp
from classifier import evaluate
from classifier.evaluate import MarketOut, Report
from classifier.lesson import Lesson
from classifier.metrics import Marked, figures
from classifier.report import HEAD, card, lines

SHIPPED = str(Path(__file__).parents[2] / "models" / "linear-1")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADSTAMP_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def report(seed: int = 1) -> Report:
    rng = np.random.default_rng(seed)
    truth = rng.random(300) < 0.2
    scores = rng.random(300) * np.float64(0.5) + truth * 0.4
    vendors = np.array([f"v{number % 20}" for number in range(300)])
    found = figures(
        Marked(scores=scores, flagged=scores > 0.6, truth=truth, vendors=vendors, markets=np.array(["practice"] * 300)),
        seed,
    )
    out = MarketOut(
        markets=("practice",),
        as_posted=found,
        titles_only=found,
        disguised=found,
        categories={"FA": {"FA": 3, "PC": 1}},
    )
    return Report(
        seed=seed,
        baseline_vendors_out=found,
        baseline_random=found,
        vendors_out=found,
        random=found,
        markets_out=(out,),
    )


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


def test_every_line_of_a_report_has_every_column() -> None:
    table = list(lines(report()))
    assert all(len(line) == len(HEAD) for line in table)
    assert [line[0] for line in table][-1] == "practice left out, titles disguised"


def test_a_card_is_written_beside_its_report(tmp_path: Path) -> None:
    card(report(), tmp_path / "made")
    text = (tmp_path / "made" / "README.md").read_text(encoding="utf-8")
    assert "| practice left out |" in text
    assert "practice FA: 3 FA, 1 PC" in text
    assert json.loads((tmp_path / "made" / "report.json").read_bytes())["seed"] == 1


def test_a_market_is_left_out_whole(lesson: Lesson) -> None:
    out = evaluate.market_out(lesson, ("market0",), seed=3)
    assert out.as_posted.markets == ("market0",)
    assert out.as_posted.listings == sum(lesson.examples[row].market == "market0" for row in lesson.listings)
    assert out.as_posted.pr_auc
    assert out.as_posted.pr_auc > out.as_posted.positives / out.as_posted.listings
    assert sum(sum(given.values()) for given in out.categories.values()) <= out.as_posted.positives


def test_cross_fitted_scores_cover_every_listing(lesson: Lesson) -> None:
    fold = np.arange(len(lesson.tested)) % 5
    marked = evaluate.cross_fitted(lesson, fold)
    assert len(marked.scores) == len(lesson.listings)
    assert figures(marked, seed=1).pr_auc
