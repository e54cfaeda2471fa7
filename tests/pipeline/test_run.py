"""The stages in one process: in turn, side by side, and beside a console."""

import dataclasses
import json
import signal
import subprocess
import sys
import threading
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest

from pipeline import codec
from pipeline.activations import Activations
from pipeline.broker.sqlite import SqliteBroker
from pipeline.commands import run
from pipeline.deployment import STAGES, Deployment
from pipeline.errors import IndexUnavailableError, LockedError
from pipeline.index import Index, Query
from pipeline.index.sqlite import SqliteIndex
from pipeline.policy import Cut
from pipeline.records import Classification, Context, Decision, Import, Listing, Review
from pipeline.settings import Assess, Run, Settings
from pipeline.stages import Classifier
from pipeline.taxonomy import Category, Track
from pipeline.topics import LISTINGS, REVIEWS
from pipeline.worker import Tally

ROOT = Path(__file__).parents[2]
TIME = datetime(2026, 3, 1, tzinfo=UTC)


class Even:
    """A classifier to which every listing is the same."""

    digest = "even"
    thresholds: ClassVar = {Track.OFFERS: Cut(review_at=0.3, flag_at=0.7)}

    def classify(self, listings: Sequence[Listing], _contexts: Sequence[Context]) -> Sequence[Classification]:
        return [Classification(score=0.5, category=Category.OTHER, model="even", activation=1) for _ in listings]


def broken() -> Index:
    raise IndexUnavailableError("the index does not answer; start it")


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    settings = Settings(home=str(tmp_path / "home"), run=Run(batch=10, wait_s=0.05))
    return Deployment(
        settings=settings,
        broker=lambda: SqliteBroker(settings.root / "log.db"),
        log=lambda: SqliteBroker(settings.root / "log.db"),
        index=lambda: SqliteIndex(settings.root / "index.db"),
        classifier=even,
        assessor=even,
        activations=lambda: Activations(settings.root),
    )


def even() -> Classifier:
    return Even()


def listing(number: int) -> Listing:
    origin = Import(time=TIME, file="f", line=number, mapping="m", activation=1)
    return Listing(market="m", key=str(number), title=f"lamp {number}", provenance=origin)


def review(number: int) -> Review:
    found = listing(number)
    return Review(
        id=f"r{number}",
        listing_id=found.id,
        version=found.version,
        decision=Decision.OUT_OF_SCOPE,
        analyst="ana",
        time=TIME,
    )


def publish(deployment: Deployment, *numbers: int) -> None:
    with closing(deployment.broker()) as broker:
        broker.publish(LISTINGS.name, codec.messages([listing(number) for number in numbers]))
        broker.publish(REVIEWS.name, codec.messages([review(number) for number in numbers]))


def owed(deployment: Deployment) -> int:
    with closing(deployment.broker()) as broker:
        return (
            broker.lag(LISTINGS.name, "assess") + broker.lag("assessments", "index") + broker.lag("reviews", "settle")
        )


def reviewed(deployment: Deployment) -> int:
    with closing(deployment.index()) as index:
        return sum(hit.document.review is not None for hit in index.scan(Query()))


@contextmanager
def elsewhere(deployment: Deployment) -> Iterator[subprocess.Popen[str]]:
    """A console's process, which settles reviews."""
    code = (
        "import sys; from pathlib import Path; from pipeline.broker.sqlite import SqliteBroker\n"
        "with SqliteBroker(Path(sys.argv[1])).batch('reviews', 'settle', size=0, wait=0):\n"
        "    print('held', flush=True); sys.stdin.readline()"
    )
    words = [sys.executable, "-c", code, str(deployment.settings.root / "log.db")]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def left(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Why stages were left to another process, as the log says."""
    said = [record for record in caplog.records if record.message == "left to another process"]
    return [record.facts["reason"] for record in said]  # type: ignore[attr-defined]  # pipeline.logs puts them there


def test_once_takes_a_listing_the_whole_way(deployment: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    publish(deployment, *range(25))
    assert run.run(Namespace(once=True, json=True), deployment) == 0
    assert json.loads(capsys.readouterr().out) == {
        "assess": {"taken": 25, "published": 25, "dead": 0},
        "index": {"taken": 25, "published": 0, "dead": 0},
        "settle": {"taken": 25, "published": 25, "dead": 0},
    }
    assert (owed(deployment), reviewed(deployment)) == (0, 25)


def test_a_second_time_changes_nothing(deployment: Deployment) -> None:
    publish(deployment, 1, 2)
    run.stages_once(STAGES, deployment)
    assert run.stages_once(STAGES, deployment) == dict.fromkeys(STAGES, Tally())


def test_a_stage_runs_alone(deployment: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    publish(deployment, 1)
    assert run.assess(Namespace(once=True, json=False, again=False), deployment) == 0
    assert capsys.readouterr().out == "stage   taken  published  dead\nassess  1      1          0\n"
    assert owed(deployment) == 2


def again(deployment: Deployment) -> None:
    run.assess(Namespace(once=True, json=True, again=True), deployment)
    run.stages_once(("index",), deployment)


def test_all_listings_are_assessed_again_where_that_is_asked(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(deployment, *range(25))
    run.stages_once(STAGES, deployment)
    again(deployment)
    assert json.loads(capsys.readouterr().out) == {"assess": {"taken": 25, "published": 25, "dead": 0}}
    with closing(deployment.index()) as index:
        assert index.search(Query()).total == 25


def test_listings_assessed_again_show_the_policy_that_is_now_in_force(deployment: Deployment) -> None:
    publish(deployment, *range(25))
    run.stages_once(STAGES, deployment)
    for flag_at, flagged in ((0.4, 25), (0.9, 0), (0.4, 25)):
        changed = msgspec.structs.replace(deployment.settings, assess=Assess(flag_at=flag_at))
        again(dataclasses.replace(deployment, settings=changed))
        with closing(deployment.index()) as index:
            assert index.search(Query(filters={"verdict": ("flagged",)})).total == flagged


def test_nothing_is_assessed_again_while_another_process_does_so(deployment: Deployment) -> None:
    publish(deployment, 1)
    run.stages_once(STAGES, deployment)
    with closing(deployment.broker()) as other, other.batch(LISTINGS.name, "assess", size=1, wait=0):
        with pytest.raises(LockedError):
            run.assess_again(deployment)
        assert other.lag(LISTINGS.name, "assess") == 0


def test_what_was_set_aside_is_pointed_at(deployment: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(deployment.broker()) as broker:
        broker.publish(LISTINGS.name, [codec.Message(key=b"", value=b"{")])
    run.assess(Namespace(once=True, json=False, again=False), deployment)
    assert "`headstamp dead list` shows them" in capsys.readouterr().err


def test_stages_run_side_by_side_until_they_are_stopped(deployment: Deployment) -> None:
    stop = threading.Event()
    did: dict[str, Tally] = {}
    runner = threading.Thread(target=lambda: did.update(run.stages_forever(STAGES, deployment, stop)))
    runner.start()
    publish(deployment, *range(25))
    while owed(deployment):
        time.sleep(0.02)
    stop.set()
    runner.join()
    assert [tally.taken for tally in did.values()] == [25, 25, 25]
    assert reviewed(deployment) == 25


def test_a_stage_that_fails_stops_all_with_its_error(deployment: Deployment) -> None:
    failing = Deployment(
        settings=deployment.settings,
        broker=deployment.broker,
        log=deployment.log,
        index=broken,
        classifier=deployment.classifier,
        assessor=deployment.assessor,
        activations=deployment.activations,
    )
    with pytest.raises(IndexUnavailableError, match="does not answer"):
        run.stages_forever(STAGES, failing, threading.Event())


def test_settling_is_left_to_a_console_that_does_it(deployment: Deployment, caplog: pytest.LogCaptureFixture) -> None:
    publish(deployment, 1)
    with elsewhere(deployment) as console:
        did = run.stages_once(STAGES, deployment)
        assert [tally.taken for tally in did.values()] == [1, 1, 0]
        (reason,) = left(caplog)
        assert f"stage settle: process {console.pid} does this" in reason


def test_settling_alone_is_refused_while_a_console_does_it(deployment: Deployment) -> None:
    publish(deployment, 1)
    with elsewhere(deployment), pytest.raises(LockedError, match="stage settle"):
        run.stages_forever(["settle"], deployment, threading.Event())


def test_assessing_twice_is_refused(deployment: Deployment) -> None:
    publish(deployment, 1)
    other = deployment.broker()
    with (
        closing(other),
        other.batch(LISTINGS.name, "assess", size=1, wait=0),
        pytest.raises(LockedError, match="stage assess"),
    ):
        run.stages_once(STAGES, deployment)


def test_settling_is_taken_over_when_the_console_ends(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(run, "ASK_AGAIN_S", 0.02)
    publish(deployment, 1)
    stop = threading.Event()
    with elsewhere(deployment) as console:
        runner = threading.Thread(target=run.stages_forever, args=(STAGES, deployment, stop))
        runner.start()
        while not left(caplog):
            time.sleep(0.02)
        console.kill()
        console.wait()
    while owed(deployment):
        time.sleep(0.02)
    stop.set()
    runner.join()
    assert len(left(caplog)) == 1


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_running_stage_ends_cleanly_when_asked(deployment: Deployment, ending: signal.Signals) -> None:
    words = [sys.executable, "-m", "headstamp", "settle", "--json"]
    environment = {"PATH": "/usr/bin:/bin", "HEADSTAMP_HOME": str(deployment.settings.root)}
    publish(deployment, 1, 2)
    with subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        while owed(deployment) > 2:
            time.sleep(0.02)
        process.send_signal(ending)
        said, _ = process.communicate()
    assert (process.returncode, json.loads(said)) == (0, {"settle": {"taken": 2, "published": 2, "dead": 0}})
