"""Stores what was heard: once, whatever comes twice, and tells what was new."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collector.database import Transaction, jsonb
from collector.intake.ingest import Heard, SetAside, is_measurement
from collector.intake.row import EventRow, RecordName
from collector.query import Queries
from sites.health import Heartbeat

# One source may fill this much of the store with frames that nobody believes.
KEPT_FRAMES = 100
KEPT_BYTES = 4 * 2**20

_NEVER = datetime.min.replace(tzinfo=UTC)
_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True)
class Stored:
    """What a transaction stored: the events that were new, and how many rows.

    `returned` names the units of devices and paths that had been away, or are new,
    `unkept` the frames that were refused and for which there is no room to keep them.
    """

    new: tuple[EventRow, ...]
    rows: int
    duplicates: int
    returned: frozenset[str]
    unkept: frozenset[str] = frozenset()


async def store(transaction: Transaction, heard: Sequence[Heard]) -> Stored:
    """Store the records of these frames; only what is new comes back.

    Order of locks, for everybody who stores: events, measurements, devices, paths, then
    sites. Each of them by key, so that two who store do not wait for each other.
    """
    rows = [row for frame in heard for row in frame.rows]
    numbers = [row for row in rows if is_measurement(row)]
    events = [row for row in rows if not is_measurement(row)]
    new = await _events(transaction, events)
    measured = await _measurements(transaction, numbers)
    alive = await _alive(transaction, heard, new)
    returned = await _presence(transaction, alive)
    stored = len(new) + measured
    return Stored(tuple(new), stored, len(rows) - stored, returned)


async def set_aside(
    transaction: Transaction, frames: Iterable[SetAside]
) -> frozenset[str]:
    """Keep frames that cannot be believed, each once, so many of one source.

    Gives the digests of those that were only counted, content and all.
    """
    unkept: set[str] = set()
    for frame in sorted(frames, key=lambda one: one.digest):
        known, message = frame.known, frame.message
        kept = await transaction.one(
            _QUERIES["set_aside"],
            digest=frame.digest,
            received=message.received,
            topic=message.topic[:80].replace("\0", ""),
            unit=known and known.unit,
            device=known and known.device,
            refusal=frame.refusal,
            detail=frame.detail,
            raw=message.payload,
            frames=KEPT_FRAMES,
            bytes=KEPT_BYTES,
        )
        if message.payload and kept["digest"] != frame.digest:
            unkept.add(frame.digest)
    return frozenset(unkept)


async def _events(transaction: Transaction, rows: list[EventRow]) -> list[EventRow]:
    if not rows:
        return []
    await transaction.run(_QUERIES["stage_events"])
    await transaction.copy(_QUERIES["copy_events"], map(_event, rows))
    inserted: set[RecordName] = set()
    for timed, query in ((True, "insert_events"), (False, "insert_untimed")):
        if any(row.timed is timed for row in rows):
            found = await transaction.all(_QUERIES.of(query, RecordName))
            inserted.update(found)
    return list(_first(rows, inserted))


def _first(rows: Iterable[EventRow], inserted: set[RecordName]) -> Iterator[EventRow]:
    for row in rows:
        if row.name in inserted:
            inserted.discard(row.name)  # the second of two in one batch is a duplicate
            yield row


async def _measurements(transaction: Transaction, rows: list[EventRow]) -> int:
    if not rows:
        return 0
    await transaction.run(_QUERIES["stage_measurements"])
    await transaction.copy(_QUERIES["copy_measurements"], map(_measurement, rows))
    return await transaction.run(_QUERIES["insert_measurements"])


async def _alive(
    transaction: Transaction, heard: Sequence[Heard], new: Sequence[EventRow]
) -> list[Heard]:
    """Leave out what may be an old frame played again: it is no sign of life.

    A live device writes new records (its heartbeat is one), or at least sends later
    than before; who has its old frames can do neither.
    """
    if not heard:
        return []
    devices = sorted({frame.known.device for frame in heard})
    rows = await transaction.all(_QUERIES["last_sent"], devices=devices)
    sent: dict[str, datetime] = {row["device"]: row["sent"] for row in rows}
    fresh = {row.name for row in new}
    return [
        frame
        for frame in heard
        if frame.header.sent_at > sent.get(frame.known.device, _NEVER)
        or any(row.name in fresh for row in frame.rows)
    ]


async def _presence(transaction: Transaction, heard: Sequence[Heard]) -> frozenset[str]:
    devices: dict[str, dict[str, Any]] = {}
    paths: dict[tuple[str, int], dict[str, Any]] = {}
    for frame in heard:
        place = {
            "device": frame.known.device,
            "unit": frame.known.unit,
            "site": frame.known.site,
        }
        before = devices.get(frame.known.device, {}).get("heartbeat")
        sent = devices.get(frame.known.device, {}).get("sent", _NEVER)
        devices[frame.known.device] = {
            **place,
            "run": frame.header.run,
            "heartbeat": _heartbeat(frame) or before,
            "sent": max(frame.header.sent_at, sent),
        }
        paths[frame.path] = {**place, "way": frame.path.way}
    returned: set[str] = set()
    for query, rows in (
        ("hear_devices", list(devices.values())),
        ("hear_paths", list(paths.values())),
    ):
        if rows:
            back = await transaction.all(_QUERIES[query], rows=jsonb(rows))
            returned.update(row["unit"] for row in back)
    return frozenset(returned)


def _heartbeat(frame: Heard) -> dict[str, Any] | None:
    beats = [row for row in frame.rows if isinstance(row.record, Heartbeat)]
    return beats[-1].data if beats else None


def _event(row: EventRow) -> tuple[object, ...]:
    return (
        *row.name,
        row.at,
        row.said,
        row.received,
        row.unit,
        row.site,
        row.kind,
        row.sensor,
        row.zone,
        row.data,
        row.timed,
    )


def _measurement(row: EventRow) -> tuple[object, ...]:
    return (
        *row.name,
        row.at,
        row.received,
        row.unit,
        row.site,
        row.sensor,
        row.data["quantity"],
        row.data["value"],
    )
