"""Slows down whoever guesses: by origin, and by the account that is guessed at."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, ip_address
from pathlib import Path

from collector.database import Database, Transaction
from collector.query import Queries

REMEMBERED_MIN = 15
FREE_TRIES = 3
REMEMBERED_MOST = 30  # of one origin; the delay has long been at its most by then
DELAY_MAX_S = 8.0

_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True)
class Try:
    """A try to sign in, noted at `at`, after so many `refusals` of its origin.

    `at` is None where its origin's tries are so many that no more are remembered.
    """

    origin: str
    at: datetime | None
    refusals: int

    @property
    def last(self) -> bool:
        """Whether it is the last of its origin that is remembered."""
        return self.refusals == REMEMBERED_MOST - 1


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


async def knock(database: Database, origin: str) -> Try:
    """Begin a try: it counts as refused until `undo` says that it was good.

    Tries that come at the same moment count each other, so that nobody guesses faster
    by guessing many at once. Neither an origin nor an account is ever stopped: what is
    tried cannot be guessed, and whoever wanted to keep a desk out would only have to
    knock where it does, or in its name.
    """
    async with database.transaction() as transaction:
        await transaction.run(_QUERIES["refusal_forget"], minutes=REMEMBERED_MIN)
        await transaction.one(_QUERIES["refusal_queue"], origin=origin)
        row = await transaction.one(
            _QUERIES["refusal_count"], origin=origin, minutes=REMEMBERED_MIN
        )
        refusals = int(row["refusals"])
        if refusals >= REMEMBERED_MOST:
            return Try(origin, None, refusals)
        noted = await transaction.one(_QUERIES["refusal_note"], origin=origin)
    return Try(origin, noted["at"], refusals)


async def undo(transaction: Transaction, *tries: Try) -> None:
    """Forget tries that were good."""
    for tried in tries:
        await transaction.run(
            _QUERIES["refusal_undo"], origin=tried.origin, at=tried.at
        )
