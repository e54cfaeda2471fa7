"""What is erased is gone from every index in Elasticsearch, be it behind an alias, half built or left behind."""

from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from pipeline.errors import IndexUnavailableError, SettingsError
from pipeline.index import Query
from pipeline.index.elastic import ElasticIndex
from pipeline.index.elastic_access import cluster
from pipeline.index.elastic_client import Cluster
from pipeline.index.elastic_rebuild import ElasticRebuild
from pipeline.records import Erasure
from pipeline.settings import Elastic
from tests.elastics import address
from tests.pipeline.test_elastic_index import assessment, erasure

EVERY = [assessment(number, title="Rare blue boxes", vendor="alpine-vendor") for number in range(3)]


@pytest.fixture
def chosen(prefix: str, tmp_path: Path) -> Elastic:
    """A prefix of the test's own, and a key of researchers'."""
    return Elastic(prefix=prefix, research_key_file=key(tmp_path / "key", b"0123456789abcdef" * 4))


def key(file: Path, content: bytes, mode: int = 0o600) -> str:
    file.write_bytes(content)
    file.chmod(mode)
    return str(file)


def opened(chosen: Elastic, number: int = 0) -> ElasticIndex:
    return ElasticIndex(cluster(address(), Elastic()), chosen, number=number)


def building(chosen: Elastic) -> ElasticRebuild:
    return ElasticRebuild(lambda number: opened(chosen, number), owner="o", log="l", prefix=chosen.prefix, watched_s=0)


def erasures() -> list[Erasure]:
    return [replace(erasure(each), id=f"e{number}") for number, each in enumerate(EVERY)]


def names(at: Cluster, chosen: Elastic) -> list[str]:
    found = at.ask("GET", f"/{chosen.prefix}*/_alias", dict[str, object])
    return sorted(name.removeprefix(chosen.prefix) for name in found)


def visible(at: Cluster, chosen: Elastic) -> dict[str, int]:
    """How many documents of each index show more than a stub."""
    at.ask("POST", f"/{chosen.prefix}listings*/_refresh", object)
    query = {"query": {"exists": {"field": "market"}}}
    return {
        name: int(str(at.ask("POST", f"/{chosen.prefix}{name}/_count", dict[str, object], query)["count"]))
        for name in names(at, chosen)
        if name != "listings-rebuild"
    }


def test_what_is_erased_is_gone_from_an_index_that_was_half_built(at: Cluster, chosen: Elastic) -> None:
    with closing(opened(chosen)) as index, closing(building(chosen)) as begun:
        index.merge(EVERY)
        begun.index.merge(EVERY)
        assert set(visible(at, chosen).values()) == {3}
        index.merge(erasures())
        assert visible(at, chosen) == {
            f"{name}-v{number}": 0 for name in ("listings", "listings-research") for number in (1, 2)
        }
        begun.index.merge(EVERY)
        assert set(visible(at, chosen).values()) == {0}


def test_what_is_erased_is_gone_from_an_index_that_was_left_behind(at: Cluster, chosen: Elastic) -> None:
    with closing(opened(chosen)) as index, closing(building(chosen)) as begun:
        index.merge(EVERY)
        begun.index.merge(EVERY)
        assert begun.serve()
        index.merge(erasures())
        assert set(visible(at, chosen).values()) == {0}
        begun.finish()
    assert names(at, chosen) == ["listings-research-v2", "listings-v2"]


def test_what_is_erased_waits_where_an_index_of_another_key_was_left_behind(
    at: Cluster, chosen: Elastic, tmp_path: Path
) -> None:
    with closing(opened(chosen)) as index:
        index.merge(EVERY)
    other = replace(chosen, research_key_file=key(tmp_path / "other", b"fedcba9876543210" * 4))
    with closing(building(other)) as begun, closing(opened(other)) as index:
        begun.index.merge(EVERY)
        assert begun.serve()
        with pytest.raises(IndexUnavailableError, match="another key; `headstamp reindex` removes it"):
            index.merge(erasures())
        begun.finish()
        index.merge(erasures())
    assert set(visible(at, chosen).values()) == {0}


def test_a_half_built_index_of_listings_alone_is_reached_too(at: Cluster, chosen: Elastic) -> None:
    keyless = replace(chosen, research_key_file="")
    with closing(building(keyless)) as begun:
        begun.index.merge(EVERY)
    with closing(opened(chosen)) as index:
        index.merge(EVERY)
        index.merge(erasures())
    assert set(visible(at, chosen).values()) == {0}


def test_a_process_without_the_key_merges_and_rebuilds_nothing(at: Cluster, chosen: Elastic) -> None:
    keyless = replace(chosen, research_key_file="")
    with closing(opened(keyless)) as without, closing(opened(chosen)) as index:
        without.merge(EVERY[:1])
        index.merge(EVERY)  # from here on researchers have an index
        for merged in (EVERY, erasures()):
            with pytest.raises(SettingsError, match=r"research_key_file: .*name the unit's key .*-research-v1'"):
                without.merge(merged)
        with pytest.raises(SettingsError, match="research_key_file"):
            building(keyless)
        assert without.search(Query()).total == 3
    assert names(at, chosen) == ["listings-research-v1", "listings-v1"]


def test_a_rebuild_removes_no_index_of_somebody_else(at: Cluster, chosen: Elastic) -> None:
    others = ["listings-v0", "listings-v1-backup", "listings-vendors-of-case-17", "listings-vip"]
    for name in others:
        at.ask("PUT", f"/{chosen.prefix}{name}", object, {})
    with closing(opened(chosen)) as index, closing(building(chosen)) as begun:
        index.merge(EVERY)
        begun.index.merge(EVERY)
        assert begun.serve()
        begun.finish()
    assert names(at, chosen) == sorted(["listings-research-v2", "listings-v2", *others])


def test_a_rebuild_takes_no_name_that_somebody_else_took(at: Cluster, chosen: Elastic) -> None:
    at.ask("PUT", f"/{chosen.prefix}listings-v2", object, {})
    with pytest.raises(SettingsError, match=r"listings-v2' is there and not Headstamp's; remove or rename it"):
        building(chosen)
    assert "listings-v2" in names(at, chosen)


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (b"0123456789abcdef", 0o600, "16 bytes; write 32 or more"),
        (b"0" * 64, 0o600, "one byte over and over"),
        (b"0123456789abcdef" * 4, 0o604, "open to every user .*chmod o="),
        (b"0123456789abcdef" * 4, 0o602, "open to every user"),
    ],
)
def test_a_key_that_others_may_know_is_refused(tmp_path: Path, content: bytes, mode: int, said: str) -> None:
    chosen = Elastic(research_key_file=key(tmp_path / "key", content, mode))
    with (
        closing(ElasticIndex(cluster("http://127.0.0.1:9", Elastic()), chosen)) as index,
        pytest.raises(SettingsError, match=said) as told,
    ):
        index.merge(EVERY)
    assert content.decode() not in str(told.value)
