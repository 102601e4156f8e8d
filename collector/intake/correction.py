"""Writes the right time beside the one that a device said, where its clock was off."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from collector.database import Transaction, jsonb
from collector.fleet.directory import Known
from collector.intake.clock import NO_TIME_S, WRONG_S, Clock, Jump, corrected, shift
from collector.intake.row import EventRow, RecordName
from collector.query import Queries

ALWAYS = datetime.min.replace(tzinfo=UTC)
FOR_EVER = datetime.max.replace(tzinfo=UTC)
_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True)
class Lag:
    """What a run wrote before `before` lacks `seconds`, if it came in this time."""

    run: str
    seconds: float
    until: datetime
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


async def note_lags(
    transaction: Transaction, known: Known, lags: Iterable[Lag]
) -> None:
    """Note what a device wrote before it was known how far its clock was off.

    It is corrected beside the intake (`collector.keep.correct`): that may be months of
    rows, and no alarm waits for them.
    """
    place = {"device": known.device, "unit": known.unit, "site": known.site}
    for lag in lags:
        if WRONG_S < abs(lag.seconds) < NO_TIME_S:
            await transaction.run(_QUERIES["clock_lag"], **place, **asdict(lag))


def _right(row: EventRow, clock: Clock, jumps: Sequence[Jump]) -> datetime | None:
    at = row.at if row.timed else datetime.fromisoformat(row.said)
    return corrected(at, shift(clock, jumps, row.run, at))
