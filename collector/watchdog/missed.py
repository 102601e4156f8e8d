"""The collector misses a watchdog that stops: watching goes both ways."""

import asyncio
from datetime import timedelta

import structlog

from collector.database import Database
from collector.errors import DatabaseError
from collector.metrics import Health
from collector.watchdog.look import QUERIES

MISSED = timedelta(seconds=60)
TICK_S = 10.0
PART = "watchdog"

log = structlog.get_logger()


async def run(database: Database, health: Health) -> None:
    """Miss it for ever; one that never was is missed after a minute, too."""
    await asyncio.sleep(MISSED.total_seconds())
    while True:
        await miss(database, health)
        await asyncio.sleep(TICK_S)


async def miss(database: Database, health: Health) -> None:
    """Tell the administrator, and say on our own page, that no watchdog watches."""
    try:
        async with database.transaction() as transaction:
            row = await transaction.one(QUERIES["missed"], within=MISSED)
            if row["there"]:
                health.well(PART)
                return
            seen = row["seen"]
            since = "ever" if seen is None else f"since {seen:%Y-%m-%d %H:%M:%S} UTC"
            health.trouble(PART, f"none was seen {since}: nobody watches over us")
            if await transaction.run(QUERIES["attend"]):
                log.error("watchdog.missed")
    except DatabaseError as error:
        log.warning("database.awaited", reason=str(error))
