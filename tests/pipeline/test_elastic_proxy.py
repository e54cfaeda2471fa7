"""An Elasticsearch behind something that answers in its stead: what is merged waits, and is lost to no dead letter."""

import http.client
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from pipeline.audit import Audit
from pipeline.broker.sqlite import SqliteBroker
from pipeline.codec import messages
from pipeline.errors import CorruptError, HeadstampError, IndexUnavailableError
from pipeline.index import Query
from pipeline.index.elastic import ElasticIndex
from pipeline.index.elastic_access import cluster
from pipeline.index.elastic_client import Cluster
from pipeline.settings import Elastic
from pipeline.stages import index_stage, settle_stage
from pipeline.topics import ASSESSMENTS, REVIEWS
from pipeline.worker import work_batch
from tests.elastics import address
from tests.pipeline.test_elastic_index import assessment, erasure

PAGE = b"<html>maintenance</html>"


class Door(ThreadingHTTPServer):
    """Passes all on to the shared Elasticsearch, until it is told to answer itself."""

    answer: tuple[int, bytes, dict[str, str]] | None = None
    most = 2**40
    """Bytes of the largest request that it lets through."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _pass(self) -> None:
        door = self.server
        assert isinstance(door, Door)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        too_large = (413, b"<html>too large</html>", {"content-type": "text/html"})
        status, content, headers = (
            too_large if len(body) > door.most else door.answer or _asked(self.command, self.path, body)
        )
        self.send_response(status)
        for name, value in (headers | {"content-length": str(len(content))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = _pass  # noqa: N815  # http.server's names

    def log_message(self, *_: object) -> None:
        """Nothing."""


def _asked(command: str, path: str, body: bytes) -> tuple[int, bytes, dict[str, str]]:
    behind = http.client.HTTPConnection(urlsplit(address()).netloc)
    kind = "application/x-ndjson" if path.startswith("/_bulk") else "application/json"
    with closing(behind):
        behind.request(command, path, body or None, {"accept": "application/json", "content-type": kind})
        said = behind.getresponse()
        told = {"content-type": "application/json", "x-elastic-product": "Elasticsearch"}
        return said.status, said.read(), told


@contextmanager
def door_open() -> Iterator[Door]:
    door = Door(("127.0.0.1", 0), _Passing)
    serving = Thread(target=door.serve_forever, daemon=True)
    serving.start()
    try:
        yield door
    finally:
        door.shutdown()
        door.server_close()
        serving.join()


@pytest.fixture
def door() -> Iterator[Door]:
    address()
    with door_open() as found:
        yield found


@pytest.fixture
def index(door: Door, prefix: str) -> Iterator[ElasticIndex]:
    with closing(ElasticIndex(cluster(door.address, Elastic()), Elastic(prefix=prefix))) as found:
        found.merge([assessment(0)])
        yield found


HTML = {"content-type": "text/html"}
ELSE = {
    "a page": (200, PAGE, HTML),
    "another JSON": (200, b'{"docs": []}', {"content-type": "application/json"}),
    "half an answer": (200, b'{"docs": [', {"content-type": "application/json", "x-elastic-product": "Elasticsearch"}),
    "nothing there": (404, PAGE, HTML),
    "not found": (404, b"{}", {"content-type": "application/json"}),
    "sent on": (302, b"", HTML | {"location": "https://elsewhere.example/login"}),
    "an error": (500, PAGE, HTML),
}


@pytest.mark.parametrize("name", ELSE)
def test_what_is_no_answer_of_elasticsearch_makes_no_dead_letter(
    door: Door, index: ElasticIndex, tmp_path: Path, name: str
) -> None:
    stage, size = index_stage(index), 20
    with closing(SqliteBroker(tmp_path / "log.db")) as broker:
        broker.publish(ASSESSMENTS.name, messages([assessment(number) for number in range(size)]))
        door.answer = ELSE[name]
        with pytest.raises(IndexUnavailableError, match="see what stands before it"):
            work_batch(stage, broker, size=size, wait=0)
        assert broker.lag(ASSESSMENTS.name, stage.name) == size
        door.answer = None
        assert work_batch(stage, broker, size=size, wait=0).dead == 0
    assert index.search(Query()).total == size


def test_an_erasure_waits_until_elasticsearch_itself_answers(door: Door, index: ElasticIndex, tmp_path: Path) -> None:
    with closing(SqliteBroker(tmp_path / "log.db")) as broker, closing(Audit(tmp_path)) as audit:
        stage = settle_stage(index, audit)
        broker.publish(REVIEWS.name, messages([erasure(assessment(0))]))
        door.answer = ELSE["a page"]
        with pytest.raises(IndexUnavailableError):
            work_batch(stage, broker, size=5, wait=0)
        door.answer = None
        assert work_batch(stage, broker, size=5, wait=0).published == 1
        assert audit.head()[0] == 1
    assert index.search(Query()).total == 0


def test_where_it_was_sent_is_told(door: Door, index: ElasticIndex) -> None:
    door.answer = ELSE["sent on"]
    with pytest.raises(IndexUnavailableError, match=r"status 302, pointing to https://elsewhere\.example/login"):
        index.search(Query())


def test_what_was_never_an_elasticsearch_names_the_setting(door: Door) -> None:
    door.answer = ELSE["a page"]
    with (
        closing(ElasticIndex(cluster(door.address, Elastic()), Elastic())) as index,
        pytest.raises(IndexUnavailableError, match=r"is no Elasticsearch .*HEADSTAMP_INDEX"),
    ):
        index.search(Query())


def test_a_proxy_that_takes_small_requests_only_gets_small_ones(door: Door, index: ElasticIndex) -> None:
    door.most = 100_000
    index.merge([assessment(number, title="word " * 2_000) for number in range(60)])
    assert index.search(Query()).total == 60
    assert index.cluster.bulk_bytes <= door.most


def test_a_listing_that_no_proxy_takes_waits_with_the_true_reason(door: Door, index: ElasticIndex) -> None:
    door.most = 20_000
    with pytest.raises(IndexUnavailableError, match="which one document needs; raise its limit"):
        index.merge([assessment(1), assessment(2, title="word " * 20_000)])


def test_a_document_that_cannot_be_read_is_told_as_damaged(index: ElasticIndex, at: Cluster, prefix: str) -> None:
    one = assessment(0)
    at.ask("PUT", f"/{prefix}listings/_doc/{one.id}?refresh=true", object, {"id": one.id, "hidden": "false", "document": {"id": 5}})  # fmt: skip
    for asked in (lambda: index.get(one.id), lambda: index.search(Query()), lambda: index.merge([erasure(one)])):
        with pytest.raises(CorruptError, match="headstamp reindex"):
            asked()


def test_a_listing_that_could_not_be_read_back_is_not_written(index: ElasticIndex) -> None:
    one = assessment(1)
    with pytest.raises(ValueError, match="Expected `float`") as told:
        index.merge([replace(one, classification=replace(one.classification, score=float("nan")))])
    assert not isinstance(told.value, HeadstampError)
    assert index.get(one.id) is None
