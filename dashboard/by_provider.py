"""The routes of signing in by the police's own identity provider, there and back."""

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from collector.database import Transaction
from collector.keep.audit import note
from collector.query import Queries
from dashboard.asker import sha256
from dashboard.ceremony import base64url, from_base64url
from dashboard.door import let_in, origin_here, terms_here, to_sound
from dashboard.errors import NotFoundError, ProviderAwayError, ProviderRefusedError
from dashboard.form import inside
from dashboard.group import (
    Known,
    Place,
    Provider,
    admitted,
    person_in,
    place_in,
    proven_in,
)
from dashboard.parts import Parts, cookie_name, parts_of
from dashboard.passkey import Guest, keep_challenge, spend_challenge
from dashboard.provider import Passport, Visit
from dashboard.refusal import Try, delay_after, knock, undo
from dashboard.session import Begun, Way, hold, open_session, refuse, signed_in_by

log = structlog.get_logger()

routes = APIRouter()
COOKIE = "heen"
COOKIE_S = 600
CODE_MOST = 2_000
Given = Annotated[str, Query(max_length=CODE_MOST)]

_QUERIES = Queries(Path(__file__).parent / "sql")


@routes.get("/provider")
async def go(request: Request, to: str = "/", again: bool = False) -> Response:  # noqa: FBT001, FBT002  # a query
    """Send somebody to the provider; `again`: he signs in there anew."""
    parts = parts_of(request)
    _, passport = _provider_of(parts)
    secret = secrets.token_urlsafe(32)
    guest = Guest(sha256(secret), origin_here(request))
    state = base64url(await keep_challenge(parts, guest, "provider"))
    address = await passport.way(_visit(secret, state, again=again))
    answer = RedirectResponse(address, status_code=303)
    kept = ".".join((secret, base64url(inside(to).encode()), "1" if again else "0"))
    # Lax: the way back begins at the provider's pages.
    answer.set_cookie(
        cookie_name(parts, COOKIE),
        kept,
        max_age=COOKIE_S,
        httponly=True,
        secure=parts.settings.secure,
        samesite="lax",
    )
    return answer


@routes.get("/provider/back")
async def come_back(
    request: Request, state: Given = "", code: Given = "", iss: Given = ""
) -> Response:
    """Let in whom the provider names, if he is one of ours."""
    parts = parts_of(request)
    provider, passport = _provider_of(parts)
    origin = origin_here(request)
    tried = await knock(parts.database, origin)
    await parts.wait(delay_after(tried.refusals))
    person = None
    try:
        secret, to, again = _kept(request)
        await _spend(parts, Guest(sha256(secret), origin), state)
        visit = _visit(secret, state, again=again)
        claims = await passport.claims(visit, code, iss)
        person = person_in(provider, claims)
        begun = await _admit(request, person, claims, tried)
    except ProviderRefusedError:
        await refuse(parts.database, "provider", tried, person)
        raise
    except ProviderAwayError:
        # It is nobody's guess that the provider does not answer.
        async with parts.database.transaction() as transaction:
            await undo(transaction, tried)
        raise
    log.info("sign_in.begun", how="provider")
    answer = await let_in(request, begun, to_sound(to))
    answer.delete_cookie(
        cookie_name(parts, COOKIE), secure=parts.settings.secure, httponly=True
    )
    return answer


def _provider_of(parts: Parts) -> tuple[Provider, Passport]:
    if parts.provider is None:
        raise NotFoundError
    back = f"{parts.settings.address}/provider/back"
    secret = parts.settings.provider_secret
    return parts.provider, Passport(
        parts.provider, secret.get_secret_value() if secret else None, back
    )


def _visit(secret: str, state: str, *, again: bool) -> Visit:
    # What only this browser's cookie can make again has not to be kept here.
    def made(what: bytes) -> str:
        return base64url(hmac.digest(secret.encode(), what + state.encode(), "sha256"))

    return Visit(state, made(b"nonce\0"), made(b"verifier\0"), again)


def _kept(request: Request) -> tuple[str, str, bool]:
    kept = request.cookies.get(cookie_name(parts_of(request), COOKIE), "")
    secret, _, rest = kept.partition(".")
    to, _, again = rest.partition(".")
    try:
        return secret, inside(from_base64url(to).decode()), again == "1"
    except ValueError:
        raise ProviderRefusedError from None


async def _spend(parts: Parts, guest: Guest, state: str) -> None:
    if not await spend_challenge(parts.database, guest, "provider", state):
        raise ProviderRefusedError


async def _admit(
    request: Request, person: str, claims: Mapping[str, Any], tried: Try
) -> Begun:
    parts = parts_of(request)
    proven = proven_in(claims, parts.now())
    place = place_in(_provider_of(parts)[0], claims)
    async with parts.database.transaction() as transaction:
        known = await _known(transaction, person)
        if place is not None and admitted(known, place):
            enters = await _made(transaction, person, place, known)
        else:
            await transaction.one(_QUERIES["provider_leave"], person=person)
            enters = False
    if not enters:
        raise ProviderRefusedError
    return await _open(request, person, proven, tried)


async def _known(transaction: Transaction, person: str) -> Known | None:
    return await transaction.maybe(_QUERIES.of("provider_person", Known), person=person)


async def _made(
    transaction: Transaction, person: str, place: Place, known: Known | None
) -> bool:
    if known is not None and not known.provider:
        return True
    row = await transaction.one(
        _QUERIES["provider_make"],
        person=person,
        role=place.role,
        unit=place.unit,
        language="nl",
    )
    return bool(row["made"])


async def _open(request: Request, person: str, proven: datetime, tried: Try) -> Begun:
    way = Way("provider", proven=proven)
    async with parts_of(request).database.transaction(person) as transaction:
        await hold(transaction)
        begun = await open_session(transaction, person, way, terms_here(request))
        if begun is None:
            raise ProviderRefusedError
        await undo(transaction, tried)
        await note(transaction, signed_in_by("provider", person, tried.origin))
    return begun
