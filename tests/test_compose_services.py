"""The services of the compose file as plain processes: their real commands and settings, on servers with the real configuration."""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import yaml

from dashboards.kibana.audiences import AUDIENCES, place
from dashboards.kibana.space import role
from pipeline.audit import Audit
from pipeline.settings import Settings
from tests.authorities import write_authorities
from tests.compose_file import ROOT, composed, credentials, credentials_module
from tests.crawlers.conftest import MIRRORS, PROFILE, Tiny, links, listing
from tests.dashboards.conftest import Answer
from tests.leak.rooms import room
from tests.patience import PATIENCE_S
from tests.servers import SERVICES as FOLDER
from tests.servers import Server, free

SERVICES: dict[str, Any] = composed(HEADSTAMP_MARKET="tiny")["services"]
LISTINGS = {"/listing/a": "Glock 17 9mm pistol with two mags", "/listing/b": "Blue dream ten grams"}
STAYING = ("forward", "assess", "index", "settle", "console")
PEOPLE = {"officer": "investigators", "scholar": "researchers"}
pytestmark = pytest.mark.slow


@dataclass
class Site:
    """A host of the deployment: a folder a volume, a port a server."""

    root: Path
    kafka: int
    elasticsearch: int
    ports: dict[str, int] = field(default_factory=dict)
    """Where each process serves its readiness; in containers it is the same port in a network of its own."""

    def volume(self, name: str) -> Path:
        if name.startswith("secrets-"):
            return self.root / "secrets" / name.removeprefix("secrets-")
        return self.root / (name.removeprefix("./compose/") if name.startswith("./") else name)

    def here(self, text: str, service: str) -> str:
        """A value of the compose file with this host's ports and folders in it."""
        text = text.replace("kafka://kafka:9092", f"kafka://127.0.0.1:{self.kafka}")
        text = text.replace("https://elasticsearch:9200", f"https://127.0.0.1:{self.elasticsearch}")
        text = re.sub(r"\b9464\b", str(self.ports.setdefault(service, free())), text)
        mounts = dict(reversed(volume.split(":")[:2]) for volume in SERVICES[service]["volumes"])
        for path in sorted(mounts, key=len, reverse=True):
            text = text.replace(path, str(self.volume(mounts[path])))
        return text

    def environment(self, service: str) -> dict[str, str]:
        stated = {key: str(value) for key, value in SERVICES[service]["environment"].items()}
        stated["HEADSTAMP_HOME"] = "/var/lib/headstamp"  # the image's; where no volume is there, nothing can be written
        kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HEADSTAMP_ASSESS_SCREEN": "on"}
        return kept | {key: self.here(value, service) for key, value in stated.items()}

    def command(self, service: str) -> list[str]:
        return [sys.executable, "-m", "headstamp", *SERVICES[service]["command"]]

    def password(self, user: str) -> str:
        return (self.root / "secrets" / user / "elastic.password").read_text()

    def run(self, service: str, before: Sequence[str] = ()) -> str:
        """What a service that ends says."""
        words, environment = [*before, *self.command(service)], self.environment(service)
        done = subprocess.run(words, cwd="/", env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def running(self, service: str) -> Iterator[subprocess.Popen[bytes]]:
        """A service that goes on."""
        with (self.root / f"{service}.err").open("w") as told:
            process = subprocess.Popen(
                self.command(service), cwd="/", env=self.environment(service), stdout=told, stderr=told
            )
            try:
                yield process
                process.terminate()
                assert process.wait(PATIENCE_S) == 0, self.told(service)
            finally:
                process.kill()
                process.wait()

    def await_health(self, service: str, process: subprocess.Popen[bytes]) -> None:
        words = [self.here(word, service) for word in SERVICES[service]["healthcheck"]["test"][1:]]
        assert words[0] == "python"
        until = time.monotonic() + PATIENCE_S
        while subprocess.run([sys.executable, *words[1:]], capture_output=True, check=False).returncode:
            assert process.poll() is None, self.told(service)
            assert time.monotonic() < until, f"{service} does not get healthy: {self.told(service)}"
            time.sleep(0.5)

    def told(self, service: str) -> str:
        return (self.root / f"{service}.err").read_text()[-3_000:]

    def elastic(self, user: str, path: str, method: str = "GET") -> tuple[int, Any]:
        """Status and answer of Elasticsearch, asked as a user."""
        trusted = ssl.create_default_context(cafile=str(self.root / "secrets" / "setup" / "ca.crt"))
        key = b64encode(f"{user}:{self.password(user)}".encode()).decode()
        with closing(HTTPSConnection("127.0.0.1", self.elasticsearch, timeout=PATIENCE_S, context=trusted)) as asked:
            asked.request(method, path, headers={"Authorization": f"Basic {key}"})
            answer = asked.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Kafka and Elasticsearch with the deployment's own configuration, certificates and users."""
    if FOLDER not in os.environ:
        pytest.skip(f"{FOLDER} names no folder of servers: NO SERVICE OF THE COMPOSE FILE WAS STARTED")
    with (
        tempfile.TemporaryDirectory(prefix="hs", dir="/tmp") as folder,
        ExitStack() as stack,
    ):  # a socket's path is short
        root = Path(folder)
        credentials(root / "secrets")
        more_people(root / "secrets")
        kafka = Server("kafka", root, KAFKA_EXTRA=str(root / "extra"))
        made = Site(root, kafka.port, free())
        (root / "extra").write_text(kafka_settings(made))
        stack.callback(kafka.kill)
        kafka.start()
        stack.enter_context(elasticsearch(made))
        for name in ("stages", "crawl", "desk", "tor-socket"):
            made.volume(name).mkdir(mode=0o700)
        yield made


def more_people(secrets: Path) -> None:
    """A user for each of these audiences of Kibana, as an operator adds one, with the role that Kibana is given for it."""
    for user, audience in PEOPLE.items():
        (secrets / user).mkdir()
        (secrets / user / "elastic.password").write_text(f"invented-{user}")
        add(secrets / "elasticsearch" / "users", f"{user}:{credentials_module()._hash(f'invented-{user}')}\n")
        add(secrets / "elasticsearch" / "users_roles", f"headstamp-{audience}:{user}\n")


def add(file: Path, line: str) -> None:
    file.chmod(0o600)
    with file.open("a") as opened:
        opened.write(line)


def kafka_settings(site: Site) -> str:
    """The committed settings, with this host's ports and folders."""
    text = (ROOT / "compose" / "kafka" / "server.properties").read_text()
    text = text.replace("0.0.0.0:9092", f"127.0.0.1:{site.kafka}").replace("kafka:9092", f"127.0.0.1:{site.kafka}")
    text = text.replace("127.0.0.1:9093", f"127.0.0.1:{site.kafka + 2}")
    return text.replace("/run/secrets", str(site.root / "secrets" / "kafka")).replace(
        "/var/lib/kafka/data", str(site.root / "kafka-data")
    )


@contextmanager
def elasticsearch(site: Site) -> Iterator[None]:
    """A real Elasticsearch with the committed settings; its configuration is put together as compose/elasticsearch/start.sh does."""
    program, work = Path(os.environ[FOLDER]) / "elasticsearch", site.root / "elasticsearch-work"
    shutil.copytree(program / "config", work / "config", copy_function=shutil.copyfile)
    (work / "config").chmod(0o700)
    for file in [
        *(ROOT / "compose" / "elasticsearch").glob("*.yml"),
        *(site.root / "secrets" / "elasticsearch").iterdir(),
    ]:
        shutil.copyfile(file, work / "config" / file.name)
    stated = {one.name: role(one, place(one, Settings()))["elasticsearch"] for one in AUDIENCES}
    roles = {f"headstamp-{name}": {"indices": one["indices"]} for name, one in stated.items()}  # type: ignore[index]
    add(work / "config" / "roles.yml", f"\n{yaml.safe_dump(roles)}")
    places = (
        f"path.data: {work}/data\npath.logs: {work}/logs\nhttp.port: {site.elasticsearch}\ntransport.port: {free()}\n"
    )
    places += "cluster.routing.allocation.disk.threshold_enabled: false\n"
    add(work / "config" / "elasticsearch.yml", places)
    (work / "tmp").mkdir()
    as_user = ["unshare", "--user", "--map-user=1000", "--map-group=1000"] if os.geteuid() == 0 else []
    environment = {key: value for key, value in os.environ.items() if key != "JAVA_HOME"} | {
        "ES_PATH_CONF": str(work / "config"),
        "ES_TMPDIR": str(work / "tmp"),
        "ES_JAVA_OPTS": f"-Xms384m -Xmx384m {os.environ['ES_JAVA_OPTS']}",
        "ES_JAVA_HOME": os.environ.get("JAVA_HOME") or str(Path(shutil.which("java") or "").resolve().parents[1]),
    }
    with (work / "log").open("w") as log:
        begun = subprocess.Popen(
            [*as_user, str(program / "bin" / "elasticsearch"), "-p", str(work / "pid")],
            env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        try:
            await_elasticsearch(site, begun, work / "log")
            yield
        finally:
            begun.terminate()
            begun.wait(PATIENCE_S)


def await_elasticsearch(site: Site, begun: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            if site.elastic("operator", "/_cluster/health?wait_for_status=yellow&timeout=1s")[0] == 200:
                return
        except OSError:
            time.sleep(0.5)
        assert begun.poll() is None, log.read_text()[-3_000:]
        assert time.monotonic() < until, log.read_text()[-3_000:]


class Door(HTTPConnection):
    """A visitor of the console, by way of the socket file that `door` passes connections on to."""

    def __init__(self, path: Path) -> None:
        super().__init__("127.0.0.1", 8600, timeout=PATIENCE_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE_S)
        self.sock.connect(str(self._path))


def asked(site: Site, method: str, path: str, fields: Mapping[str, str] | None = None) -> Answer:
    """What the console answers, to a form too."""
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "http://127.0.0.1:8600"} if fields else {}
    with closing(Door(site.volume("desk") / "console")) as door:
        door.request(method, path, urlencode(fields) if fields else None, form)
        answer = door.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode())


def visit(site: Site, pages: Mapping[str, str]) -> str:
    """What the crawler says of a visit to a market behind tor's socket file; it runs where there is no network."""
    shutil.copytree(ROOT / "compose" / "markets", site.volume("./compose/markets"))
    profile = PROFILE.format(name="tiny", mirrors=json.dumps(list(MIRRORS[:1])), more="")
    (site.volume("./compose/markets") / "profiles" / "tiny.yaml").write_text(profile)
    write_authorities(site.volume("./compose/markets") / "authorities.yaml", ["tiny"])
    with Tiny(str(site.volume("tor-socket") / "socks")) as tiny:
        tiny.pages = {"/": links(*pages)} | {path: listing(title) for path, title in pages.items()}
        tiny.listen()
        try:
            return site.run("crawler", room())
        finally:
            tiny.shutdown()


def test_a_listing_goes_from_the_crawler_to_the_console_and_each_sees_only_its_own(site: Site) -> None:
    site.run("topics")
    with ExitStack() as stack:
        begun = {name: stack.enter_context(site.running(name)) for name in STAYING}
        for name, process in begun.items():
            site.await_health(name, process)
        assert re.search(r"listings: +2\b", visit(site, LISTINGS))
        found = await_page(site, f"/search?words={quote('glock pistol')}", "with two mags")
        assert "Blue dream" not in found.text
        (address,) = {link.partition("?")[0] for link in found.links() if link.startswith("/listing/")}
        review(site, address)
        roles_hold(site)


def await_page(site: Site, path: str, words: str) -> Answer:
    until = time.monotonic() + PATIENCE_S
    while words not in (found := asked(site, "GET", path)).text:
        told = "\n".join(site.told(name) for name in ("forward", "assess", "index"))
        assert time.monotonic() < until, f"'{words}' does not show: {told}\n{found}"
        time.sleep(0.5)
    return found


def review(site: Site, address: str) -> None:
    """File a decision at the console; it comes back into the index by way of Kafka and stage settle, and into the audit."""
    form = asked(site, "GET", address)
    kept = {name: form.hidden(name) for name in ("token", "version")}
    assert asked(site, "POST", f"{address}/review", kept | {"decision": "FA"}).status == 303
    until = time.monotonic() + PATIENCE_S
    while reviewed(site) != ["in_scope"]:
        assert time.monotonic() < until, f"the review does not show: {site.told('settle')} {site.told('console')}"
        time.sleep(0.5)
    with closing(Audit(site.volume("stages"))) as audit:
        assert (audit.head()[0], audit.verify()) == (1, None)


def reviewed(site: Site) -> list[str]:
    _, found = site.elastic("operator", "/listings/_search")
    decided: list[str] = [hit["_source"]["review"] for hit in found["hits"]["hits"]]
    return [each for each in decided if each != "open"]


def roles_hold(site: Site) -> None:
    """Each user reaches what is his, and nothing else."""
    assert site.elastic("officer", "/listings/_count")[0] == 200
    assert site.elastic("scholar", "/listings/_count")[0] == 403
    assert site.elastic("scholar", "/listings-v1/_count")[0] == 403
    assert site.elastic("scholar", "/listings-research/_count")[1]["count"] == 2
    assert site.elastic("assess", "/listings-research/_count")[0] == 403
    for user in ("officer", "scholar", "assess", "console", "settle"):
        assert site.elastic(user, "/listings-v1", "DELETE")[0] == 403
        assert site.elastic(user, "/_security/user")[0] == 403
    _, found = site.elastic("scholar", "/listings-research/_search?size=10")
    assert "two mags" not in json.dumps(found), "no words of a listing"
    assert "quietmill" not in json.dumps(found), "no vendor's name"
