"""How Kafka is reached: where, how encrypted, as whom, and what its errors mean to an operator."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from socket import create_connection, socket
from typing import Any, TypeVar
from urllib.parse import urlsplit

from kafka import KafkaConsumer
from kafka.codec import has_gzip, has_lz4, has_snappy, has_zstd
from kafka.errors import (
    AuthorizationError,
    CorruptRecordError,
    IllegalSaslStateError,
    InvalidReplicationFactorError,
    InvalidSessionTimeoutError,
    KafkaConfigurationError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    PolicyViolationError,
    RecordListTooLargeError,
    SaslAuthenticationFailedError,
    UnsupportedSaslMechanismError,
)
from kafka.net.inet import KafkaNetSocket

from pipeline.errors import BrokerUnavailableError, CorruptError, HeadstampError, SettingsError, TooLargeError
from pipeline.settings import Kafka
from pipeline.settings.access import is_loopback, password

CONNECT_S = 5.0
"""Seconds that a server may take to accept a connection, and to agree on its encryption."""
ANSWER_MS = 20_000
"""Milliseconds that a server may take to answer a request."""
BOOTSTRAP_MS = 10_000
"""Milliseconds that a new client may take to get to know the cluster."""
AGAIN_MS = 2_000
"""Milliseconds between attempts to connect again, at most: the client's own 30 s would lie between a server's return and ours."""
REFRESH_MS = 60_000
"""Milliseconds after which added partitions are noticed, at most."""
VERSIONS = bytes.fromhex("0000000a 0012 0000 00000000 ffff")
"""The question which versions of its protocol a server speaks (ApiVersions 0, key 18), which it answers to anybody."""
UNREADABLE = (
    "damage on its disk; stop the stage, let its group pass over the messages that were sent together with it"
    " (kafka-consumer-groups.sh --reset-offsets --shift-by 1, until it is past them), and mend the disk"
)

PACKED = {"gzip": has_gzip, "lz4": has_lz4, "snappy": has_snappy, "zstd": has_zstd, "none": lambda: True}
REFUSED = (SaslAuthenticationFailedError, UnsupportedSaslMechanismError, IllegalSaslStateError)
WRONG = (
    AuthorizationError,
    InvalidReplicationFactorError,
    InvalidSessionTimeoutError,
    KafkaConfigurationError,
    PolicyViolationError,
)
TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)

Client = TypeVar("Client")
Options = dict[str, Any]  # Any: the client's keyword arguments are of many types


class Direct(KafkaNetSocket):  # type: ignore[misc]  # the client has no types
    """Connects without a proxy, and closes what did not connect: the client itself leaves a socket open at every attempt while a server is away."""

    SCHEMES = ("direct",)

    async def sock_connect(
        self, net: Any, sock: socket, address: Any, timeout_at: float | None = None
    ) -> Any:  # Any: as above
        """The socket once it is connected."""
        try:
            return await super().sock_connect(net, sock, address, timeout_at=timeout_at)
        except BaseException:
            sock.close()
            raise


class Cluster:
    """One Kafka, by its address and settings; nothing is opened before `open`."""

    def __init__(self, address: str, settings: Kafka) -> None:
        self.address = address
        self._settings = settings
        self._servers = _servers(address)
        self._tls = _tls(settings) if settings.tls else None
        if not PACKED[settings.compression]():
            raise SettingsError(f"kafka.compression: {settings.compression} needs a Python package; gzip needs none")
        self._options = self._common() | self._login()

    def open(self, make: Callable[..., Client], **more: object) -> Client:
        """A client of this cluster; a `BrokerUnavailableError` or `SettingsError` says at once why there is none."""
        self.reach()
        begun: list[Any] = []  # Any: the network half of a client, which has no types

        def network(**options: object) -> object:
            begun.append(KafkaConsumer.DEFAULT_CONFIG["kafka_client"](**options))
            return begun[-1]

        with self.told():
            try:
                return make(**self._options, **more, kafka_client=network)
            except KafkaError as error:
                for each in begun:
                    each.close()
                if isinstance(error, KafkaTimeoutError) and self.reach(listening=True) and self._settings.user:
                    raise SaslAuthenticationFailedError from error
                raise

    def reach(self, *, listening: bool = False) -> bool:
        """Return once a server accepts a connection, else raise why none does; with `listening`, whether it then answers a stranger."""
        faults = []
        for host, port in self._servers:
            try:
                return self._touch(host, port, listening=listening)
            except ssl.SSLCertVerificationError as error:
                raise SettingsError(
                    f"{self.address}: the certificate of {host}:{port} is not to be trusted ({error.verify_message}); correct kafka.ca_file"
                ) from error
            except ssl.SSLError as error:
                if listening:
                    raise SettingsError(
                        f"{self.address}: {host}:{port} refuses what is shown to it ({error.reason}); correct kafka.certificate_file and kafka.key_file"
                    ) from error
                faults.append(f"{host}:{port}: TLS failed ({error.reason or error})")
            except OSError as error:
                faults.append(f"{host}:{port}: {error.strerror or error}")
        raise BrokerUnavailableError(
            f"{self.address} does not answer ({'; '.join(faults)}); start it or correct HEADSTAMP_BROKER"
        )

    @contextmanager
    def told(self) -> Iterator[None]:
        """Let the client's errors leave the block as ours, which say what to do."""
        try:
            yield
        except KafkaError as error:
            raise self._told(error) from error

    def _told(self, error: KafkaError) -> HeadstampError:
        reason = str(error)  # begins with the error's name
        if isinstance(error, REFUSED):
            return SettingsError(
                f"{self.address} answers, but not to user '{self._settings.user}'; correct kafka.user, kafka.password_file and kafka.mechanism"
            )
        if isinstance(error, WRONG):
            return SettingsError(f"{self.address} refuses: {reason}; see docs/kafka.md")
        if isinstance(error, TOO_LARGE):
            return TooLargeError(f"{self.address}: {reason}; see kafka.message_bytes in docs/kafka.md")
        if isinstance(error, CorruptRecordError):
            return CorruptError(f"{self.address} holds a message that cannot be read ({reason}): {UNREADABLE}")
        return BrokerUnavailableError(
            f"{self.address} does not answer ({reason}); start it or correct HEADSTAMP_BROKER"
        )

    def _touch(self, host: str, port: int, *, listening: bool) -> bool:
        with closing(create_connection((host, port), timeout=CONNECT_S)) as plain:
            if not self._tls:
                return listening and _answers(plain)
            with closing(self._tls.wrap_socket(plain, server_hostname=host)) as secure:
                return listening and _answers(secure)

    def _common(self) -> Options:
        return {
            "bootstrap_servers": [f"{host}:{port}" for host, port in self._servers],
            "client_id": "headstamp",
            "request_timeout_ms": ANSWER_MS,
            "bootstrap_timeout_ms": BOOTSTRAP_MS,
            "reconnect_backoff_max_ms": AGAIN_MS,
            "metadata_max_age_ms": REFRESH_MS,
            "ssl_context": self._tls,
            "proxy_url": f"{Direct.SCHEMES[0]}://",
        }

    def _login(self) -> Options:
        """Encryption and name for the client; a `SettingsError` where a password would be shown or is lacking."""
        chosen = self._settings
        if not chosen.user:
            return {"security_protocol": "SSL" if chosen.tls else "PLAINTEXT"}
        if chosen.mechanism == "PLAIN" and not chosen.tls and not all(is_loopback(host) for host, _ in self._servers):
            raise SettingsError("kafka.mechanism: PLAIN would show the password; set kafka.tls or take SCRAM-SHA-512")
        return {
            "security_protocol": "SASL_SSL" if chosen.tls else "SASL_PLAINTEXT",
            "sasl_mechanism": chosen.mechanism,
            "sasl_plain_username": chosen.user,
            "sasl_plain_password": password(chosen.password_file, "kafka.password_file"),
        }


def _servers(address: str) -> list[tuple[str, int]]:
    found = [_server(each) for each in address.removeprefix("kafka://").split(",")]
    servers = [each for each in found if each]
    if len(servers) < len(found):
        raise SettingsError("broker: write kafka://HOST:PORT[,HOST:PORT…]; names and passwords are settings of kafka")
    return servers


def _server(text: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(f"//{text}")
        port = parts.port
    except ValueError:
        return None
    rest = parts.path or parts.query or parts.fragment or parts.username is not None
    return None if rest or not parts.hostname or port is None else (parts.hostname, port)


def _tls(settings: Kafka) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.ca_file or None)
        if settings.certificate_file:
            context.load_cert_chain(settings.certificate_file, settings.key_file or None, password=_no_password)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"kafka.ca_file, kafka.certificate_file or kafka.key_file cannot be used ({error}); name PEM files, the key without a password"
        ) from error
    return context


def _no_password() -> str:
    raise ValueError("the key asks for a password")


def _answers(connection: socket) -> bool:
    """Whether a server answers who has not logged in yet; it does where it runs. TLS 1.3 tells only now that it did not like our certificate."""
    try:
        connection.sendall(VERSIONS)
        return bool(connection.recv(1))
    except TimeoutError:
        return False
