"""Writes the right time beside the one that a device said, where its clock was off."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from collector.database import Transaction, jsonb
from collector.intake.clock import NO_TIME_S, WRONG_S, Clock, Jump, corrected, shift
from collector.intake.row import EventRow, RecordName
from collector.query import Queries

ALWAYS = datetime.min.replace(tzinfo=UTC)
FOR_EVER = datetime.max.replace(tzinfo=UTC)
Hour = tuple[str, datetime]  # of a site
_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True)
class Lag:
    """What a run wrote before `before`, and we got since `since`, lacks `seconds`."""

    device: str
    run: str
    seconds: float
    since: datetime = ALWAYS
    before: datetime = FOR_EVER


async def correct_rows(
    transaction: Transaction, rows: Iterable[EventRow], clock: Clock, jumps: list[Jump]
) -> Mapping[RecordName, datetime]:
    """Correct rows of one device that were stored just now; give the right times."""
    right = [(row, _right(row, clock, jumps)) for row in rows]
    found = [
        {**row.name._asdict(), "at": row.at, "said": row.said, "corrected": time}
        for row, time in right
        if time is not None
    ]
    if found:
        times = [row.at for row, _ in right]
        low, high = min(times), max(times)
        query = _QUERIES["correct_rows"]
        await transaction.run(query, rows=jsonb(found), low=low, high=high)
    return {row.name: time for row, time in right if time is not None}


async def correct_runs(transaction: Transaction, lags: Sequence[Lag]) -> set[Hour]:
    """Correct what was stored before it was known how far the clock was off.

    Also what incidents hold of it. Gives the hours from which or into which rows moved.
    """
    hours = set[Hour]()
    for lag in lags:
        if WRONG_S < abs(lag.seconds) < NO_TIME_S:
            moved = await transaction.all(
                _QUERIES["correct_run"],
                device=lag.device,
                run=lag.run,
                seconds=lag.seconds,
                since=lag.since,
                before=lag.before,
            )
            hours |= {(row["site"], row["hour"]) for row in moved}
    return hours


def _right(row: EventRow, clock: Clock, jumps: Sequence[Jump]) -> datetime | None:
    at = row.at if row.timed else datetime.fromisoformat(row.said)
    return corrected(at, shift(clock, jumps, row.run, at))
