"""Lets only requests for this console pass, and tells the browser to allow its pages nothing but our own files."""

import re
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY = 32 * 1024
"""Bytes a form may have."""
POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "require-trusted-types-for": "'script'",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), clipboard-read=()",
    "X-DNS-Prefetch-Control": "off",
}


class Refusal(Exception):  # noqa: N818  # an answer to a request, nothing that an operator must fix
    """Why a request does not pass."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Guard:
    """Wraps the console: a request must name one of `hosts`, an action must come from one of our own pages."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sealed = _sealed(send)
        try:
            _check(scope["method"], Headers(scope=scope), self._hosts)
            await self._app(scope, receive, sealed)
        except Refusal as refusal:
            await PlainTextResponse(f"{refusal}\n", refusal.status)(scope, receive, sealed)


def _check(method: str, headers: Headers, hosts: frozenset[str]) -> None:
    host = headers.get("host", "")
    if host not in hosts:
        raise Refusal(421, f"This console answers at {' or '.join(sorted(hosts))} only.")
    if method == "POST":
        _check_action(headers, f"http://{host}")
    elif method not in {"GET", "HEAD"}:
        raise Refusal(405, "This console knows GET and POST only.")


def _check_action(headers: Headers, origin: str) -> None:
    """Refuse an action that another site's page sent. Our own pages send `Origin: null`, for they send no referrer."""
    sites, given = set(headers.getlist("sec-fetch-site")), set(headers.getlist("origin"))
    ours = {origin, "null"} if sites == {"same-origin"} else {origin}
    if not (sites <= {"same-origin"} and given <= ours):
        raise Refusal(403, "An action must be sent from a page of this console.")
    if headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        raise Refusal(415, "An action is a form: application/x-www-form-urlencoded.")
    length = headers.get("content-length", "")
    if "transfer-encoding" in headers or not (re.fullmatch("[0-9]{1,6}", length) and int(length) <= BODY):
        raise Refusal(413, f"A form says how long it is, and has at most {BODY} bytes.")


def _sealed(send: Send) -> Callable[[Message], Awaitable[None]]:
    async def sealed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
        await send(message)

    return sealed
