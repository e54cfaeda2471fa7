"""The one door to Elasticsearch: asks it, and says in an operator's words why it does not answer."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import quote

import msgspec
from elastic_transport import ConnectionError as NoConnection
from elastic_transport import SerializationError, Serializer, TlsError, TransportError
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from pipeline.errors import IndexUnavailableError, SettingsError

Answer = TypeVar("Answer")
JSON, LINES = "application/json", "application/x-ndjson"
BUSY = frozenset({429, 502, 503, 504})
"""HTTP statuses that pass by themselves."""
TRIES, FIRST_PAUSE_S = 6, 0.1
"""How often a busy server is asked at once, the pause doubling each time: three seconds in all."""
LONGEST_REASON = 500
BLOCKED = "cluster_block_exception"


class RefusedError(IndexUnavailableError):
    """Elasticsearch answered, but did not do what was asked."""

    def __init__(self, message: str, *, status: int, kind: str) -> None:
        super().__init__(message)
        self.status, self.kind = status, kind


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Why Elasticsearch did not do something, in its own words."""

    type: str = "unknown"
    reason: str | None = ""
    caused_by: "Fault | None" = None

    @property
    def text(self) -> str:
        """Kind and reason, with the innermost cause."""
        own = f"{self.type}: {self.reason}"[:LONGEST_REASON]
        return f"{own} ({self.caused_by.text})"[: 2 * LONGEST_REASON] if self.caused_by else own

    @property
    def missing(self) -> bool:
        """Whether there is no such index."""
        return self.type == "index_not_found_exception"

    @property
    def blocked(self) -> bool:
        """Whether it takes no writes at all, for want of disk space or because somebody said so."""
        return self.type == BLOCKED


class _Refusal(msgspec.Struct, frozen=True, kw_only=True):
    error: Fault | str = ""


class _Bytes(Serializer):
    """Leaves bodies as they are: what is asked and answered is encoded and decoded by its type, here and nowhere else."""

    mimetype = JSON

    def loads(self, data: bytes) -> bytes:
        return data

    def dumps(self, data: bytes) -> bytes:
        return data


class Cluster:
    """One Elasticsearch, connected to at the first question; threads may share it."""

    def __init__(self, address: str, connect: Callable[[], Mapping[str, object]], *, timeout_s: float = 30.0) -> None:
        """`connect` gives what the client needs beside the address; a `SettingsError` where a secret cannot be read."""
        self.address = address
        self._connect, self._timeout_s = connect, timeout_s
        self._client: Elasticsearch | None = None

    def ask(
        self, method: str, path: str, to: type[Answer], body: object = None, *, lines: bytes = b"", **params: str
    ) -> Answer:
        """The answer, decoded; a busy server is asked again for a few seconds.

        A `RefusedError` where it will not do it, an `IndexUnavailableError` where it does not answer, a `SettingsError` where it
        does not let this user in or is not the one trusted.
        """
        content = lines or (None if body is None else _encoder.encode(body))
        for pause_s in (*(FIRST_PAUSE_S * 2**turn for turn in range(TRIES - 1)), None):
            try:
                return msgspec.json.decode(self._once(method, path, content, bool(lines), params), type=to)
            except RefusedError as error:
                if pause_s is None or error.status not in BUSY or error.kind == BLOCKED:
                    raise
                time.sleep(pause_s)
        raise AssertionError  # the last turn returns or raises

    def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            self._client.close()

    def _once(self, method: str, path: str, content: bytes | None, lines: bool, params: Mapping[str, str]) -> bytes:  # noqa: FBT001
        kind = {"accept": JSON} | ({"content-type": LINES if lines else JSON} if content is not None else {})
        try:
            answer = self._opened().perform_request(method, path, params=params, headers=kind, body=content)
            return bytes(answer.body or b"null")
        except ApiError as error:
            raise self._refused(error.meta.status, error.body) from None
        except UnsupportedProductError as error:
            raise SettingsError(
                f"index: what answers at {self.address} is no Elasticsearch; correct `index`"
            ) from error
        except TlsError as error:
            raise SettingsError(
                f"index: {self.address} is not the server that is trusted ({_told(error)}); correct elastic.ca_file or elastic.fingerprint"
            ) from error
        except (NoConnection, TransportError, SerializationError) as error:
            raise IndexUnavailableError(
                f"Elasticsearch does not answer at {self.address} ({_told(error)}); start it, or correct `index`"
            ) from error

    def _opened(self) -> Elasticsearch:
        if self._client is None:
            # Its warnings would say at every try what an error of ours says once.
            logging.getLogger("elastic_transport").setLevel(logging.ERROR)
            self._client = Elasticsearch(
                self.address,
                serializers={JSON: _Bytes(), LINES: _Bytes()},
                request_timeout=self._timeout_s,
                max_retries=0,
                retry_on_timeout=False,
                meta_header=False,
                **self._connect(),  # type: ignore[arg-type]  # the client's own keywords
            )
        return self._client

    def _refused(self, status: int, body: object) -> Exception:
        fault = _fault(body)
        if status == 401:  # noqa: PLR2004  # HTTP: unauthorized
            return SettingsError(
                f"index: {self.address} does not let this user in; correct elastic.user and elastic.password_file, or elastic.api_key_file"
            )
        if fault.blocked:
            return RefusedError(said_blocked(fault), status=status, kind=fault.type)
        if fault.missing:
            return RefusedError(said_missing(fault), status=status, kind=fault.type)
        if status == 403:  # noqa: PLR2004  # HTTP: forbidden
            return SettingsError(
                f"index: this user may not do that ({fault.text}); give it the role of docs/elasticsearch.md"
            )
        return RefusedError(
            f"Elasticsearch at {self.address} answers {status} ({fault.text}); look at its health and its log",
            status=status,
            kind=fault.type,
        )


def said_blocked(fault: Fault) -> str:
    """What to do about an index that takes no writes."""
    return (
        f"Elasticsearch takes no writes ({fault.text}); free disk space or add a node (it lifts its own block then),"
        " or lift the block that somebody set: docs/elasticsearch.md"
    )


def said_missing(fault: Fault) -> str:
    """What to do about an index that was there and is no more."""
    return f"an index is gone from Elasticsearch ({fault.text}); `headstamp reindex` builds it again from the log"


def part(name: str) -> str:
    """A name as one step of a path."""
    return quote(name, safe="")


def _fault(body: object) -> Fault:
    try:
        refusal = msgspec.json.decode(body if isinstance(body, bytes) else str(body).encode(), type=_Refusal)
    except (msgspec.DecodeError, UnicodeError):
        return Fault(reason=str(body)[:LONGEST_REASON])
    return refusal.error if isinstance(refusal.error, Fault) else Fault(reason=refusal.error)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:LONGEST_REASON]


_encoder = msgspec.json.Encoder()
