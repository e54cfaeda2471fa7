"""Elasticsearch servers of the tests' own: secured, stopped and killed."""

import base64
import hashlib
import json
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import reduce
from ipaddress import ip_address
from itertools import cycle
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec.structs import replace

from pipeline.errors import HeadstampError, IndexUnavailableError, SettingsError
from pipeline.index import Index, Mergeable, Query
from pipeline.index.document import Document
from pipeline.index.elastic import ElasticIndex
from pipeline.index.elastic_access import cluster
from pipeline.index.elastic_roles import roles
from pipeline.index.merge import merge, subject
from pipeline.index.research import pseudonym
from pipeline.settings import Elastic
from tests.pipeline.test_elastic_index import assessment, erasure, review
from tests.servers import SERVICES, Server, server

PASSWORDS = {
    "service": "service-pass-1",
    "anna": "anna-pass-22",
    "rosa": "rosa-pass-333",
    "settle": "settle-pass-4444",
    "index": "index-pass-55555",
}
ROLES = {
    "service": "headstamp",
    "anna": "headstamp-investigators",
    "rosa": "headstamp-researchers",
    "settle": "headstamp-console",
    "index": "headstamp-index",
}
RESEARCH_KEY = b"key of the tests" * 4
COMPOSED = Path(__file__).parents[2] / "compose" / "elasticsearch" / "roles.yml"


def signed(
    name: str, by: tuple[x509.Name, ec.EllipticCurvePrivateKey] | None = None
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A certificate and its key: an authority's own, or one for loopback signed by it."""
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, signer = by or (own, key)
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    return built, key


def pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


class Secured:
    """A server with security and TLS, three users in its file realm, and what a client needs to know."""

    def __init__(self, folder: Path) -> None:
        authority, authority_key = signed("an authority")
        own, key = signed("a server", (authority.subject, authority_key))
        stranger, _ = signed("another authority")
        extra = folder / "extra.yml"
        extra.write_text(
            "xpack.security.http.ssl.enabled: true\nxpack.security.http.ssl.key: own.key\n"
            "xpack.security.http.ssl.certificate: own.pem\n"
        )
        self.server = Server("elasticsearch", folder, ES_PASSWORD="elastic-pass", ES_EXTRA=str(extra))
        self.address = f"https://127.0.0.1:{self.server.port}"
        self.fingerprint = own.fingerprint(hashes.SHA256()).hex(":")
        self.authority, self.stranger = folder / "authority.pem", folder / "stranger.pem"
        self.authority.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
        self.stranger.write_bytes(stranger.public_bytes(serialization.Encoding.PEM))
        self.folder = folder
        config = folder / f"elasticsearch-{self.server.port}" / "config"
        config.mkdir(parents=True)
        (config / "own.key").write_bytes(pem(key))
        (config / "own.pem").write_bytes(own.public_bytes(serialization.Encoding.PEM))
        own_roles = "".join(f"{name}: {json.dumps(role)}\n" for name, role in roles().items())
        (config / "roles.yml").write_text(own_roles + COMPOSED.read_text())
        (config / "users").write_text("".join(f"{name}:{hashed(word)}\n" for name, word in PASSWORDS.items()))
        (config / "users_roles").write_text("".join(f"{role}:{name}\n" for name, role in ROLES.items()))
        for name, word in (*PASSWORDS.items(), ("wrong", "not-the-password")):
            (folder / f"{name}.password").write_text(word + "\n")
        (folder / "research.key").write_bytes(RESEARCH_KEY)
        (folder / "research.key").chmod(0o600)

    def chosen(self, user: str) -> Elastic:
        return Elastic(
            research_key_file=str(self.folder / "research.key"),
            user=user,
            password_file=str(self.folder / f"{user}.password"),
            ca_file=str(self.authority),
        )

    def opened(self, chosen: Elastic) -> ElasticIndex:
        return ElasticIndex(cluster(self.address, chosen), chosen)


def hashed(password: str) -> str:
    return "{SHA}" + base64.b64encode(hashlib.sha1(password.encode()).digest()).decode()


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    import os

    if SERVICES not in os.environ:
        pytest.skip(f"{SERVICES} names no folder of servers: none was secured")
    found = Secured(tmp_path_factory.mktemp("secured"))
    # Its script asks in clear whether it is up, which a secured server never answers.
    starting = subprocess.Popen(found.server.command("start"), env=found.server.environment)
    try:
        wait_for(found)
        yield found
    finally:
        found.server.kill()
        starting.terminate()
        starting.wait()


def wait_for(found: Secured) -> None:
    said: HeadstampError = SettingsError("was not asked")
    for _ in range(240):
        with closing(found.opened(found.chosen("service"))) as index:
            try:
                index.search(Query())
            except HeadstampError as error:
                said = error
            else:
                return
        time.sleep(0.5)
    raise said


def test_researchers_see_their_index_and_nothing_else(secured: Secured) -> None:
    one, two = assessment(1), assessment(2)
    with closing(secured.opened(secured.chosen("service"))) as index:
        index.merge([one, two])
        index.merge([review(one), erasure(two)])
        assert index.search(Query()).total == 1
    with closing(cluster(secured.address, secured.chosen("rosa"))) as at:
        found = at.ask(
            "POST", "/listings-research/_search", dict[str, object], {"query": {"term": {"hidden": "false"}}}
        )
        assert pseudonym(RESEARCH_KEY, "vendor", "alpine") in str(found)
        assert "alpine" not in str(found)
        for name in ("listings", "listings-v1", "measures"):
            with pytest.raises(SettingsError, match="may not do that"):
                at.ask("POST", f"/{name}/_search", dict[str, object])
        for name in ("listings*", "*"):
            everything = str(at.ask("POST", f"/{name}/_search", dict[str, object]))
            assert not [told for told in ("alpine", one.id, "'document'") if told in everything]
        with pytest.raises(SettingsError, match="may not do that"):
            at.ask("PUT", "/listings-research/_doc/1", object, {"id": "x"})


def test_investigators_read_listings_and_write_nothing(secured: Secured) -> None:
    with closing(secured.opened(secured.chosen("service"))) as index:
        index.merge([assessment(3)])
        index.search(Query())
    with closing(secured.opened(secured.chosen("anna"))) as reading:
        assert reading.get(assessment(3).id) is not None
        assert reading.search(Query()).total >= 1
        with pytest.raises(SettingsError, match="may not do that"):
            reading.merge([assessment(4)])


def test_the_stages_of_the_compose_deployment_may_do_their_work(secured: Secured) -> None:
    one = assessment(5)
    with closing(secured.opened(replace(secured.chosen("index"), prefix="listings-of-index-"))) as index:
        index.merge([one])
    with closing(secured.opened(secured.chosen("index"))) as index:
        index.merge([one])
    with closing(secured.opened(secured.chosen("settle"))) as index:
        index.merge([review(one), erasure(one)])
        assert index.search(Query(words="5")).total == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password_file": "wrong.password"}, "does not let this user in"),
        ({"password_file": "none.password"}, "cannot be read"),
        ({"ca_file": "stranger.pem"}, "not the server that is trusted"),
        ({"ca_file": ""}, "not the server that is trusted"),
        ({"ca_file": "service.password"}, "elastic.ca_file"),
        ({"ca_file": "", "fingerprint": "00" * 32}, "not the server that is trusted"),
        ({"research_key_file": "service.password"}, "32 or more"),
    ],
)
def test_a_wrong_secret_is_told_without_it(secured: Secured, change: dict[str, str], said: str) -> None:
    there = {
        name: str(secured.folder / value) if value and name != "fingerprint" else value
        for name, value in change.items()
    }
    with (
        closing(secured.opened(replace(secured.chosen("service"), **there))) as index,
        pytest.raises(SettingsError, match=said) as told,
    ):
        index.merge([assessment(1)])
    assert not [word for word in (*PASSWORDS.values(), "not-the-password") if word in str(told.value)]


def test_a_server_is_known_by_its_fingerprint(secured: Secured) -> None:
    pinned = replace(secured.chosen("service"), ca_file="", fingerprint=secured.fingerprint)
    with closing(secured.opened(pinned)) as index:
        assert index.search(Query(size=0)).hits == ()


@contextmanager
def merging(index: Index, batches: Sequence[list[Mergeable]], failed: list[str]) -> Iterator[None]:
    """Merges batch after batch, over and over, while the block runs; notes what failed."""
    enough = threading.Event()

    def work() -> None:
        for batch in cycle(batches):
            try:
                index.merge(batch)
            except IndexUnavailableError as error:
                failed.append(str(error))
                enough.wait(0.2)
            if enough.is_set():
                return

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


@pytest.mark.slow
def test_a_server_that_is_killed_under_load_and_comes_back_holds_every_document(tmp_path: Path) -> None:
    every: list[Mergeable] = []
    for turn in range(3):
        seen = [assessment(number, activation=turn + 1) for number in range(120)]
        every += [record for one in seen for record in (one, review(one, turn))]
    batches = [every[start : start + 60] for start in range(0, len(every), 60)]
    failed: list[str] = []
    with server("elasticsearch", tmp_path) as running:
        address = f"http://127.0.0.1:{running.port}"
        with closing(ElasticIndex(cluster(address, Elastic()), Elastic())) as index:
            with merging(index, batches, failed):
                for end in (running.kill, running.stop):
                    while not index.search(Query()).total:
                        time.sleep(0.1)
                    end()
                    while not failed:
                        time.sleep(0.1)
                    running.start()
                    failed.clear()
            for batch in batches:
                index.merge(batch)
            of: dict[str, list[Mergeable]] = {}
            for record in every:
                of.setdefault(subject(record), []).append(record)
            for listing_id, records in of.items():
                hit = index.get(listing_id)
                assert hit is not None
                assert hit.document == reduce(merge, records, Document(id=listing_id))
            assert index.search(Query()).total == len(of) == 120
