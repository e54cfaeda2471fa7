"""`headstamp serve` listens, settles reviews, and ends when it is told to."""

import os
import signal
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
        with urlopen(f"{address}/health", timeout=20) as answer:
            assert answer.status == 200
        process.send_signal(told)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, "", "")


def test_another_host_is_wrong_usage_in_one_line(tmp_path: Path) -> None:
    with console(tmp_path, "--host", "0.0.0.0") as process:
        _, err = process.communicate(timeout=30)
        assert process.returncode == 2
        assert err.startswith("headstamp: serve: 0.0.0.0 is not a loopback address")
        assert err.count("\n") == 1


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
