"""`headstamp demo --tor`: the whole way, through a private Tor network."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import need_tor
from tests.tor.tiny import ROOT


def demo(folder: Path, **extra: str) -> "subprocess.CompletedProcess[str]":
    words = [sys.executable, "-m", "headstamp", "demo", "--tor", "--once", "--listings", "60", "--json"]
    told = {"PATH": os.environ["PATH"], "HEADSTAMP_HOME": str(folder / "home"), **extra}
    return subprocess.run(words, cwd=ROOT, env=told, capture_output=True, text=True, check=False)


@pytest.mark.tor
@pytest.mark.slow
def test_the_demo_flags_listings_of_an_onion_service(tmp_path: Path) -> None:
    need_tor()
    done = demo(tmp_path)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["flagged"] >= 1
    assert said["listings"] > 50
    assert said["way"] == "two onion services in a private Tor network on loopback"
    profile = (Path(said["home"]) / "practice-profiles" / "practice.yaml").read_text()
    assert len(re.findall(r"[a-z2-7]{56}\.onion", profile)) == 2


def test_without_tor_the_demo_says_what_to_install(tmp_path: Path) -> None:
    done = demo(tmp_path, PATH=os.devnull)
    assert done.returncode == 1
    assert "no program 'tor-gencert': install Debian's package with" in done.stderr
