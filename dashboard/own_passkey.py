"""The routes of passkeys: signing in by one, proving it again, and one's own."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from dashboard.asker import Asker, sha256
from dashboard.ceremony import (
    Answer,
    Holder,
    Party,
    ask_new,
    ask_one,
    check_new,
    check_one,
    read_answer,
)
from dashboard.door import let_in, origin_here, terms_here
from dashboard.errors import (
    ConfirmFirstError,
    FieldError,
    LinkFirstError,
    NoPasskeysError,
    PasskeyRefusedError,
)
from dashboard.form import Fields, arrived_form, door_form, door_secret, inside
from dashboard.parts import Parts, arrived, parts_of, render, words_of
from dashboard.passkey import (
    PASSKEYS_MOST,
    Found,
    Guest,
    Purpose,
    device_name,
    enrol,
    find,
    handle_of,
    keep_challenge,
    own_passkeys,
    rename,
    revoke,
    spend_challenge,
    use_up,
)
from dashboard.refusal import Try, account_of, delay_after, knock, undo
from dashboard.session import drop, open_session, prove

routes = APIRouter()
NAME_MOST = 60
Arrived = Annotated[Asker, Depends(arrived)]
Form = Annotated[Fields, Depends(arrived_form)]
DoorForm = Annotated[Fields, Depends(door_form)]


@dataclass(frozen=True)
class Proof:
    """A passkey's answer that was checked, and the tries that it makes good."""

    found: Found
    passkey: str
    count: int
    tries: tuple[Try, Try]


@routes.post("/sign-in/passkey/options")
async def sign_in_options(request: Request, _fields: DoorForm) -> Response:
    """Give what any passkey of ours is to sign."""
    challenge = await _challenge(request, _at_door(request), "sign_in")
    return _json(ask_one(party_of(parts_of(request)), challenge))


@routes.post("/sign-in/passkey")
async def sign_in(request: Request, fields: DoorForm) -> Response:
    """Begin a session of whoever's passkey it is."""
    proof = await _prove(request, _at_door(request), "sign_in", fields)
    async with parts_of(request).database.transaction(
        proof.found.person
    ) as transaction:
        await use_up(transaction, proof.found, proof.passkey, proof.count)
        begun = await open_session(
            transaction,
            proof.found.person,
            "passkey",
            terms_here(request),
            proof.passkey,
        )
        if begun is None:
            raise PasskeyRefusedError
        await undo(transaction, *proof.tries)
    return let_in(request, begun, inside(fields.maybe("to")))


@routes.get("/confirm")
async def confirmation(request: Request, asker: Arrived, to: str = "/") -> HTMLResponse:
    """Ask somebody who is signed in to prove it again."""
    values = {
        "w": words_of(request, asker),
        "token": asker.token,
        "to": inside(to),
    }
    return HTMLResponse(render(parts_of(request), "confirm.html", values))


@routes.post("/confirm/options")
async def confirm_options(request: Request, asker: Arrived, _fields: Form) -> Response:
    """Give what one of the asker's own passkeys is to sign."""
    parts = parts_of(request)
    own = await own_passkeys(parts.database, asker.person)
    if not own:
        raise LinkFirstError
    challenge = await _challenge(request, asker.session, "confirm")
    has = [row["passkey"] for row in own]
    return _json(ask_one(party_of(parts), challenge, has))


@routes.post("/confirm")
async def confirm(request: Request, asker: Arrived, fields: Form) -> Response:
    """Note that the asker has just proved again who he is."""
    proof = await _prove(request, asker.session, "confirm", fields)
    if proof.found.person != asker.person:
        raise PasskeyRefusedError
    async with parts_of(request).database.transaction(asker.person) as transaction:
        await use_up(transaction, proof.found, proof.passkey, proof.count)
        await prove(transaction, asker)
        await undo(transaction, *proof.tries)
    if request.headers.get("hx-request") == "true":
        return Response(status_code=204)
    return RedirectResponse(inside(fields.maybe("to")), status_code=303)


@routes.get("/passkeys")
async def passkeys(request: Request, asker: Arrived) -> HTMLResponse:
    """Show the asker's own passkeys."""
    parts = parts_of(request)
    own = await own_passkeys(parts.database, asker.person)
    values = {
        "w": words_of(request, asker),
        "token": asker.token,
        "passkeys": own,
        "possible": parts.settings.party is not None,
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
    own = await own_passkeys(parts.database, asker.person)
    _require_fresh(parts, asker, has=bool(own))
    if len(own) >= PASSKEYS_MOST:
        raise FieldError("refused.passkeys_most")
    party = party_of(parts)
    challenge = await _challenge(request, asker.session, "enrol")
    handle = handle_of(own, asker.person, parts.key)
    has = [row["passkey"] for row in own]
    return _json(ask_new(party, Holder(asker.person, handle, has), challenge))


@routes.post("/passkeys")
async def add(request: Request, asker: Arrived, fields: Form) -> Response:
    """Keep a new passkey; who came by a link goes on as who came by this one."""
    parts = parts_of(request)
    name = _name(fields)
    own = await own_passkeys(parts.database, asker.person)
    _require_fresh(parts, asker, has=bool(own))
    answer = read_answer(fields.text("answer"))
    guest = Guest(asker.session, origin_here(request))
    await spend_challenge(parts.database, guest, "enrol", answer)
    fresh = check_new(party_of(parts), answer)
    handle = handle_of(own, asker.person, parts.key)
    begun = None
    async with parts.database.transaction(asker.person) as transaction:
        await enrol(transaction, asker.person, handle, fresh, name)
        if asker.how == "link":
            begun = await open_session(
                transaction, asker.person, "passkey", terms_here(request), fresh.passkey
            )
            await drop(transaction, asker)
    if begun is None:
        return RedirectResponse("/passkeys", status_code=303)
    return let_in(request, begun, "/")


@routes.post("/passkeys/rename")
async def give_name(request: Request, asker: Arrived, fields: Form) -> Response:
    """Give one of the asker's passkeys another name."""
    name = _name(fields)
    async with parts_of(request).database.transaction(asker.person) as transaction:
        await rename(transaction, _id(fields), name)
    return RedirectResponse("/passkeys", status_code=303)


@routes.post("/passkeys/revoke")
async def take_away(request: Request, asker: Arrived, fields: Form) -> Response:
    """Revoke one of the asker's passkeys; a session that began with it ends."""
    parts = parts_of(request)
    _require_fresh(parts, asker, has=True)
    passkey = _id(fields)
    async with parts.database.transaction(asker.person) as transaction:
        await revoke(transaction, passkey)
    gone = passkey == asker.passkey
    return RedirectResponse("/signed-out" if gone else "/passkeys", status_code=303)


def party_of(parts: Parts) -> Party:
    """Give what passkeys belong to.

    Raises:
        NoPasskeysError: this address has no domain.
    """
    party = parts.settings.party
    if party is None:
        raise NoPasskeysError
    return party


async def _prove(
    request: Request, holder: str, purpose: Purpose, fields: Fields
) -> Proof:
    """Check a passkey's answer, slower the more was refused here or at its account."""
    parts = parts_of(request)
    party = party_of(parts)
    origin = origin_here(request)
    tried = await knock(parts.database, origin)
    await parts.wait(delay_after(tried.refusals))
    answer = read_answer(fields.text("answer"))
    await spend_challenge(parts.database, Guest(holder, origin), purpose, answer)
    found = await find(parts.database, answer.passkey)
    if found is None:
        raise PasskeyRefusedError
    account = account_of(found.person, parts.key)
    guessed = await knock(parts.database, account, stop=False)
    await parts.wait(delay_after(guessed.refusals))
    count = _check(party, answer, found, purpose)
    return Proof(found, answer.passkey, count, (tried, guessed))


def _check(party: Party, answer: Answer, found: Found, purpose: Purpose) -> int:
    # Who was not asked for by name says his own; who was, need not.
    handles = {found.handle} if purpose == "sign_in" else {found.handle, None}
    if answer.handle not in handles:
        raise PasskeyRefusedError
    return check_one(party, answer, found.key, found.count)


async def _challenge(request: Request, holder: str, purpose: Purpose) -> bytes:
    parts = parts_of(request)
    party_of(parts)
    guest = Guest(holder, origin_here(request))
    return await keep_challenge(parts.database, guest, purpose)


def _require_fresh(parts: Parts, asker: Asker, *, has: bool) -> None:
    if not asker.fresh(parts.now()):
        raise ConfirmFirstError if has else LinkFirstError


def _at_door(request: Request) -> str:
    return sha256(door_secret(request))


def _json(options: str) -> Response:
    return Response(options, media_type="application/json")


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
