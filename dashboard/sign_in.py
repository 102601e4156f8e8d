"""Signing in by a link that works once, and slowing down whoever guesses."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, ip_address
from pathlib import Path

import structlog

from collector.database import Database, Transaction
from collector.errors import ConflictError
from collector.query import Queries, Row
from dashboard.asker import Asker, form_token, sha256
from dashboard.errors import LinkRefusedError, PersonUnknownError, SlowDownError

log = structlog.get_logger()

SECRET_BYTES = 32
LINK_MINUTES_MAX = 24 * 60
REMEMBERED_MIN = 15
FREE_TRIES = 3
STOP_AFTER = 30
DELAY_MAX_S = 8.0

_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True)
class Begun:
    """A session that has just begun; `secret` goes into the cookie and nowhere else."""

    secret: str
    person: str


@dataclass(frozen=True)
class Try:
    """A try to sign in, noted at `at`, after so many `refusals` of its origin."""

    origin: str
    at: datetime
    refusals: int


def delay_after(refusals: int) -> float:
    """Give the seconds that the next try of an origin waits, right or wrong.

    Nothing for the first few (a link mistyped, a link used already), then doubling.
    """
    if refusals < FREE_TRIES:
        return 0.0
    return float(min(DELAY_MAX_S, 2.0 ** (refusals - FREE_TRIES)))


def origin_of(address: str, key: bytes) -> str:
    """Give the keyed hash under which an origin's refusals are counted.

    Of an IPv6 address the network alone counts: the rest everybody picks as he likes.
    """
    return hmac.digest(key, _network(address).encode(), "sha256").hex()


def _network(address: str) -> str:
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv4Address):
        return address
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return f"{int(known) >> 64:x}::/64"


async def make_link(database: Database, person: str, minutes: int) -> str:
    """Make a sign-in link's secret for one person; it is stored as its hash alone.

    Raises:
        PersonUnknownError: there is no such person.
    """
    secret = secrets.token_urlsafe(SECRET_BYTES)
    try:
        async with database.transaction() as transaction:
            await transaction.run(
                _QUERIES["link_make"],
                link=sha256(secret),
                person=person,
                minutes=minutes,
            )
    except ConflictError:
        raise PersonUnknownError(person) from None
    log.info("link.made", minutes=minutes)
    return secret


async def knock(database: Database, origin: str) -> Try:
    """Begin a try: it counts as refused until `begin` finds that it is not.

    Tries that come at the same moment count each other, so that nobody guesses faster
    by guessing many at once.

    Raises:
        SlowDownError: they are so many that no link is looked at any more.
    """
    async with database.transaction() as transaction:
        await transaction.run(_QUERIES["refusal_forget"], minutes=REMEMBERED_MIN)
        await transaction.one(_QUERIES["refusal_queue"], origin=origin)
        row = await transaction.one(
            _QUERIES["refusal_count"], origin=origin, minutes=REMEMBERED_MIN
        )
        refusals = int(row["refusals"])
        if refusals >= STOP_AFTER:
            raise SlowDownError
        noted = await transaction.one(_QUERIES["refusal_note"], origin=origin)
    return Try(origin, noted["at"], refusals)


async def begin(database: Database, link: str, tried: Try, hours: float) -> Begun:
    """Use a link up and begin a session.

    A link that is used, expired or invented, and one of a person who was removed,
    takes the same way through the same queries.

    Raises:
        LinkRefusedError: it is no good; the origin's refusal stays remembered.
    """
    secret = secrets.token_urlsafe(SECRET_BYTES)
    try:
        async with database.transaction() as transaction:
            person = await _use(transaction, link)
            await transaction.run(
                _QUERIES["session_make"],
                session=sha256(secret),
                person=person,
                hours=hours,
            )
            await _require_present(transaction, sha256(secret))
            await transaction.run(
                _QUERIES["refusal_undo"], origin=tried.origin, at=tried.at
            )
    except LinkRefusedError:
        log.info("sign_in.refused")
        raise
    log.info("sign_in.begun")
    return Begun(secret, person)


async def _use(transaction: Transaction, link: str) -> str:
    row = await transaction.maybe(_QUERIES["link_use"], link=sha256(link))
    if row is None:
        raise LinkRefusedError
    return str(row["person"])


async def _require_present(transaction: Transaction, session: str) -> None:
    # A person who was removed since the link was made has no session.
    if await _person(transaction, session) is None:
        raise LinkRefusedError


async def end(database: Database, asker: Asker) -> None:
    """End a session for good, wherever its cookie still lies."""
    async with database.transaction() as transaction:
        await transaction.run(_QUERIES["session_end"], session=asker.session)
    log.info("session.ended")


async def asker_of(database: Database, secret: str) -> Asker | None:
    """Give whose session a cookie is; None where it is unknown, ended or expired."""
    async with database.transaction(read_only=True) as transaction:
        row = await _person(transaction, sha256(secret))
    if row is None:
        return None
    return Asker(session=sha256(secret), token=form_token(secret), **row)


async def _person(transaction: Transaction, session: str) -> Row | None:
    return await transaction.maybe(_QUERIES["session_person"], session=session)
