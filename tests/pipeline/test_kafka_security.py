"""Kafka with TLS, passwords and certificates: what is right gets in, what is wrong is said without the secret."""

import logging
import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ScramMechanism, UserScramCredentialUpsertion

from pipeline.broker import START
from pipeline.broker.kafka import KafkaBroker
from pipeline.codec import Message
from pipeline.errors import BrokerUnavailableError, HeadstampError, SettingsError
from pipeline.logs import CHATTER, configure
from pipeline.settings import Kafka
from pipeline.topics import ALERTS, TOPICS
from tests.kafka_logs import LEAVES_SOCKETS, kafka_log
from tests.servers import SERVICES, Server, free

pytestmark = [LEAVES_SOCKETS, pytest.mark.slow]
USER, PASSWORD = "unit", "correct-horse-battery"
TOPIC = {ALERTS.name: TOPICS[ALERTS.name]}


@dataclass(frozen=True)
class Guarded:
    """A Kafka that asks who comes, at three ports, and the files to come with."""

    folder: Path
    login: str
    """Where a name and a password are asked for, over TLS."""
    proven: str
    """Where a certificate is asked for."""

    def settings(self, **more: object) -> Kafka:
        found = {"prefix": "s.", "tls": True, "ca_file": str(self.folder / "ca.pem")} | more
        return Kafka(**found)  # type: ignore[arg-type]

    def named(self, **more: object) -> Kafka:
        return self.settings(**({"user": USER, "password_file": str(self.folder / "password")} | more))


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def authority(folder: Path, name: str) -> None:
    made = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    openssl(folder, "req", "-x509", *made, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")


def signed(folder: Path, name: str, by: str) -> None:
    """A certificate for 127.0.0.1, its key, and both in one file."""
    made = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}")
    openssl(folder, "req", *made, "-keyout", f"{name}.key", "-out", f"{name}.csr")
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1")
    signing = ("-CA", f"{by}.pem", "-CAkey", f"{by}.key", "-CAcreateserial", "-days", "2", "-extfile", "san")
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signing, "-out", f"{name}.pem")
    (folder / f"{name}.both").write_text((folder / f"{name}.key").read_text() + (folder / f"{name}.pem").read_text())


def properties(folder: Path, port: int, login: int, proven: int) -> str:
    listeners = f"PLAINTEXT://127.0.0.1:{port},LOGIN://127.0.0.1:{login},PROVEN://127.0.0.1:{proven}"
    jaas = "org.apache.kafka.common.security"
    return "\n".join([
        f"listeners={listeners},CONTROLLER://127.0.0.1:{port + 2}",
        f"advertised.listeners={listeners}",
        "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,LOGIN:SASL_SSL,PROVEN:SSL,CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms=SCRAM-SHA-512,SCRAM-SHA-256,PLAIN",
        f"listener.name.login.scram-sha-512.sasl.jaas.config={jaas}.scram.ScramLoginModule required;",
        f"listener.name.login.scram-sha-256.sasl.jaas.config={jaas}.scram.ScramLoginModule required;",
        f'listener.name.login.plain.sasl.jaas.config={jaas}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";',
        "ssl.keystore.type=PEM",
        f"ssl.keystore.location={folder / 'server.both'}",
        "ssl.truststore.type=PEM",
        f"ssl.truststore.location={folder / 'ca.pem'}",
        "listener.name.proven.ssl.client.auth=required",
    ])  # fmt: skip


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    if SERVICES not in os.environ:
        pytest.skip(f"{SERVICES} names no folder of servers: TLS and passwords were not tried on a Kafka")
    folder = tmp_path_factory.mktemp("guarded")
    for name in ("ca", "stranger"):
        authority(folder, name)
    for name, by in (("server", "ca"), ("unit", "ca"), ("intruder", "stranger")):
        signed(folder, name, by)
    (folder / "password").write_text(PASSWORD + "\n")
    (folder / "wrong").write_text("incorrect-horse\n")
    kafka, login, proven = Server("kafka", folder, KAFKA_EXTRA=str(folder / "extra")), free(), free()
    (folder / "extra").write_text(properties(folder, kafka.port, login, proven))
    try:
        kafka.start()
        plain, *others = (f"127.0.0.1:{port}" for port in (kafka.port, login, proven))
        with kafka_log(ALERTS.name, address=plain, prefix="s.") as log:
            admin: Any = log.client(KafkaAdminClient)
            for each in (ScramMechanism.SCRAM_SHA_512, ScramMechanism.SCRAM_SHA_256):
                made = admin.alter_user_scram_credentials([UserScramCredentialUpsertion(USER, each, PASSWORD)])
                assert made == {USER: None}
            admin.close()
            yield Guarded(folder, f"kafka://{others[0]}", f"kafka://{others[1]}")
    finally:
        kafka.kill()


def asked(address: str, settings: Kafka) -> int:
    """Publishes, takes as a group and reads with these settings; how many messages came."""
    with closing(KafkaBroker(address, settings, TOPIC)) as broker:
        broker.publish(ALERTS.name, [Message(key=b"k", value=b"1")])
        with broker.batch(ALERTS.name, "readers", size=1, wait=0) as found:
            assert found
        assert broker.lag(ALERTS.name, "readers") >= 0
        return len(list(broker.read(ALERTS.name, START)))


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"])
def test_a_name_and_its_password_over_tls_get_in(guarded: Guarded, mechanism: str) -> None:
    assert asked(guarded.login, guarded.named(mechanism=mechanism))


def test_a_certificate_gets_in(guarded: Guarded) -> None:
    folder = guarded.folder
    own = guarded.settings(certificate_file=str(folder / "unit.pem"), key_file=str(folder / "unit.key"))
    assert asked(guarded.proven, own)


def told(guarded: Guarded, address: str, settings: Kafka) -> HeadstampError:
    with pytest.raises(HeadstampError) as found:
        asked(address, settings)
    assert PASSWORD not in str(found.value)
    assert "incorrect-horse" not in str(found.value)
    return found.value


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "PLAIN"])
def test_a_wrong_password_is_said_and_not_waited_for(guarded: Guarded, mechanism: str) -> None:
    own = guarded.named(password_file=str(guarded.folder / "wrong"), mechanism=mechanism)
    error = told(guarded, guarded.login, own)
    assert isinstance(error, SettingsError)
    assert "not to user 'unit'" in str(error)


def test_a_server_that_another_authority_vouches_for_is_not_spoken_to(guarded: Guarded) -> None:
    error = told(guarded, guarded.login, guarded.named(ca_file=str(guarded.folder / "stranger.pem")))
    assert isinstance(error, SettingsError)
    assert "is not to be trusted" in str(error)
    assert "kafka.ca_file" in str(error)


@pytest.mark.parametrize("name", ["", "intruder"])
def test_no_certificate_or_a_strangers_is_said(guarded: Guarded, name: str) -> None:
    folder = guarded.folder
    own = {"certificate_file": str(folder / f"{name}.pem"), "key_file": str(folder / f"{name}.key")} if name else {}
    error = told(guarded, guarded.proven, guarded.settings(**own))
    assert isinstance(error, SettingsError)
    assert "kafka.certificate_file" in str(error)


def test_speaking_plainly_to_a_guarded_port_is_said(guarded: Guarded) -> None:
    error = told(guarded, guarded.login, Kafka(prefix="s."))
    assert isinstance(error, BrokerUnavailableError)


def test_no_password_reaches_the_log_whatever_its_level(guarded: Guarded, capfd: pytest.CaptureFixture[str]) -> None:
    configure("debug")
    try:
        asked(guarded.login, guarded.named())
        told(guarded, guarded.login, guarded.named(password_file=str(guarded.folder / "wrong")))
    finally:
        logging.basicConfig(level=logging.WARNING, handlers=[], force=True)
        logging.getLogger(CHATTER).setLevel(logging.CRITICAL)
    said = capfd.readouterr().err
    assert "kafka" in said
    assert PASSWORD not in said
    assert "incorrect-horse" not in said
