"""The whole way on one machine, as a newcomer walks it: through the command line, in homes of their own."""

import csv
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.commands.demo import check_free, own_home
from pipeline.errors import LockedError, SettingsError
from pipeline.settings import Serve
from pipeline.sqlite import lock

ROOT = Path(__file__).parents[1]


def headstamp(*words: str, home: Path, status: int = 0, **more: str) -> str:
    environment = {**os.environ, "HEADSTAMP_HOME": str(home), **more}
    done = subprocess.run(
        [sys.executable, "-m", "headstamp", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done.stdout


def documents(home: Path, *words: str) -> dict[str, object]:
    found = json.loads(headstamp("search", *words, "--size", "10000", "--json", home=home))
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("demo") / "home"
    # A unit's Kafka and index never hear of invented listings: the demo works on files.
    said = headstamp(
        "demo", "--once", home=home, HEADSTAMP_BROKER="kafka://127.0.0.1:1", HEADSTAMP_INDEX="http://127.0.0.1:1"
    )
    (home.parent / "said").write_text(said)
    return home


def facts(said: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in said.splitlines())


@pytest.mark.slow
def test_the_demo_crawls_assesses_and_flags(demo_home: Path) -> None:
    said = facts((demo_home.parent / "said").read_text())
    assert int(said["listings"]) > 500
    assert int(said["pages"]) > int(said["listings"])
    assert 0 < int(said["flagged"]) < int(said["listings"]) // 10
    assert re.search(r"FA \d+", said["flagged by category"])


@pytest.mark.slow
def test_a_second_demo_shows_the_same(demo_home: Path) -> None:
    first, second = facts((demo_home.parent / "said").read_text()), facts(headstamp("demo", "--once", home=demo_home))
    assert {name: value for name, value in first.items() if name != "seconds"} == {
        name: value for name, value in second.items() if name != "seconds"
    }


def held(path: Path) -> bool:
    try:
        with lock(path, "it"):
            return False
    except LockedError:
        return True


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
def test_no_crawl_outlives_its_demo(tmp_path: Path, number: int) -> None:
    words = [sys.executable, "-m", "headstamp", "demo", "--once"]
    environment = {**os.environ, "HEADSTAMP_HOME": str(tmp_path)}
    crawling = tmp_path / "locks" / "crawl-practice.lock"
    with subprocess.Popen(words, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as begun:
        while not crawling.exists() or not crawling.read_bytes():
            assert begun.poll() is None
            time.sleep(0.01)
        begun.send_signal(number)
    for _ in range(1_000):
        if not held(crawling):
            return
        time.sleep(0.05)
    pytest.fail("the crawl goes on")


def test_the_demo_keeps_its_invented_listings_apart_from_others(tmp_path: Path) -> None:
    assert own_home(tmp_path) == tmp_path
    (tmp_path / "demo.json").touch()
    (tmp_path / "log.db").touch()
    assert own_home(tmp_path) == tmp_path
    (tmp_path / "demo.json").unlink()
    assert own_home(tmp_path) == tmp_path / "demo"


def test_a_taken_port_is_said_before_the_crawl() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"127.0.0.1:{port} is taken; .*ARGS='--port 8601'"):
            check_free(Serve(), port)
        with pytest.raises(SettingsError, match="is taken"):
            check_free(Serve(port=port), None)
    for free in (port, 0):
        check_free(Serve(), free)


@pytest.mark.slow
def test_what_the_demo_found_can_be_searched_with_its_provenance(demo_home: Path) -> None:
    found = documents(demo_home, "--filter", "verdict=flagged")
    listings = found["listings"]
    assert isinstance(listings, list)
    assert found["total"] == len(listings) == int(facts((demo_home.parent / "said").read_text())["flagged"])
    origins = [each["current"]["listing"]["provenance"] for each in listings]
    assert {origin["kind"] for origin in origins} == {"capture"}
    assert all(re.fullmatch(r"[0-9a-f]{64}", origin["page"]) for origin in origins)


@pytest.fixture(scope="module")
def real_home(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Path:
    return ingested(tmp_path_factory.mktemp("real") / "home", shared_data)


def ingested(home: Path, shared_data: Path) -> Path:
    said = json.loads(headstamp("ingest", str(shared_data / "darkweb_listings.csv"), "--json", home=home))
    assert (said["rows"], said["listings"]) == (24_009, 23_223)
    headstamp("run", "--once", home=home)
    return home


@pytest.mark.slow
@pytest.mark.data
def test_the_real_listings_go_through(real_home: Path) -> None:
    assert documents(real_home)["total"] == 23_223
    found = [each["current"]["listing"] for each in documents(real_home, "glock")["listings"]]  # type: ignore[attr-defined]
    assert len(found) > 5
    assert all("glock" in f"{listing['title']} {listing.get('description', '')}".lower() for listing in found)


@pytest.mark.slow
@pytest.mark.data
def test_a_key_that_returns_with_another_title_is_another_version(real_home: Path) -> None:
    histories = [each["history"] for each in documents(real_home, "--filter", "market=agora")["listings"]]  # type: ignore[attr-defined]
    assert any(len({seen["title"] for seen in history}) > 1 for history in histories)


@pytest.mark.slow
@pytest.mark.data
def test_the_same_file_again_changes_nothing_and_another_home_gives_the_same(
    real_home: Path, tmp_path: Path, shared_data: Path
) -> None:
    searches: Sequence[Sequence[str]] = (
        ["glock"],
        ["--filter", "verdict=flagged"],
        ["9mm", "--sort", "score"],
        ["--filter", "market=cypher"],
    )
    before = [documents(real_home, *words) for words in searches]
    ingested(real_home, shared_data)
    other = ingested(tmp_path / "other", shared_data)
    assert [documents(real_home, *words) for words in searches] == before
    assert [documents(other, *words) for words in searches] == before


@pytest.mark.data
def test_score_prints_a_line_a_row_and_stores_nothing(tmp_path: Path, shared_data: Path) -> None:
    rows = (shared_data / "darkweb_listings.csv").read_text().splitlines(keepends=True)[:301]
    part = tmp_path / "part.csv"
    part.write_text("".join(rows))
    scored = list(csv.DictReader(io.StringIO(headstamp("score", str(part), home=tmp_path / "home"))))
    given = list(csv.DictReader(rows))
    assert list(scored[0]) == ["row", "listing_id", "score", "category", "verdict"]
    assert [(line["row"], line["listing_id"]) for line in scored] == [
        (str(number), row["listing_id"]) for number, row in enumerate(given, 1)
    ]
    assert all(0 <= float(line["score"]) <= 1 for line in scored)
    assert not (tmp_path / "home" / "log.db").exists()
    assert not (tmp_path / "home" / "index.db").exists()


def test_a_row_that_cannot_be_scored_keeps_its_line(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("market,listing_id,title\nm,1,Glock 17 9mm pistol with two mags\nm,,no key\nm,3,blue dream 10g\n")
    scored = list(csv.DictReader(io.StringIO(headstamp("score", str(file), home=tmp_path / "home"))))
    assert [line["verdict"] for line in scored] == ["flagged", "rejected", "clear"]
    assert scored[0]["category"] == "FA"
    objects = [
        json.loads(line) for line in headstamp("score", str(file), "--json", home=tmp_path / "home").splitlines()
    ]
    assert [type(one["score"]) for one in objects] == [float, type(None), float]
    assert [f"{one['score']:.6f}" for one in objects[::2]] == [line["score"] for line in scored[::2]]
