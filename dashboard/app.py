"""Puts the dashboard together: the only place that chooses real things."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from collector.errors import CollectorError
from dashboard import (
    act,
    blob,
    by_provider,
    contact,
    door,
    duty,
    own_passkey,
    pages,
    planned,
    reporting,
)
from dashboard.asker import form_token
from dashboard.audit import refused
from dashboard.errors import (
    AwayError,
    ConfirmFirstError,
    NotFoundError,
    NotSignedInError,
    PageError,
)
from dashboard.form import inside
from dashboard.front import STATIC, stamp
from dashboard.headers import Headers
from dashboard.language import HOME_ZONE
from dashboard.page import QUERIES
from dashboard.parts import (
    SESSION_COOKIE,
    Parts,
    asker_or_none,
    cookie_name,
    parts_of,
    render,
    words_of,
)

log = structlog.get_logger()
CONTACT_HOLDS = timedelta(days=90)  # RFC 9116 wants an end within a year
_TEMPLATES = Path(__file__).parent / "templates"


def make_pages() -> Environment:
    """Make the environment of the templates; what a template misses is an error."""
    pages_ = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages_.filters["seconds"] = lambda number: timedelta(seconds=number)
    version = stamp()
    pages_.globals["file"] = lambda name: f"/static/{name}?v={version}"
    return pages_


def make_app(parts: Parts) -> FastAPI:
    """Make the application from its parts; it begins to listen to the store itself."""
    app = FastAPI(
        openapi_url=None, docs_url=None, redoc_url=None, lifespan=_listening(parts)
    )
    app.state.parts = parts
    rooms = (pages, reporting, act, door, own_passkey, by_provider, blob, contact)
    for room in rooms:
        app.include_router(room.routes)
    for router in (planned.looks, planned.acts, duty.looks, duty.acts):
        app.include_router(router)
    app.add_api_route("/session", session, methods=["GET"])
    app.add_api_route("/healthz", healthz, methods=["GET"])
    app.add_api_route("/metrics", metrics, methods=["GET"])
    app.add_api_route("/.well-known/security.txt", security_txt, methods=["GET"])
    app.mount("/static", Kept(directory=STATIC, check_dir=False))
    app.add_exception_handler(PageError, _refused)
    app.add_exception_handler(HTTPException, _nothing_there)
    app.add_exception_handler(RequestValidationError, _nothing_there)
    app.add_exception_handler(CollectorError, _away)
    app.add_middleware(Headers, secure=parts.settings.secure)
    return app


def _listening(
    parts: Parts,
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            bell = group.create_task(parts.bell.listen(parts.database), name="bell")
            asking = parts.storing.keep_asking(parts.bell, parts.now)
            storing = group.create_task(asking, name="storing")
            yield
            bell.cancel()
            storing.cancel()

    return lifespan


class Kept(StaticFiles):
    """The front end's own files: the address changes with them, so they may be kept."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def kept(message: Message) -> None:
            found = message.get("status") == HTTPStatus.OK
            if message["type"] == "http.response.start" and found:
                message["headers"].append(
                    (b"cache-control", b"public, max-age=31536000, immutable")
                )
            await send(message)

        await super().__call__(scope, receive, kept)


async def session(request: Request) -> Response:
    """Tell a page whether its session still lasts."""
    if await asker_or_none(request) is None:
        raise NotSignedInError
    return Response(status_code=204)


async def healthz(request: Request) -> Response:
    """Tell whether the store answers and whether we hear of its changes."""
    parts = parts_of(request)
    try:
        async with parts.database.transaction(read_only=True) as transaction:
            await transaction.one(QUERIES["alive"])
    except CollectorError:
        return PlainTextResponse("the database is away\n", status_code=503)
    if not parts.bell.live:
        return PlainTextResponse("not listening to the database\n", status_code=503)
    return PlainTextResponse("ok\n")


async def metrics() -> Response:
    """Give Prometheus its numbers."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def security_txt(request: Request) -> Response:
    """Say whom to tell of a weakness (RFC 9116); nothing where no one was named."""
    parts = parts_of(request)
    contact = parts.settings.security_contact
    if contact is None:
        raise NotFoundError
    expires = (parts.now() + CONTACT_HOLDS).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = (
        f"Contact: {contact}",
        f"Expires: {expires}",
        "Preferred-Languages: nl, en",
    )
    return PlainTextResponse("\n".join(lines) + "\n")


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, PageError):
        raise error
    await refused(request, error)
    words, parts = words_of(request), parts_of(request)
    values = {
        "w": words,
        "sentence": words(error.key, **error.values),
        "status": error.status,
        "storing": parts.storing,
        "now": parts.now(),
        "zone": HOME_ZONE,
        "way": _way(request, error),
        "token": form_token(
            request.cookies.get(cookie_name(parts, SESSION_COOKIE), "")
        ),
        "confirm": isinstance(error, ConfirmFirstError),
    }
    if request.headers.get("hx-request") == "true":
        return HTMLResponse(
            render(parts, "refused.html", values),
            status_code=error.status,
            headers={"hx-reswap": "none"},
        )
    return HTMLResponse(
        render(parts, "refused_page.html", values),
        status_code=error.status,
    )


def _way(request: Request, error: PageError) -> str:
    """Give where to go on from a refusal, and from there back to where it was."""
    if error.way == "/":
        return error.way
    here = urlsplit(str(request.url))
    if request.method != "GET":
        here = urlsplit(request.headers.get("referer", ""))
    to = inside(here.path + (f"?{here.query}" if here.query else ""))
    return error.way if to == "/" else f"{error.way}?{urlencode({'to': to})}"


async def _nothing_there(request: Request, _error: Exception) -> Response:
    return await _refused(request, NotFoundError())


async def _away(request: Request, error: Exception) -> Response:
    log.error("request.failed", error=type(error).__name__)
    return await _refused(request, AwayError())
