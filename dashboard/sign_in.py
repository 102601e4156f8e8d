"""Signing in by a link that works once; and taking every way in from somebody."""

import secrets
from pathlib import Path

import structlog

from collector.database import Database, Transaction
from collector.keep.audit import note
from collector.query import Queries
from dashboard.asker import sha256
from dashboard.errors import LinkRefusedError, PersonOfProviderError, PersonUnknownError
from dashboard.refusal import Try, undo
from dashboard.session import (
    SECRET_BYTES,
    Begun,
    Terms,
    Way,
    hold,
    open_session,
    refuse,
    signed_in_by,
)

log = structlog.get_logger()

LINK_MINUTES_MAX = 24 * 60

_QUERIES = Queries(Path(__file__).parent / "sql")


async def make_link(database: Database, person: str, minutes: int) -> str:
    """Make a sign-in link's secret for one person; it is stored as its hash alone.

    Raises:
        PersonUnknownError: there is no such person.
        PersonOfProviderError: he comes in by the identity provider alone.
    """
    secret = secrets.token_urlsafe(SECRET_BYTES)
    async with database.transaction() as transaction:
        known = await transaction.maybe(_QUERIES["provider_person"], person=person)
        if known is not None and known["provider"]:
            raise PersonOfProviderError(person)
        row = await transaction.one(
            _QUERIES["link_make"], link=sha256(secret), person=person, minutes=minutes
        )
        if not row["made"]:
            raise PersonUnknownError(person)
    log.info("link.made", minutes=minutes)
    return secret


async def shut_out(database: Database, person: str) -> None:
    """Take every way in from a person: sessions, passkeys, links not used yet.

    Raises:
        PersonUnknownError: there is no such person.
    """
    async with database.transaction() as transaction:
        if not (await transaction.one(_QUERIES["shut_out"], person=person))["done"]:
            raise PersonUnknownError(person)
    log.info("person.shut_out")


async def begin(database: Database, link: str, tried: Try, terms: Terms) -> Begun:
    """Use a link up and begin a session.

    A link that is used, expired or invented, and one of a person who was removed,
    takes the same way through the same queries.

    Raises:
        LinkRefusedError: it is no good; the origin's refusal stays remembered.
    """
    async with database.transaction(read_only=True) as transaction:
        row = await transaction.maybe(_QUERIES["link_person"], link=sha256(link))
    person = row["person"] if row else None
    try:
        async with database.transaction(person) as transaction:
            await hold(transaction)
            begun = await _use(transaction, link, terms)
            await undo(transaction, tried)
            await note(transaction, signed_in_by("link", begun.person, tried.origin))
    except LinkRefusedError:
        await refuse(database, "link", tried)
        raise
    log.info("sign_in.begun", how="link")
    return begun


async def _use(transaction: Transaction, link: str, terms: Terms) -> Begun:
    row = await transaction.maybe(_QUERIES["link_use"], link=sha256(link))
    if row is None:
        raise LinkRefusedError
    begun = await open_session(transaction, row["person"], Way("link"), terms)
    if begun is None:
        raise LinkRefusedError
    return begun
