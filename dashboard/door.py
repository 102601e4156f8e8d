"""The routes of signing in by a link, of signing out, the sound test, the language."""

import secrets
from dataclasses import replace
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from collector.keep.audit import note
from dashboard.asker import Asker, form_token
from dashboard.errors import (
    FieldError,
    ForgedFormError,
    NotFoundError,
    NotSignedInError,
)
from dashboard.form import (
    DOOR_COOKIE,
    Fields,
    arrived_form,
    door_form,
    door_secret,
    form,
    inside,
)
from dashboard.language import LANGUAGES
from dashboard.parts import (
    LANGUAGE_COOKIE,
    SESSION_COOKIE,
    Parts,
    arrived,
    browser_here,
    cookie_here,
    cookie_name,
    parts_of,
    render,
    signed_in,
    words_of,
)
from dashboard.refusal import delay_after, knock, origin_of
from dashboard.session import (
    Begun,
    Terms,
    Way,
    asker_of,
    end,
    hold,
    open_session,
    refuse,
    signed_in_by,
)
from dashboard.sign_in import begin

routes = APIRouter()
LANGUAGE_S = 365 * 86_400
DOOR_S = 3600


@routes.get("/sign-in")
async def entrance(request: Request, to: str = "/") -> HTMLResponse:
    """Show the ways in."""
    parts = parts_of(request)
    ways = {"passkeys": parts.settings.party, "provider": parts.provider}
    return at_the_door(request, "entrance.html", to=inside(to), **ways)


@routes.get("/sign-in/{link}")
async def offer(request: Request, link: str) -> HTMLResponse:
    """Show the button that uses the link up; a mail scanner's GET does not.

    The link is not looked at here, so a bad one looks like a good one.
    """
    return at_the_door(request, "sign_in.html", link=link)


def at_the_door(request: Request, template: str, **values: object) -> HTMLResponse:
    """Answer with a page that has a form for who is not signed in."""
    parts = parts_of(request)
    secret = door_secret(request) or secrets.token_urlsafe(16)
    values |= {"w": words_of(request), "token": form_token(secret)}
    answer = HTMLResponse(render(parts, template, values))
    _set(answer, parts, DOOR_COOKIE, secret, DOOR_S)
    return answer


async def known_form(request: Request) -> Fields:
    """Give the fields of the sign-in form; the first that is forged is in the audit.

    Raises:
        ForgedFormError: it is none of the door's.
    """
    try:
        return await door_form(request)
    except ForgedFormError:
        database, origin = parts_of(request).database, origin_here(request)
        forged = await knock(database, f"form {origin}")
        if forged.refusals == 0:
            await refuse(database, "form", replace(forged, origin=origin))
        raise


DoorForm = Annotated[Fields, Depends(known_form)]


@routes.post("/sign-in")
async def enter(request: Request, fields: DoorForm) -> Response:
    """Use a link up and begin a session; refusals of one origin slow it down."""
    parts = parts_of(request)
    link = fields.word("link")
    tried = await knock(parts.database, origin_here(request))
    await parts.wait(delay_after(tried.refusals))
    begun = await begin(parts.database, link, tried, terms_here(request))
    if parts.settings.passkeys_required:
        return await let_in(request, begun, "/passkeys")
    return await let_in(request, begun, to_sound("/"))


def origin_here(request: Request) -> str:
    """Give the keyed hash of where a request comes from."""
    host = request.client.host if request.client else ""
    return origin_of(host, parts_of(request).key)


def terms_here(request: Request) -> Terms:
    """Give what a session that begins with this request is bound to."""
    settings = parts_of(request).settings
    return Terms(settings.session_hours, settings.idle_minutes, browser_here(request))


def to_sound(to: str) -> str:
    """Give the way by the sound test to where somebody wants to be."""
    return f"/sound?{urlencode({'to': to})}"


async def let_in(request: Request, begun: Begun, onward: str) -> Response:
    """Give the browser its new session, end the one that it had, and lead it on."""
    parts = parts_of(request)
    before = cookie_here(request)
    former = await asker_of(parts.database, before) if before else None
    if former is not None:
        await end(parts.database, former, "anew")
    answer = known_as(request, begun, RedirectResponse(onward, status_code=303))
    _drop(answer, parts, DOOR_COOKIE)
    return answer


def known_as(request: Request, begun: Begun, answer: Response) -> Response:
    """Put the secret of a session into the browser's cookie."""
    parts = parts_of(request)
    seconds = int(parts.settings.session_hours * 3600)
    # Lax, because the link of a message leads here from somebody's mail: with Strict
    # an alarm's first page would be "not signed in". Forms carry a token besides.
    _set(answer, parts, SESSION_COOKIE, begun.secret, seconds, same_site="lax")
    return answer


@routes.get("/sound")
async def sound(
    request: Request, asker: Annotated[Asker, Depends(signed_in)], to: str = "/"
) -> HTMLResponse:
    """Have the sound tried before the first incident needs it."""
    values = {"w": words_of(request, asker), "to": inside(to)}
    return HTMLResponse(render(parts_of(request), "sound.html", values))


@routes.post("/wall")
async def hang(
    request: Request,
    asker: Annotated[Asker, Depends(signed_in)],
    _fields: Annotated[Fields, Depends(form)],
) -> Response:
    """Make this browser a screen on a wall; whoever signed it in is gone from it.

    Raises:
        NotFoundError: the asker answers for no unit, or comes in by the provider alone.
    """
    if asker.home != "unit" or asker.provider:
        raise NotFoundError
    way = Way("wall", asker.passkey, asker.proven)
    async with parts_of(request).database.transaction(asker.person) as transaction:
        await hold(transaction)
        begun = await open_session(transaction, asker.person, way, terms_here(request))
        if begun is None:
            raise NotSignedInError
        gone = signed_in_by("wall", asker.person, origin_here(request))
        await note(transaction, gone)
    return await let_in(request, begun, "/wall")


@routes.post("/sign-out")
async def leave(
    request: Request,
    asker: Annotated[Asker, Depends(arrived)],
    _fields: Annotated[Fields, Depends(arrived_form)],
) -> Response:
    """End the session for good."""
    parts = parts_of(request)
    await end(parts.database, asker)
    answer = RedirectResponse("/signed-out", status_code=303)
    _drop(answer, parts, SESSION_COOKIE)
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
    answer = RedirectResponse(inside(fields.maybe("back")), status_code=303)
    answer.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=LANGUAGE_S,
        httponly=True,
        secure=parts_of(request).settings.secure,
        samesite="strict",
    )
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
        cookie_name(parts, name),
        value,
        max_age=seconds,
        httponly=True,
        secure=parts.settings.secure,
        samesite=same_site,
    )


def _drop(answer: Response, parts: Parts, name: str) -> None:
    # A __Host- cookie is only dropped by what could have set it.
    secure = parts.settings.secure
    answer.delete_cookie(cookie_name(parts, name), secure=secure, httponly=True)
