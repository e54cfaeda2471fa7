"""A market that no longer looks like what the model learnt is named, and one that does is not."""

import json
import random
from contextlib import closing
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

import headstamp
from classifier.drift.report import ALL, UNDATED, Month, drift
from classifier.drift.shift import divergence, named_moved, scores_moved
from classifier.drift.telling import measures
from classifier.reference import Reference, Seen, reference, save
from classifier.store import ENCODER_FILES, LINEAR_FILES, MANIFEST, load
from pipeline.broker import START
from pipeline.broker.sqlite import SqliteBroker
from pipeline.index import Hit, Query
from pipeline.index.sqlite import SqliteIndex
from pipeline.records import Assessment, Classification, Import, Listing, Precision
from pipeline.taxonomy import Category, Track, Verdict
from pipeline.topics import MEASURES

SHIPPED = Path(__file__).parents[2] / "models" / "stack-1"
WORDS = ["".join(letters) for letters in product("abcdefg", repeat=3)]
OTHERS = ["".join(letters) for letters in product("nopqrtu", repeat=3)]


def texts(words: list[str], count: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    return [" ".join(rng.choices(words, weights=range(len(words), 0, -1), k=6)) for _ in range(count)]


def known() -> Reference:
    rng = np.random.default_rng(1)
    scores = rng.beta(0.2, 20, 3_000)
    listings = [
        Seen(title=title, description="", score=float(score), flagged=score > 0.5, language="en")
        for title, score in zip(texts(WORDS, 3_000, 1), scores, strict=True)
    ]
    return reference(listings, [f"v{number % 50}" for number in range(3_000)], {})


def assessments(
    words: list[str], shape: float, *, language: str = "en", market: str = "m", count: int = 400, model: str = "d"
) -> list[Assessment]:
    scores = np.random.default_rng(2).beta(0.2, shape, count)
    return [
        Assessment(
            listing=Listing(
                market=market,
                key=str(number),
                title=title,
                provenance=Import(time=datetime(2024, 5 + number % 2, 1, tzinfo=UTC), file="0", line=number, mapping="m", activation=1),
            ),
            classification=Classification(score=float(score), category=Category.OTHER, model=model, activation=1, language=language),
            verdicts={Track.OFFERS: Verdict.FLAGGED if score > 0.5 else Verdict.CLEAR},
            policy="p",
        )
        for number, (title, score) in enumerate(zip(texts(words, count, 2), scores, strict=True))
    ]  # fmt: skip


def hits(given: list[Assessment], path: Path) -> list[Hit]:
    with closing(SqliteIndex(path / "index.db")) as index:
        index.merge(given)
        return list(index.scan(Query()))


def months(given: list[Assessment], path: Path) -> dict[str, Month]:
    return {month.month: month for month in drift(hits(given, path), known(), "d").months}


def test_a_market_like_the_one_that_was_learnt_is_steady(tmp_path: Path) -> None:
    found = months(assessments(WORDS, 20), tmp_path)
    assert list(found) == [ALL, "2024-05", "2024-06"]
    assert {month.verdict for month in found.values()} == {"steady"}
    assert found[ALL].listings == found["2024-05"].listings + found["2024-06"].listings == 400


def test_other_words_scores_and_languages_are_named(tmp_path: Path) -> None:
    found = months(assessments(OTHERS, 1, language="ru"), tmp_path)
    assert found[ALL].verdict == "scores, words, languages"
    assert found[ALL].unknown_words == 1
    assert found[ALL].language_mix == {"ru": 1.0}


def test_of_few_listings_nothing_is_claimed(tmp_path: Path) -> None:
    found = months(assessments(OTHERS, 1, count=40), tmp_path)
    assert {month.verdict for month in found.values()} == {"no claim"}


def test_listings_that_nobody_dated_are_a_month_of_their_own(tmp_path: Path) -> None:
    undated = Import(
        time=datetime(2000, 1, 1, tzinfo=UTC), file="f", line=1, mapping="m", activation=1, precision=Precision.UNKNOWN
    )
    given = [replace(each, listing=replace(each.listing, provenance=undated)) for each in assessments(WORDS, 20)]
    assert list(months(given, tmp_path)) == [ALL, UNDATED]


def test_scores_of_another_model_are_in_no_figure(tmp_path: Path) -> None:
    found = months(assessments(WORDS, 1, model="older"), tmp_path)[ALL]
    assert (found.other_model, found.scores, found.flagged) == (400, None, None)


def test_markets_are_told_apart(tmp_path: Path) -> None:
    given = [*assessments(WORDS, 20, market="a"), *assessments(OTHERS, 20, market="b")]
    found = {(month.market, month.month): month.verdict for month in drift(hits(given, tmp_path), known(), "d").months}
    assert (found["a", ALL], found["b", ALL]) == ("steady", "words")


def test_months_stand_on_the_log_as_measures_with_what_chance_would_show(tmp_path: Path) -> None:
    given = [*assessments(OTHERS, 1, market="b"), *assessments(WORDS, 20, market="few", count=40)]
    told = measures(drift(hits(given, tmp_path), known(), "d"))
    assert {one.market for one in told} == {"b"}, "of few listings nothing is claimed"
    assert sorted({one.time for one in told}) == [datetime(2024, month, 1, tzinfo=UTC) for month in (5, 6)]
    may = {one.name.removeprefix("headstamp_drift_"): one.value for one in told if one.time.month == 5}
    assert may["unknown_words_ratio"] == 1
    assert may["scores_psi"] > 2 * may["scores_by_chance_psi"]
    assert may["words_jsd"] > 2 * may["words_by_chance_jsd"]
    other = measures(drift(hits(assessments(WORDS, 1, model="older"), tmp_path / "other"), known(), "d"))
    assert not [one for one in other if "scores" in one.name]


def test_equal_counts_have_not_moved_and_disjoint_ones_have_moved_most() -> None:
    assert divergence(np.array([0.5, 0.5]), np.array([0.5, 0.5])) == 0
    assert named_moved({"a": 10_000}, {"b": 10_000}, 0.2).value == pytest.approx(1, abs=0.01)
    assert not scores_moved([1_000, 10], [100, 1]).moved
    assert scores_moved([1_000, 10], [10, 100]).moved


def test_the_command_compares_the_index_of_a_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADSTAMP_HOME", str(tmp_path))
    digest = load(SHIPPED, activation=0).digest
    hits(assessments(WORDS, 20, model=digest), tmp_path)
    kept = tmp_path / "models" / digest
    kept.mkdir(parents=True)
    save(known(), kept)
    assert headstamp.main(["models", "list"]) == 0
    capsys.readouterr()
    for name in (MANIFEST, *LINEAR_FILES, *ENCODER_FILES):
        (kept / name).write_bytes((SHIPPED / name).read_bytes())
    assert headstamp.main(["models", "activate", str(SHIPPED)]) == 0
    capsys.readouterr()
    assert headstamp.main(["drift", "--market", "elsewhere"]) == 0
    assert "no listings to compare: `headstamp ingest FILE`" in capsys.readouterr().out
    assert headstamp.main(["drift", "--json"]) == 0
    assert [month["month"] for month in json.loads(capsys.readouterr().out)["months"]] == [ALL, "2024-05", "2024-06"]
    assert headstamp.main(["drift", "--market", "m", "--publish"]) == 0
    with closing(SqliteBroker(tmp_path / "log.db")) as log:
        assert len(list(log.read(MEASURES.name, START))) == 2 * 5
    assert "steady" in capsys.readouterr().out


def test_a_model_that_does_not_say_what_it_learnt_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADSTAMP_HOME", str(tmp_path))
    (tmp_path / "bare").mkdir()
    for name in (MANIFEST, *LINEAR_FILES, *ENCODER_FILES):
        (tmp_path / "bare" / name).write_bytes((SHIPPED / name).read_bytes())
    assert headstamp.main(["drift", "--model", str(tmp_path / "bare")]) == 1
    assert "does not say" in capsys.readouterr().err
