"""The routes of what people plan at a place: exercises, and windows of quiet."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from dashboard.asker import Asker
from dashboard.audit import Noted
from dashboard.exercise import ask, exercises_view
from dashboard.form import Fields, form
from dashboard.home import only_unit
from dashboard.number import Number
from dashboard.page import Look, View, acted, shown, streamed
from dashboard.parts import signed_in
from dashboard.suppression import end, suppress, suppressions_view

looks = APIRouter(route_class=Noted)
acts = APIRouter()
Someone = Annotated[Asker, Depends(signed_in)]
Form = Annotated[Fields, Depends(form)]


@looks.get("/site/{site}/exercises")
async def exercises_page(request: Request, asker: Someone, site: str) -> HTMLResponse:
    """Show the exercises of a place."""
    look = Look.of(request, asker)
    return await shown(look, await _exercises(look, site))


@looks.get("/live/site/{site}/exercises")
async def exercises_live(
    request: Request, asker: Someone, site: str
) -> StreamingResponse:
    """Keep that page true."""
    await _exercises(Look.of(request, asker), site)

    async def make(look: Look) -> View:
        return await _exercises(look, site)

    return streamed(request, asker, make)


@looks.get("/site/{site}/suppressions")
async def suppressions_page(
    request: Request, asker: Someone, site: str
) -> HTMLResponse:
    """Show what is suppressed at a place."""
    look = Look.of(request, asker)
    return await shown(look, await _suppressions(look, site))


@looks.get("/live/site/{site}/suppressions")
async def suppressions_live(
    request: Request, asker: Someone, site: str
) -> StreamingResponse:
    """Keep that page true."""
    await _suppressions(Look.of(request, asker), site)

    async def make(look: Look) -> View:
        return await _suppressions(look, site)

    return streamed(request, asker, make)


@acts.post("/site/{site}/exercises")
async def exercise(
    request: Request, asker: Someone, fields: Form, site: str
) -> Response:
    """Ask for an exercise."""
    look = Look.of(request, asker)
    only_unit(look)
    await ask(look, site, fields.word("rule"))
    return await acted(look, await _exercises(look, site))


@acts.post("/site/{site}/suppressions")
async def suppression(
    request: Request, asker: Someone, fields: Form, site: str
) -> Response:
    """Begin a window."""
    look = Look.of(request, asker)
    only_unit(look)
    await suppress(look, site, fields)
    return await acted(look, await _suppressions(look, site))


@acts.post("/site/{site}/suppressions/{suppression}/end")
async def suppression_end(
    request: Request, asker: Someone, _fields: Form, site: str, suppression: Number
) -> Response:
    """End a window early."""
    look = Look.of(request, asker)
    only_unit(look)
    await end(look, site, suppression)
    return await acted(look, await _suppressions(look, site))


async def _exercises(look: Look, site: str) -> View:
    only_unit(look)
    return await exercises_view(look, site)


async def _suppressions(look: Look, site: str) -> View:
    only_unit(look)
    return await suppressions_view(look, site)
