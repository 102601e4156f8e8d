"""Slows down whoever guesses: by origin, and by the account that is guessed at."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, ip_address
from pathlib import Path

from collector.database import Database, Transaction
from collector.query import Queries
from dashboard.errors import SlowDownError

REMEMBERED_MIN = 15
FREE_TRIES = 3
STOP_AFTER = 30
DELAY_MAX_S = 8.0

_QUERIES = Queries(Path(__file__).parent / "sql")


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


def account_of(person: str, key: bytes) -> str:
    """Give the keyed hash under which refusals at one account are counted."""
    return hmac.digest(key, b"person\0" + person.encode(), "sha256").hex()


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


async def knock(database: Database, origin: str, *, stop: bool = True) -> Try:
    """Begin a try: it counts as refused until `undo` says that it was good.

    Tries that come at the same moment count each other, so that nobody guesses faster
    by guessing many at once. An account is slowed down but never stopped (`stop`
    False): else anybody could keep its owner out.

    Raises:
        SlowDownError: they are so many that nothing is looked at any more.
    """
    async with database.transaction() as transaction:
        await transaction.run(_QUERIES["refusal_forget"], minutes=REMEMBERED_MIN)
        await transaction.one(_QUERIES["refusal_queue"], origin=origin)
        row = await transaction.one(
            _QUERIES["refusal_count"], origin=origin, minutes=REMEMBERED_MIN
        )
        refusals = int(row["refusals"])
        if stop and refusals >= STOP_AFTER:
            raise SlowDownError
        noted = await transaction.one(_QUERIES["refusal_note"], origin=origin)
    return Try(origin, noted["at"], refusals)


async def undo(transaction: Transaction, *tries: Try) -> None:
    """Forget tries that were good."""
    for tried in tries:
        await transaction.run(
            _QUERIES["refusal_undo"], origin=tried.origin, at=tried.at
        )
