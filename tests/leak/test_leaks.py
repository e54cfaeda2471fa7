"""Nothing leaves a crawl but to tor: shown where every address answers, by a sniffer that sees what does leave."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.leak.origin import SCENARIOS, turns
from tests.leak.rooms import room
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
MOST_S = 3 * PATIENCE_S
COLUMNS = ("outside", "dns", "hits")
CLEAN: dict[str, list[str]] = {column: [] for column in COLUMNS}
Runs = dict[tuple[str, str], dict[str, Any]]
pytestmark = [pytest.mark.leak, pytest.mark.tor, pytest.mark.slow]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """What left in each crawl of the scene, by layer and scenario."""
    folder = tmp_path_factory.mktemp("leak")
    done = subprocess.run(
        [*room(), sys.executable, "-m", "tests.leak.scene", str(folder)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=MOST_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return {(one["layer"], one["scenario"]): one for one in told}


def left(run: dict[str, Any]) -> dict[str, list[str]]:
    return {column: run[column] for column in COLUMNS}


@pytest.mark.parametrize("scenario", ["all", "c library", "python library"])
def test_what_should_leak_does(runs: Runs, scenario: str) -> None:
    counted = {column: len(found) for column, found in left(runs["control", scenario]).items()}
    assert all(counted.values()), counted


def test_a_proxy_of_the_environment_is_what_plain_scrapy_asks(runs: Runs) -> None:
    assert "http ::ffff:203.0.113.9:3128" in runs["control", "proxies"]["hits"]


def asked(*scenarios: str) -> list[str]:
    """What the market is asked for, each address once, and never robots.txt."""
    more = [f"/turn/{number}" for number in range(2 * len(turns()))] if "turns" in scenarios else []
    return sorted([*(f"/{scenario}" for scenario in scenarios), *["/listing/k0"] * len(scenarios), *more])


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nothing_leaves_a_crawl_but_to_tor(runs: Runs, scenario: str) -> None:
    run = runs["whole", scenario]
    assert left(run) == CLEAN
    assert (run["status"], run["errors"], run["summary"]["listings"]) == (0, "", 1)
    assert sorted(run["asked"]) == asked(scenario), "it met every temptation, and read what it may"


def test_without_its_guards_the_gate_alone_lets_nothing_out(runs: Runs) -> None:
    run = runs["gate alone", "all"]
    assert left(run) == CLEAN
    assert (run["status"], run["summary"]["listings"]) == (0, len(SCENARIOS))
    assert sorted(run["asked"]) == asked(*SCENARIOS)


@pytest.mark.parametrize("layer", ["whole", "gate alone"])
def test_nothing_leaves_a_crawl_without_tor(runs: Runs, layer: str) -> None:
    assert left(runs[layer, "tor down"]) == CLEAN


def test_a_crawl_without_tor_fails_and_says_so(runs: Runs) -> None:
    run = runs["whole", "tor down"]
    assert (run["status"], run["asked"]) == (1, [])
    assert "does not answer: start tor" in run["errors"]


@pytest.mark.parametrize("place", ["tcp", "empty namespace"])
def test_tor_is_reached_by_tcp_and_from_a_namespace_without_any_network(runs: Runs, place: str) -> None:
    run = runs["whole", place]
    assert (run["status"], run["summary"]["listings"], left(run)) == (0, 1, CLEAN), run["errors"]


@pytest.mark.parametrize("guard", ["guards", "hook", "kernel"])
def test_the_guards_hold_plain_scrapy_too(runs: Runs, guard: str) -> None:
    assert left(runs[f"{guard} alone", "all"]) == CLEAN


@pytest.mark.parametrize("way", ["unix", "tcp"])
def test_a_library_that_phones_home_ends_the_crawl_which_names_the_address(runs: Runs, way: str) -> None:
    run = runs["python library", way]
    assert (run["status"], left(run)) == (1, CLEAN)
    assert "a crawl tried to" in run["errors"]
    assert "203.0.113.9" in run["errors"]


@pytest.mark.parametrize("way", ["unix", "tcp"])
def test_a_library_in_c_reaches_nothing_and_the_crawl_goes_on(runs: Runs, way: str) -> None:
    run = runs["c library", way]
    assert (run["status"], run["summary"]["listings"], left(run)) == (0, 1, CLEAN)
