"""Whether what devices send is stored: seen in the store, and asked of the collectors.

Collectors write into the database how well each of them hears: while one of them does,
something is heard and stored. Where the database cannot be asked, or somebody wants to
know why, `/healthz` of a collector can tell. What that says in words for an operator
becomes one of our reasons.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec
import structlog

from collector.database import Database
from collector.errors import (
    CollectorError,
    DatabaseAwayError,
    DatabaseError,
    DatabaseFullError,
)
from collector.query import Queries, Row
from dashboard.bell import Bell

log = structlog.get_logger()

Reason = Literal["full", "away", "broker", "silent", "gone", "deaf", "unproven"]
# A collector counts for so long after it wrote last; a shorter pause is told nowhere.
COUNTS = timedelta(seconds=30)
ASK_EVERY_S = 2.0
ANSWER_S = 5.0
_MOST_BYTES = 64 * 1024
_KINDS: tuple[tuple[type[DatabaseError], Reason], ...] = (
    (DatabaseFullError, "full"),
    (DatabaseAwayError, "away"),
)
_QUERIES = Queries(Path(__file__).parent / "sql")
_LANES = ("alarms", "plain", "presence")  # parts that cannot work without the database


@dataclass(frozen=True)
class Trouble:
    """Why nothing is stored; `since` None where nobody knows."""

    reason: Reason
    since: datetime | None

    @property
    def is_sure(self) -> bool:
        """Whether nothing is stored for sure; else nobody knows what is missing."""
        return self.reason not in {"deaf", "unproven"}


@dataclass(frozen=True)
class Heard:
    """What the collectors wrote into the database; no trouble: one of them hears."""

    trouble: Trouble | None


class Health(msgspec.Struct):
    """What `/healthz` of a collector says."""

    troubles: dict[str, str]
    since: dict[str, datetime] = {}


@dataclass
class Storing:
    """What hinders the collectors that write into `database`, and those at `addresses`.

    Without either, nothing is known or said. `some_well` tells that another one stores.
    """

    addresses: Sequence[tuple[str, int]] = ()
    database: Database | None = None
    troubles: tuple[Trouble, ...] = ()
    some_well: bool = False
    _silent: dict[tuple[str, int], datetime] = field(default_factory=dict)

    async def keep_asking(self, bell: Bell, clock: Callable[[], datetime]) -> None:
        """Ask for ever; ring for every page when something changed."""
        while self.addresses or self.database:
            if await self.ask(clock()):
                reasons = [one.reason for one in self.troubles]
                log.info("storing.changed", reasons=reasons)
                bell.ring()
            await asyncio.sleep(ASK_EVERY_S)

    async def ask(self, now: datetime) -> bool:
        """Look and ask once; tells whether anything is different now."""
        before = self.troubles, self.some_well
        asking = (self._one(address, now) for address in self.addresses)
        heard, found = await asyncio.gather(self._look(), asyncio.gather(*asking))
        self.some_well = None in found
        self.troubles = together(heard, found)
        return before != (self.troubles, self.some_well)

    async def _look(self) -> Heard | None:
        if self.database is None:
            return None
        try:
            async with (
                asyncio.timeout(ANSWER_S),
                self.database.transaction(read_only=True) as transaction,
            ):
                return heard_of(
                    await transaction.one(_QUERIES["listeners"], counts=COUNTS)
                )
        except (CollectorError, TimeoutError):
            return None

    async def _one(self, address: tuple[str, int], now: datetime) -> Trouble | None:
        try:
            async with asyncio.timeout(ANSWER_S):
                health = await _health(address)
        except (OSError, TimeoutError, ValueError, msgspec.MsgspecError):
            return Trouble("silent", self._silent.setdefault(address, now))
        self._silent.pop(address, None)
        trouble = trouble_of(health)
        if trouble is not None and trouble.reason == "unproven":
            begun = now if trouble.since is None else trouble.since
            return trouble if now - begun > COUNTS else None
        return trouble


def trouble_of(health: Health) -> Trouble | None:
    """Give why this collector does not store; None where it does."""
    for part in _LANES:
        for kind, reason in _KINDS:
            if health.troubles.get(part, "").startswith(kind.says):
                return Trouble(reason, health.since.get(part))
    if "broker" in health.troubles:
        return Trouble("broker", health.since.get("broker"))
    if "hearing" in health.troubles:
        return Trouble("unproven", health.since.get("hearing"))
    return None


def heard_of(listeners: Row) -> Heard:
    """Tell from what the collectors wrote whether any of them hears.

    Where none ever heard, there is nothing to miss: the places say so themselves.
    """
    until, now = listeners["until"], listeners["now"]
    if listeners["hears"] or until is None or now - until <= COUNTS:
        return Heard(None)
    return Heard(Trouble("deaf" if listeners["works"] else "gone", until))


def together(
    heard: Heard | None, asked: Sequence[Trouble | None]
) -> tuple[Trouble, ...]:
    """Say what hinders the storing, from the database (None: no answer) and /healthz.

    While the database shows a collector that hears, one that does not answer has
    stopped, and the others have its share. A reason that a collector gives itself says
    more than that none writes.
    """
    given = [one for one in asked if one is not None]
    if heard is not None:
        given = [one for one in given if one.reason != "silent"]
        if heard.trouble is not None and not given and None not in asked:
            given = [heard.trouble]
    return worst(given)


def worst(troubles: Iterable[Trouble]) -> tuple[Trouble, ...]:
    """Give each reason once, with the earliest that is known of it."""
    found: dict[Reason, Trouble] = {}
    for one in troubles:
        known = found.get(one.reason)
        since = [each.since for each in (known, one) if each and each.since]
        found[one.reason] = Trouble(one.reason, min(since, default=None))
    return tuple(found[reason] for reason in sorted(found))


def addresses(text: str | None) -> tuple[tuple[str, int], ...]:
    """Read `HOST:PORT`, several with commas; None gives none."""
    parts = (one.rpartition(":") for one in (text or "").split(",") if one)
    return tuple((host, int(port)) for host, _, port in parts)


async def _health(address: tuple[str, int]) -> Health:
    reader, writer = await asyncio.open_connection(*address, limit=_MOST_BYTES)
    try:
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: collector\r\n\r\n")
        answer = await _whole(reader)
    finally:
        writer.close()
    return msgspec.json.decode(answer.partition(b"\r\n\r\n")[2], type=Health)


async def _whole(reader: asyncio.StreamReader) -> bytes:
    answer = b""
    while len(answer) < _MOST_BYTES and (more := await reader.read(_MOST_BYTES)):
        answer += more
    return answer
