"""Passkeys in the store: what is asked is kept once, and an answer used up once."""

import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import structlog

from collector.database import Database, Transaction
from collector.errors import ConflictError
from collector.query import Queries, Row
from dashboard.asker import sha256
from dashboard.ceremony import Fresh, base64url
from dashboard.errors import NotFoundError, PasskeyRefusedError, SlowDownError
from dashboard.parts import Parts
from dashboard.refusal import DELAY_MAX_S

log = structlog.get_logger()

Purpose = Literal["enrol", "sign_in", "confirm", "provider"]
CHALLENGE_BYTES = 32
CHALLENGE_MIN = 5
CHALLENGES_MOST = 20  # unanswered, of one browser
CROWD = 100  # unanswered, of one origin: from there on it waits
PASSKEYS_MOST = 20

DEVICES = (  # what a browser says, and what people say; the narrower first
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)

_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True)
class Guest:
    """A browser that asks: its cookie's hash, and its origin's keyed hash."""

    holder: str
    origin: str


@dataclass(frozen=True)
class Found:
    """A passkey as the store knows it."""

    person: str
    handle: str
    key: bytes
    count: int


async def keep_challenge(parts: Parts, guest: Guest, purpose: Purpose) -> bytes:
    """Make a challenge for one browser and one purpose.

    Many browsers may share an origin, so that of one which holds very many waits, and
    is not stopped.

    Raises:
        SlowDownError: this browser asks and asks, and answers none.
    """
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    async with parts.database.transaction() as transaction:
        await transaction.run(_QUERIES["challenge_forget"])
        await transaction.one(_QUERIES["challenge_queue"], holder=guest.holder)
        row = await transaction.one(
            _QUERIES["challenge_count"], holder=guest.holder, origin=guest.origin
        )
        if row["own"] >= CHALLENGES_MOST:
            raise SlowDownError
        await transaction.run(
            _QUERIES["challenge_make"],
            challenge=sha256(base64url(challenge)),
            holder=guest.holder,
            purpose=purpose,
            origin=guest.origin,
            minutes=CHALLENGE_MIN,
        )
    if row["all_here"] >= CROWD:
        await parts.wait(DELAY_MAX_S)
    return challenge


async def spend_challenge(
    database: Database, guest: Guest, purpose: Purpose, challenge: str
) -> bool:
    """Use up the challenge that something answers, whatever comes of it.

    False: it is not ours, or of another browser or purpose, or was answered before, or
    is too old.
    """
    async with database.transaction() as transaction:
        spent = await transaction.maybe(
            _QUERIES["challenge_spend"],
            challenge=sha256(challenge),
            holder=guest.holder,
            purpose=purpose,
        )
    return spent is not None


async def find(database: Database, passkey: str) -> Found | None:
    """Give whose passkey this is; None where it is unknown, revoked or of nobody."""
    async with database.transaction(read_only=True) as transaction:
        return await transaction.maybe(
            _QUERIES.of("passkey_holder", Found), passkey=passkey
        )


async def own_passkeys(database: Database, person: str) -> list[Row]:
    """Give the passkeys of one person, as that person may see them."""
    async with database.transaction(person, read_only=True) as transaction:
        return await transaction.all(_QUERIES["passkeys"])


def handle_of(own: list[Row], person: str, key: bytes) -> str:
    """Give the handle that an authenticator knows a person by; it tells nothing.

    That of his passkeys where he has any, so that a device replaces its own.
    """
    if own:
        return str(own[0]["handle"])
    return base64url(hmac.digest(key, b"handle\0" + person.encode(), "sha256"))


def device_name(agent: str) -> str:
    """Give the name that a passkey of such a browser has at first."""
    return next((name for word, name in DEVICES if word in agent), "Passkey")


async def enrol(
    transaction: Transaction, person: str, handle: str, fresh: Fresh, name: str
) -> None:
    """Keep a new passkey of the asker.

    Raises:
        PasskeyRefusedError: it is there already.
    """
    try:
        async with transaction.attempt():
            await transaction.run(
                _QUERIES["passkey_make"],
                passkey=fresh.passkey,
                person=person,
                handle=handle,
                name=name,
                key=fresh.key,
                count=fresh.count,
            )
    except ConflictError:
        raise PasskeyRefusedError from None
    log.info("passkey.enrolled")


async def use_up(
    transaction: Transaction, found: Found, passkey: str, count: int
) -> None:
    """Note that a passkey of the asker has signed.

    Raises:
        PasskeyRefusedError: it was revoked or used elsewhere in this very moment.
    """
    used = await transaction.run(
        _QUERIES["passkey_use"], passkey=passkey, before=found.count, count=count
    )
    if used != 1:
        raise PasskeyRefusedError


async def rename(transaction: Transaction, passkey: str, name: str) -> None:
    """Give one of the asker's passkeys another name.

    Raises:
        NotFoundError: it is not there, or is not the asker's.
    """
    done = await transaction.run(_QUERIES["passkey_rename"], passkey=passkey, name=name)
    if done != 1:
        raise NotFoundError


async def revoke(transaction: Transaction, passkey: str) -> None:
    """Revoke one of the asker's passkeys; its sessions end with it.

    Raises:
        NotFoundError: it is not there, or is not the asker's.
    """
    if await transaction.run(_QUERIES["passkey_revoke"], passkey=passkey) != 1:
        raise NotFoundError
    log.info("passkey.revoked")
