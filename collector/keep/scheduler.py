"""When the house is kept: roll-ups each minute, forgetting once an hour.

Every collector asks; the database's own note of what was done says which one has to.
"""

import asyncio
from datetime import timedelta

import structlog
from obstore.exceptions import BaseError
from obstore.store import ObjectStore

from collector.database import Database
from collector.errors import DatabaseError
from collector.keep.audit import Entry, note
from collector.keep.errors import ElsewhereError
from collector.keep.retention import forget
from collector.keep.rollup import roll
from collector.keep.terms import PASS, Terms
from collector.keep.turn import QUERIES, turn
from collector.metrics import Health

TICK_S = 60.0
BLOBS_AWAY = "pictures that are too old cannot be removed from the blob store"
EVERY = PASS - timedelta(minutes=5)  # so that none comes later than PASS

log = structlog.get_logger()


class Keeper:
    """Keeps house beside the intake; what fails is told, and never stops the intake."""

    def __init__(
        self, database: Database, blobs: ObjectStore, terms: Terms, health: Health
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._terms = terms
        self._health = health

    async def run(self) -> None:
        """Keep house for ever; cancelled, the batch in hand is undone and due again."""
        while True:
            await self.look()
            await asyncio.sleep(TICK_S)

    async def look(self) -> None:
        """Do what is due now."""
        try:
            await roll(self._database, self._terms)
            if await self._due():
                await self._forget()
        except ElsewhereError:
            log.debug("keep.elsewhere")
        except (DatabaseError, BaseError, OSError) as error:
            told = str(error) if isinstance(error, DatabaseError) else BLOBS_AWAY
            self._health.trouble("keep", told)
            log.warning("keep.failed", reason=type(error).__name__)
            return
        self._health.well("keep")

    async def _due(self) -> bool:
        async with turn(self._database) as transaction:
            found = await transaction.one(QUERIES["due"], what="forget", every=EVERY)
            return bool(found["due"])

    async def _forget(self) -> None:
        gone = await forget(self._database, self._blobs, self._terms)
        async with turn(self._database) as transaction:
            await transaction.run(QUERIES["done"], what="forget", until=None)
            if gone:
                told = ", ".join(f"{number} {what}" for what, number in gone.items())
                await note(transaction, Entry("delete", "retention:pass", reason=told))
        log.info("retention.done", **gone)
