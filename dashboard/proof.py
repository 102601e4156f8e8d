"""Whether a browser's passkey proves who it is; slower the more was refused."""

from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response

from dashboard.asker import Asker, sha256
from dashboard.ceremony import Answer, Party, check_one, read_answer
from dashboard.door import origin_here
from dashboard.errors import (
    ConfirmFirstError,
    LinkFirstError,
    NoPasskeysError,
    PasskeyRefusedError,
)
from dashboard.form import Fields, door_secret
from dashboard.parts import Parts, parts_of
from dashboard.passkey import (
    Found,
    Guest,
    Purpose,
    find,
    keep_challenge,
    own_passkeys,
    spend_challenge,
)
from dashboard.refusal import Try, account_of, delay_after, knock
from dashboard.session import refuse


@dataclass(frozen=True)
class Proof:
    """A passkey's answer that was checked, and the tries that it makes good."""

    found: Found
    passkey: str
    count: int
    tries: tuple[Try, Try]


def party_of(parts: Parts) -> Party:
    """Give what passkeys belong to.

    Raises:
        NoPasskeysError: this address has no domain.
    """
    party = parts.settings.party
    if party is None:
        raise NoPasskeysError
    return party


async def prove_by_passkey(
    request: Request, asker: Asker | None, purpose: Purpose, fields: Fields
) -> Proof:
    """Check a passkey's answer, slower the more was refused here or at its account."""
    parts = parts_of(request)
    party = party_of(parts)
    origin = origin_here(request)
    tried = await knock(parts.database, origin)
    await parts.wait(delay_after(tried.refusals))
    holder = asker.session if asker else at_door(request)
    found = None
    try:
        answer = read_answer(fields.text("answer"))
        await spend(parts, Guest(holder, origin), purpose, answer)
        found = await _find(parts, answer, asker)
        guessed = await _knock_at(parts, found.person)
        count = _check(party, answer, found, purpose)
    except PasskeyRefusedError:
        if asker is None:
            known = found.person if found else None
            await refuse(parts.database, "passkey", tried, known)
        raise
    return Proof(found, answer.passkey, count, (tried, guessed))


async def spend(parts: Parts, guest: Guest, purpose: Purpose, answer: Answer) -> None:
    """Use up the challenge that an answer answers.

    Raises:
        PasskeyRefusedError: it was not asked for so, here and now.
    """
    if not await spend_challenge(parts.database, guest, purpose, answer.challenge):
        raise PasskeyRefusedError


async def _find(parts: Parts, answer: Answer, asker: Asker | None) -> Found:
    found = await find(parts.database, answer.passkey)
    if found is None or (asker and found.person != asker.person):
        raise PasskeyRefusedError
    return found


async def _knock_at(parts: Parts, person: str) -> Try:
    account = account_of(person, parts.key)
    guessed = await knock(parts.database, account)
    await parts.wait(delay_after(guessed.refusals))
    return guessed


def _check(party: Party, answer: Answer, found: Found, purpose: Purpose) -> int:
    # Who was not asked for by name says his own; who was, need not.
    handles = {found.handle} if purpose == "sign_in" else {found.handle, None}
    if answer.handle not in handles:
        raise PasskeyRefusedError
    return check_one(party, answer, found.key, found.count)


async def challenge_here(request: Request, holder: str, purpose: Purpose) -> bytes:
    """Make a challenge for this browser, which is `holder`."""
    parts = parts_of(request)
    party_of(parts)
    guest = Guest(holder, origin_here(request))
    return await keep_challenge(parts, guest, purpose)


def require_fresh(parts: Parts, asker: Asker, *, has: bool) -> None:
    """Refuse who proved long ago who he is; `has`: he has a passkey to do it again.

    Raises:
        ConfirmFirstError: he can prove it by a passkey.
        LinkFirstError: he has none.
    """
    if not asker.fresh(parts.now()):
        raise ConfirmFirstError if has else LinkFirstError


async def require_proof(parts: Parts, asker: Asker) -> None:
    """Refuse a sensitive act of whoever proved long ago who he is.

    Where passkeys are only offered, and he has none, there is nothing to prove it by.

    Raises:
        ConfirmFirstError: he can prove it again.
        LinkFirstError: he has nothing to do it with, and must.
    """
    if asker.fresh(parts.now()):
        return
    has = bool(await own_passkeys(parts.database, asker.person))
    if has or asker.how == "provider" or parts.settings.passkeys_required:
        require_fresh(parts, asker, has=has or asker.how == "provider")


def at_door(request: Request) -> str:
    """Give whom the door's cookie stands for."""
    return sha256(door_secret(request))


def as_json(options: str) -> Response:
    """Answer with what a browser's `navigator.credentials` takes."""
    return Response(options, media_type="application/json")
