"""Rolls raw rows up per hour and per day, again where records came late.

Every hour is rolled up when it is over, and once more an hour later: for what was still
being stored. Whoever stores records of an hour that is over marks it, and it is rolled
up again within a minute. Where raw rows are gone, what was rolled up stays as it is.
Rows count by the right time, not by that of a clock that was off.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from collector.database import Database, Transaction, jsonb
from collector.intake.row import EventRow
from collector.keep.terms import Terms
from collector.keep.turn import QUERIES, turn

HOUR_S = 3600
HOUR = timedelta(seconds=HOUR_S)
STEP = 3 * HOUR  # of what was never rolled up, at once
_STEPS = (
    "roll_measurements",
    "roll_events",
    "roll_measurement_days",
    "roll_event_days",
)
_OF_HOURS = _STEPS[:2]


async def mark(
    transaction: Transaction, rows: Sequence[EventRow], now: datetime
) -> None:
    """Mark the hours that were over when these records were stored: `now`.

    That is the database's clock, as for whoever rolls up; a record may have waited for
    the database since it came. Takes row locks by key, until the transaction ends; call
    it after the rows are in.
    """
    begun = _hour(now)
    late = {
        (row.site, _hour(row.moment))
        for row in rows
        if (row.corrected or row.at) < begun and row.timed
    }
    if late:
        hours = [{"site": site, "bucket": hour} for site, hour in late]
        await transaction.run(QUERIES["mark"], hours=jsonb(hours))


async def roll(database: Database, terms: Terms) -> int:
    """Roll up what is due; give in how many steps.

    Raises:
        ElsewhereError: another collector does it.
        DatabaseError: what was done so far stays done.
    """
    longest = terms.national.events_days
    done = 0
    while await _newly_over(database, longest):
        done += 1
    while await _marked(database, longest):
        done += 1
    return done


async def _newly_over(database: Database, days: int) -> bool:
    async with turn(database) as transaction:
        known = await transaction.one(QUERIES["rolled_until"], days=days)
        done, reach = known["until"], known["reach"]
        if done >= reach:
            return False
        until = min(done + STEP, reach)
        await _roll(transaction, done - HOUR, until)
        await transaction.run(QUERIES["done"], what="rollup", until=until)
    return True


async def _marked(database: Database, days: int) -> bool:
    async with turn(database) as transaction:
        known = await transaction.one(QUERIES["rolled_until"], days=days)
        # First off the list, then read: who stores meanwhile marks anew.
        rows = await transaction.all(QUERIES["take_dirty"], until=known["until"])
        if not rows:
            return False
        hours = [row["bucket"] for row in rows]
        await _roll(
            transaction, min(hours), max(hours) + HOUR, [rows[0]["site"]], hours
        )
    return True


async def _roll(
    transaction: Transaction,
    since: datetime,
    until: datetime,
    sites: list[str] | None = None,
    hours: list[datetime] | None = None,
) -> None:
    for name in _STEPS:
        named: dict[str, object] = {"since": since, "until": until, "sites": sites}
        if name in _OF_HOURS:
            named["hours"] = hours
        await transaction.run(QUERIES[name], **named)


def _hour(at: datetime) -> datetime:
    return datetime.fromtimestamp(at.timestamp() // HOUR_S * HOUR_S, UTC)
