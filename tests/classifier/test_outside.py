"""Any labelled file of the shared schema is measured, and rows that the model learnt are told."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import headstamp
from classifier.metrics.labelled import ACT, LABEL, LANGUAGE, POSITIVE, UNTOLD
from classifier.metrics.measures import Measure
from classifier.metrics.outside import ALL, UNSEEN, Outside, outside
from classifier.reference import Seen, reference
from classifier.report.outside import facts, tables_of
from classifier.truth.examples import LABELS
from pipeline.errors import SettingsError
from pipeline.policy import Cut, Policy
from pipeline.rows.source import digest_of
from pipeline.stages import Classifier
from pipeline.taxonomy import CATEGORIES, Track

HEAD = "market,date,listing_id,vendor,title,description,category_raw,ships_from,price,label,label_source,positive"
POLICY = Policy(cuts={Track.OFFERS: Cut(review_at=0.1, flag_at=0.5)})
Knowing = Callable[..., Classifier]
SHIPPED = str(Path(__file__).parents[2] / "models" / "stack-1")


def line(
    number: int, title: str, label: str = "none", positive: str = "0", *, vendor: str = "", market: str = "m"
) -> str:
    return f"{market},2024-05-01,{number},{vendor},{title},,Other,US,$10,{label},hand,{positive}"


def written(path: Path, *lines: str, head: str = HEAD) -> Path:
    path.write_text("\n".join((head, *lines, "")), encoding="utf-8")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(
        tmp_path / "given.csv",
        line(1, "Glock 19", "firearm", "1", vendor="Ann"),
        line(2, "glock 17", "firearm", "1", vendor="ann"),
        line(3, "Glock airsoft", "airgun_airsoft", vendor="Bo", market="other"),
        line(4, "1g of something"),
        line(5, "2g of something"),
        line(6, "2g of something!"),
        line(7, "Lucky dip", "opaque"),
        line(8, ""),
        line(9, "Mystery", "unheard of", ""),
        "m,2024-05-01,10,too short",
    )


def measured(path: Path, classifier: Classifier, **further: object) -> Outside:
    return outside(path, classifier, POLICY, further.get("reference"), seed=1)  # type: ignore[arg-type]


def test_rows_are_compared_with_their_labels(file: Path, knowing: Knowing) -> None:
    found = measured(file, knowing("Glock"))
    everything = found.parts[0].figures
    assert found.parts[0].name == ALL
    assert (everything.counts.listings, everything.counts.in_scope, everything.false_alarms, everything.missed) == (
        6,
        2,
        1,
        1,
    )
    assert everything.value(Measure.RECALL) == 0.5
    assert found.rows == 10


def test_what_is_left_out_is_counted_by_reason(file: Path, knowing: Knowing) -> None:
    assert measured(file, knowing("Glock")).left_out == {"opaque": 1, "no_title": 1, "unknown_label": 1, "cells": 1}


def test_a_vendor_is_one_however_it_is_written_and_a_row_without_one_stands_for_itself(
    file: Path, knowing: Knowing
) -> None:
    found = measured(file, knowing("Glock"))
    counts = found.parts[0].figures.counts
    assert (counts.vendors, counts.vendors_in_scope, counts.clusters) == (2, 1, 5)
    assert found.repeated == 1


def test_every_market_and_label_has_its_line(file: Path, knowing: Knowing) -> None:
    found = measured(file, knowing("Glock"))
    assert [part.name for part in found.parts] == [ALL, "market m", "market other"]
    assert {each.name: each.listings for each in found.labels} == {"firearm": 2, "airgun_airsoft": 1, "none": 3}


def test_a_model_that_does_not_say_what_it_learnt_is_warned_of(file: Path, knowing: Knowing) -> None:
    assert "does not say" in measured(file, knowing("Glock")).warnings[0]


def test_rows_whose_text_was_learnt_are_told_and_measured_apart(file: Path, knowing: Knowing) -> None:
    learnt = reference([Seen(title="GLOCK  19!", description="", score=0.9, flagged=True)], ["x"], {})
    found = measured(file, knowing("Glock"), reference=learnt)
    assert found.seen == 1
    assert "1 of 6 rows" in found.warnings[0]
    unseen = next(part for part in found.parts if part.name == UNSEEN)
    assert unseen.figures.counts.listings == 5


def test_the_very_file_that_was_learnt_gives_no_test_figures(file: Path, knowing: Knowing) -> None:
    learnt = reference([], [], {"given.csv": digest_of(file)})
    assert "this very file" in measured(file, knowing("Glock"), reference=learnt).warnings[0]


def test_without_positive_the_label_tells(tmp_path: Path, knowing: Knowing) -> None:
    head = "market,listing_id,title,label"
    path = written(tmp_path / "labels.csv", "m,1,Glock 19,firearm", "m,2,Rounds,ammunition", "m,3,Tea,none", head=head)
    assert measured(path, knowing("Glock")).parts[0].figures.counts.in_scope == 2


def test_without_a_label_positive_tells(tmp_path: Path, knowing: Knowing) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [
        {"market": "m", "listing_id": str(n), "title": t, "positive": p}
        for n, (t, p) in enumerate([("Glock", 1), ("Tea", 0)])
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    figures = measured(path, knowing("Glock")).parts[0].figures
    assert (figures.counts.in_scope, figures.false_alarms, figures.missed) == (1, 0, 0)


def labelled(path: Path, *lines: str, head: str = "market,listing_id,title,label,act,language") -> Path:
    return written(path, *(f"m,{number},{line}" for number, line in enumerate(lines)), head=head)


def test_headstamps_own_codes_and_acts_are_labels_in_any_case(tmp_path: Path, knowing: Knowing) -> None:
    path = labelled(
        tmp_path / "codes.csv",
        "Glock 19,fa,,",
        "Rounds,AM.RND,Offer,",
        "Wanted: Glock,FA,request,",
        "Files,DIG,,",
        "Tea,oth,,",
    )
    found = measured(path, knowing("Glock"))
    figures = found.parts[0].figures
    assert (found.left_out, figures.counts.in_scope, figures.missed, figures.false_alarms) == ({}, 2, 1, 1)
    assert {each.name: each.in_scope for each in found.labels} == {"FA": 1, "AM.RND": 1, "DIG": 0, "OTH": 0}


def test_the_act_overrules_what_says_in_scope(tmp_path: Path, knowing: Knowing) -> None:
    head = "market,listing_id,title,positive,act"
    path = labelled(tmp_path / "acts.csv", "Glock,1,", "Want a Glock,1,request", "Tea,0,chat", head=head)
    found = measured(path, knowing("Glock"))
    assert found.parts[0].figures.counts.in_scope == 1
    assert found.left_out == {"unknown_act": 1}
    assert "column 'act': 'chat' is not known" in found.warnings[-1]
    assert "directory" in found.warnings[-1]


def test_an_unknown_label_is_named_beside_the_known_ones(file: Path, tmp_path: Path, knowing: Knowing) -> None:
    (told,) = (each for each in measured(file, knowing("Glock")).warnings if "unheard of" in each)
    assert all(known in told for known in ("BLK", "OTH", "airgun_airsoft", "opaque"))
    with pytest.raises(SettingsError, match="'Gun' is not known"):
        measured(labelled(tmp_path / "gun.csv", "Glock,Gun,,"), knowing("Glock"))


def test_the_documented_labels_are_the_known_ones() -> None:
    page = (Path(__file__).parents[2] / "docs" / "labelling.md").read_text(encoding="utf-8")
    section = page.partition("## A labelled file")[2].partition("\n## ")[0]
    columns = (LABEL, POSITIVE, ACT, LANGUAGE)
    assert [name for name in (*CATEGORIES, *LABELS, *UNTOLD, *columns) if f"`{name}`" not in section] == []


def test_the_file_tells_the_language_and_a_row_without_one_has_a_line(tmp_path: Path, knowing: Knowing) -> None:
    path = labelled(
        tmp_path / "tongues.csv", "Glock,FA,,DE", "Rounds,AM,,de", "Glock?,OTH,,de", "Tee,OTH,,de", "Tea,OTH,,"
    )
    found = measured(path, knowing("Glock"))
    german = next(each for each in found.languages if each.name == "de")
    assert (german.in_scope, sum(german.hits.values()), german.outside, sum(german.alarms.values())) == (2, 1, 2, 1)
    assert sum(each.listings for each in found.languages) == found.rows
    assert "untold" in {each.name for each in found.languages}
    table = next(table for table in tables_of(found) if table.head[0] == "language")
    line = dict(zip(table.head, next(line for line in table.lines if line[0] == "de"), strict=True))
    assert (line["in scope"], line["found"], line["false alarms"]) == ("2", "1", "1")
    assert line["recall (95 %)"].startswith(".500")
    assert line["false alarm rate (95 %)"].startswith("50 %")


def test_no_measure_is_told_that_so_few_rows_cannot_have(file: Path, knowing: Knowing) -> None:
    found = measured(file, knowing("Glock"))
    assert not {Measure.BUDGET_HALF, Measure.ECE} & set(found.parts[0].figures.measures)
    assert "recall at .5 % (200 rows)" in str(facts(found)["too few rows for"])


def test_without_categories_no_class_is_told(tmp_path: Path, knowing: Knowing) -> None:
    path = labelled(tmp_path / "positive.csv", "Glock,1", "Tea,0", head="market,listing_id,title,positive")
    found = measured(path, knowing("Glock"))
    assert found.classes is None
    assert {each.name for each in found.labels} == {"positive 1", "positive 0"}


def test_a_file_with_semicolons_is_told_what_ingest_tells(tmp_path: Path, knowing: Knowing) -> None:
    path = written(tmp_path / "semi.csv", "m;1;Glock;FA", head="market;listing_id;title;label")
    with pytest.raises(SettingsError, match="separated by semicolons, not by commas"):
        measured(path, knowing("Glock"))


def test_a_file_mostly_left_out_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADSTAMP_HOME", str(tmp_path / "home"))
    path = labelled(tmp_path / "most.csv", "Glock,gun,,", "Pistol,gun,,", "Tea,OTH,,")
    assert headstamp.main(["evaluate", "--on", str(path), "--model", SHIPPED]) == 1
    told = capsys.readouterr().err
    assert "2 of 3 rows were left out" in told
    assert "'gun' is not known" in told


def test_a_file_without_truth_is_refused(tmp_path: Path, knowing: Knowing) -> None:
    bare = written(tmp_path / "bare.csv", "m,1,Glock", head="market,listing_id,title")
    with pytest.raises(SettingsError, match="neither a column"):
        measured(bare, knowing("Glock"))
    untold = written(tmp_path / "untold.csv", line(1, "Lucky dip", "opaque"))
    with pytest.raises(SettingsError, match="1 opaque"):
        measured(untold, knowing("Glock"))


def test_the_command_prints_figures_and_writes_nothing(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADSTAMP_HOME", str(tmp_path / "home"))
    before = set(tmp_path.rglob("*"))
    assert headstamp.main(["evaluate", "--on", str(file), "--model", SHIPPED]) == 0
    shown = capsys.readouterr()
    assert "all rows" in shown.out
    assert "recall at 0.1 % false alarms" in shown.out
    assert "1 opaque" in shown.out
    assert set(tmp_path.rglob("*")) == before
    assert headstamp.main(["evaluate", "--on", str(file), "--model", SHIPPED, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 10


def test_the_model_in_force_is_asked_where_none_is_named(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADSTAMP_HOME", str(tmp_path / "home"))
    assert headstamp.main(["evaluate", "--on", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["model"]
    assert headstamp.main(["evaluate", "--model", SHIPPED]) == 2
    assert "--on" in capsys.readouterr().err


@pytest.mark.data
def test_the_research_data_are_measured_whole(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        headstamp.main(["evaluate", "--on", str(shared_data / "darkweb_listings.csv"), "--model", SHIPPED, "--json"])
        == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert found["rows"] == 24_009
    assert found["left_out"] == {"opaque": 16}
    assert found["parts"][0]["figures"]["counts"]["in_scope"] == 121
