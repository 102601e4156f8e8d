"""The routes of passkeys: signing in by one, proving it again, and one's own."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from collector.keep.audit import Entry, Verb, note
from dashboard.asker import Asker
from dashboard.ceremony import (
    Holder,
    ask_new,
    ask_one,
    check_new,
    read_answer,
)
from dashboard.door import DoorForm, known_as, let_in, origin_here, terms_here, to_sound
from dashboard.errors import (
    FieldError,
    LinkFirstError,
    NotSignedInError,
    PasskeyRefusedError,
)
from dashboard.form import Fields, arrived_form, inside
from dashboard.parts import arrived, cookie_here, parts_of, render, words_of
from dashboard.passkey import (
    PASSKEYS_MOST,
    Guest,
    device_name,
    enrol,
    handle_of,
    own_passkeys,
    rename,
    revoke,
    use_up,
)
from dashboard.proof import (
    Proof,
    as_json,
    at_door,
    challenge_here,
    party_of,
    prove_by_passkey,
    require_fresh,
    spend,
)
from dashboard.refusal import undo
from dashboard.session import (
    Begun,
    Way,
    drop,
    hold,
    lasts,
    open_session,
    prove,
    signed_in_by,
)

log = structlog.get_logger()

routes = APIRouter()
NAME_MOST = 60
Arrived = Annotated[Asker, Depends(arrived)]
Form = Annotated[Fields, Depends(arrived_form)]


@routes.post("/sign-in/passkey/options")
async def sign_in_options(request: Request, _fields: DoorForm) -> Response:
    """Give what any passkey of ours is to sign."""
    challenge = await challenge_here(request, at_door(request), "sign_in")
    return as_json(ask_one(party_of(parts_of(request)), challenge))


@routes.post("/sign-in/passkey")
async def sign_in(request: Request, fields: DoorForm) -> Response:
    """Begin a session of whoever's passkey it is."""
    begun = await _let_in(
        request, await prove_by_passkey(request, None, "sign_in", fields)
    )
    log.info("sign_in.begun", how="passkey")
    return await let_in(request, begun, to_sound(inside(fields.maybe("to"))))


async def _let_in(request: Request, proof: Proof) -> Begun:
    person, origin = proof.found.person, origin_here(request)
    terms, way = terms_here(request), Way("passkey", proof.passkey)
    async with parts_of(request).database.transaction(person) as transaction:
        await hold(transaction)
        await use_up(transaction, proof.found, proof.passkey, proof.count)
        begun = await open_session(transaction, person, way, terms)
        if begun is None:
            raise PasskeyRefusedError
        await undo(transaction, *proof.tries)
        await note(transaction, signed_in_by("passkey", person, origin))
    return begun


@routes.get("/confirm")
async def confirmation(request: Request, asker: Arrived, to: str = "/") -> HTMLResponse:
    """Ask somebody who is signed in to prove it again."""
    parts = parts_of(request)
    values = {
        "w": words_of(request, asker),
        "token": asker.token,
        "to": inside(to),
        "passkeys": await own_passkeys(parts.database, asker.person),
        "provider": parts.provider if asker.how == "provider" else None,
    }
    return HTMLResponse(render(parts, "confirm.html", values))


@routes.post("/confirm/options")
async def confirm_options(request: Request, asker: Arrived, _fields: Form) -> Response:
    """Give what one of the asker's own passkeys is to sign."""
    parts = parts_of(request)
    own = await own_passkeys(parts.database, asker.person)
    if not own:
        raise LinkFirstError
    challenge = await challenge_here(request, asker.session, "confirm")
    has = [row["passkey"] for row in own]
    return as_json(ask_one(party_of(parts), challenge, has))


@routes.post("/confirm")
async def confirm(request: Request, asker: Arrived, fields: Form) -> Response:
    """Note that the asker has just proved again who he is."""
    proof = await prove_by_passkey(request, asker, "confirm", fields)
    async with parts_of(request).database.transaction(asker.person) as transaction:
        await hold(transaction)
        await use_up(transaction, proof.found, proof.passkey, proof.count)
        begun = await prove(transaction, asker, cookie_here(request))
        await undo(transaction, *proof.tries)
    if request.headers.get("hx-request") == "true":
        return known_as(request, begun, Response(status_code=204))
    onward = RedirectResponse(inside(fields.maybe("to")), status_code=303)
    return known_as(request, begun, onward)


@routes.get("/passkeys")
async def passkeys(request: Request, asker: Arrived) -> HTMLResponse:
    """Show the asker's own passkeys."""
    parts = parts_of(request)
    own = await own_passkeys(parts.database, asker.person)
    values = {
        "w": words_of(request, asker),
        "token": asker.token,
        "passkeys": own,
        "possible": parts.settings.party is not None and not asker.provider,
        "by_provider": asker.provider,
        "first": asker.how == "link" and not own,
        "required": parts.settings.passkeys_required,
        "present": asker.passkey,
        "name": device_name(request.headers.get("user-agent", "")),
        "now": parts.now(),
    }
    return HTMLResponse(render(parts, "passkeys.html", values))


@routes.post("/passkeys/options")
async def enrol_options(request: Request, asker: Arrived, _fields: Form) -> Response:
    """Give what a new passkey of the asker is made from."""
    parts = parts_of(request)
    _may_have(asker)
    own = await own_passkeys(parts.database, asker.person)
    require_fresh(parts, asker, has=bool(own))
    if len(own) >= PASSKEYS_MOST:
        raise FieldError("refused.passkeys_most")
    party = party_of(parts)
    challenge = await challenge_here(request, asker.session, "enrol")
    handle = handle_of(own, asker.person, parts.key)
    has = [row["passkey"] for row in own]
    return as_json(ask_new(party, Holder(asker.person, handle, has), challenge))


@routes.post("/passkeys")
async def add(request: Request, asker: Arrived, fields: Form) -> Response:
    """Keep a new passkey; who came by a link goes on as who came by this one."""
    parts = parts_of(request)
    _may_have(asker)
    name = _name(fields)
    own = await own_passkeys(parts.database, asker.person)
    require_fresh(parts, asker, has=bool(own))
    answer = read_answer(fields.text("answer"))
    guest = Guest(asker.session, origin_here(request))
    await spend(parts, guest, "enrol", answer)
    fresh = check_new(party_of(parts), answer)
    handle = handle_of(own, asker.person, parts.key)
    begun = None
    async with parts.database.transaction(asker.person) as transaction:
        if not await lasts(transaction, asker):
            raise NotSignedInError
        await enrol(transaction, asker.person, handle, fresh, name)
        if asker.how == "link":
            begun = await open_session(
                transaction,
                asker.person,
                Way("passkey", fresh.passkey),
                terms_here(request),
            )
            await drop(transaction, asker)
        await note(transaction, _entry("change", fresh.passkey, asker))
    if begun is None:
        return RedirectResponse("/passkeys", status_code=303)
    return await let_in(request, begun, to_sound("/"))


@routes.post("/passkeys/rename")
async def give_name(request: Request, asker: Arrived, fields: Form) -> Response:
    """Give one of the asker's passkeys another name."""
    name = _name(fields)
    async with parts_of(request).database.transaction(asker.person) as transaction:
        await rename(transaction, _id(fields), name)
        await note(transaction, _entry("change", _id(fields), asker))
    return RedirectResponse("/passkeys", status_code=303)


@routes.post("/passkeys/revoke")
async def take_away(request: Request, asker: Arrived, fields: Form) -> Response:
    """Revoke one of the asker's passkeys; a session that began with it ends."""
    parts = parts_of(request)
    require_fresh(parts, asker, has=True)
    passkey = _id(fields)
    async with parts.database.transaction(asker.person) as transaction:
        await revoke(transaction, passkey)
        await note(transaction, _entry("delete", passkey, asker))
    gone = passkey == asker.passkey
    return RedirectResponse("/signed-out" if gone else "/passkeys", status_code=303)


def _may_have(asker: Asker) -> None:
    # A passkey would outlive the group that made its owner somebody.
    if asker.provider:
        raise PasskeyRefusedError("refused.passkey_by_provider")


def _entry(verb: Verb, passkey: str, asker: Asker) -> Entry:
    # A few letters tell passkeys apart, and are not enough to ask for one.
    what = f"passkey:{passkey[:8]}"
    return Entry(verb, what, f"person:{asker.person}", unit=asker.unit)


def _name(fields: Fields) -> str:
    name = " ".join(fields.word("name").split())
    if not 0 < len(name) <= NAME_MOST or not name.isprintable():
        raise FieldError
    return name


def _id(fields: Fields) -> str:
    passkey = fields.text("passkey")
    if not passkey:
        raise FieldError
    return passkey
