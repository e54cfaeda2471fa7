"""On an Elasticsearch with security on, each role that is installed reads its own index and no other."""

import base64
import json
import os
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from dashboards.kibana.audiences import AUDIENCES, place
from dashboards.kibana.space import role
from pipeline.settings import Settings
from tests.patience import PATIENCE_S
from tests.servers import SERVICES, Server

PASSWORD = "only-for-this-test"
INDEXES = {"investigators": "listings", "researchers": "listings-research", "operators": "measures"}
Read = Callable[[str, str], int]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    """The status of a search in an index by one who has an audience's role."""
    if SERVICES not in os.environ:
        pytest.skip(f"{SERVICES} names no folder of servers: no role was tried")
    folder = tmp_path_factory.mktemp("secured")
    server = Server("elasticsearch", folder, ES_PASSWORD=PASSWORD)
    _users(folder / f"elasticsearch-{server.port}" / "config")
    try:
        server.start()
        for index in INDEXES.values():
            made = {"aliases": {index: {}}, "settings": {"number_of_replicas": 0}}
            assert _ask(server.port, "elastic", "PUT", f"/{index}-v1", json.dumps(made)) == 200
        yield lambda audience, index: _ask(server.port, audience, "GET", f"/{index}/_search?size=0")
    finally:
        server.kill()


def _users(config: Path) -> None:
    """Write what Elasticsearch's file realm reads: our roles in its own words, and a user for each.

    The native realm, which Kibana's API writes to, is not in the core; both hold the same grants.
    """
    config.mkdir(parents=True)
    roles = {one.name: role(one, place(one, Settings()))["elasticsearch"] for one in AUDIENCES}
    # JSON is YAML; but Elasticsearch looks for roles line by line.
    (config / "roles.yml").write_text("".join(f"{name}: {json.dumps(found)}\n" for name, found in roles.items()))
    (config / "users").write_text("".join(f"{name}:{PASSWORD}\n" for name in roles))
    (config / "users_roles").write_text("".join(f"{name}:{name}\n" for name in roles))


def _ask(port: int, user: str, method: str, path: str, body: str = "") -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        who = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
        headers = {"Authorization": f"Basic {who}", "Content-Type": "application/json"}
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.parametrize("audience", INDEXES)
def test_a_role_reads_its_own_index_and_no_other(read: Read, audience: str) -> None:
    own = INDEXES[audience]
    assert read(audience, own) == 200
    others = [index for index in INDEXES.values() if index != own]
    assert [read(audience, index) for index in (*others, *(f"{index}-v1" for index in others))] == [403] * 4


@pytest.mark.slow
def test_a_stranger_reads_nothing(read: Read) -> None:
    assert read("stranger", "listings-research") == 401
