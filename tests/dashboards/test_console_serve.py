"""`headstamp serve` listens, settles reviews, and ends when it is told to."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from dashboards.web import desk
from dashboards.web import settling as settle_beside
from dashboards.web.settling import settling
from pipeline.topics import REVIEWS
from tests.dashboards.conftest import Site, offer
from tests.patience import PATIENCE_S


@contextmanager
def console(home: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "HEADSTAMP_HOME": str(home)}
    command = [sys.executable, "-m", "headstamp", "serve", *words]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_where_it_answers_and_ends_cleanly(tmp_path: Path, told: signal.Signals) -> None:
    with console(tmp_path, "--port", "0") as process:
        assert process.stdout is not None
        name, _, address = process.stdout.readline().strip().partition(": ")
        assert name == "console"
        assert address.startswith("http://127.0.0.1:")
        with urlopen(f"{address}/health", timeout=PATIENCE_S) as answer:
            assert answer.status == 200
        process.send_signal(told)
        out, err = process.communicate(timeout=PATIENCE_S)
        assert (process.returncode, out, err) == (0, "", "")


def test_another_host_is_wrong_usage_in_one_line(tmp_path: Path) -> None:
    with console(tmp_path, "--host", "0.0.0.0") as process:
        _, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 2
        assert err.startswith("headstamp: serve: 0.0.0.0 is not a loopback address")
        assert err.count("\n") == 1


def asked(path: Path, host: str) -> str:
    """The status line of a page that is asked for at a socket's path."""
    with closing(socket.socket(socket.AF_UNIX)) as visitor:
        visitor.connect(str(path))
        visitor.sendall(f"GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return visitor.makefile("rb").readline().decode().strip()


def test_behind_a_socket_file_it_answers_to_the_loopback_address_that_leads_there_and_to_no_other(
    tmp_path: Path,
) -> None:
    path = tmp_path / "door"
    with closing(socket.socket(socket.AF_UNIX)) as killed:
        killed.bind(str(path))  # what a killed console left behind
    with console(tmp_path / "home", "--host", f"unix:{path}", "--port", "8611") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "console: http://127.0.0.1:8611\n"
        assert path.stat().st_mode & 0o077 == 0, "only its own user gets in"
        assert asked(path, "127.0.0.1:8611") == asked(path, "localhost:8611") == "HTTP/1.1 200 OK"
        assert asked(path, "127.0.0.1:8600").startswith("HTTP/1.1 421")
        assert asked(path, "console:8611").startswith("HTTP/1.1 421")
        with console(tmp_path / "other", "--host", f"unix:{path}", "--port", "8611") as second:
            _, told = second.communicate(timeout=PATIENCE_S)
            assert (second.returncode, told.count("\n")) == (2, 1)
            assert "another console may listen there" in told
        process.terminate()
        assert process.wait(PATIENCE_S) == 0


def test_a_socket_file_without_a_port_is_wrong_usage(tmp_path: Path) -> None:
    with console(tmp_path, "--host", f"unix:{tmp_path / 'door'}", "--port", "0") as process:
        _, told = process.communicate(timeout=PATIENCE_S)
        assert (process.returncode, "--port" in told) == (2, True)


def test_it_leaves_settling_to_another_process_and_takes_over_when_that_ends(
    unsettled: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "PATIENCE_S", 0.2)
    monkeypatch.setattr(settle_beside, "RETRY_S", 0.05)
    fa = offer("fa")
    unsettled.index([fa])
    with closing(unsettled.deployment.broker()) as other:
        with other.batch(REVIEWS.name, "settle", size=1, wait=0):
            pass
        with settling(unsettled.deployment):
            unsettled.review(fa.id, decision="FA")
            assert unsettled.reviews(fa.id) == ()
            other.close()
            monkeypatch.setattr(desk, "PATIENCE_S", 20)
            unsettled.review(fa.id, decision="unsure")
    assert len(unsettled.reviews(fa.id)) == 2
