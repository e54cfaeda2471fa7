"""What stages show of themselves: figures, health, readiness, and measures on the log."""

import json
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipeline import codec
from pipeline.activations import Activations
from pipeline.broker import START, Broker
from pipeline.broker.sqlite import SqliteBroker
from pipeline.commands import run
from pipeline.deployment import Deployment
from pipeline.errors import BrokerUnavailableError, IndexUnavailableError, MalformedError, SettingsError
from pipeline.forward import Forward
from pipeline.index import Index
from pipeline.index.sqlite import SqliteIndex
from pipeline.meter import Meter
from pipeline.metrics import at_work as showing
from pipeline.metrics.at_work import at_work, meters
from pipeline.metrics.beat import Beat, Kept
from pipeline.metrics.crawled import write
from pipeline.metrics.exposed import Figure, text
from pipeline.metrics.staged import stages
from pipeline.metrics.table import METRICS, VISIT_PAGES
from pipeline.records import Measure, Presence, Sighting
from pipeline.settings import Metrics, Run, Settings
from pipeline.stages import Classifier
from pipeline.topics import ASSESSMENTS, LISTINGS, MEASURES, REVIEWS
from tests.patience import PATIENCE_S
from tests.servers import free

TIME = datetime(2026, 3, 1, tzinfo=UTC)


def no_classifier() -> Classifier:
    raise AssertionError("no listing comes")


def deployed(home: Path, port: int = 0) -> Deployment:
    settings = Settings(home=str(home), run=Run(batch=10, wait_s=0.05), metrics=Metrics(port=port))
    return Deployment(
        settings=settings,
        broker=lambda: SqliteBroker(settings.root / "log.db"),
        log=lambda: SqliteBroker(settings.root / "log.db"),
        index=lambda: SqliteIndex(settings.root / "index.db"),
        classifier=no_classifier,
        assessor=no_classifier,
        activations=lambda: Activations(settings.root),
    )


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    return deployed(tmp_path / "home", free())


def get(address: str, path: str, method: str = "GET") -> tuple[int, str]:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE_S)
    with closing(connection):
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def samples(written: str) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels, sorted by the labels' names."""
    return {
        (one.name, *(value for _, value in sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(written)
        for one in family.samples
    }


def sighting(number: int) -> Sighting:
    return Sighting(listing_id=f"{number:032x}", market="m", visit="v", time=TIME, presence=Presence.PRESENT)


def publish(deployment: Deployment, topic: str, count: int) -> None:
    with closing(deployment.broker()) as log:
        log.publish(topic, codec.messages([sighting(number) for number in range(count)]))


def measures(deployment: Deployment) -> list[Measure]:
    with closing(deployment.broker()) as log:
        found = [codec.decode(each, MEASURES.records) for each in log.read(MEASURES.name, START)]
    return [one for one in found if isinstance(one, Measure)]


@contextmanager
def running(deployment: Deployment, *names: str) -> Iterator[str]:
    """Stages at work; the address of their figures."""
    stop = threading.Event()
    runner = threading.Thread(target=run.stages_forever, args=(names, deployment, stop))
    runner.start()
    try:
        yield f"http://127.0.0.1:{deployment.settings.metrics.port}"
    finally:
        stop.set()
        runner.join()


def until(address: str, path: str, wanted: str) -> str:
    """The page, once it says what is wanted."""
    found = ""
    for _ in range(600):
        try:
            found = get(address, path)[1]
        except OSError:
            found = ""
        if wanted in found:
            return found
        threading.Event().wait(0.05)
    pytest.fail(f"{path} never said {wanted!r}, but {found!r}")


def test_stages_at_work_serve_what_they_did(deployment: Deployment) -> None:
    publish(deployment, "assessments", 25)
    with running(deployment, "index", "settle") as address:
        found = samples(until(address, "/metrics", 'headstamp_stage_messages_total{stage="index"} 25'))
        assert json.loads(until(address, "/readyz", '"ok": true')) == {"ok": True, "faults": {}}
        assert get(address, "/healthz") == (200, '{"ok": true, "faults": {}}')
        assert get(address, "/")[0] == 404
        assert get(address, "/metrics", "POST")[0] == 501
    assert found["headstamp_stage_batch_seconds_count", "index"] == 3
    assert found["headstamp_stage_batch_seconds_bucket", "+Inf", "index"] == 3
    assert found["headstamp_stage_messages_total", "settle"] == 0
    assert found["headstamp_server_waiting_seconds", "index", "index"] == 0
    assert found["headstamp_home_free_bytes",] > 0
    with pytest.raises(OSError, match="refused"):
        get(address, "/metrics")


def test_everything_that_is_served_stands_in_the_table(deployment: Deployment) -> None:
    publish(deployment, "assessments", 1)
    with running(deployment, "index") as address:
        page = until(address, "/metrics", "headstamp_stage_lag{")
    for family in text_string_to_metric_families(page):
        metric = METRICS.get(family.name) or METRICS[f"{family.name}_total"]
        assert (family.type, family.documentation) == (metric.kind, metric.meaning)
        assert {tuple(sorted(set(one.labels) - {"le"})) for one in family.samples} == {tuple(sorted(metric.labels))}


def test_the_lag_is_that_of_the_group(deployment: Deployment) -> None:
    publish(deployment, REVIEWS.name, 7)
    stage_ = meters(["settle"])
    with at_work(deployment, stage_) as address:
        until(address, "/metrics", 'headstamp_stage_lag{stage="settle",topic="reviews"} 7')
        assert until(address, "/readyz", '"faults": {"settle": "its parts are not opened yet"}')
        stage_["settle"].opened()
        assert get(address, "/readyz")[0] == 200


def test_a_server_that_is_away_makes_unready_but_not_dead(deployment: Deployment) -> None:
    def away() -> Broker:
        raise BrokerUnavailableError("kafka:9092 does not answer; start it")

    def gone() -> Index:
        raise IndexUnavailableError("the index does not answer; start it")

    found = meters(["index"])
    found["index"].opened()
    broken = replace(deployment, broker=away, index=gone)
    with at_work(broken, found) as address:
        until(address, "/readyz", "start it")
        status, page = get(address, "/readyz")
        assert (status, set(json.loads(page)["faults"])) == (503, {"broker", "index"})
        found["index"].away(BrokerUnavailableError("x"))
        assert get(address, "/healthz")[0] == 200
        assert samples(get(address, "/metrics")[1])["headstamp_server_waiting_seconds", "broker", "index"] >= 0


def test_a_stage_whose_loop_hangs_is_said_to_be_dead(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing, "LATELY_S", -1.0)
    with at_work(deployment, meters(["settle"])) as address:
        status, page = get(address, "/healthz")
    assert status == 503
    assert json.loads(page)["faults"]["settle"].startswith("its loop has not come round for")


def test_a_taken_port_is_told_with_its_setting(deployment: Deployment) -> None:
    with at_work(deployment, {}), pytest.raises(SettingsError, match=r"choose another metrics\.host"):
        at_work(deployment, {}).__enter__()


def test_without_a_port_nothing_is_served(tmp_path: Path) -> None:
    with at_work(deployed(tmp_path), meters(["settle"])) as address:
        assert address == ""


def test_the_figures_of_crawls_are_served_beside_the_stages(deployment: Deployment) -> None:
    home = deployment.settings.root
    home.mkdir(parents=True)
    for market in ("alder", "birch"):
        write(home, market, [Figure(VISIT_PAGES, 3, {"market": market})])
    with at_work(deployment, meters(["settle"]), crawls=True) as address:
        page = get(address, "/metrics")[1]
    assert page.count("# TYPE headstamp_visit_pages gauge") == 1
    assert samples(page)["headstamp_visit_pages", "birch"] == 3
    with at_work(deployment, meters(["settle"])) as address:
        assert "headstamp_visit_pages" not in get(address, "/metrics")[1]


def test_what_is_no_file_among_the_figures_of_crawls_is_counted_and_holds_nothing_up(deployment: Deployment) -> None:
    home = deployment.settings.root
    home.mkdir(parents=True)
    write(home, "alder", [Figure(VISIT_PAGES, 3, {"market": "alder"})])
    os.mkfifo(home / "metrics" / "birch.prom")
    (home / "metrics" / "cedar.prom").symlink_to("alder.prom")
    (home / "metrics" / "elm.prom").mkdir()
    with at_work(deployment, meters(["settle"]), crawls=True) as address:
        found = samples(get(address, "/metrics")[1])
    assert found["headstamp_visit_pages", "alder"] == 3
    assert found["headstamp_crawl_unreadable_files",] == 3


@pytest.mark.parametrize(("host", "status"), [("evil.example", 403), ("localhost:1", 200), ("[::1]", 200), ("", 403)])
def test_on_loopback_only_who_asks_for_this_host_is_answered(deployment: Deployment, host: str, status: int) -> None:
    with at_work(deployment, meters(["settle"])) as address:
        assert get(address, "/metrics")[0] == 200
        connection = HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE_S)
        connection.request("GET", "/metrics", headers={"Host": host})
        assert connection.getresponse().status == status
        connection.close()


def beat(deployment: Deployment, meter: Meter) -> Beat:
    return Beat(meters=[meter], reads=deployment.broker, publishes=deployment.broker, index=None)


def test_each_minute_what_was_done_since_stands_on_the_log(deployment: Deployment) -> None:
    meter = Meter("assess", [LISTINGS.name])
    looker = beat(deployment, meter)
    publish(deployment, LISTINGS.name, 5)
    with closing(Kept(deployment.broker)) as log:
        looker.look(log, None)
        meter.worked(taken=3, published=3, dead=1, seconds=0.2)
        meter.away(IndexUnavailableError("x"))
        looker.tell(log, TIME)
        meter.worked(taken=4, published=4, dead=0, seconds=0.2)
        meter.turned()
        looker.tell(log, TIME + timedelta(minutes=1))
        meter.lags({LISTINGS.name: 0})
        looker.tell(log, TIME + timedelta(minutes=2))
        looker.tell(log, TIME + timedelta(minutes=3))
    found = [
        ((one.time - TIME).seconds // 60, one.name, one.topic or one.reason, one.value) for one in measures(deployment)
    ]
    assert found == [
        (0, "headstamp_stage_lag", "listings", 5),
        (0, "headstamp_stage_messages_total", "listings", 3),
        (0, "headstamp_stage_dead_total", "listings", 1),
        (0, "headstamp_server_waiting_seconds", "index", 0),
        (1, "headstamp_stage_lag", "listings", 5),
        (1, "headstamp_stage_messages_total", "listings", 4),
        (1, "headstamp_server_waiting_seconds", "index", 0),
        (2, "headstamp_stage_lag", "listings", 0),
    ], "what is 0 is told once, and not again"


def test_charting_alone_is_not_told_for_it_would_be_charted_and_told_for_ever(deployment: Deployment) -> None:
    meter = Meter("chart", [MEASURES.name])
    looker = beat(deployment, meter)
    with closing(Kept(deployment.broker)) as log:
        for minute in range(3):
            meter.worked(taken=1, published=0, dead=0, seconds=0.2)
            looker.tell(log, TIME + timedelta(minutes=minute))
        assert measures(deployment) == []
        meter.worked(taken=1, published=0, dead=1, seconds=0.2)
        looker.tell(log, TIME + timedelta(minutes=3))
    assert [(one.name, one.value) for one in measures(deployment)] == [
        ("headstamp_stage_messages_total", 4),
        ("headstamp_stage_dead_total", 1),
    ]


def test_what_could_not_be_told_is_told_later(deployment: Deployment) -> None:
    answers = [False, True]

    def flickering() -> Broker:
        if answers.pop(0):
            return deployment.broker()
        raise BrokerUnavailableError("away")

    meter = Meter("assess", [LISTINGS.name])
    looker = beat(deployment, meter)
    meter.worked(taken=3, published=3, dead=0, seconds=0.2)
    with closing(Kept(flickering)) as log:
        looker.tell(log, TIME)
        meter.worked(taken=2, published=2, dead=0, seconds=0.2)
        looker.tell(log, TIME + timedelta(minutes=1))
    assert [one.value for one in measures(deployment)] == [5]


def test_a_batch_is_counted_by_its_seconds() -> None:
    meter = Meter("assess", [LISTINGS.name])
    for seconds in (0.01, 0.02, 7.0, 900.0):
        meter.worked(taken=1, published=1, dead=0, seconds=seconds)
    found = samples(text(stages([meter])).decode())
    bounds = {key[1]: value for key, value in found.items() if key[0].endswith("_bucket")}
    assert (bounds["0.01"], bounds["0.05"], bounds["10.0"], bounds["300.0"], bounds["+Inf"]) == (1, 2, 3, 3, 4)
    assert found["headstamp_stage_batch_seconds_sum", "assess"] == pytest.approx(907.03)


def test_labels_are_escaped() -> None:
    odd = 'a"b\\c\nd'
    found = samples(text([Figure(VISIT_PAGES, 1, {"market": odd})]).decode())
    assert found["headstamp_visit_pages", odd] == 1


class Refusing:
    """Charts that refuse what is called bad."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    def put(self, measures: Sequence[Measure]) -> None:
        if any(one.name == "bad" for one in measures):
            raise MalformedError("bad: refused")
        self.kept += [one.name for one in measures]

    def close(self) -> None:
        """Nothing."""


def test_the_chart_stage_runs_beside_the_index_where_measures_can_be_charted(deployment: Deployment) -> None:
    charts = Refusing()
    charting = replace(deployment, measures=lambda: charts)
    names = ("good", "bad", "better")
    with closing(deployment.broker()) as log:
        log.publish(MEASURES.name, codec.messages([Measure(name=name, value=1, time=TIME) for name in names]))
    did = run.stages_once(("chart",), charting)
    assert (did["chart"].taken, did["chart"].dead, charts.kept) == (3, 1, ["good", "better"])
    assert run._charts(charting) == ("chart",)
    assert run._charts(deployment) == ()


def test_what_is_worked_once_is_told_too_and_leaves_nothing_to_chart(deployment: Deployment) -> None:
    charts = Refusing()
    charting = replace(deployment, measures=lambda: charts)
    publish(deployment, ASSESSMENTS.name, 5)
    for _ in range(2):
        run.stages_once(("index", "settle", "chart"), charting)
    told = [(one.name, one.stage, one.topic, one.value) for one in measures(deployment)]
    assert told == [("headstamp_stage_messages_total", "index", "assessments", 5.0)]
    assert charts.kept == ["headstamp_stage_messages_total"]
    with closing(deployment.broker()) as log:
        assert log.lag(MEASURES.name, "chart") == 0


def test_a_forward_shows_what_it_carried_and_what_crawls_left(tmp_path: Path) -> None:
    deployment = deployed(tmp_path / "home", free())
    publish(deployment, LISTINGS.name, 25)
    write(deployment.settings.root, "alder", [Figure(VISIT_PAGES, 3, {"market": "alder"})])
    with (
        closing(SqliteBroker(deployment.settings.root / "log.db")) as log,
        closing(SqliteBroker(tmp_path / "far.db")) as broker,
    ):
        carrier = Forward(log, broker, size=10)
        stop = threading.Event()
        runner = threading.Thread(target=carrier.forever, args=(stop,))
        with at_work(deployment, {"forward": carrier.meter}, reads=deployment.log, crawls=True) as address:
            runner.start()
            until(address, "/metrics", 'headstamp_stage_lag{stage="forward",topic="tasks"} 0')
            page = until(address, "/metrics", 'headstamp_stage_messages_total{stage="forward"} 25')
            assert get(address, "/healthz")[0] == 200
            stop.set()
            runner.join()
    assert samples(page)["headstamp_visit_pages", "alder"] == 3
