"""The console as an ASGI application."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from dashboards.web import listing, pages, reviewing
from dashboards.web.console import FOLDER, Console, templates
from dashboards.web.desk import Desk
from dashboards.web.guard import Guard
from pipeline.deployment import Deployment
from pipeline.errors import HeadstampError, SettingsError
from pipeline.settings import user

FILES = {"console.css": "text/css", "console.js": "text/javascript", "mark.svg": "image/svg+xml"}
WRONG = {
    400: "This cannot be asked",
    403: "Not allowed",
    404: "Not found",
    405: "Not allowed",
    409: "Not yet",
    410: "Erased",
    503: "A part does not answer",
}


def application(deployment: Deployment, hosts: frozenset[str]) -> ASGIApp:
    """The console of a deployment, for requests that name one of `hosts`."""
    return Guard(_pages(deployment), hosts)


def _pages(deployment: Deployment) -> Starlette:
    @asynccontextmanager
    async def connected(app: Starlette) -> AsyncIterator[None]:
        desk = Desk(deployment)
        analyst = deployment.settings.serve.analyst or user()
        app.state.console = Console(desk=desk, templates=templates(), analyst=analyst, token=secrets.token_urlsafe(32))
        try:
            yield
        finally:
            await desk.close()

    return Starlette(
        routes=[
            Route("/", pages.review_queue),
            Route("/search", pages.search),
            Route("/listing/{id}", listing.listing),
            Route("/listing/{id}/review", reviewing.review, methods=["POST"]),
            Route("/listing/{id}/undo", reviewing.undo, methods=["POST"]),
            Route("/alerts", pages.alerts),
            Route("/operations", pages.operations),
            Route("/about", pages.about),
            Route("/health", pages.health),
            *(_file(name, kind) for name, kind in FILES.items()),
        ],
        exception_handlers={
            HTTPException: _refused,
            SettingsError: _unaskable,
            HeadstampError: _unavailable,
            Exception: _unforeseen,
        },
        lifespan=connected,
    )


def _file(name: str, kind: str) -> Route:
    body = (FOLDER / "static" / name).read_bytes()

    async def sent(_request: Request) -> Response:
        return Response(body, media_type=kind)

    return Route(f"/static/{name}", sent)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _wrong(request, error.status_code, error.detail)


async def _unaskable(request: Request, error: Exception) -> Response:
    return _wrong(request, 400, str(error))


async def _unavailable(request: Request, error: Exception) -> Response:
    return _wrong(request, 503, str(error))


async def _unforeseen(request: Request, error: Exception) -> Response:
    return _wrong(request, 500, f"An unforeseen {type(error).__name__} was written to the log of the console.")


def _wrong(request: Request, status: int, detail: str) -> Response:
    heading = WRONG.get(status, HTTPStatus(status).phrase)
    return Console.of(request).page("error.html", {"heading": heading, "detail": detail}, status)
