"""A stand-in for Kibana: its documented API for status, spaces, roles, saved objects and alert rules, over real HTTP.

It is no Kibana: it shows nothing, and knows of each call only what Elastic's documentation says of it.
"""

import json
import re
import ssl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "c2VjcmV0LWtleQ=="
RULE_KEYS = {"name", "tags", "schedule", "params", "actions", "throttle", "notify_when"}
CREATION_KEYS = RULE_KEYS | {"rule_type_id", "consumer", "enabled"}


@dataclass
class Standin:
    """What it holds, how it behaves, and what it was asked."""

    version: str = "8.19.3"
    level: str = "available"
    base: str = ""
    authorization: str = f"ApiKey {KEY}"
    has_security: bool = True
    has_alerting: bool = True
    forbidden: str = ""
    """What this user may not ask: the beginning of a path."""
    newest: dict[str, str] = field(
        default_factory=lambda: {"index-pattern": "8.0.0", "search": "10.5.0", "dashboard": "10.2.0"}
    )
    spaces: dict[str, Any] = field(default_factory=lambda: {"default": {"id": "default", "name": "Default"}})
    roles: dict[str, Any] = field(default_factory=dict)
    objects: dict[tuple[str, str], tuple[str, Any]] = field(default_factory=dict)
    """By type and id, which all spaces share: the space, and the object."""
    rules: dict[str, tuple[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    address: str = ""

    @property
    def written(self) -> list[tuple[str, str]]:
        """What it was asked that changes something."""
        return [(method, path) for method, path in self.asked if method != "GET" and not path.endswith("_export")]


class RefusedError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@contextmanager
def standin(tls: ssl.SSLContext | None = None, **how: Any) -> Iterator[Standin]:
    """A stand-in on a free port of loopback, for as long as the block runs."""
    state = Standin(**how)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    scheme = "http" if tls is None else "https"
    state.address = f"{scheme}://127.0.0.1:{server.server_address[1]}{state.base}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(state: Standin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def do_PUT(self) -> None:
            self._serve()

        def log_message(self, *_said: object) -> None:
            """Nothing: tests read what was asked from the state."""

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                status, content = _answer(state, self.command, self.path, self.headers, body)
            except RefusedError as fault:
                said = {"statusCode": fault.status, "error": "stand-in", "message": fault.message}
                status, content = fault.status, json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


def _answer(state: Standin, method: str, address: str, headers: Any, body: bytes) -> tuple[int, bytes]:
    parts = urlsplit(address)
    if not parts.path.startswith(state.base + "/"):
        raise RefusedError(404, "Not Found")
    path = parts.path.removeprefix(state.base)
    state.asked.append((method, path))
    space, call = _let_in(state, method, path, headers)
    match call.split("/")[2:]:
        case ["status"]:
            return _status(state)
        case ["spaces", "space", *name]:
            return _space(state, method, name, body)
        case ["security", "role", name] if state.has_security:
            return _role(state, method, name, body)
        case ["saved_objects", "_export"]:
            return _export(state, space, json.loads(body))
        case ["saved_objects", "_import"]:
            overwrite = parse_qs(parts.query).get("overwrite") == ["true"]
            return _import(state, space, _file(headers, body), overwrite=overwrite)
        case ["alerting", "rule", rule] if state.has_alerting:
            return _rule(state, space, method, rule, body)
        case _:
            raise RefusedError(404, "Not Found")


def _let_in(state: Standin, method: str, path: str, headers: Any) -> tuple[str, str]:
    """The space and the call, for one who may ask it."""
    if state.authorization and headers["Authorization"] != state.authorization:
        raise RefusedError(401, "Unauthorized")
    if method != "GET" and not headers["kbn-xsrf"]:
        raise RefusedError(400, "Request must contain a kbn-xsrf header.")
    inside = re.fullmatch(r"(?:/s/([^/]+))?(/api/.*)", path)
    if inside is None or (inside[1] or "default") not in state.spaces:
        raise RefusedError(404, "Not Found")
    if state.forbidden and inside[2].startswith(state.forbidden):
        raise RefusedError(403, "Forbidden")
    return inside[1] or "default", inside[2]


def _json(content: object, status: int = 200) -> tuple[int, bytes]:
    return status, json.dumps(content).encode()


def _status(state: Standin) -> tuple[int, bytes]:
    overall = {"overall": {"level": state.level, "summary": "as it is"}}
    return _json({"name": "kibana", "version": {"number": state.version, "build_number": 1}, "status": overall})


def _space(state: Standin, method: str, name: list[str], body: bytes) -> tuple[int, bytes]:
    if method == "POST" and not name:
        made = json.loads(body)
        if made["id"] in state.spaces:
            raise RefusedError(409, f"A space with the identifier {made['id']} already exists.")
        state.spaces[made["id"]] = {**made, "disabledFeatures": []}
        return _json(state.spaces[made["id"]])
    if not name or name[0] not in state.spaces:
        raise RefusedError(404, "Not Found")
    return _json(state.spaces[name[0]])


def _role(state: Standin, method: str, name: str, body: bytes) -> tuple[int, bytes]:
    if method == "PUT":
        state.roles[name] = json.loads(body)
        return 204, b""
    if name not in state.roles:
        raise RefusedError(404, "Not Found")
    found = json.loads(json.dumps(state.roles[name]))
    for index in found["elasticsearch"]["indices"]:
        index["allow_restricted_indices"] = False
    return _json({"name": name, "metadata": {}, "transient_metadata": {"enabled": True}, **found})


def _export(state: Standin, space: str, asked: Any) -> tuple[int, bytes]:
    found = [one for at, one in state.objects.values() if at == space and one["type"] in asked["type"]]
    return 200, "\n".join(json.dumps(one) for one in found).encode()


def _file(headers: Any, body: bytes) -> list[Any]:
    """The objects of the form's one file."""
    form = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode() + body)
    (part,) = form.iter_parts()
    if not str(part.get_filename()).endswith(".ndjson"):
        raise RefusedError(415, "Unsupported Media Type")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return [json.loads(line) for line in content.splitlines()]


def _import(state: Standin, space: str, given: list[Any], *, overwrite: bool) -> tuple[int, bytes]:
    errors, results = [], []
    here = {(one["type"], one["id"]) for one in given}
    here |= {key for key, (at, _) in state.objects.items() if at == space}
    for one in given:
        key, said = (one["type"], one["id"]), {"type": one["type"], "id": one["id"], "meta": {}}
        missing = [each for each in one["references"] if (each["type"], each["id"]) not in here]
        if fault := _fault(state, one, missing, taken=key in state.objects and not overwrite):
            errors.append({**said, "error": fault})
        elif key in state.objects and state.objects[key][0] != space:
            other = str(uuid.uuid4())
            state.objects[key[0], other] = (space, _migrated(state, {**one, "id": other}))
            results.append({**said, "destinationId": other})
        else:
            state.objects[key] = (space, _migrated(state, one))
            results.append(said)
    done = {"success": not errors, "successCount": len(results), "successResults": results}
    return _json({**done, "errors": errors} if errors else done)


def _fault(state: Standin, one: Any, missing: list[Any], *, taken: bool) -> Any:
    if _number(one["typeMigrationVersion"]) > _number(state.newest[one["type"]]):
        return {"type": "unknown", "message": "belongs to a more recent version of Kibana", "statusCode": 422}
    if missing:
        return {"type": "missing_references", "references": missing}
    return {"type": "conflict"} if taken else None


def _migrated(state: Standin, one: Any) -> Any:
    """An object as Kibana keeps it: brought up to its own version, with keys of its own."""
    kept = json.loads(json.dumps(one))
    kept |= {
        "typeMigrationVersion": state.newest[one["type"]],
        "updated_at": "2026-03-01T00:00:00Z",
        "version": "WzEsMV0=",
    }
    kept["attributes"]["allowHidden"] = False
    if "optionsJSON" in kept["attributes"]:
        options = json.loads(kept["attributes"]["optionsJSON"])
        kept["attributes"]["optionsJSON"] = json.dumps({"syncTooltips": False, **options}, separators=(",", ":"))
    return kept


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _rule(state: Standin, space: str, method: str, rule: str, body: bytes) -> tuple[int, bytes]:
    at, there = state.rules.get(rule, ("", None))
    if method == "POST":
        if there is not None:
            raise RefusedError(409, f"Saved object [alert/{rule}] conflict")
        if uuid.UUID(rule).version != 4:
            raise RefusedError(400, "Predefined IDs are not allowed unless the ID is a UUID.")
        given = _allowed(json.loads(body), CREATION_KEYS)
        state.rules[rule] = (space, {"id": rule, "enabled": True, "mute_all": False, **given})
        return _json(state.rules[rule][1])
    if there is None or at != space:
        raise RefusedError(404, f"Saved object [alert/{rule}] not found")
    if method == "PUT":
        there |= _allowed(json.loads(body), RULE_KEYS)
    return _json(there)


def _allowed(given: Any, keys: set[str]) -> Any:
    if unknown := set(given) - keys:
        raise RefusedError(400, f"[request body.{min(unknown)}]: definition for this key is missing")
    return given
