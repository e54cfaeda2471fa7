"""`headstamp practice --tor`: the practice market as real onion services."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crawlers.practice.onion import write_profile
from crawlers.profile import load
from pipeline.errors import SettingsError
from tests.conftest import need_tor
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
MIRRORS = ("zco6qoufyscnjm7vcwgloiecf62l2lh7b7ndqoqydidfjity2wupksyd.onion",)


@pytest.mark.tor
@pytest.mark.slow
def test_the_practice_market_is_crawled_through_tor_with_the_profile_it_writes(tmp_path: Path) -> None:
    need_tor()
    report, profiles = tmp_path / "report.json", tmp_path / "profiles"
    words = ["practice", "--tor", "--listings", "40", "--profiles", str(profiles), "--report", str(report)]
    with subprocess.Popen(
        [sys.executable, "-m", "headstamp", *words], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as market:
        assert market.stdout is not None
        ready = json.loads(market.stdout.readline())
        done = crawled(tmp_path, ready["socks"], profiles)
        market.terminate()
        assert market.wait(PATIENCE_S) == 0
    counted = json.loads(report.read_text())
    assert (done["pages"], len(ready["mirrors"])) == (counted["requests"], 2)
    assert done["listings"] > 30
    assert set(counted["traps"].values()) == {0}
    assert not Path(ready["control"].removeprefix("unix:")).parent.exists()


def crawled(home: Path, socks: str, profiles: Path) -> dict[str, int]:
    environment = {
        **os.environ,
        "HEADSTAMP_HOME": str(home),
        "HEADSTAMP_CRAWL_SOCKS": socks,
        "HEADSTAMP_CRAWL_PROFILES": str(profiles),
        "HEADSTAMP_CRAWL_AUTHORITIES": str(profiles / "authority" / "authorities.yaml"),
    }
    words = [sys.executable, "-m", "headstamp", "crawl", "practice", "--json"]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said: dict[str, int] = json.loads(done.stdout)
    return said


def test_the_written_profile_builds_on_the_shipped_one_and_can_be_written_again(tmp_path: Path) -> None:
    for _ in range(2):
        write_profile(tmp_path / "profiles", MIRRORS)
    profile = load("practice", str(tmp_path / "profiles"))
    assert (profile.mirrors, profile.fields) == (MIRRORS, load("practice").fields)


def test_a_profile_of_someone_elses_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "practice.yaml").write_text("market: practice\n")
    with pytest.raises(SettingsError, match="was not made here"):
        write_profile(tmp_path, MIRRORS)
    assert (tmp_path / "practice.yaml").read_text() == "market: practice\n"


@pytest.mark.parametrize(
    ("words", "said"), [(["--tor", "--port", "99"], "unix socket"), (["--profiles", "x"], "without --tor")]
)
def test_arguments_that_contradict_each_other_are_refused(words: list[str], said: str) -> None:
    command = [sys.executable, "-m", "headstamp", "practice", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, said in done.stderr) == (2, True)
