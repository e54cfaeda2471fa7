"""An archive is checked, anchored and handed over from a disk that nobody can write to, and is as it was afterwards."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from crawlers.evidence.anchor import anchor
from crawlers.evidence.whole import verify_all
from pipeline.audit import FILE, Audit
from pipeline.records import Decision, Review
from pipeline.sqlite import Database
from tests.evidence.conftest import BEGUN, Small

ROOT = Path(__file__).parents[2]
FILED = """
import os, sys
from pathlib import Path
from pipeline.audit import Audit
from tests.evidence.test_read_only import review
audit = Audit(Path(sys.argv[1]))
audit.file([review("r1"), review("r2")])
os._exit(0)
"""
"""A process that is killed when its entries stand beside the file, in what SQLite calls the WAL."""
READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'


def review(id_: str) -> Review:
    return Review(id=id_, listing_id="l", version="v", decision=Decision.IN_SCOPE, analyst="a", time=BEGUN)


def everything(home: Path) -> dict[Path, tuple[int, int, bytes]]:
    """All that is in a folder: when it was changed last, and what it holds."""
    found = [home, *home.rglob("*")]
    return {
        path: (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in found
    }


@pytest.fixture
def left(small: Small) -> Small:
    """A home whose audit a killed process left with entries in the WAL."""
    subprocess.run([sys.executable, "-c", FILED, str(small.home)], check=True, cwd=ROOT)
    assert (small.home / f"{FILE}-wal").stat().st_size
    return small


def test_a_check_and_an_anchor_leave_a_home_as_it_was(left: Small) -> None:
    (left.folder / ".lock").unlink()
    before = everything(left.home)
    assert verify_all(left.home).sound
    assert anchor(left.folder, BEGUN).records == 6
    assert everything(left.home) == before


def test_what_was_filed_last_is_checked_too(left: Small) -> None:
    with closing(Database(left.home / FILE, [""])) as database:
        database.run("UPDATE entry SET content=CAST(replace(content, 'in_scope', 'unsure') AS BLOB) WHERE number=2")
        (finding,) = verify_all(left.home).findings  # while another process has the file open
    assert "entry 2 was changed" in finding.text


def test_a_damaged_audit_is_named_by_its_own_name(left: Small) -> None:
    (left.home / f"{FILE}-wal").unlink()
    (left.home / FILE).write_bytes(b"no database" * 1000)
    (finding,) = verify_all(left.home).findings
    assert finding.text.startswith("audit.db: the database file is damaged")


def test_an_audit_is_read_while_others_file(left: Small) -> None:
    with closing(Audit(left.home)) as audit:
        audit.file([review("r3")])
        assert verify_all(left.home).sound


def read_only(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What a command says where the home is mounted so that it cannot be written."""
    space = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    way = [*space, "sh", "-c", READ_ONLY, "sh", str(home)]
    if subprocess.run([*way, "true"], capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here (unshare -m as root, or unshare -Urm)")
    command = [*way, sys.executable, "-m", "headstamp", *words]
    environment = os.environ | {"HEADSTAMP_HOME": str(home)}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)


@pytest.mark.parametrize("part", [".", "archive"])
def test_a_home_on_a_read_only_disk_is_verified(left: Small, part: str) -> None:
    done = read_only(left.home, "verify", str(left.home / part))
    assert (done.returncode, done.stderr) == (0, "")
    assert "wrong: nothing" in done.stdout


def test_a_home_on_a_read_only_disk_is_anchored(left: Small) -> None:
    done = read_only(left.home, "evidence", "anchor")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("headstamp-anchor-1 ")


def test_a_record_on_a_read_only_disk_is_handed_over_and_a_listing_is_not(left: Small, tmp_path: Path) -> None:
    done = read_only(left.home, "evidence", "export", left.lines()[2].link.id, "--to", str(tmp_path / "out.wacz"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "signed in:        manifest 1" in (tmp_path / "out.txt").read_text()
    done = read_only(left.home, "evidence", "export", "0" * 32, "--to", str(tmp_path / "other.wacz"))
    assert done.returncode == 2
    assert "is read-only, and the log" in done.stderr
