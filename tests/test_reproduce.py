"""A verdict is made again from the archived bytes, and whatever is not as it was is named."""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

import headstamp
from pipeline.commands.differences import differences
from pipeline.commands.reproduce import recorded
from pipeline.commands.reproduction import reproduced
from pipeline.deployment import Deployment
from pipeline.errors import SettingsError
from pipeline.index import Query
from pipeline.records import Assessment, Erasure
from pipeline.settings import load
from pipeline.taxonomy import Track, Verdict

ROOT = Path(__file__).parents[1]
Said = Callable[..., Any]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after a crawl of a small practice market."""
    home = tmp_path_factory.mktemp("crawled") / "home"
    words = [sys.executable, "-m", "headstamp", "demo", "--once", "--listings", "60"]
    environment = {**os.environ, "HEADSTAMP_HOME": str(home)}
    subprocess.run(words, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return home


@pytest.fixture
def home(crawled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that home, to do things to."""
    monkeypatch.setenv("HEADSTAMP_HOME", str(tmp_path / "home"))
    return Path(shutil.copytree(crawled, tmp_path / "home"))


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """What a command prints as JSON."""

    def run(*words: str, status: int = 0) -> Any:
        capsys.readouterr()
        assert headstamp.main([*words, "--json"]) == status, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    return run


def flagged(said: Said) -> str:
    """The id of the likeliest listing."""
    found: str = said("search", "--filter", "verdict=flagged", "--sort", "score")["listings"][0]["id"]
    return found


def parts() -> Deployment:
    return headstamp.deployment(load(os.environ))


def fields(found: Any) -> set[str]:
    return {one["field"] for one in found["differences"]}


def test_every_verdict_of_a_crawl_is_made_again(home: Path) -> None:
    deployment = parts()
    with closing(deployment.index()) as index:
        ids = [hit.id for hit in index.scan(Query())]
    assert len(ids) > 50
    found = [reproduced(recorded(one, deployment), deployment) for one in ids[::6]]
    assert [(one.listing_id, one.differences, one.lacking) for one in found if not one.same] == []


def test_the_beginning_of_an_id_is_enough_where_no_other_has_it(home: Path, said: Said) -> None:
    whole = flagged(said)
    assert said("reproduce", whole[:12])["listing_id"] == whole
    for wrong in ("xyz", "0" * 32, "abc"):
        with pytest.raises(SettingsError, match="headstamp search"):
            recorded(wrong, parts())


def test_nothing_that_changed_since_changes_the_verdict_of_then(
    home: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = flagged(said)
    said("models", "activate", str(other_model(home)))
    monkeypatch.setenv("HEADSTAMP_ASSESS_FLAG_AT", "1.0")
    (home / "rates.csv").write_text("date,currency,usd\n2020-01-01,BTC,1\n")
    assert said("reproduce", one)["same"]


def other_model(home: Path) -> Path:
    """The shipped model directory under another name, and so another digest."""
    copy = Path(shutil.copytree(headstamp.MODEL, home.parent / "other"))
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["name"] = "other"
    (copy / "manifest.json").write_text(json.dumps(manifest))
    return copy


def alter(model: Path) -> None:
    """Put other bytes into a file of a model directory that its manifest names."""
    named = json.loads((model / "manifest.json").read_text())["files"]
    (model / min(named)).write_bytes(b"altered")


def test_a_policy_that_is_gone_is_named_and_so_is_what_todays_says_otherwise(
    home: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = flagged(said)
    (kept,) = (home / "wordings" / "policy").iterdir()
    kept.unlink()
    monkeypatch.setenv("HEADSTAMP_ASSESS_FLAG_AT", "1.0")
    found = said("reproduce", one, status=1)
    assert list(found["lacking"]) == [f"policy {kept.stem}"]
    assert fields(found) == {"policy", "verdicts.offers"}
    assert {"field": "verdicts.offers", "recorded": "flagged", "recomputed": "review"} in found["differences"]


def test_a_policy_that_was_altered_is_not_believed(home: Path, said: Said) -> None:
    one = flagged(said)
    (kept,) = (home / "wordings" / "policy").iterdir()
    shutil.copyfile(next((home / "wordings" / "rates").iterdir()), kept)
    assert list(said("reproduce", one, status=1)["lacking"]) == [f"policy {kept.stem}"]


def test_a_model_that_is_gone_is_named_and_todays_is_used(home: Path, said: Said) -> None:
    one = flagged(said)
    (old,) = (home / "models").iterdir()
    said("models", "activate", str(other_model(home)))
    alter(old)
    found = said("reproduce", one, status=1)
    assert list(found["lacking"]) == [f"model {old.name}"]
    assert "altered" in found["lacking"][f"model {old.name}"]
    assert {"classification.model", "classification.activation"} <= fields(found)


def test_without_any_model_the_verdict_is_still_drawn_from_the_recorded_scores(home: Path, said: Said) -> None:
    one = flagged(said)
    (old,) = (home / "models").iterdir()
    alter(old)
    found = said("reproduce", one, status=1)
    assert set(found["lacking"]) == {f"model {old.name}", "model of today"}
    assert found["differences"] == []


def test_a_record_that_was_tampered_with_differs_field_by_field(home: Path, said: Said) -> None:
    deployment = parts()
    true = recorded(flagged(said), deployment)
    listing = msgspec.structs.replace(true.listing, title="A lamp", vendor="someone")
    scored = msgspec.structs.replace(true.classification, score=0.0)
    false = msgspec.structs.replace(
        true, listing=listing, classification=scored, verdicts={Track.OFFERS: Verdict.CLEAR}
    )
    found = reproduced(false, deployment)
    assert {one.field for one in found.differences} == {
        "listing.title",
        "listing.vendor",
        "classification.score",
        "verdicts.offers",
    }
    told = {one.field: (one.recorded, one.recomputed) for one in found.differences}
    assert told["listing.title"] == ("A lamp", true.listing.title)
    assert told["verdicts.offers"] == ("clear", "flagged")


def test_a_page_that_is_not_what_it_was_is_named(home: Path, said: Said) -> None:
    one = flagged(said)
    (segment,) = (home / "archive" / "practice").glob("*.warc.gz")
    content = bytearray(segment.read_bytes())
    content[len(content) // 10 :] = bytes(len(content) - len(content) // 10)
    segment.write_bytes(content)
    found = said("reproduce", one, status=1)
    (name,) = found["lacking"]
    assert name.startswith("record practice/")
    assert found["differences"] == []


def test_a_profile_that_is_gone_is_replaced_by_todays_where_that_says_the_same(home: Path, said: Said) -> None:
    shutil.rmtree(home / "wordings" / "profile")
    assert said("reproduce", flagged(said))["same"]


def test_a_profile_that_reads_pages_otherwise_shows_in_the_fields(
    home: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kept,) = (home / "wordings" / "profile").iterdir()
    kept.unlink()
    own = home.parent / "profiles"
    own.mkdir()
    (own / "practice.yaml").write_text('extends: practice\nfields: {vendor: ""}\n')
    monkeypatch.setenv("HEADSTAMP_CRAWL_PROFILES", str(own))
    found = said("reproduce", flagged(said), status=1)
    assert list(found["lacking"]) == [f"profile {kept.stem}"]
    assert {"listing.vendor", "listing.provenance.profile"} <= fields(found)


ROWS = (
    ("1", "Glock 19 gen 4, 9mm, two magazines", "quietmill"),
    ("2", "Custom for K.", "quietmill"),
    ("3", "Walther P99 9mm pistol", "quietmill"),
    ("4", "Wool socks, three pairs", "lampwick"),
)


@pytest.fixture
def ingested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: Said) -> Path:
    """A file that was ingested into a home and assessed with what is known of vendors; twice, so that something is known."""
    file = tmp_path / "rows.csv"
    with file.open("w", newline="") as opened:
        lines = csv.writer(opened)
        lines.writerow(("market", "listing_id", "title", "vendor"))
        lines.writerows(("bazaar", *row) for row in ROWS)
    monkeypatch.setenv("HEADSTAMP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HEADSTAMP_ASSESS_CONTEXT", "on")
    said("ingest", str(file))
    said("run", "--once")
    said("assess", "--again", "--once")
    said("index", "--once")
    return file


def thin(said: Said) -> dict[str, Any]:
    (found,) = said("search", "custom")["listings"]
    current: dict[str, Any] = found["current"]
    return current | {"id": found["id"]}


def test_a_thin_text_waits_because_its_vendor_had_hits_and_the_record_says_which(ingested: Path, said: Said) -> None:
    found = thin(said)
    assert found["verdicts"]["thin"] == "review"
    assert (found["context"]["vendor_listings"], found["context"]["vendor_flagged"]) == (2, 2)
    hits = said("search", "--filter", "verdict=flagged")["listings"]
    assert found["context"]["listings"] == sorted(one["id"] for one in hits)


def test_an_ingested_listing_is_made_again_from_its_file(ingested: Path, said: Said) -> None:
    one = thin(said)["id"]
    assert said("reproduce", one, "--file", str(ingested))["same"]
    (name,) = said("reproduce", one, status=1)["lacking"]
    assert name.startswith("file ")
    ingested.write_text(ingested.read_text().replace("Custom", "Costum"))
    (reason,) = said("reproduce", one, "--file", str(ingested), status=1)["lacking"].values()
    assert "is another one" in reason


def test_a_mapping_that_is_gone_is_that_of_the_same_digest_or_named(ingested: Path, said: Said) -> None:
    true = recorded(thin(said)["id"], parts())
    shutil.rmtree(Path(os.environ["HEADSTAMP_HOME"]) / "wordings" / "mapping")
    assert reproduced(true, parts(), ingested).same, "it came with Headstamp"
    found = reproduced(imported(true, mapping="0" * 32), parts(), ingested)
    assert list(found.lacking) == [f"mapping {'0' * 32}"]


def test_a_line_that_says_something_else_or_nothing_is_named(ingested: Path, said: Said) -> None:
    true = recorded(thin(said)["id"], parts())
    other, none = (reproduced(imported(true, line=line), parts(), ingested) for line in (2, 99))
    assert {"listing.key", "listing.title"} <= {one.field for one in other.differences}
    (gone,) = none.differences
    assert (gone.field, gone.recomputed) == ("listing", "rejected: no row begins on line 99")


def imported(true: Assessment, **changed: object) -> Assessment:
    """The assessment with another provenance."""
    provenance = msgspec.structs.replace(true.listing.provenance, **changed)
    return msgspec.structs.replace(true, listing=msgspec.structs.replace(true.listing, provenance=provenance))


@pytest.mark.parametrize(("record", "told"), [("", "names none"), (f"practice/x#{'0' * 8}", "does not have it")])
def test_a_page_that_is_in_no_archive_is_named(home: Path, said: Said, record: str, told: str) -> None:
    true = recorded(flagged(said), parts())
    found = reproduced(imported(true, record=record), parts())
    (reason,) = found.lacking.values()
    assert told in reason


def test_a_listing_of_the_context_that_is_gone_is_named(ingested: Path, said: Said) -> None:
    one = thin(said)
    (Path(os.environ["HEADSTAMP_HOME"]) / "index.db").unlink()
    found = said("reproduce", one["id"], "--file", str(ingested), status=1)
    assert set(found["lacking"]) == {f"listing {used}" for used in one["context"]["listings"]}


def test_an_erased_listing_is_not_made_again(ingested: Path, said: Said) -> None:
    one = thin(said)["id"]
    erasure = Erasure(id="e", listing_id=one, time=datetime(2026, 3, 1, tzinfo=UTC), analyst="ana", reason="by order")
    with closing(parts().index()) as index:
        index.merge([erasure])
    with pytest.raises(SettingsError, match="was erased"):
        recorded(one, parts())


def test_what_is_printed_names_each_difference(home: Path, said: Said, capsys: pytest.CaptureFixture[str]) -> None:
    one = flagged(said)
    assert headstamp.main(["reproduce", one]) == 0
    assert "result: the same" in capsys.readouterr().out
    shutil.rmtree(home / "wordings")
    assert headstamp.main(["reproduce", one]) == 1
    assert "lacking  policy" in capsys.readouterr().out


def test_differences_begin_where_two_long_texts_part() -> None:
    (found,) = differences({"text": "a" * 5_000 + "b"}, {"text": "a" * 5_000 + "c"})
    assert (found.field, found.recorded, found.recomputed) == ("text", f"…{'a' * 20}b", f"…{'a' * 20}c")


def test_the_last_bits_of_a_number_are_no_difference(home: Path, said: Said) -> None:
    true = recorded(flagged(said), parts())
    score = true.classification.score
    near: Assessment = msgspec.structs.replace(
        true, classification=msgspec.structs.replace(true.classification, score=score - 1e-8)
    )
    assert list(differences(true, near)) == []
