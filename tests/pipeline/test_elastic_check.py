"""What commands say of an index in Elasticsearch that is empty, unlike the others, or left behind."""

import argparse
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

import headstamp
from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import messages
from pipeline.commands import indexes
from pipeline.commands.search import search, search_arguments
from pipeline.deployment import Deployment
from pipeline.errors import CorruptError, SettingsError
from pipeline.index.elastic import ElasticIndex
from pipeline.index.elastic_access import cluster
from pipeline.index.elastic_rebuild import ElasticRebuild
from pipeline.settings import Elastic, Settings
from pipeline.stages import index_stage
from pipeline.topics import ASSESSMENTS
from pipeline.worker import work_batch
from tests.elastics import address
from tests.pipeline.test_elastic_index import assessment, erasure

EVERY = [assessment(number) for number in range(3)]


@pytest.fixture
def chosen(settings: Settings, prefix: str) -> Settings:
    return replace(settings, index=address(), elastic=Elastic(prefix=prefix))


def keyed(chosen: Settings, tmp_path: Path) -> Settings:
    file = tmp_path / "key"
    file.write_bytes(b"0123456789abcdef" * 4)
    file.chmod(0o600)
    return replace(chosen, elastic=replace(chosen.elastic, research_key_file=str(file)))


def index_of(chosen: Settings, number: int = 0) -> ElasticIndex:
    return ElasticIndex(cluster(chosen.index, chosen.elastic), chosen.elastic, number=number)


def searched(chosen: Settings, *words: str) -> int:
    parser = argparse.ArgumentParser()
    search_arguments(parser)
    return search(parser.parse_args(words), headstamp.deployment(chosen))


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_wrong_prefix_is_not_taken_for_a_new_headstamp(chosen: Settings, words: tuple[str, ...]) -> None:
    with closing(SqliteBroker(chosen.root / "log.db")) as broker, closing(index_of(chosen)) as index:
        broker.publish(ASSESSMENTS.name, messages(EVERY))
        assert searched(chosen, *words) == 0  # not indexed yet
        work_batch(index_stage(index), broker, size=10, wait=0)
    assert searched(chosen, "lot", *words) == 0  # be it at this very moment
    wrong = replace(chosen, elastic=replace(chosen.elastic, prefix="nope-"))
    with pytest.raises(
        CorruptError, match=r"'nope-listings' at http.* is empty, .*reindex`, or correct elastic.prefix"
    ):
        searched(wrong, "lot", *words)


def test_check_counts_what_researchers_see(chosen: Settings, tmp_path: Path) -> None:
    other = keyed(chosen, tmp_path)
    assert "not kept" in indexes.research(headstamp.deployment(chosen))
    assert "not made yet" in indexes.research(headstamp.deployment(other))
    with closing(index_of(other)) as index:
        index.merge(EVERY)
        index.merge([erasure(EVERY[0])])
        index.cluster.ask("POST", f"/{chosen.elastic.prefix}listings-research/_refresh", object)
    assert indexes.research(headstamp.deployment(other)).startswith("2 listings without names")
    with pytest.raises(SettingsError, match="research_key_file: this process has none"):
        indexes.research(headstamp.deployment(chosen))


def test_check_names_what_a_rebuild_left_behind(chosen: Settings) -> None:
    deployed: Deployment = headstamp.deployment(chosen)
    assert indexes.beside(deployed) == "none"
    building = ElasticRebuild(
        lambda number: index_of(chosen, number), owner="o", log="l", prefix=chosen.elastic.prefix, watched_s=0
    )
    with closing(building):
        assert indexes.beside(deployed).startswith(f"{chosen.elastic.prefix}listings-v2 without alias")


def test_check_asks_nothing_of_a_file(settings: Settings) -> None:
    deployed = headstamp.deployment(settings)
    assert {indexes.research(deployed), indexes.beside(deployed)} == {indexes.FILE}
