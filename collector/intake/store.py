"""Stores what was heard: once, whatever comes twice, and tells what was new."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from collector.database import Transaction, jsonb
from collector.intake.found import number_reused
from collector.intake.ingest import Finding, Heard, SetAside, is_measurement
from collector.intake.ledger import note
from collector.intake.row import EventRow, RecordName
from collector.keep import rollup
from collector.query import Queries
from sites.health import Heartbeat

# One source may fill this much of the store with frames that nobody believes.
KEPT_FRAMES = 100
KEPT_BYTES = 4 * 2**20
NUMBER_TAKEN = "another record came first under a number of it"

_NEVER = datetime.min.replace(tzinfo=UTC)
_QUERIES = Queries(Path(__file__).parent / "sql")
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True)
class Stored:
    """What a transaction stored: the events that were new, and how many rows.

    `late` of them came after later ones. `returned` names the units of devices and
    paths that had been away, or are new, `found` is what the collector has to tell.
    `taken` names the frames with a number that another record has, `unkept` those that
    were refused and for which there is no room to keep them.
    """

    new: tuple[EventRow, ...]
    rows: int
    duplicates: int
    late: int
    returned: frozenset[str]
    found: tuple[EventRow, ...] = ()
    taken: frozenset[str] = frozenset()
    unkept: frozenset[str] = frozenset()


async def store(transaction: Transaction, heard: Sequence[Heard]) -> Stored:
    """Store the records of these frames; only what is new comes back.

    Order of locks, for everybody who stores: lanes, events, measurements, hours,
    devices, paths, then sites. Each of them by key, so that no two who store wait for
    each other.
    """
    ledger = await note(transaction, heard)
    numbers = [row for row in ledger.rows if is_measurement(row)]
    events = [row for row in ledger.rows if not is_measurement(row)]
    new = await _events(transaction, events)
    measured = await _measurements(transaction, numbers)
    await rollup.mark(transaction, [*new, *(numbers if measured else ())])
    alive = await _alive(transaction, heard, ledger.fresh)
    returned = await _presence(transaction, alive)
    stored = len(new) + measured
    return Stored(
        tuple(new),
        stored,
        ledger.again + len(ledger.rows) - stored,
        ledger.late,
        returned,
        tuple(number_reused(row) for row in ledger.taken.values()),
        frozenset(ledger.taken),
    )


def doubted(findings: Iterable[Finding], taken: frozenset[str]) -> list[Finding]:
    """Doubt the frames with a number that is taken, though the rest is stored."""
    return [
        replace(one, doubt=NUMBER_TAKEN, refusal="number_taken")
        if isinstance(one, Heard) and one.digest in taken
        else one
        for one in findings
    ]


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
    inserted: list[RecordName] = []
    for timed, query in ((True, "insert_events"), (False, "insert_untimed")):
        if any(row.timed is timed for row in rows):
            found = await transaction.all(_QUERIES.of(query, RecordName))
            inserted += found
    if len(inserted) == len(rows):
        return rows  # as nearly always: nobody has to look for names
    return list(_first(rows, set(inserted)))


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
    transaction: Transaction, heard: Sequence[Heard], fresh: frozenset[str]
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
    return [
        frame
        for frame in heard
        if frame.header.sent_at > sent.get(frame.known.device, _NEVER)
        or frame.digest in fresh
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
        row.device,
        row.run,
        row.lane,
        row.seq,
        row.at,
        row.said,
        row.received,
        row.unit,
        row.site,
        row.kind,
        row.sensor,
        row.zone,
        _json(row.data),
        row.timed,
    )


def _json(data: dict[str, Any]) -> str:
    return _encoder.encode(data).decode()


def _measurement(row: EventRow) -> tuple[object, ...]:
    return (
        row.device,
        row.run,
        row.lane,
        row.seq,
        row.at,
        row.received,
        row.unit,
        row.site,
        row.sensor,
        row.data["quantity"],
        row.data["value"],
    )
