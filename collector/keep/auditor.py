"""Looks through the audit chain every five minutes, and signs how far it came.

Every collector asks; the database's own note says which one has to. What is broken is
told to the auditor and the administrator, stays in this process's health, and stops
nothing: who is threatened needs his alarms all the same.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog
from nacl.signing import SigningKey

from collector.database import Database
from collector.errors import DatabaseError
from collector.keep.chain import Head
from collector.keep.errors import ElsewhereError
from collector.keep.head import Keys, Verdict, look_through, sign
from collector.keep.turn import QUERIES
from collector.metrics import Health

TICK_S = 20.0
EVERY = timedelta(minutes=5, seconds=-TICK_S)
LATE = timedelta(minutes=11)  # two looks did not come
PART = "audit"
TURN, WELL = "audit_turn", "audit_well"

log = structlog.get_logger()


class Auditor:
    """One task of it.

    Remembers the last head that it saw: who cuts the chain short and takes the heads
    away with it, is found by a collector that went on running.
    """

    def __init__(self, database: Database, key: SigningKey, health: Health) -> None:
        self._database = database
        self._key = key
        self._keys = Keys([key.verify_key])
        self._health = health
        self._last: Head | None = None

    async def run(self) -> None:
        """Look for ever; cancelled, a look is due again."""
        while True:
            await self.look()
            await asyncio.sleep(TICK_S)

    async def look(self) -> Verdict | None:
        """Look through the chain where that is due now; what fails is told."""
        try:
            with suppress(ElsewhereError):
                return await self._look()
            if await self._due(LATE):  # somebody holds the turn, and does not look
                self._health.trouble(TURN, f"nobody looked through it for {LATE}")
                log.error("audit.late")
        except DatabaseError as error:
            self._health.trouble(PART, str(error))
            log.warning("audit.failed", reason=type(error).__name__)
        return None

    async def _look(self) -> Verdict | None:
        verdict = None
        if await self._due(EVERY):
            verdict = await self._whole()
            await self._settle(verdict)
        self._health.well(TURN)
        return verdict

    async def _due(self, every: timedelta) -> bool:
        async with self._database.transaction(read_only=True) as transaction:
            row = await transaction.one(QUERIES["due"], what=PART, every=every)
        return bool(row["due"])

    async def _whole(self) -> Verdict:
        witnessed = [] if self._last is None else [self._last]
        async with self._database.transaction() as transaction:
            await transaction.run(QUERIES["audit_snapshot"])
            if not (await transaction.one(QUERIES["audit_turn"]))["taken"]:
                raise ElsewhereError
            return await look_through(transaction, self._keys, witnessed=witnessed)

    async def _settle(self, verdict: Verdict) -> None:
        async with self._database.transaction() as transaction:
            if await sign(transaction, self._key, verdict):
                # So that the journal is a witness as well.
                last = verdict.last
                log.info("audit.signed", entry=last.entry, hash=last.hash)
            if verdict.findings:
                await transaction.run(
                    QUERIES["audit_attend"],
                    firsts=[finding.first for finding in verdict.findings],
                    lasts=[finding.last for finding in verdict.findings],
                )
            else:
                await transaction.run(QUERIES["done"], what=WELL, until=verdict.at)
            await transaction.run(QUERIES["done"], what=PART, until=verdict.at)
        if verdict.findings:
            first, *others = verdict.findings
            self._health.trouble(PART, f"{first}; {len(others)} more findings")
            log.error("audit.broken", first=str(first), others=len(others))
        else:
            self._health.well(PART)
            if verdict.last.entry:
                self._last = verdict.last
