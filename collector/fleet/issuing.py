"""The collector as an authority: renews certificates, and writes what was revoked."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from collector.database import Database
from collector.errors import DatabaseError
from collector.fleet.certificate import CHANGED, revoked_serials
from collector.fleet.errors import AuthorityEndedError
from collector.fleet.papers import Issuers, put
from collector.fleet.renewal import ASKED, MOST, Renewals
from collector.metrics import Health

log = structlog.get_logger()

LOOK_S = 30.0  # where a note was lost, and for what may be answered only later
AFRESH = timedelta(hours=12)


class RevokedList:
    """The file with what brokers may not let in; rewritten when there is news."""

    def __init__(self, database: Database, issuers: Issuers, file: Path) -> None:
        self._database = database
        self._issuers = issuers
        self._file = file
        self._last: tuple[Sequence[tuple[str, datetime]], datetime] | None = None

    async def write(self, now: datetime) -> None:
        """Write it where it changed or grew old; raises DatabaseError, OSError."""
        async with self._database.transaction(read_only=True) as transaction:
            serials = await revoked_serials(transaction)
        if self._last is not None:
            before, at = self._last
            # A clock that went back has written one that is not in force yet.
            if before == serials and timedelta() <= now - at < AFRESH:
                return
        put(self._file, self._issuers.revocation_lists(serials, now))
        self._last = serials, now
        log.info("revoked.written", count=len(serials))


class Issuing:
    """Works whenever the store says that there is something, or LOOK_S have passed."""

    def __init__(
        self,
        database: Database,
        renewals: Renewals,
        revoked: RevokedList,
        clock: Callable[[], datetime],
        health: Health,
    ) -> None:
        self._database = database
        self._renewals = renewals
        self._revoked = revoked
        self._clock = clock
        self._health = health
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hear(), name="requests")
            while True:
                self._news.clear()
                await self._work()
                try:
                    async with asyncio.timeout(LOOK_S):
                        await self._news.wait()
                except TimeoutError:
                    continue

    async def _work(self) -> None:
        try:
            while await self._renewals.answer(self._clock()) == MOST:
                continue
            await self._revoked.write(self._clock())
        except (AuthorityEndedError, DatabaseError, OSError) as error:
            self._health.trouble("certificates", str(error))
        else:
            self._health.well("certificates")

    async def _hear(self) -> None:
        async with aclosing(self._database.notes(ASKED, CHANGED)) as notes:
            async for note in notes:
                if note.live:
                    self._news.set()
