"""`headstamp dashboards install` on a real Elasticsearch and a stand-in for Kibana."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import headstamp
from pipeline.index.elastic_access import cluster
from pipeline.settings import Elastic
from tests.dashboards.kibana_standin import KEY, standin
from tests.elastics import address, own_prefix

INSTALL = ["dashboards", "install"]


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """What the names of this test's own indexes begin with; the environment names all that the command needs."""
    key = tmp_path / "kibana.key"
    key.write_text(KEY)
    with closing(cluster(address(), Elastic())) as at, own_prefix(at) as own:
        chosen = {"INDEX": address(), "ELASTIC_PREFIX": own, "KIBANA_API_KEY_FILE": str(key), "HOME": str(tmp_path)}
        for name, value in chosen.items():
            monkeypatch.setenv(f"HEADSTAMP_{name}", value)
        yield own


def aliases(prefix: str) -> set[str]:
    with closing(cluster(address(), Elastic())) as at:
        found = at.ask("GET", f"/{prefix}*/_alias", dict[str, dict[str, dict[str, object]]])
    return {alias.removeprefix(prefix) for one in found.values() for alias in one["aliases"]}


def test_one_command_makes_the_index_and_fills_kibana(
    prefix: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with standin() as there:
        monkeypatch.setenv("HEADSTAMP_KIBANA_ADDRESS", there.address)
        assert headstamp.main([*INSTALL, "--json"]) == 0
        assert {change["what"] for change in json.loads(capsys.readouterr().out)} == {"created"}
        assert headstamp.main(INSTALL) == 0
        said = capsys.readouterr().out
        assert "created" not in said
        assert "headstamp-research" in said
        view = there.objects["index-pattern", "headstamp-listings"][1]
        assert view["attributes"]["title"] == f"{prefix}listings"
    assert aliases(prefix) == {"listings", "measures"}


def test_the_index_alone_is_made_where_there_is_no_kibana(prefix: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert headstamp.main([*INSTALL, "--index-only"]) == 0
    assert f"{prefix}measures" in capsys.readouterr().out
    assert aliases(prefix) == {"listings", "measures"}
    assert headstamp.main(INSTALL) == 2
    assert "kibana.address: names no Kibana" in capsys.readouterr().err


def test_an_index_in_a_file_is_nothing_for_kibana(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADSTAMP_HOME", str(tmp_path))
    assert headstamp.main([*INSTALL, "--index-only"]) == 2
    assert "Kibana shows an index in Elasticsearch" in capsys.readouterr().err
