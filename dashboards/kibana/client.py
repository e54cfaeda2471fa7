"""Asks Kibana's API, and says in an operator's words why it does not answer."""

import json
import socket
import ssl
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from threading import Event, Timer
from typing import TypeVar

import msgspec

from dashboards.kibana.condition import Json
from pipeline.errors import KibanaError, SettingsError

Content = TypeVar("Content")
MOST_BYTES = 64 * 2**20
"""Size at which an answer is given up; exports of a space of ours are far below one megabyte."""
LONGEST_REASON = 500
PATIENCE = 3
"""How often `timeout_s` a whole answer may take."""
BOUNDARY = "headstamp-saved-objects"


class _Refusal(msgspec.Struct, frozen=True):
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What Kibana answered, whether it did what was asked or had nothing of the kind."""

    asked: str
    status: int
    content: bytes

    @property
    def missing(self) -> bool:
        """Whether there is no such thing."""
        return self.status == HTTPStatus.NOT_FOUND

    def read(self, kind: type[Content]) -> Content:
        """The content as a value of this kind; a `KibanaError` where it is none."""
        try:
            return msgspec.json.decode(self.content, type=kind)
        except msgspec.DecodeError as error:
            raise KibanaError(
                f"Kibana's answer to {self.asked} is not of its documented form ({error}); correct kibana.address, or tell us its version"
            ) from error


@dataclass(frozen=True, kw_only=True)
class Kibana:
    """One Kibana; each question has a connection of its own."""

    host: str
    port: int
    path: str
    """What all its addresses begin with; "" where it has no base path."""
    headers: Mapping[str, str]
    """What says who asks: never logged, and no part of an error."""
    trust: ssl.SSLContext | None
    """None where it is reached in clear, on loopback."""
    timeout_s: float

    def __repr__(self) -> str:
        return f"Kibana({self.address})"

    @property
    def address(self) -> str:
        """Its address, for people."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.trust else 'http'}://{host}:{self.port}{self.path}"

    def ask(self, method: str, path: str, body: object = None) -> Reply:
        """Ask with JSON; a `KibanaError` where it refuses, or a `SettingsError` where it does not let this user."""
        return self._ask(method, path, b"" if body is None else json.dumps(body).encode(), "application/json")

    def send(self, path: str, name: str, content: bytes) -> Reply:
        """Send a file as a form does; errors as for `ask`."""
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/ndjson\r\n\r\n"
        )
        whole = head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        return self._ask("POST", path, whole, f"multipart/form-data; boundary={BOUNDARY}")

    def _ask(self, method: str, path: str, body: bytes, kind: str) -> Reply:
        asked = f"{method} {path}"
        try:
            status, content = self._exchange(method, path, body, kind)
        except ssl.SSLCertVerificationError as error:
            raise SettingsError(
                f"kibana: {self.address} is not the server that is trusted ({error.verify_message}); correct kibana.ca_file"
            ) from error
        except (OSError, HTTPException) as error:
            said = self._hushed(f"{type(error).__name__}: {error}")
            raise KibanaError(
                f"Kibana does not answer at {self.address} ({said}); start it, or correct kibana.address"
            ) from error
        reply = Reply(asked=asked, status=status, content=content)
        if status >= HTTPStatus.MULTIPLE_CHOICES and not reply.missing:
            raise self._refused(reply)
        return reply

    def _exchange(self, method: str, path: str, body: bytes, kind: str) -> tuple[int, bytes]:
        connection = self._connection()
        headers = {**self.headers, "kbn-xsrf": "headstamp", "Accept": "application/json"}
        try:
            connection.connect()
            with _ended_after(self.timeout_s * PATIENCE, connection.sock):
                connection.request(
                    method, self.path + path, body or None, headers | ({"Content-Type": kind} if body else {})
                )
                answer = connection.getresponse()
                return answer.status, self._content(answer)
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        if self.trust is None:
            return HTTPConnection(self.host, self.port, timeout=self.timeout_s)
        return HTTPSConnection(self.host, self.port, timeout=self.timeout_s, context=self.trust)

    def _content(self, answer: HTTPResponse) -> bytes:
        content = answer.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise KibanaError(
                f"Kibana at {self.address} sends more than {MOST_BYTES:,} bytes; give Headstamp a space of its own"
            )
        if answer.length:
            raise IncompleteRead(content, answer.length)
        return content

    def _refused(self, reply: Reply) -> Exception:
        said = self._hushed(_said(reply.content))
        match reply.status:
            case HTTPStatus.UNAUTHORIZED:
                return SettingsError(
                    f"kibana: {self.address} does not let this user in; correct kibana.api_key_file, or kibana.user and kibana.password_file"
                )
            case HTTPStatus.FORBIDDEN:
                return SettingsError(
                    f"kibana: this user may not {reply.asked} ({said}); give it the privileges of docs/kibana.md"
                )
            case HTTPStatus.SERVICE_UNAVAILABLE:
                return KibanaError(f"Kibana at {self.address} is not ready yet ({said}); try again in a minute")
            case status:
                return KibanaError(
                    f"Kibana at {self.address} answers {status} to {reply.asked} ({said}); see docs/kibana.md"
                )

    def _hushed(self, said: str) -> str:
        """What Kibana said, without what says who asks."""
        for secret in sorted(_secrets(self.headers), key=len, reverse=True):
            said = said.replace(secret, "…")
        return said


def _secrets(headers: Mapping[str, str]) -> Iterator[str]:
    for value in headers.values():
        scheme, _, secret = value.partition(" ")
        yield secret or value
        with suppress(ValueError):
            name, _, rest = b64decode(secret, validate=True).decode().partition(":")
            yield from (each for each in (f"{name}:{rest}", rest) if scheme in {"Basic", "ApiKey"} and rest)


@contextmanager
def _ended_after(seconds: float, talk: socket.socket) -> Iterator[None]:
    """Ends the talk when its time is up: each byte that trickles in would begin the patience of a read anew."""
    ended = Event()
    timer = Timer(seconds, _end, (talk, ended))
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, HTTPException) as error:
        if ended.is_set():
            raise TimeoutError(f"no whole answer in {seconds:g} s") from error
        raise
    finally:
        timer.cancel()
    if ended.is_set():
        raise TimeoutError(f"no whole answer in {seconds:g} s")


def _end(talk: socket.socket, ended: Event) -> None:
    ended.set()
    with suppress(OSError):
        socket.socket.shutdown(talk, socket.SHUT_RDWR)


def _said(content: bytes) -> str:
    try:
        said = msgspec.json.decode(content, type=_Refusal).message
    except msgspec.DecodeError:
        said = content.decode(errors="replace")
    return said[:LONGEST_REASON] or "no reason given"


def as_json(reply: Reply) -> Json:
    """The content of an answer that is one JSON object."""
    return reply.read(Json)
