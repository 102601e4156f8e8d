"""Stores what was heard: once, whatever comes twice, and tells what was new."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec

from collector.database import Transaction
from collector.intake.found import number_reused, there_again
from collector.intake.ingest import Finding, Heard, SetAside
from collector.intake.ledger import note
from collector.intake.line import Lines
from collector.intake.pulse import hear
from collector.intake.row import EventRow, RecordName, is_measurement
from collector.keep import rollup
from collector.query import Queries

# One source may fill this much of the store with frames that nobody believes.
KEPT_FRAMES = 100
KEPT_BYTES = 4 * 2**20
NUMBER_TAKEN = "another record came first under a number of it"

_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass(frozen=True)
class Stored:
    """What a transaction stored: the events that were new, and how many rows.

    `late` of them came after later ones. `returned` names the units of devices and
    paths that had been away, or are new, `found` is what the collector has to tell.
    `taken` names the frames with a number that another record has, `unkept` those that
    were refused and for which there is no room to keep them. `back` are devices and
    paths that were told as lost and are there again.
    """

    new: tuple[EventRow, ...]
    rows: int
    duplicates: int
    late: int
    returned: frozenset[str]
    found: tuple[EventRow, ...] = ()
    taken: frozenset[str] = frozenset()
    unkept: frozenset[str] = frozenset()
    back: tuple[EventRow, ...] = ()


async def store(transaction: Transaction, heard: Sequence[Heard]) -> Stored:
    """Store the records of these frames; only what is new comes back.

    Order of locks, for everybody who stores: lanes, events, measurements, devices,
    paths, hours, then sites. Each of them by key, so that no two who store wait for
    each other.
    """
    ledger = await note(transaction, heard)
    events = [row for row in ledger.rows if not is_measurement(row)]
    new: Sequence[EventRow] = await _events(transaction, events, ledger.lines)
    numbers: Sequence[EventRow] = []
    measured = 0
    if len(events) < len(ledger.rows):
        numbers = [row for row in ledger.rows if is_measurement(row)]
        measured = await _measurements(transaction, ledger.lines)
    pulse = await hear(transaction, heard, ledger)
    new = _set_right(new, pulse.right)
    numbers = _set_right(numbers if measured else (), pulse.right)
    await rollup.mark(transaction, [*new, *numbers], pulse.now)
    stored = len(new) + measured
    return Stored(
        tuple(new),
        stored,
        ledger.again + len(ledger.rows) - stored,
        ledger.late,
        frozenset(row["unit"] for row in pulse.back),
        (*map(number_reused, ledger.taken.values()), *pulse.found),
        frozenset(ledger.taken),
        back=tuple(there_again(row) for row in pulse.back if row["told"]),
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


async def _events(
    transaction: Transaction, rows: list[EventRow], lines: Iterable[Lines]
) -> list[EventRow]:
    if not rows:
        return []
    await transaction.run(_QUERIES["stage_events"])
    await transaction.copy(
        _QUERIES["copy_events"], b"".join(one.events for one in lines)
    )
    there: set[RecordName] = set()
    for timed, query in ((True, "insert_events"), (False, "insert_untimed")):
        if any(row.timed is timed for row in rows):
            there.update(await transaction.all(_QUERIES.of(query, RecordName)))
    if not there:
        return rows  # as nearly always: nobody has to look for names
    return [row for row in rows if row.name not in there]


def _set_right(
    rows: Sequence[EventRow], right: Mapping[RecordName, datetime]
) -> Sequence[EventRow]:
    if not right:
        return rows  # as nearly always
    return [msgspec.structs.replace(row, corrected=right.get(row.name)) for row in rows]


async def _measurements(transaction: Transaction, lines: Iterable[Lines]) -> int:
    await transaction.run(_QUERIES["stage_measurements"])
    await transaction.copy(
        _QUERIES["copy_measurements"], b"".join(one.measurements for one in lines)
    )
    return await transaction.run(_QUERIES["insert_measurements"])
