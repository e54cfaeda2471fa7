"""An index in Elasticsearch, built again from the log while the old one serves."""

import argparse
import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

import headstamp
from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import messages
from pipeline.commands.reindex import Rebuilt, rebuild, reindex
from pipeline.errors import LockedError, SettingsError
from pipeline.index import Query
from pipeline.index.elastic import ElasticIndex
from pipeline.index.elastic_access import cluster
from pipeline.index.elastic_client import Cluster
from pipeline.index.elastic_rebuild import ElasticRebuild
from pipeline.index.sqlite import SqliteIndex, SqliteRebuild
from pipeline.settings import Elastic, Settings
from pipeline.topics import ASSESSMENTS, REVIEWS
from tests.elastics import address, opened
from tests.pipeline.test_elastic_index import assessment, erasure, review

MANY = 3_000


@pytest.fixture
def chosen(settings: Settings, prefix: str) -> Settings:
    """A home whose log tells of 20 listings, one of them reviewed, one erased."""
    every = [assessment(number) for number in range(20)]
    with closing(SqliteBroker(settings.root / "log.db")) as broker:
        broker.publish(ASSESSMENTS.name, messages(every))
        broker.publish(REVIEWS.name, messages([review(every[2]), erasure(every[5])]))
    return replace(settings, index=address(), elastic=Elastic(prefix=prefix))


def building(prefix: str, owner: str = "one", watched_s: float = 0) -> ElasticRebuild:
    return ElasticRebuild(
        lambda number: numbered(prefix, number), owner=owner, log="l", prefix=prefix, watched_s=watched_s
    )


def numbered(prefix: str, number: int) -> ElasticIndex:
    return ElasticIndex(cluster(address(), Elastic()), Elastic(prefix=prefix), number=number)


def names(at: Cluster, prefix: str) -> list[str]:
    found = at.ask("GET", f"/{prefix}*/_alias", dict[str, dict[str, dict[str, object]]])
    return sorted(name.removeprefix(prefix) + "*" * len(each["aliases"]) for name, each in found.items())


def documents(index: ElasticIndex | SqliteIndex) -> list[object]:
    return [hit.document for hit in index.scan(Query())]


def test_the_command_builds_what_the_log_tells_and_removes_what_served(
    chosen: Settings, at: Cluster, prefix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for turn in (2, 3):
        assert reindex(argparse.Namespace(json=True, fewer=False), headstamp.deployment(chosen)) == 0
        assert json.loads(capsys.readouterr().out) == {"messages": 22, "unreadable": 0, "listings": 19}
        assert names(at, prefix) == [f"listings-v{turn}*"]
    path = tmp_path / "index.db"
    with closing(SqliteBroker(chosen.root / "log.db")) as broker, closing(SqliteRebuild(path)) as beside:
        rebuild(broker, beside, lambda: SqliteIndex(path), lambda _steps: None)
    with closing(opened(prefix)) as index, closing(SqliteIndex(path)) as other:
        assert documents(index) == documents(other)


def test_what_comes_while_it_is_built_is_not_lost(chosen: Settings, prefix: str) -> None:
    with (
        closing(SqliteBroker(chosen.root / "log.db")) as broker,
        closing(opened(prefix)) as live,
        closing(building(prefix)) as fresh,
    ):

        def meanwhile(_steps: int) -> None:
            """What the stages do: append to the log, merge into the index that serves."""
            if live.search(Query()).total == 0:
                broker.publish(ASSESSMENTS.name, messages([assessment(77)]))
                live.merge([assessment(77)])

        assert rebuild(broker, fresh, lambda: opened(prefix), meanwhile).listings == 20
        live.merge([assessment(78)])
        assert live.get(assessment(77).id) is not None
        assert live.search(Query()).total == 21


def test_an_index_that_holds_more_than_the_log_serves_on(chosen: Settings, at: Cluster, prefix: str) -> None:
    with closing(opened(prefix)) as live:
        live.merge([assessment(number) for number in range(100, 130)])
        deployed = headstamp.deployment(chosen)
        with pytest.raises(SettingsError, match="--fewer"):
            reindex(argparse.Namespace(json=True, fewer=False), deployed)
        assert live.search(Query()).total == 30
        assert reindex(argparse.Namespace(json=True, fewer=True), deployed) == 0
        assert live.search(Query()).total == 19
        assert names(at, prefix) == ["listings-v2*"]


def test_two_processes_do_not_build_at_once(prefix: str) -> None:
    with closing(building(prefix, "one")) as first:
        first.note({"assessments": {0: 5}})
        with closing(building(prefix, "two")) as second:
            assert second.places == {"assessments": {0: 5}}
            with pytest.raises(LockedError, match="builds"):
                first.note({"assessments": {0: 6}})
            with pytest.raises(LockedError, match="builds"):
                first.serve()


def test_a_rebuild_that_goes_on_elsewhere_is_left_alone(prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(building(prefix, "one")) as first:
        monkeypatch.setattr("pipeline.index.elastic_rebuild.time.sleep", lambda _s: first.note({"assessments": {0: 9}}))
        with pytest.raises(LockedError, match="one builds"):
            building(prefix, "two", watched_s=60)


def test_a_rebuild_of_another_log_or_for_other_fields_begins_anew(prefix: str) -> None:
    with closing(building(prefix)) as first:
        first.index.merge([assessment(1)])
        first.note({"assessments": {0: 5}})
    other = ElasticRebuild(
        lambda number: numbered(prefix, number), owner="one", log="another", prefix=prefix, watched_s=0
    )
    with closing(other):
        assert other.places == {}
        assert other.index.get(assessment(1).id) is None


def test_a_killed_rebuild_goes_on_where_it_was(chosen: Settings, at: Cluster, prefix: str, tmp_path: Path) -> None:
    with closing(SqliteBroker(chosen.root / "log.db")) as broker:
        broker.publish(ASSESSMENTS.name, messages([assessment(number) for number in range(MANY)]))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HEADSTAMP_")},
        "HEADSTAMP_HOME": str(chosen.root),
        "HEADSTAMP_INDEX": address(),
        "HEADSTAMP_ELASTIC_PREFIX": prefix,
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    killing = (
        "import os, signal, headstamp\nfrom pipeline.index.elastic_rebuild import ElasticRebuild\n"
        "note = ElasticRebuild.note\n"
        "def once(self, places):\n"
        "    note(self, places)\n"
        "    if places['assessments']: os.kill(os.getpid(), signal.SIGKILL)\n"
        "ElasticRebuild.note = once\nheadstamp.main(['reindex'])\n"
    )
    killed = subprocess.run([sys.executable, "-c", killing], env=environment, check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert names(at, prefix) == ["listings-rebuild", "listings-v1*", "listings-v2"]
    again = subprocess.run(
        [sys.executable, "-m", "headstamp", "reindex", "--json"], env=environment, check=True, capture_output=True
    )
    told = Rebuilt(**json.loads(again.stdout))
    assert (told.listings, told.messages) == (MANY - 1, MANY + 20 - 1_000)
    assert names(at, prefix) == ["listings-v2*"]


def test_a_rebuild_that_was_killed_after_the_swap_only_tidies_up(chosen: Settings, at: Cluster, prefix: str) -> None:
    with closing(SqliteBroker(chosen.root / "log.db")) as broker:
        with closing(building(prefix)) as first:
            first.index.merge([assessment(1)])
            first.note({"reviews": {0: 3}, "assessments": {0: 3}})
            assert first.serve()
        with closing(building(prefix)) as second:
            assert rebuild(broker, second, lambda: opened(prefix), lambda _steps: None).messages < 22
    assert names(at, prefix) == ["listings-v2*"]
