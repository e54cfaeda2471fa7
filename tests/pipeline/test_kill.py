"""Kill -9 at any moment: nothing is lost, nothing is there twice."""

import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.chaos import chaos
from pipeline import codec
from pipeline.broker import START
from pipeline.broker.sqlite import SqliteBroker
from pipeline.records import Alert, Presence, Sighting
from pipeline.topics import ALERTS, LISTINGS

ROOT = Path(__file__).parents[2]
SIZE, MESSAGES, KILLS = 10, 300, 6
STAGE = """
import sys, threading
from pathlib import Path
from pipeline.broker.sqlite import SqliteBroker
from pipeline.records import Alert
from pipeline.stages import Stage
from pipeline.topics import ALERTS, LISTINGS
from pipeline.worker import run_forever

def work(found):
    print(len(found), flush=True)
    return [(ALERTS, Alert(id=record.listing_id, kind="seen", time=record.time)) for record in found]

stage = Stage(name="notice", topic=LISTINGS, work=work)
run_forever(stage, SqliteBroker(Path(sys.argv[1])), threading.Event(), size=10, wait=1)
"""


def start(path: Path) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", STAGE, str(path)]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def kill_in_a_batch(path: Path, *, pause: float) -> None:
    with start(path) as stage:
        assert stage.stdout is not None
        stage.stdout.readline()
        time.sleep(pause)
        stage.send_signal(signal.SIGKILL)


def test_a_stage_killed_again_and_again_answers_every_message_in_its_order(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    names = [str(number) for number in range(MESSAGES)]
    seen = [
        Sighting(listing_id=name, market="m", visit="v", time=datetime(2026, 3, 1, tzinfo=UTC), presence=Presence.GONE)
        for name in names
    ]
    with closing(SqliteBroker(path)) as broker:
        for number in range(KILLS):
            broker.publish(LISTINGS.name, codec.messages(seen[number::KILLS]))
            kill_in_a_batch(path, pause=number / 1_000)
        with start(path) as stage:
            while broker.lag(LISTINGS.name, "notice"):
                time.sleep(0.02)
            stage.kill()
        answers = [codec.decode(each, (Alert,)) for each in broker.read(ALERTS.name, START)]
    ids = [answer.id for answer in answers if isinstance(answer, Alert)]
    assert list(dict.fromkeys(ids)) == [name for number in range(KILLS) for name in names[number::KILLS]]
    assert len(ids) <= MESSAGES + KILLS * SIZE


@pytest.mark.slow
def test_the_commands_killed_in_their_work_leave_the_index_of_an_undisturbed_run(tmp_path: Path) -> None:
    report = chaos(tmp_path, rounds=4, listings=200, seed=1)
    assert report.faults == []
    assert (report.listings, report.reviews) == (650, 65)
