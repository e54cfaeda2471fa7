"""The one door to Elasticsearch: asks it, and says in an operator's words why it does not answer."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import quote

import msgspec
from elastic_transport import ApiResponseMeta, SerializationError, Serializer, TlsError, TransportError
from elastic_transport import ConnectionError as NoConnection
from elasticsearch import ApiError, Elasticsearch

from pipeline.errors import CorruptError, IndexUnavailableError, SettingsError

Answer = TypeVar("Answer")
JSON, LINES = "application/json", "application/x-ndjson"
BUSY = frozenset({429, 502, 503, 504})
"""HTTP statuses that pass by themselves."""
TRIES, FIRST_PAUSE_S = 6, 0.1
"""How often a busy server is asked at once, the pause doubling each time: three seconds in all."""
OWN = frozenset({401, 403, 413}) | BUSY
"""HTTP statuses that mean the same whoever answers, be it a proxy."""
REDIRECTED = range(300, 400)
BULK_BYTES = 8 * 2**20
"""Size at which a bulk request ends; Elasticsearch refuses more than 100 MB."""
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
        self.bulk_bytes = BULK_BYTES
        """Size at which a bulk request ends: less, once somebody refused one for its size."""
        self._connect, self._timeout_s = connect, timeout_s
        self._client: Elasticsearch | None = None

    def ask(
        self, method: str, path: str, to: type[Answer], body: object = None, *, lines: bytes = b"", **params: str
    ) -> Answer:
        """The answer, decoded; a busy server is asked again for a few seconds.

        A `RefusedError` where it will not do it, an `IndexUnavailableError` where it does not answer or another does in its stead,
        a `SettingsError` where it does not let this user in or is not the one trusted, a `CorruptError` where it holds
        what no Headstamp of this version wrote.
        """
        content = lines or (None if body is None else _encoder.encode(body))
        for pause_s in (*(FIRST_PAUSE_S * 2**turn for turn in range(TRIES - 1)), None):
            try:
                return self._decoded(self._once(method, path, content, bool(lines), params), to)
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
            return self._own(answer.meta, answer.body)
        except ApiError as error:
            raise self._refused(error.meta, error.body) from None
        except TlsError as error:
            raise SettingsError(
                f"index: {self.address} is not the server that is trusted ({_told(error)}); correct elastic.ca_file or elastic.fingerprint"
            ) from error
        except (NoConnection, TransportError, SerializationError) as error:
            raise IndexUnavailableError(
                f"Elasticsearch does not answer at {self.address} ({_told(error)}); start it, or correct `index` (HEADSTAMP_INDEX)"
            ) from error

    def _own(self, meta: ApiResponseMeta, body: object) -> bytes:
        """The body of an answer that is Elasticsearch's own, and not that of something before it."""
        if not _is_own(meta) or not isinstance(body, bytes | None):
            raise self._other(meta)
        return body or b"null"

    def _decoded(self, body: bytes, to: type[Answer]) -> Answer:
        try:
            return msgspec.json.decode(body, type=to)
        except msgspec.DecodeError as error:
            if _is_whole(body):
                raise CorruptError(
                    f"Elasticsearch at {self.address} holds what this version did not write ({error}); run `headstamp reindex`"
                ) from error
            raise IndexUnavailableError(
                f"what Elasticsearch at {self.address} answers is cut off or altered ({error}); see what stands before it"
            ) from error

    def _other(self, meta: ApiResponseMeta) -> IndexUnavailableError:
        to = f", pointing to {str(meta.headers.get('location'))[:LONGEST_REASON]}" if meta.status in REDIRECTED else ""
        return IndexUnavailableError(
            f"what answers at {self.address} is no Elasticsearch (status {meta.status}{to}); see what stands before it,"
            " or correct `index` (HEADSTAMP_INDEX)"
        )

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

    def _refused(self, meta: ApiResponseMeta, body: object) -> Exception:
        status, fault = meta.status, _fault(body)
        if not _is_own(meta) and status not in OWN:
            return self._other(meta)
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


def _is_own(meta: ApiResponseMeta) -> bool:
    """Whether Elasticsearch itself answered: it says so in every answer."""
    return meta.headers.get("x-elastic-product") == "Elasticsearch"


def _told(error: BaseException) -> str:
    """The system's word where it has one, as "Connection refused"; else the innermost cause's."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    said = error.strerror if isinstance(error, OSError) else None
    return (said or str(error) or type(error).__name__)[:LONGEST_REASON]


_encoder = msgspec.json.Encoder()


def _is_whole(body: bytes) -> bool:
    """Whether it is JSON at all: an answer that is cut off may be told as a document of another shape first."""
    try:
        msgspec.json.decode(body)
    except msgspec.DecodeError:
        return False
    return True
