"""Looks whether the collectors do their work, and says that it looked."""

from datetime import datetime, timedelta
from pathlib import Path

from collector.database import Database
from collector.errors import DatabaseError
from collector.query import Queries
from collector.watchdog.alarm import AWAY, Sight, Trouble

GRACE = timedelta(seconds=20)  # a step that is late by less is under way
DEAF = timedelta(seconds=60)  # of which no collector proved that it heard anything
NUMBERS_MOST = 20  # in one letter

QUERIES = Queries(Path(__file__).parent / "sql")


async def look(database: Database, name: str, now: datetime) -> Sight:
    """Look at everything at `now`, by the clocks of the collectors."""
    try:
        async with database.transaction() as transaction:
            await transaction.run(QUERIES["seen"], name=name)
            waiting = await transaction.all(
                QUERIES["overdue"], before=now - GRACE, most=NUMBERS_MOST
            )
            heard = await transaction.one(QUERIES["heard"], within=DEAF)
    except DatabaseError:
        return AWAY
    troubles: set[Trouble] = set()
    if waiting:
        troubles.add("overdue")
    if not heard["heard"]:
        troubles.add("deaf")
    numbers = tuple(int(row["incident"]) for row in waiting)
    exercises = frozenset(int(row["incident"]) for row in waiting if row["exercise"])
    return Sight(frozenset(troubles), incidents=numbers, exercises=exercises)
