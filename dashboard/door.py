"""The routes of signing in and out, of the sound test, and of the language."""

import secrets
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from dashboard.asker import Asker, form_token
from dashboard.errors import FieldError
from dashboard.form import DOOR_COOKIE, Fields, door_form, form
from dashboard.language import LANGUAGES
from dashboard.parts import (
    LANGUAGE_COOKIE,
    SESSION_COOKIE,
    Parts,
    parts_of,
    render,
    signed_in,
    words_of,
)
from dashboard.sign_in import begin, delay_after, end, knock, origin_of

routes = APIRouter()
LANGUAGE_S = 365 * 86_400
DOOR_S = 3600


@routes.get("/sign-in/{link}")
async def offer(request: Request, link: str) -> HTMLResponse:
    """Show the button that uses the link up; a mail scanner's GET does not.

    The link is not looked at here, so a bad one looks like a good one.
    """
    parts = parts_of(request)
    secret = request.cookies.get(DOOR_COOKIE) or secrets.token_urlsafe(16)
    values = {"w": words_of(request), "link": link, "token": form_token(secret)}
    answer = HTMLResponse(render(parts, "sign_in.html", values))
    _set(answer, parts, DOOR_COOKIE, secret, DOOR_S)
    return answer


@routes.post("/sign-in")
async def enter(
    request: Request, fields: Annotated[Fields, Depends(door_form)]
) -> Response:
    """Use a link up and begin a session; refusals of one origin slow it down."""
    parts = parts_of(request)
    link = fields.word("link")
    origin = origin_of(request.client.host if request.client else "", parts.key)
    tried = await knock(parts.database, origin)
    await parts.wait(delay_after(tried.refusals))
    begun = await begin(parts.database, link, tried, parts.settings.session_hours)
    answer = RedirectResponse("/sound", status_code=303)
    # Lax, because the link of a message leads here from somebody's mail: with Strict
    # an alarm's first page would be "not signed in". Forms carry a token besides.
    _set(answer, parts, SESSION_COOKIE, begun.secret, _seconds(parts), same_site="lax")
    answer.delete_cookie(DOOR_COOKIE)
    return answer


@routes.get("/sound")
async def sound(
    request: Request, asker: Annotated[Asker, Depends(signed_in)]
) -> HTMLResponse:
    """Have the sound tried before the first incident needs it."""
    words = words_of(request, asker)
    return HTMLResponse(render(parts_of(request), "sound.html", {"w": words}))


@routes.post("/sign-out")
async def leave(
    request: Request,
    asker: Annotated[Asker, Depends(signed_in)],
    _fields: Annotated[Fields, Depends(form)],
) -> Response:
    """End the session for good."""
    await end(parts_of(request).database, asker)
    answer = RedirectResponse("/signed-out", status_code=303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


@routes.get("/signed-out")
async def left(request: Request) -> HTMLResponse:
    """Say that nobody is signed in any more."""
    values = {"w": words_of(request)}
    return HTMLResponse(render(parts_of(request), "signed_out.html", values))


@routes.post("/language")
async def switch(
    request: Request,
    asker: Annotated[Asker, Depends(signed_in)],
    fields: Annotated[Fields, Depends(form)],
) -> Response:
    """Switch the language of this browser for this person."""
    del asker
    language = fields.word("language")
    if language not in LANGUAGES:
        raise FieldError
    back = fields.maybe("back")
    here = back if back.startswith("/") and back[1:2] not in {"/", "\\"} else "/"
    answer = RedirectResponse(here, status_code=303)
    _set(answer, parts_of(request), LANGUAGE_COOKIE, language, LANGUAGE_S)
    return answer


def _set(
    answer: Response,
    parts: Parts,
    name: str,
    value: str,
    seconds: int,
    same_site: Literal["lax", "strict"] = "strict",
) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        secure=parts.settings.secure,
        samesite=same_site,
    )


def _seconds(parts: Parts) -> int:
    return int(parts.settings.session_hours * 3600)
