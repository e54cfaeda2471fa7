"""A report is made of scored examples alone, says what was missed, and repeats itself."""

import json
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest

import headstamp
from classifier.adverts.generate import generated
from classifier.metrics.draws import Estimate
from classifier.metrics.judged import OBFUSCATED, RANDOM, SLICES, STRICT, TITLES, Judged, Split, load, save
from classifier.metrics.slices import Slice
from classifier.report.card import card
from classifier.report.content import report
from classifier.report.facts import Facts, facts
from classifier.report.files import ELSEWHERE, write
from classifier.report.numbers import gap, interval, number, percent
from classifier.report.page import PLOTS, page
from classifier.report.said import abroad
from classifier.report.shape import Report, Side, Target
from classifier.training import evaluate
from classifier.training.folded import folded
from classifier.training.lesson import folds, of
from classifier.truth.examples import Example, Source
from classifier.tuning.workshop import Workshop
from pipeline.errors import ModelRejectedError, SettingsError
from pipeline.taxonomy import Act, Category, Track, Verdict

VENDOR = "Quartermaster77"
SYSTEMS = ("baseline", "stack")
ALL_SYSTEMS = ("baseline", "linear", "encoder", "stack", "stack+section")


def rows(
    seed: int,
    *,
    source: str = "darkweb",
    slice_: str = "",
    language: str = "",
    count: int = 300,
    systems: Sequence[str] = SYSTEMS,
) -> tuple[Judged, ...]:
    rng = np.random.default_rng(seed)
    truth = rng.random(count) < (0.0 if slice_ else 0.25)
    made = []
    for place in range(count):
        inside = bool(truth[place])
        scores = {
            system: float(np.clip(rng.random() * 0.5 + inside * 0.1 * (level + 1), 0, 1))
            for level, system in enumerate(systems)
        }
        made.append(
            Judged(
                id=f"{source}{slice_}{place}",
                source=source,
                market=f"m{place % 2}",
                vendor=f"{VENDOR}-{place % 30}" if source == "darkweb" else "",
                category=Category.FIREARM if inside else Category.OTHER,
                act=Act.OFFER,
                in_scope=inside,
                scores=scores,
                flagged={system: score > 0.55 for system, score in scores.items()},
                best={system: score > 0.5 for system, score in scores.items()},
                slice=slice_,
                language=language,
                given_category=Category.FIREARM if scores[systems[-1]] > 0.5 else Category.OTHER,
                given_act=Act.OFFER,
                verdicts={Track.OFFERS: Verdict.FLAGGED if scores[systems[-1]] > 0.55 else Verdict.CLEAR},
                screened=scores["baseline"] < 0.1,
            )
        )
    return tuple(made)


def posted(adverts: list[Example]) -> list[Example]:
    """Adverts as if twenty vendors of two markets had posted them."""
    return [
        msgspec.structs.replace(each, source=Source.DARKWEB, market=f"market{place % 2}", vendor=f"vendor{place % 20}")
        for place, each in enumerate(adverts)
    ]


@pytest.fixture(scope="module")
def splits() -> list[Split]:
    return [
        Split(name=STRICT, rows=(*rows(1, systems=ALL_SYSTEMS), *rows(2, source="generated", count=60))),
        Split(name=STRICT, variant=OBFUSCATED, rows=rows(1)[:200]),
        Split(name=RANDOM, rows=rows(3)),
        Split(name="market-m0", rows=rows(4, count=100)),
        Split(name=SLICES, rows=(*rows(5, source="slices", slice_="airsoft", language="de", count=80),)),
    ]


@pytest.fixture(scope="module")
def found(splits: list[Split]) -> Report:
    return report(splits, Facts(name="tiny"), seed=1)


def test_what_is_saved_is_read_again(splits: list[Split], tmp_path: Path) -> None:
    for split in splits:
        save(split, tmp_path)
    again = load(tmp_path)
    assert {split.stem: split.rows for split in again} == {split.stem: split.rows for split in splits}
    assert {(split.name, split.variant) for split in again} >= {(STRICT, ""), (STRICT, OBFUSCATED)}


def test_a_folder_without_scored_examples_says_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--work"):
        load(tmp_path)
    (tmp_path / "strict.jsonl").write_text("{")
    with pytest.raises(SettingsError, match="evaluate again"):
        load(tmp_path)


def test_real_and_synthetic_never_share_a_line(found: Report) -> None:
    lines = [(each.split, each.source, each.systems[0].counts.listings) for each in found.splits if not each.variant]
    assert (STRICT, "darkweb", 300) in lines
    assert (STRICT, "generated", 60) in lines
    assert not any(split == SLICES for split, *_ in lines)


def test_the_baseline_is_in_every_line(found: Report) -> None:
    assert all(each.systems[0].system == "baseline" for each in found.splits)
    assert {(each.first, each.second) for each in found.ablations} >= {("baseline", "stack"), ("linear", "stack")}


def test_the_system_that_ships_is_the_stack(found: Report) -> None:
    assert found.main == "stack"


def test_a_target_that_was_missed_says_by_how_much_and_one_that_does_not_bind_says_so() -> None:
    estimate = Estimate(value=0.9, low=0.8, high=0.95)
    known = Target(name="F1", side=Side.AT_LEAST, wanted=0.94, reached=estimate, n=96, vendors=15, binds=True)
    assert known.verdict == "missed by .040"
    assert msgspec.structs.replace(known, binds=False).verdict == "missed by .040, does not bind"
    assert msgspec.structs.replace(known, n=14).verdict == "no claim"
    assert msgspec.structs.replace(known, side=Side.AT_MOST).verdict == "met"
    assert msgspec.structs.replace(known, reached=None).verdict == "not measured"


def test_what_a_target_was_missed_by_is_told_in_its_own_unit_and_never_as_nothing() -> None:
    near = Estimate(value=0.9696, low=0.93, high=0.99)
    known = Target(name="PR-AUC", side=Side.AT_LEAST, wanted=0.97, reached=near, n=116, vendors=22, binds=True)
    assert known.verdict == "missed by .0004"
    often = Estimate(value=0.38647, low=0.32, high=0.45)
    rate = msgspec.structs.replace(known, side=Side.AT_MOST, wanted=0.02, reached=often, small=True)
    assert (rate.asked, rate.verdict) == ("at most 2 %", "missed by 36.6 percentage points")


def test_every_target_that_can_be_measured_is_there(found: Report) -> None:
    names = " ".join(each.name for each in found.targets)
    for word in (
        "F1 in scope, threshold chosen for F1",
        "F1 in scope, threshold of the policy",
        "PR-AUC",
        "0.1 %",
        "worst hard boundary",
        "macro-F1",
        "ECE",
        "disguised",
        "random split",
    ):
        assert word in names


def test_the_worst_hard_boundary_is_named(found: Report) -> None:
    worst = next(each for each in found.targets if "worst hard boundary" in each.name)
    assert worst.note == "airsoft"
    assert worst.binds


def test_every_section_is_on_the_page_and_no_vendor_is(found: Report) -> None:
    text = page(found)
    for title in ("Targets", "Splits and systems", "The queue", "Ablations", "Hard boundaries", "Languages",
                  "Disguised", "Class by class", "Tracks", "Calibration", "The screen"):  # fmt: skip
        assert f"## {title}" in text
    assert VENDOR not in text
    assert VENDOR not in msgspec.json.encode(found).decode()


def test_every_row_of_every_table_is_as_long_as_its_head(found: Report) -> None:
    for block in page(found).split("\n\n"):
        lines = [line for line in block.splitlines() if line.startswith("| ")]
        assert len({line.replace("\\|", "").count("|") for line in lines}) <= 1


def test_a_card_says_what_a_model_is_for_and_what_it_missed(found: Report) -> None:
    base = {"model": "some-encoder", "licence": "MIT", "weights": f"sha256 {'ab' * 32}"}
    text = card(msgspec.structs.replace(found, facts=Facts(name="tiny", base=base)), "models/tiny")
    for title in (
        "Intended use",
        "Not intended",
        "Data",
        "Method",
        "Figures",
        "Limits",
        "Ethics",
        "Licences",
        "make it again",
    ):
        assert title in text
    assert "ab" * 32 in text
    assert "Target missed: F1 in scope" in text
    assert (
        "headstamp models fetch-base\nheadstamp train --out models/tiny\nheadstamp evaluate --out models/tiny" in text
    )


def test_a_missed_rate_is_in_one_unit_wherever_the_card_tells_it(found: Report) -> None:
    often = Estimate(value=0.386, low=0.32, high=0.45)
    missed = [msgspec.structs.replace(each, reached=often, n=50) for each in found.targets if each.small]
    text = card(msgspec.structs.replace(found, targets=tuple(missed)), "models/tiny")
    assert "| at most 2 % | 38.6 % (32 % to 45 %) |" in text
    assert "38.6 % (32 % to 45 %), wanted at most 2 %: missed by 36.6 percentage points" in text


def test_a_card_names_the_worst_boundaries_the_tracks_and_where_the_linear_models_are_better(found: Report) -> None:
    text = card(found, "models/tiny")
    assert "| slices | airsoft | 80 |" in text
    assert "| strict | darkweb | offers |" in text
    assert "The linear models alone beat stack on the strict split in" in text
    assert "of the listings are in scope, ECE says little" in text
    for word in ("strict", "cluster", "slice", "binds"):
        assert f"- **{word}**" in text


def test_synthetic_recall_is_told_for_english_and_as_a_range_for_others(found: Report) -> None:
    told = [
        Slice(name=name, source=Source.SLICE, listings=100, vendors=0, outside=50, alarms={}, in_scope=50, hits={},
              alarm_rate=None, recall=Estimate(value=value, low=value, high=value))
        for name, value in (("de", 0.6), ("en", 0.8), ("uk", 0.4), ("pl", 0.5))
    ]  # fmt: skip
    said = abroad(msgspec.structs.replace(found, languages=tuple(told)))
    assert ".800 (.800 to .800) in English, n 50" in said
    assert "from .400 (.400 to .400) in uk, n 50 to .600 (.600 to .600) in de, n 50 in the 3 other languages" in said
    assert abroad(msgspec.structs.replace(found, languages=())) == ""


def test_the_same_scored_examples_give_the_same_bytes(tmp_path: Path) -> None:
    splits = [Split(name=STRICT, rows=rows(1))]
    for name in "ab":
        (tmp_path / name / "tiny").mkdir(parents=True)
        (tmp_path / name / "tiny" / "manifest.json").write_text('{"name": "tiny"}')
        write(splits, tmp_path / name / "tiny", seed=1)
    made = sorted(path.name for path in (tmp_path / "a" / "tiny").iterdir())
    assert {"report.json", "report.md", "README.md", *PLOTS} <= set(made)
    for name in {"report.json", "report.md", *PLOTS}:
        content = (tmp_path / "a" / "tiny" / name).read_bytes()
        assert content == (tmp_path / "b" / "tiny" / name).read_bytes()
        assert name not in PLOTS or len(content) < 60_000


def test_targets_measured_elsewhere_join_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    save(Split(name=STRICT, rows=rows(1)), tmp_path / "work")
    wanted = Target(
        name="entities F1", side=Side.AT_LEAST, wanted=0.94, reached=Estimate(value=0.95, low=0.9, high=0.97), n=400, vendors=200, binds=True,
    )  # fmt: skip
    (tmp_path / "work" / ELSEWHERE).write_bytes(msgspec.json.encode([wanted]))
    assert headstamp.main(["evaluate", "--scored", "work", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["targets"][-1]["name"] == "entities F1"
    assert headstamp.main(["evaluate", "--scored", "work"]) == 0
    assert "entities F1" in capsys.readouterr().out


def test_a_report_goes_into_a_model_directory_only(splits: list[Split], tmp_path: Path) -> None:
    with pytest.raises(ModelRejectedError, match=r"manifest\.json"):
        facts(tmp_path)
    with pytest.raises(SettingsError, match="darkweb"):
        report([splits[-1]], Facts(name="x"), seed=1)


def test_the_facts_of_the_shipped_model_are_read() -> None:
    found = facts(Path(__file__).parents[2] / "models" / "stack-1")
    assert found.size > 1_000_000
    assert {each.source for each in found.trained_on} >= {"darkweb", "generated"}


def test_thresholds_are_read_by_track_or_for_all_of_them() -> None:
    by_track = msgspec.json.decode(
        '{"name": "x", "thresholds": {"offers": {"review_at": 0.1, "flag_at": 0.4}}}', type=Facts
    )
    older = msgspec.json.decode('{"name": "x", "thresholds": {"review_at": 0.1, "flag_at": 0.4}}', type=Facts)
    assert by_track.cuts == older.cuts
    assert by_track.cuts.flag_at == 0.4
    assert Facts(name="x").cuts.flag_at == 0


def test_where_the_random_split_lacks_the_stack_the_linear_models_tell_the_leak() -> None:
    splits = [
        Split(name=STRICT, rows=rows(1, count=100, systems=("baseline", "linear", "stack"))),
        Split(name=RANDOM, rows=rows(3, count=100, systems=("linear", "baseline"))),
    ]
    found = report(splits, Facts(name="tiny"), seed=1)
    assert found.main == "stack"
    assert found.leak
    assert found.leak.system == "linear"


def test_numbers_read_like_figures() -> None:
    assert [number(each) for each in (0.1234, 1.0, 0.0, -0.05, None)] == [".123", "1", "0", "-.050", "–"]
    assert [percent(each) for each in (0.00013, 0.5, None)] == ["0.013 %", "50 %", "–"]
    assert [percent(each) for each in (0.38647, 0.0139, 1.0, -0.2)] == ["38.6 %", "1.39 %", "100 %", "-20 %"]
    assert gap(0.9, 0.94) == ".040"
    assert interval(Estimate(value=0.5, low=0.25, high=0.75)) == ".500 (.250 to .750)"


def test_every_split_of_a_lesson_is_scored(shop: Workshop) -> None:
    lesson = of(posted(generated(300, 3)), seed=3)
    part = folded(lesson, lesson.tested, folds(lesson, 3), shop)
    strict = list(evaluate._variants(STRICT, evaluate._cross_fitted(lesson, part)))
    assert [split.variant for split in strict] == ["", TITLES, OBFUSCATED]
    assert strict[0].systems == ("linear", "baseline")
    assert len(strict[0].rows) == len(lesson.listings)
    out = list(evaluate._markets(lesson, part, [("market0",)], shop))
    assert [split.variant for split in out] == ["", TITLES, OBFUSCATED]
    assert {row.market for split in out for row in split.rows} == {"market0"}
    assert all(row.given_category and row.given_act for row in out[0].rows)
    assert all(set(row.best) == {"linear"} for row in (*strict[0].rows, *out[0].rows))
    assert len(evaluate._mixed(lesson, shop).rows) == len(lesson.listings)
