"""Writes down who was heard, and how far the clock of each is off."""

import pathlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from collector.database import Transaction, jsonb
from collector.intake import clock
from collector.intake.clock import Clock, Jump
from collector.intake.correction import ALWAYS, Lag, correct_rows, note_lags
from collector.intake.found import clock_wrong
from collector.intake.ingest import Heard
from collector.intake.ledger import Ledger
from collector.intake.row import EventRow, RecordName
from collector.intake.turn import take_turns
from collector.query import Queries, Row
from sites.health import ClockChanged, Heartbeat, RunStarted
from sites.topic import Path

_UNKNOWN = Clock()
_NEVER = datetime.min.replace(tzinfo=UTC)
_QUERIES = Queries(pathlib.Path(__file__).parent / "sql")


@dataclass(frozen=True)
class Pulse:
    """The devices and paths that are back or new, and what was found.

    `right` gives the right time of rows of this batch, where it is not what they say.
    `now` is the time of the database's clock.
    """

    back: tuple[Row, ...] = ()
    found: tuple[EventRow, ...] = ()
    right: Mapping[RecordName, datetime] = field(default_factory=dict)
    now: datetime = _NEVER


@dataclass
class _Device:
    """A device in this batch: what was known of it, and what its frames change."""

    sent: datetime = _NEVER
    speaker: str | None = None
    clock: Clock = _UNKNOWN
    jumps: list[Jump] = field(default_factory=list)
    frames: list[Heard] = field(default_factory=list)
    heartbeat: dict[str, Any] | None = None
    steps: list[Jump] = field(default_factory=list)
    lags: list[Lag] = field(default_factory=list)
    found: list[EventRow] = field(default_factory=list)

    @property
    def is_off(self) -> bool:
        return bool(self.jumps) or abs(self.clock.offset or 0.0) > clock.WRONG_S


async def hear(
    transaction: Transaction, heard: Sequence[Heard], ledger: Ledger
) -> Pulse:
    """Note who lives, judge the clocks, and correct the times of those that are off.

    What was stored before is only noted as to be corrected.

    What may be an old frame played again is left out: it is no sign of life. A live
    device writes new records (its heartbeat is one), or at least sends later than
    before; who has its old frames can do neither.
    """
    if not heard:
        return Pulse()
    devices = await _devices(transaction, heard)
    alive = _alive(devices, heard, ledger)
    steps = {id(row) for row in ledger.own if _is_of_the_clock(row)}
    for device in alive:
        _follow(device, steps)
    states = jsonb([_state(device) for device in alive])
    told = await transaction.all(_QUERIES["hear_devices"], rows=states)
    back = [row for row in told if row["device"] is not None]
    ways = jsonb(_ways(heard, devices))
    back += await transaction.all(_QUERIES["hear_paths"], rows=ways)
    right: dict[RecordName, datetime] = {}
    for device in alive:
        if device.is_off:
            right |= await _correct(transaction, device, ledger.rows)
    found = [row for device in alive for row in device.found]
    speakers = {name: device.speaker for name, device in devices.items()}
    found += await take_turns(transaction, heard, ledger.fresh, speakers)
    return Pulse(tuple(back), tuple(found), right, told[0]["now"])


async def _devices(
    transaction: Transaction, heard: Sequence[Heard]
) -> Mapping[str, _Device]:
    devices = {name: _Device() for name in {frame.known.device for frame in heard}}
    runs = sorted({frame.header.run for frame in heard})
    query = _QUERIES["device_clocks"]
    for row in await transaction.all(query, devices=sorted(devices), runs=runs):
        device = devices[row.pop("device")]
        device.sent = row.pop("sent") or _NEVER
        device.speaker = row.pop("speaker")
        device.jumps = [_jump(one) for one in row.pop("jumps") or []]
        device.clock = Clock(**row)
    return devices


def _alive(
    devices: Mapping[str, _Device], heard: Sequence[Heard], ledger: Ledger
) -> list[_Device]:
    for frame in heard:
        device = devices[frame.known.device]
        if frame.header.sent_at > device.sent or frame.digest in ledger.fresh:
            device.frames.append(frame)
    for row in ledger.own:
        if isinstance(row.record, Heartbeat):
            devices[row.device].heartbeat = row.data
    return [device for device in devices.values() if device.frames]


def _jump(row: Row) -> Jump:
    return Jump(row["run"], datetime.fromisoformat(row["before"]), row["seconds"])


def _is_of_the_clock(row: EventRow) -> bool:
    return isinstance(row.record, RunStarted | ClockChanged)


def _follow(device: _Device, steps: set[int]) -> None:
    """Let the clock follow the frames: all at once, or each where one says a step."""
    frames = device.frames
    stepped = steps and any(id(row) in steps for one in frames for row in one.rows)
    for group in [[one] for one in frames] if stepped else [frames]:
        last = group[-1]
        for row in last.rows if stepped else ():
            if id(row) in steps:
                _step(device, row)
        before = device.clock
        waits = [
            (one.message.received - one.header.sent_at).total_seconds() for one in group
        ]
        after = clock.hear(before, waits, last.message.received)
        device.clock, wrong = clock.judge(before, after)
        if wrong:
            _find(device, last, before.since)


def _step(device: _Device, row: EventRow) -> None:
    record = row.record
    if isinstance(record, RunStarted):
        device.clock = clock.start(device.clock, row.run)
    if isinstance(record, ClockChanged):
        jump = clock.jump_of(row.run, record.at, record.seconds)
        device.jumps.append(jump)
        device.steps.append(jump)
        behind = 0.0
        if device.clock.run in {None, row.run}:
            device.clock = clock.jump(device.clock, record.seconds)
            behind = device.clock.offset or 0.0
        right = device.clock.right
        since = ALWAYS if right is None else right + timedelta.resolution
        seconds = jump.seconds + behind
        device.lags.append(Lag(row.run, seconds, row.received, since, jump.before))


def _find(device: _Device, frame: Heard, since: datetime | None) -> None:
    offset = device.clock.offset or 0.0
    device.found.append(clock_wrong(frame, offset))
    run = device.clock.run or frame.header.run
    received = frame.message.received
    device.lags.append(Lag(run, offset, received, since or received))


async def _correct(
    transaction: Transaction, device: _Device, rows: Iterable[EventRow]
) -> Mapping[RecordName, datetime]:
    known = device.frames[0].known
    for jump in device.steps:
        await transaction.run(
            _QUERIES["clock_jump"],
            device=known.device,
            unit=known.unit,
            site=known.site,
            run=jump.run,
            before=jump.before,
            seconds=jump.seconds,
        )
    own = [row for row in rows if row.device == known.device]
    await note_lags(transaction, known, device.lags)
    return await correct_rows(transaction, own, device.clock, device.jumps)


def _ways(
    heard: Sequence[Heard], devices: Mapping[str, _Device]
) -> list[dict[str, Any]]:
    """Give the paths by which frames came, also those later than other paths' frames.

    On a slow path comes what is older than the device's latest, yet newer than the
    latest of that path: so much is judged where the path stands.
    """
    live = {one.path for device in devices.values() for one in device.frames}
    sent: dict[Path, datetime] = {}
    for frame in heard:
        sent[frame.path] = max(frame.header.sent_at, sent.get(frame.path, _NEVER))
    return [
        {**_place(one), "way": path.way, "sent": sent[path], "alive": path in live}
        for path, one in {frame.path: frame for frame in heard}.items()
    ]


def _state(device: _Device) -> dict[str, Any]:
    frames, own = device.frames, device.clock
    return {
        **_place(frames[-1]),
        "run": frames[-1].header.run,
        "heartbeat": device.heartbeat,
        "sent": max(frame.header.sent_at for frame in frames),
        "clock_offset": own.offset,
        "clock_run": own.run,
        "clock_low": own.low,
        "clock_low_since": own.since,
        "clock_frames": own.frames,
        "clock_told": own.told,
        "clock_right": own.right,
    }


def _place(frame: Heard) -> dict[str, Any]:
    known = frame.known
    return {"device": known.device, "unit": known.unit, "site": known.site}
