"""The routes that show pages and keep them true."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import (
    HTMLResponse,
    JSONResponse,
    Response,
    StreamingResponse,
)

from dashboard.asker import Asker
from dashboard.audit import Noted
from dashboard.events import events_view
from dashboard.home import home_view, only_incidents, only_unit
from dashboard.incident import card_view, incident_view
from dashboard.looked import looked_view
from dashboard.number import Number
from dashboard.page import Look, View, shown, streamed
from dashboard.parts import parts_of, signed_in
from dashboard.proof import require_proof
from dashboard.right import rights_export, rights_view
from dashboard.search import search_view
from dashboard.site import Window, chart_data, site_view
from dashboard.todo import todo_view
from dashboard.wall import wall_view

routes = APIRouter(route_class=Noted)
Someone = Annotated[Asker, Depends(signed_in)]


@routes.get("/")
async def home(request: Request, asker: Someone) -> HTMLResponse:
    """Show the page that the asker's role begins with."""
    look = Look.of(request, asker)
    return await shown(look, await home_view(look))


@routes.get("/live/")
async def home_live(request: Request, asker: Someone) -> StreamingResponse:
    """Keep that page true."""
    return streamed(request, asker, home_view)


@routes.get("/incident/{incident}")
async def incident_page(
    request: Request, asker: Someone, incident: Number
) -> HTMLResponse:
    """Show one incident."""
    look = Look.of(request, asker)
    return await shown(look, await _incident(look, incident))


@routes.get("/live/incident/{incident}")
async def incident_live(
    request: Request, asker: Someone, incident: Number
) -> StreamingResponse:
    """Keep the page of one incident true."""
    await _incident(Look.of(request, asker), incident)

    async def make(look: Look) -> View:
        return await _incident(look, incident)

    return streamed(request, asker, make)


@routes.get("/incident/{incident}/card")
async def card_page(request: Request, asker: Someone, incident: Number) -> HTMLResponse:
    """Show what whoever takes an incident over has to know."""
    look = Look.of(request, asker)
    return await shown(look, await _card(look, incident))


@routes.get("/live/incident/{incident}/card")
async def card_live(
    request: Request, asker: Someone, incident: Number
) -> StreamingResponse:
    """Keep that page true."""
    await _card(Look.of(request, asker), incident)

    async def make(look: Look) -> View:
        return await _card(look, incident)

    return streamed(request, asker, make)


@routes.get("/site/{site}")
async def site_page(
    request: Request, asker: Someone, site: str, span: str = "", back: str = ""
) -> HTMLResponse:
    """Show one place."""
    look = Look.of(request, asker)
    return await shown(look, await _site(look, site, Window.of(span, back)))


@routes.get("/live/site/{site}")
async def site_live(
    request: Request, asker: Someone, site: str, span: str = "", back: str = ""
) -> StreamingResponse:
    """Keep the page of one place true."""
    window = Window.of(span, back)
    await _site(Look.of(request, asker), site, window)

    async def make(look: Look) -> View:
        return await _site(look, site, window)

    return streamed(request, asker, make)


@routes.get("/site/{site}/events")
async def events_page(
    request: Request, asker: Someone, site: str, before: str = ""
) -> HTMLResponse:
    """Show what happened at one place, a page of it."""
    look = Look.of(request, asker)
    return await shown(look, await _events(look, site, before))


@routes.get("/live/site/{site}/events")
async def events_live(
    request: Request, asker: Someone, site: str, before: str = ""
) -> StreamingResponse:
    """Keep that page true."""
    await _events(Look.of(request, asker), site, before)

    async def make(look: Look) -> View:
        return await _events(look, site, before)

    return streamed(request, asker, make)


@routes.get("/looked")
async def looked_page(
    request: Request, asker: Someone, before: str = ""
) -> HTMLResponse:
    """Show who looked at what is about the asker."""
    look = Look.of(request, asker)
    return await shown(look, await looked_view(look, before))


@routes.get("/live/looked")
async def looked_live(
    request: Request, asker: Someone, before: str = ""
) -> StreamingResponse:
    """Keep that page true."""

    async def make(look: Look) -> View:
        return await looked_view(look, before)

    return streamed(request, asker, make)


@routes.get("/rights")
async def rights_page(request: Request, asker: Someone) -> HTMLResponse:
    """Show who may do what, for the quarterly review."""
    look = Look.of(request, asker)
    return await shown(look, await rights_view(look))


@routes.get("/live/rights")
async def rights_live(request: Request, asker: Someone) -> StreamingResponse:
    """Keep that page true."""
    await rights_view(Look.of(request, asker))
    return streamed(request, asker, rights_view)


@routes.get("/rights.csv")
async def rights_file(request: Request, asker: Someone) -> Response:
    """Give the same as a file."""
    text = await rights_export(Look.of(request, asker))
    await require_proof(parts_of(request), asker)
    name = f'attachment; filename="rights-{parts_of(request).now():%Y-%m-%d}.csv"'
    return Response(text, media_type="text/csv", headers={"content-disposition": name})


@routes.get("/site/{site}/measurements")
async def measurements(
    request: Request, asker: Someone, site: str, span: str = "", back: str = ""
) -> JSONResponse:
    """Give the charts of one place their numbers."""
    look = Look.of(request, asker)
    only_unit(look)
    return JSONResponse(await chart_data(look, site, Window.of(span, back)))


@routes.get("/incidents")
async def search_page(request: Request, asker: Someone) -> HTMLResponse:
    """Show the incidents of a unit that are as asked."""
    look = Look.of(request, asker)
    return await shown(look, await _search(look))


@routes.get("/live/incidents")
async def search_live(request: Request, asker: Someone) -> StreamingResponse:
    """Keep that page true."""
    await _search(Look.of(request, asker))
    return streamed(request, asker, _search)


@routes.get("/todo")
async def todo_page(request: Request, asker: Someone) -> HTMLResponse:
    """Show all that is to be done in a unit."""
    look = Look.of(request, asker)
    return await shown(look, await _todo(look))


@routes.get("/live/todo")
async def todo_live(request: Request, asker: Someone) -> StreamingResponse:
    """Keep that page true."""
    await _todo(Look.of(request, asker))
    return streamed(request, asker, _todo)


async def _todo(look: Look) -> View:
    only_unit(look)
    return await todo_view(look)


@routes.get("/wall")
async def wall_page(request: Request, asker: Someone) -> HTMLResponse:
    """Show what hangs on the wall of a unit."""
    look = Look.of(request, asker)
    return await shown(look, await _wall(look))


@routes.get("/live/wall")
async def wall_live(request: Request, asker: Someone) -> StreamingResponse:
    """Keep that page true."""
    await _wall(Look.of(request, asker))
    return streamed(request, asker, _wall)


async def _wall(look: Look) -> View:
    only_unit(look)
    return await wall_view(look)


async def _search(look: Look) -> View:
    only_unit(look)
    return await search_view(look, look.request.query_params)


async def _incident(look: Look, incident: int) -> View:
    only_incidents(look)
    return await incident_view(look, incident)


async def _card(look: Look, incident: int) -> View:
    only_incidents(look)
    return await card_view(look, incident)


async def _events(look: Look, site: str, before: str) -> View:
    only_unit(look)
    return await events_view(look, site, before)


async def _site(look: Look, site: str, window: Window) -> View:
    only_unit(look)
    return await site_view(look, site, window)
