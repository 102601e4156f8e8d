"""How the asker is reached: his channels, and the browsers that are pushed to."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, HTMLResponse, Response, StreamingResponse

from collector.keep.audit import Entry
from dashboard.asker import Asker, sha256
from dashboard.door import DoorForm, at_the_door
from dashboard.errors import FieldError, NotFoundError
from dashboard.form import Fields, form
from dashboard.front import WEB
from dashboard.number import Number
from dashboard.page import QUERIES, Look, View, acted, shown, streamed
from dashboard.parts import parts_of, signed_in

routes = APIRouter()
Someone = Annotated[Asker, Depends(signed_in)]
Form = Annotated[Fields, Depends(form)]

ENDPOINT_MOST = 1000
BROWSERS_MOST = 10
BUDGET = 12  # as collector.notify.digest has it, which a test holds
_SHOWN = 4  # the last digits of a number


async def contacts_view(look: Look) -> View:
    """Read how the asker is reached."""
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        told = await transaction.one(QUERIES["own_tell"])
        browsers = await transaction.all(
            QUERIES["own_push"], session=look.asker.session
        )
        budget = await transaction.all(QUERIES["own_budget"])
    tell = told["tell"] or {}
    number = tell.get("sms")
    return View(
        partial="contacts.html",
        title=look.words("contacts.title"),
        address="/contacts",
        values={
            "email": tell.get("email"),
            "sms": number and f"*** {number[-_SHOWN:]}",
            "budget": budget,
            "most": BUDGET,
            "browsers": browsers,
            "push_key": look.parts.settings.push_key,
        },
    )


@routes.get("/contacts")
async def contacts_page(request: Request, asker: Someone) -> HTMLResponse:
    """Show how the asker is reached."""
    look = Look.of(request, asker)
    return await shown(look, await contacts_view(look))


@routes.get("/live/contacts")
async def contacts_live(request: Request, asker: Someone) -> StreamingResponse:
    """Keep that page true."""
    return streamed(request, asker, contacts_view)


@routes.get("/worker.js")
async def worker() -> Response:
    """Give the script that shows what is pushed; its place says what it may see."""
    headers = {"cache-control": "no-cache"}
    file = WEB / "src" / "worker.js"  # nothing in it has to be built
    return FileResponse(file, media_type="text/javascript", headers=headers)


@routes.get("/reached/{code}")
async def asked(request: Request, code: str) -> HTMLResponse:
    """Show the button that says somebody was reached; a scanner's GET does not."""
    return at_the_door(request, "reached.html", code=code, done=False)


@routes.post("/reached")
async def reached(request: Request, fields: DoorForm) -> HTMLResponse:
    """Note that whoever holds this link was reached; it says so whatever it was."""
    code = sha256(fields.word("code"))
    async with parts_of(request).database.transaction() as transaction:
        await transaction.one(QUERIES["reached"], code=code)
    return at_the_door(request, "reached.html", code="", done=True)


@routes.post("/contacts/push")
async def turn_on(request: Request, asker: Someone, fields: Form) -> Response:
    """Push to this browser from now on."""
    look = Look.of(request, asker)
    endpoint = fields.text("endpoint")
    if len(endpoint) > ENDPOINT_MOST or urlsplit(endpoint).scheme != "https":
        raise FieldError
    async with look.acting(_entry(asker, "push:on")) as transaction:
        row = await transaction.one(
            QUERIES["push_on"],
            session=asker.session,
            endpoint=endpoint,
            p256dh=fields.word("p256dh"),
            auth=fields.word("auth"),
            most=BROWSERS_MOST,
        )
        if not row["done"]:
            raise FieldError
    return await acted(look, await contacts_view(look))


@routes.post("/contacts/push/{subscription}/off")
async def turn_off(
    request: Request, asker: Someone, _fields: Form, subscription: Number
) -> Response:
    """Push to one of the asker's browsers no more."""
    look = Look.of(request, asker)
    async with look.acting(_entry(asker, "push:off")) as transaction:
        query = QUERIES["push_off"]
        if not await transaction.run(query, subscription=subscription):
            raise NotFoundError
    return await acted(look, await contacts_view(look))


def _entry(asker: Asker, what: str) -> Entry:
    return Entry("change", what, f"person:{asker.person}", asker.unit)
