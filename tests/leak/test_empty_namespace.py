"""The strongest form: a crawl in a network namespace with nothing in it reads everything through a unix socket."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawlers.conftest import Bench, Tiny, links, listing
from tests.leak.rooms import room
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
PAGES = 20
pytestmark = pytest.mark.leak


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A tiny market behind a SOCKS server outside, whose socket is a file in the home."""
    (tmp_path / "home").mkdir()
    with Tiny(str(tmp_path / "home" / "socks")) as server:
        server.listen()
        made = Bench(server, tmp_path)
        made.profile()
        yield made
        server.shutdown()


def test_a_namespace_without_network_has_none() -> None:
    done = subprocess.run([*room(), "ip", "-brief", "address"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["lo", "DOWN"]


def test_a_crawl_without_any_network_reads_all_pages_through_a_socket_file(bench: Bench) -> None:
    listings = {f"/listing/k{number}": listing(f"Lot {number}") for number in range(PAGES)}
    bench.tiny.pages = {"/": links(*listings)} | listings
    done = subprocess.run(
        [*room(), sys.executable, "-m", "headstamp", "crawl", "tiny", "--json"],
        cwd=ROOT,
        env=bench.environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    visit = json.loads(done.stdout)["markets"][0]
    assert (visit["finished"], visit["pages"], visit["listings"], visit["waiting"]) == (True, PAGES + 1, PAGES, 0)
    assert sorted(bench.tiny.asked) == sorted(["/", *listings]), "each page was asked for once, and none was lost"
