"""Sessions: kept in the store, bound to a browser, ended by time or by hand."""

import hmac
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import structlog

from collector.database import Database, Transaction
from collector.keep.audit import Entry, note
from collector.query import Queries, Row
from dashboard.asker import Asker, form_token, sha256
from dashboard.errors import NotSignedInError
from dashboard.refusal import Try

log = structlog.get_logger()

How = Literal["link", "passkey", "provider", "wall"]
SECRET_BYTES = 32
USED_AGAIN = timedelta(minutes=1)  # a session is written to once a minute at most
VERSION = re.compile(r"[\d._]+")

_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True)
class Begun:
    """A session that has just begun; `secret` goes into the cookie and nowhere else."""

    secret: str
    person: str


@dataclass(frozen=True)
class Terms:
    """How long a session lasts, and in what kind of browser it begins (keyed hash)."""

    hours: float
    idle_minutes: int
    browser: str


def browser_of(agent: str, key: bytes) -> str:
    """Give the keyed hash of a kind of browser: its words without its versions.

    A browser that updates itself stays the same; a stolen cookie in another does not.
    """
    return hmac.digest(
        key, b"browser\0" + VERSION.sub("", agent).encode(), "sha256"
    ).hex()


@dataclass(frozen=True)
class Way:
    """How somebody came in: by which passkey, and when he proved who he is."""

    how: How
    passkey: str | None = None
    proven: datetime | None = None  # None: now


async def open_session(
    transaction: Transaction, person: str, way: Way, terms: Terms
) -> Begun | None:
    """Begin a session; None where the person was removed meanwhile."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    await transaction.run(
        _QUERIES["session_make"],
        session=sha256(secret),
        person=person,
        hours=terms.hours,
        idle=terms.idle_minutes,
        browser=terms.browser,
        how=way.how,
        passkey=way.passkey,
        proven=way.proven,
    )
    if await _person(transaction, sha256(secret)) is None:
        return None
    return Begun(secret, person)


async def drop(transaction: Transaction, asker: Asker) -> None:
    """End a session for good, wherever its cookie still lies."""
    await transaction.run(_QUERIES["session_end"], session=asker.session)


async def end(database: Database, asker: Asker, why: str = "by_hand") -> None:
    """Do so in a transaction of its own."""
    async with database.transaction(asker.person) as transaction:
        await drop(transaction, asker)
        gone = Entry("sign_out", f"session:{asker.how}", f"person:{asker.person}")
        await note(transaction, replace(gone, unit=asker.unit, reason=why))
    log.info("session.ended", why=why)


async def ran_out(database: Database, asker: Asker) -> None:
    """Note that a session ended by itself while a page watched; nothing if by hand."""
    async with database.transaction(asker.person) as transaction:
        own = {"session": asker.session}
        if await transaction.maybe(_QUERIES["session_ran_out"], **own) is None:
            return
        gone = Entry("sign_out", f"session:{asker.how}", f"person:{asker.person}")
        await note(transaction, replace(gone, unit=asker.unit, reason="ran_out"))
    log.warning("session.ran_out", role=asker.role)


def signed_in_by(how: How, person: str, origin: str) -> Entry:
    """Give the entry about somebody who came in."""
    return Entry("sign_in", f"session:{how}", f"person:{person}", origin=origin)


async def refuse(
    database: Database,
    how: How | Literal["form"],
    tried: Try,
    person: str | None = None,
) -> None:
    """Note that somebody was not let in, at whose account if that is known.

    Where one origin tries without end only its first tries are noted, the last of
    them as one of too many.
    """
    log.info("sign_in.refused", how=how)
    if tried.at is None:
        return
    subject = f"person:{person}" if person else None
    reason = "too_many" if tried.last else None
    async with database.transaction() as transaction:
        refused = Entry("sign_in", f"session:{how}", subject, origin=tried.origin)
        await note(transaction, replace(refused, result="refused", reason=reason))


async def asker_of(database: Database, secret: str) -> Asker | None:
    """Give whose session a cookie is; None where it is unknown, ended or run out."""
    async with database.transaction(read_only=True) as transaction:
        row = await _person(transaction, sha256(secret))
    if row is None:
        return None
    return Asker(session=sha256(secret), token=form_token(secret), **row)


async def use(
    database: Database, asker: Asker, idle_minutes: int, *, watches: bool
) -> None:
    """Let a session stay on; `watches`: by a page that looks by itself."""
    async with database.transaction() as transaction:
        await transaction.run(
            _QUERIES["session_use"],
            session=asker.session,
            idle=idle_minutes,
            watches=watches,
        )


async def hold(transaction: Transaction) -> None:
    """Let whoever shuts the asker out do so before or after this, not meanwhile."""
    await transaction.one(_QUERIES["asker_hold"])


async def lasts(transaction: Transaction, asker: Asker) -> bool:
    """Tell whether a session is still one, now that nobody can shut its person out."""
    await hold(transaction)
    return await _person(transaction, asker.session) is not None


async def prove(transaction: Transaction, asker: Asker, secret: str) -> Begun:
    """Note that the person has just proved again who he is; `secret` is his cookie's.

    The session goes on under another secret, so that a copy of the cookie that was
    taken before is worth nothing now. The part that forms hang on stays.

    Raises:
        NotSignedInError: it has ended meanwhile.
    """
    lasting = secret.partition(".")[0]
    anew = f"{lasting}.{secrets.token_urlsafe(SECRET_BYTES)}"
    proven = await transaction.run(
        _QUERIES["session_prove"], session=asker.session, anew=sha256(anew)
    )
    if proven != 1:
        raise NotSignedInError
    return Begun(anew, asker.person)


async def _person(transaction: Transaction, session: str) -> Row | None:
    return await transaction.maybe(_QUERIES["session_person"], session=session)
