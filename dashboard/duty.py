"""The routes of the roster."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from dashboard.asker import Asker
from dashboard.audit import Noted
from dashboard.form import Fields, form
from dashboard.home import only_unit
from dashboard.number import Number
from dashboard.page import Look, View, acted, shown, streamed
from dashboard.parts import signed_in
from dashboard.roster import change, roster_view, withdraw

looks = APIRouter(route_class=Noted)
acts = APIRouter()
Someone = Annotated[Asker, Depends(signed_in)]
Form = Annotated[Fields, Depends(form)]


@looks.get("/roster")
async def roster_page(request: Request, asker: Someone) -> HTMLResponse:
    """Show who is on duty."""
    look = Look.of(request, asker)
    return await shown(look, await _roster(look))


@looks.get("/live/roster")
async def roster_live(request: Request, asker: Someone) -> StreamingResponse:
    """Keep that page true."""
    await _roster(Look.of(request, asker))
    return streamed(request, asker, _roster)


@acts.post("/roster")
async def roster_change(request: Request, asker: Someone, fields: Form) -> Response:
    """Have somebody else be on duty for a time."""
    look = Look.of(request, asker)
    only_unit(look)
    await change(look, fields)
    return await acted(look, await _roster(look))


@acts.post("/roster/{change}/withdraw")
async def roster_withdraw(
    request: Request, asker: Someone, _fields: Form, change: Number
) -> Response:
    """Take such a change back."""
    look = Look.of(request, asker)
    only_unit(look)
    await withdraw(look, change)
    return await acted(look, await _roster(look))


async def _roster(look: Look) -> View:
    only_unit(look)
    return await roster_view(look)
