"""Does what is due about incidents that wait, at its time, in every collector."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from collector.database import Database
from collector.errors import DatabaseError
from collector.incident import escalation
from collector.metrics import Health
from collector.query import Queries
from sites.inventory import Inventory

POLL = timedelta(seconds=5)  # a note may be lost, a shift changes without one
AGAIN = timedelta(seconds=0.2)  # where somebody else has what is due in his hands
PART = "escalation"

log = structlog.get_logger()
_QUERIES = Queries(Path(__file__).parent / "sql")


class Escalator:
    """Any number may work side by side: each thing is done by one, once."""

    def __init__(
        self,
        database: Database,
        inventory: Inventory,
        clock: Callable[[], datetime],
        health: Health,
    ) -> None:
        self._database = database
        self._inventory = inventory
        self._clock = clock
        self._health = health

    async def run(self) -> None:
        """Work for ever; a database that is away is awaited."""
        rung = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(rung), name="escalation.listen")
            group.create_task(self._work(rung), name="escalation.work")

    async def look(self, now: datetime) -> datetime | None:
        """Do all that is due at `now`; give when the next thing is, None: nothing.

        Raises:
            DatabaseError: the next look goes on where this one stopped.
        """
        async with self._database.transaction() as transaction:
            await escalation.begin(transaction, self._inventory)
        for one in (escalation.lapse, escalation.escalate):
            more = True
            while more:
                async with self._database.transaction() as transaction:
                    more = await one(transaction, self._inventory, now)
        async with self._database.transaction() as transaction:
            await escalation.change_shift(transaction, self._inventory, now)
            due: datetime | None = (await transaction.one(_QUERIES["due_next"]))["due"]
        return due

    async def _work(self, rung: asyncio.Event) -> None:
        while True:
            rung.clear()
            try:
                due = await self.look(self._clock())
            except DatabaseError as error:
                if not error.retry:
                    raise
                self._health.trouble(PART, str(error))
                log.warning("database.awaited", reason=str(error))
                due = None
            else:
                self._health.well(PART)
            await _rest(rung, pause(self._clock(), due))

    async def _listen(self, rung: asyncio.Event) -> None:
        async with aclosing(self._database.notes("incident")) as notes:
            async for _ in notes:
                rung.set()


def pause(now: datetime, due: datetime | None) -> timedelta:
    """Give how long to rest until `due`: never for long, and never not at all."""
    return POLL if due is None else min(max(due - now, AGAIN), POLL)


async def _rest(rung: asyncio.Event, longest: timedelta) -> None:
    try:
        async with asyncio.timeout(longest.total_seconds()):
            await rung.wait()
    except TimeoutError:
        return
