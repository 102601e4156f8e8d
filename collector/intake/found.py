"""What the collector finds by itself: onto the time line, and before the rules."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from collector.database import Transaction, jsonb
from collector.intake.ingest import Heard
from collector.intake.presence import waited
from collector.intake.row import EventRow, RecordName
from collector.query import Queries, Row
from sites.record import Lane

_QUERIES = Queries(Path(__file__).parent / "sql")

Judge = Callable[[Transaction, Sequence[EventRow], datetime], Awaitable[object]]


async def lock_sites(transaction: Transaction, sites: Iterable[str]) -> datetime:
    """Keep others from deciding about these sites until the transaction ends.

    All of a transaction's at once, so that no two wait for each other. Gives the time
    of the database's clock after waiting.
    """
    row = await transaction.one(_QUERIES["lock_sites"], sites=sorted(set(sites)))
    now: datetime = row["now"]
    return now


async def keep(transaction: Transaction, found: Sequence[EventRow]) -> list[EventRow]:
    """Store what was found, once by its name; give what was not known before.

    Of two by one name the earliest counts. The caller holds the locks of its sites.
    """
    if not found:
        return []
    first: dict[RecordName, EventRow] = {}
    for row in sorted(found, key=lambda row: row.at):
        first.setdefault(row.name, row)
    found = [row for row in found if first[row.name] is row]
    rows = [
        {**row.name._asdict(), "at": row.at, "received": row.received, "unit": row.unit}
        | {"site": row.site, "kind": row.kind, "data": row.data}
        for row in found
    ]
    query = _QUERIES.of("keep_found", RecordName)
    kept = set(await transaction.all(query, rows=jsonb(rows)))
    return [row for row in found if row.name in kept]


async def tell(
    transaction: Transaction,
    found: Sequence[EventRow],
    judge: Judge,
    beside: Sequence[EventRow] = (),
) -> list[EventRow]:
    """Keep what was found and let the rules judge it, `beside` other new rows.

    Gives what was found for the first time; its units are notified at the commit.
    """
    if not found and not beside:
        return []
    now = await lock_sites(transaction, (row.site for row in (*beside, *found)))
    kept = await keep(transaction, found)
    await judge(transaction, [*beside, *kept], now)
    for unit in sorted({row.unit for row in kept}):
        await transaction.notify("site", unit)
    return kept


def clock_wrong(frame: Heard, offset_s: float) -> EventRow:
    """Say that a device's clock is off: ours minus its own, in seconds."""
    return _of_frame(frame, "clock", "clock.wrong", {"offset_s": round(offset_s, 1)})


def number_reused(row: EventRow) -> EventRow:
    """Say that a device gave a number twice; it is said once a run."""
    return EventRow(
        device=row.device,
        run=f"reused-{row.run}",
        lane="al",
        seq=1,
        at=row.received,
        received=row.received,
        unit=row.unit,
        site=row.site,
        kind="number.reused",
        data={"lane": row.lane, "number": row.seq},
    )


def device_cloned(frame: Heard) -> EventRow:
    """Say that two boxes live under the identity of one."""
    return _of_frame(frame, "cloned", "device.cloned", {})


def _of_frame(frame: Heard, run: str, kind: str, data: dict[str, Any]) -> EventRow:
    received = frame.message.received
    return EventRow(
        device=frame.known.device,
        run=run,
        lane="al",
        seq=int(received.timestamp() * 1000),
        at=received,
        received=received,
        unit=frame.known.unit,
        site=frame.known.site,
        kind=kind,
        data=data,
    )


def gone_away(seen: Row, paused: timedelta = timedelta()) -> EventRow:
    """Say that a device or a path is silent: once since it was last heard.

    `paused`: so much of that did not count, and it is told so much later.
    """
    kind = "device.silent" if seen.get("way") is None else "path.lost"
    return _of_presence(seen, "al", kind, waited(seen["unheard"], paused))


def there_again(back: Row) -> EventRow:
    """Say that a device or a path that was told as lost is heard again.

    It has the name of its loss, in the other lane: two lanes that hear the device at
    once say one thing.
    """
    kind = "device.heard" if back.get("way") is None else "path.restored"
    return _of_presence(back, "up", kind, {})


def _of_presence(row: Row, lane: Lane, kind: str, data: dict[str, Any]) -> EventRow:
    """Name it by the time when it was heard before."""
    way, now = row.get("way"), row["now"]
    return EventRow(
        device=row["device"],
        run="presence" if way is None else f"path-{way}",
        lane=lane,
        seq=int(row["heard"].timestamp() * 1000),
        at=now,
        received=now,
        unit=row["unit"],
        site=row["site"],
        kind=kind,
        data=data,
    )
