"""Corrects times of long ago, where a clock was found to be off after they were stored.

Beside the intake and in small batches, however many rows that are; of one run after
another a batch, so that none waits for the longest. Any number of collectors share it.
"""

import asyncio

import structlog

from collector.database import Database, jsonb
from collector.errors import DatabaseError
from collector.keep.turn import QUERIES
from collector.metrics import Health

TICK_S = 1.0
NUMBERS = 1000  # of each lane of a run, at once

log = structlog.get_logger()


class Corrector:
    """Looks once a second whether there is something to correct."""

    def __init__(self, database: Database, health: Health) -> None:
        self._database = database
        self._health = health

    async def run(self) -> None:
        """Correct for ever; cancelled, the batch in hand is undone and still to do."""
        while True:
            await self.look()
            await asyncio.sleep(TICK_S)

    async def look(self) -> None:
        """Correct all that waits; where the database is away, it waits on."""
        try:
            while await correct(self._database):
                continue
        except DatabaseError as error:
            self._health.trouble("corrections", str(error))
            log.warning("corrections.failed", reason=type(error).__name__)
        else:
            self._health.well("corrections")


async def correct(database: Database, numbers: int = NUMBERS) -> bool:
    """Correct so many numbers of a run, the latest first; False where nothing waits.

    The hours that rows left or came to are marked, to be rolled up again.
    """
    async with database.transaction() as transaction:
        lag = await transaction.maybe(QUERIES["take_lag"])
        if lag is None:
            return False
        name, last = lag.pop("lag"), lag["last"]
        if last is None:
            await transaction.run(QUERIES["lag_done"], lag=name)
            return True
        first = last - numbers + 1
        query = QUERIES["correct_some"]
        hours = await transaction.all(query, **lag, first=first)
        if hours:
            await transaction.run(QUERIES["mark"], hours=jsonb(hours))
        await transaction.run(QUERIES["lag_on"], lag=name, first=first)
    return True
