"""`headstamp tor`: the home's own tor, in a private network or with its network off; never anywhere else."""

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from crawlers.address import onion
from crawlers.daemon import process
from crawlers.daemon.controller import talk
from crawlers.daemon.place import Place, control, own
from crawlers.daemon.torrc import ALLOWED
from crawlers.daemon.watch import tor_version, watching
from crawlers.practice.network import Network
from crawlers.practice.network.reach import reply
from pipeline.errors import TorUnavailableError
from pipeline.settings import Crawl, Settings, Tor
from tests.conftest import need_tor
from tests.tor.conftest import LISTINGS
from tests.tor.tiny import ROOT, Origin, crawl, environment, write_profile

KEY_MISSING = 0xF4


def headstamp(*words: str, folder: Path, status: int = 0, **settings: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "headstamp", *words],
        cwd=ROOT,
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done.stdout if status == 0 else done.stdout + done.stderr


def told(folder: Path, status: int = 0, **settings: str) -> dict[str, Any]:
    done = headstamp("tor", "status", "--json", folder=folder, status=status, LOG_LEVEL="debug", **settings)
    facts: dict[str, Any] = json.loads(done)
    return facts


@pytest.fixture
def off(tmp_path: Path) -> Iterator[Path]:
    """A folder whose home's tor has its network off; it is ended afterwards, whatever happens."""
    need_tor()
    (tmp_path / "torrc").write_text("DisableNetwork 1\n")
    yield tmp_path
    ended(tmp_path)


def ended(folder: Path) -> None:
    place = own(Settings(home=str(folder / "home")))
    if running := process.running(place):
        process.stop(place, running)


def test_it_starts_once_says_how_it_is_and_stops(off: Path) -> None:
    extra = str(off / "torrc")
    assert "started as process" in headstamp("tor", "start", "--wait", "0", folder=off, TOR_TORRC=extra)
    assert "runs already" in headstamp("tor", "start", "--wait", "0", folder=off, TOR_TORRC=extra)
    facts = told(off, 1)
    assert (facts["whose"], facts["running"], facts["bootstrap"]) == ("home", True, 0)
    assert facts["version"].startswith("0.4.")
    assert (off / "home" / "tor").stat().st_mode & 0o777 == 0o700
    assert f"process {facts['pid']} has ended" in headstamp("tor", "stop", folder=off)
    assert (told(off, 1)["running"], Path(f"/proc/{facts['pid']}/exe").exists()) == (False, False)
    assert "does not run" in headstamp("tor", "stop", folder=off)


def test_a_start_that_gets_nowhere_names_the_phase_and_goes_on(off: Path) -> None:
    said = headstamp("tor", "start", "--wait", "1", folder=off, status=1, TOR_TORRC=str(off / "torrc"))
    assert "tor is at 0 % after 1 seconds (starting: Starting)" in said
    assert "`headstamp tor stop` ends it" in said
    assert told(off, 1)["running"]


def test_a_killed_tor_is_noticed_and_started_again(off: Path) -> None:
    extra = str(off / "torrc")
    headstamp("tor", "start", "--wait", "0", folder=off, TOR_TORRC=extra)
    first = told(off, 1)["pid"]
    os.kill(first, signal.SIGKILL)
    assert not told(off, 1)["running"]
    assert "started as process" in headstamp("tor", "start", "--wait", "0", folder=off, TOR_TORRC=extra)
    assert told(off, 1)["pid"] != first


def test_another_process_that_has_the_number_by_now_is_left_alone(off: Path) -> None:
    place = own(Settings(home=str(off / "home")))
    place.make()
    with subprocess.Popen(["sleep", "60"]) as other:
        place.process.write_text(json.dumps({"pid": other.pid, "began": 1}))
        assert "does not run" in headstamp("tor", "stop", folder=off)
        assert other.poll() is None
        other.kill()


def test_a_frozen_tor_is_reported_and_stopped(off: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=str(off / "home"), tor=Tor(torrc=str(off / "torrc")))
    running = process.start(own(settings), settings.tor)
    monkeypatch.setattr("crawlers.daemon.controller.ANSWER_S", 0.3)
    os.kill(running.pid, signal.SIGSTOP)
    assert tor_version(settings) == ""
    process.stop(own(settings), running)
    assert process.running(own(settings)) is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("SocksPort 9050", "line 2: 'SocksPort' is not among the options"),
        ("socksp 9050", "'socksp' is not among"),
        ("+ControlPort 9051", "'ControlPort' is not among"),
        ("ExitRelay 1", "'ExitRelay' is not among"),
        ("ORPort 9001", "'ORPort' is not among"),
        ("ClientOnly 0", "'ClientOnly' is not among"),
        ("DNSPort 53", "'DNSPort' is not among"),
        ("%include /etc/tor", "'%include' is not among"),
        ('"SocksPort" 9050', "is not among"),
        ("NumCPUs 1 \\", "a line goes over one line"),
        ("NumCPUs 1\rSocksPort 9050", "'SocksPort' is not among"),
        ("NumCPUs 1\x0bSocksPort 9050", "a line goes over one line"),
        ("DirAuthority x orport=1 v3ident=F 192.0.2.7:80 F", "on 127.0.0.1 only"),
        ("DirAuthority x orport=1 ipv6=[2001:db8::1]:1 127.0.0.1:80 F", "on 127.0.0.1 only"),
    ],
)
def test_lines_that_would_weaken_tor_are_refused(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "torrc").write_bytes(f"DisableNetwork 1\n{line}\n".encode())
    answer = headstamp("tor", "start", "--wait", "0", folder=tmp_path, status=2, TOR_TORRC=str(tmp_path / "torrc"))
    assert said in answer
    assert not (tmp_path / "home" / "tor" / "process.json").exists()


def test_a_file_of_lines_that_is_not_there_is_said_once(tmp_path: Path) -> None:
    said = headstamp("tor", "start", folder=tmp_path, status=2, TOR_TORRC="/nosuch")
    assert said == "headstamp: tor.torrc: /nosuch cannot be read (No such file or directory); correct the setting\n"


def test_the_document_lists_every_option_that_may_be_added() -> None:
    text = (ROOT / "docs" / "tor.md").read_text(encoding="utf-8")
    assert [option for option in ALLOWED if f"`{option}`" not in text] == []


def test_what_tor_does_not_take_is_told_in_its_words(off: Path) -> None:
    (off / "torrc").write_text("DisableNetwork 1\nNumCPUs many\n")
    said = headstamp("tor", "start", "--wait", "0", folder=off, status=2, TOR_TORRC=str(off / "torrc"))
    assert "NumCPUs" in said


def test_a_home_too_deep_for_a_socket_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TorUnavailableError, match="name a home with a shorter path"):
        Place(tmp_path / ("a" * 100)).make()


def test_a_home_with_any_letters_will_do(tmp_path: Path) -> None:
    need_tor()
    settings = Settings(home=str(tmp_path / 'a "b" #c \\d'), tor=Tor(torrc=str(tmp_path / "torrc")))
    (tmp_path / "torrc").write_text("DisableNetwork 1\n")
    running = process.start(own(settings), settings.tor)
    assert tor_version(settings).startswith("0.4.")
    process.stop(own(settings), running)


def test_another_tor_that_the_settings_name_is_not_started(tmp_path: Path) -> None:
    said = headstamp("tor", "start", folder=tmp_path, status=2, CRAWL_SOCKS="127.0.0.1:1")
    assert "crawl.socks: names another tor" in said


def test_a_missing_program_says_how_to_install_it(tmp_path: Path) -> None:
    said = headstamp("tor", "start", folder=tmp_path, status=1, TOR_BINARY="no-such-tor")
    assert "no program 'no-such-tor'" in said
    assert "policy-rc.d that exits 101" in said


def test_the_socks_port_in_use_is_the_named_one_else_the_homes_own_else_the_usual(off: Path) -> None:
    plain = Settings(home=str(off / "home"))
    assert plain.socks == "127.0.0.1:9050"
    assert Settings(crawl=Crawl(socks="127.0.0.1:1")).socks == "127.0.0.1:1"
    assert (control(plain), tor_version(plain)) == ("", "")


def test_the_homes_own_tor_is_the_one_in_use_before_it_listens(off: Path) -> None:
    headstamp("tor", "start", "--wait", "0", folder=off, TOR_TORRC=str(off / "torrc"))
    own_socks = f"unix:{off / 'home' / 'tor' / 'socks'}"
    (off / "home" / "tor" / "socks").unlink(missing_ok=True)
    assert told(off, 1)["socks"] == own_socks
    assert f"SOCKS port {own_socks} does not answer" in headstamp("check", folder=off, CRAWL_AUTHORITIES="")
    headstamp("tor", "stop", folder=off)
    assert told(off, 1)["socks"] == "127.0.0.1:9050"


@pytest.mark.slow
def test_a_crawl_goes_through_the_homes_own_tor_and_status_tells_of_it(
    tor_network: Network, origin: Origin, mirrors: tuple[str, str], tmp_path: Path
) -> None:
    nobody = onion(Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    write_profile(tmp_path, [nobody, *mirrors])
    (tmp_path / "torrc").write_text("\n".join(tor_network.lines))
    try:
        headstamp("tor", "start", "--wait", "60", folder=tmp_path, TOR_TORRC=str(tmp_path / "torrc"))
        with crawl(tmp_path) as crawling:
            said = crawling.ended()
        facts = told(tmp_path)
    finally:
        ended(tmp_path)
    assert (said["listings"], facts["bootstrap"]) == (LISTINGS, 100)
    assert facts["circuits"]["tiny"] >= 1
    assert (list(facts["descriptor_failures"]), facts["descriptor_failures"][nobody]["reason"]) == (
        [nobody],
        "NOT_FOUND",
    )


def test_a_tor_that_the_settings_name_is_looked_at(tor_network: Network, tmp_path: Path) -> None:
    facts = told(tmp_path, CRAWL_SOCKS=tor_network.socks, TOR_CONTROL=tor_network.control)
    assert (facts["whose"], facts["pid"]) == ("settings", tor_network.nodes["client"].pid)


def test_a_control_port_that_is_away_costs_nothing_but_the_watch(
    tor_network: Network, origin: Origin, mirrors: tuple[str, str], tmp_path: Path
) -> None:
    write_profile(tmp_path, mirrors)
    gone = f"unix:{tmp_path / 'gone'}"
    with crawl(tmp_path, CRAWL_SOCKS=tor_network.socks, TOR_CONTROL=gone) as crawling:
        said = crawling.ended()
    assert said["listings"] == LISTINGS


@pytest.fixture
def guarded(tor_network: Network, origin: Origin) -> tuple[str, str]:
    """A service that asks for a key, and the file that holds the key."""
    private = X25519PrivateKey.generate()
    public = base64.b32encode(private.public_key().public_bytes_raw()).decode().rstrip("=")
    mirror, _ = tor_network.publish(origin.server_address[1], clients=[public])
    key = base64.b32encode(private.private_bytes_raw()).decode().rstrip("=")
    return mirror, f"{mirror.removesuffix('.onion')}:descriptor:x25519:{key}\n"


def test_a_service_that_asks_for_a_key_is_reached_with_it_and_not_without(
    tor_network: Network, guarded: tuple[str, str], tmp_path: Path
) -> None:
    mirror, key = guarded
    settings = Settings(home=str(tmp_path), tor=Tor(control=tor_network.control))
    assert reply(tor_network.socks, mirror, 80, 20) == KEY_MISSING
    place = own(settings)
    place.make()
    (place.keys / "officer.auth_private").write_text(key)
    with watching(settings, {mirror}):
        assert reply(tor_network.socks, mirror, 80, 20) == 0
    with talk(tor_network.control) as found:
        assert found.circuits()


def test_a_key_file_that_holds_none_is_named_without_what_it_holds(tmp_path: Path, tor_network: Network) -> None:
    write_profile(tmp_path, [onion(bytes(32))])
    keys = tmp_path / "home" / "tor" / "onion-auth"
    keys.mkdir(parents=True)
    (keys / "wrong.auth_private").write_text("planted-secret")
    said = headstamp(
        "crawl", "tiny", folder=tmp_path, status=2, CRAWL_SOCKS=tor_network.socks, TOR_CONTROL=tor_network.control
    )
    assert "wrong.auth_private: is no key" in said
    assert "planted-secret" not in said
