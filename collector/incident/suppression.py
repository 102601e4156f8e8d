"""Windows in which people do not want to hear of some kinds at a place.

What comes then is recorded as ever, and held back here instead of opening an incident.
Top priority is never held back, nor what says that somebody is in danger or comes in.
When a window ends, what was lost in it and is still away is judged after all, and the
rest stands on the to-do list.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from collector.database import Database, Transaction, jsonb
from collector.incident.back import ENDS
from collector.incident.weigh import Case
from collector.intake.found import Judge, lock_sites
from collector.intake.row import EventRow, RecordName
from collector.keep import audit
from collector.keep.audit import Entry
from collector.query import Queries
from sites.rule import SUPPRESSIBLE

log = structlog.get_logger()
_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True, slots=True)
class Window:
    """From `since` to `over`, `kinds` open nothing; without a zone, at all of it."""

    suppression: int
    unit: str
    site: str
    zone: int | None
    kinds: Sequence[str]
    since: datetime
    over: datetime

    def holds(self, row: EventRow) -> bool:
        """Tell whether a record happened in it."""
        return (
            (row.unit, row.site) == (self.unit, self.site)
            and row.kind in self.kinds
            and row.kind in SUPPRESSIBLE
            and (self.zone is None or self.zone == row.zone)
            and self.since <= row.moment < self.over
        )


def held_back(
    cases: Iterable[Case], windows: Collection[Window]
) -> dict[RecordName, tuple[Window, EventRow]]:
    """Choose the records that open nothing: none of a case of top priority."""
    urgent: set[RecordName] = set()
    found: dict[RecordName, tuple[Window, EventRow]] = {}
    for case in cases:
        if case.rule.priority == "urgent" or case.to_control_room:
            urgent |= {row.name for row in case.records}
            continue
        for row in case.records:
            window = next((one for one in windows if one.holds(row)), None)
            if window:
                found[row.name] = (window, row)
    return {name: one for name, one in found.items() if name not in urgent}


async def hold_back(
    transaction: Transaction, cases: Sequence[Case]
) -> frozenset[RecordName]:
    """Put away what windows hold back; gives the names of those records."""
    windows = await transaction.all(
        _QUERIES.of("suppressions", Window), sites=sorted({case.site for case in cases})
    )
    if not windows:
        return frozenset()
    found = held_back(cases, windows)
    await transaction.many(
        _QUERIES["suppressed_put"],
        [_put(window, row) for window, row in found.values()],
    )
    for unit in {window.unit for window, _ in found.values()}:
        await transaction.notify("site", unit)
    if found:
        log.info("records.suppressed", count=len(found))
    return frozenset(found)


async def report_next(database: Database, judge: Judge) -> bool:
    """Report the next window that is over; False where none is.

    Raises:
        DatabaseError: it waits for the next call.
    """
    async with database.transaction() as transaction:
        row = await transaction.maybe(_QUERIES["suppression_over"])
        if row is None:
            return False
        number, site = row["suppression"], row["site"]
        now = await lock_sites(transaction, [site])
        # First: what is judged now must not be held back by the same window again.
        await transaction.run(_QUERIES["suppression_report"], suppression=number)
        lost = await transaction.all(
            _QUERIES.of("suppressed_lost", EventRow),
            suppression=number,
            ends=jsonb({lost: back for back, lost in ENDS.items()}),
        )
        await judge(transaction, lost, now)
        await transaction.notify("site", row["unit"])
        entry = Entry("change", f"suppression:{number}", f"site:{site}", reason="over")
        await audit.note(transaction, entry)
    log.info("suppression.over", suppression=number, lost=len(lost))
    return True


def _put(window: Window, row: EventRow) -> dict[str, Any]:
    return {
        "suppression": window.suppression,
        **row.name._asdict(),
        "unit": row.unit,
        "site": row.site,
        "at": row.own,
        "received": row.received,
        "corrected": row.corrected,
        "kind": row.kind,
        "sensor": row.sensor,
        "zone": row.zone,
        "data": jsonb(row.data),
    }
