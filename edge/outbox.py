"""The outbox: every record stands here until the collector confirms that it has it.

A log of append-only segments on disk, per lane. An alarm is on the medium before
`append` returns; plain records follow in groups, see `unsynced`.
"""

import fcntl
import os
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

import msgspec

from edge.disk import Disk
from edge.entry import Name
from edge.errors import OutboxBusyError, OutboxFullError
from edge.lane import LaneLog, Reader
from edge.past import Past, look_back, repair, save_tally
from edge.reserve import Reserve
from sites.frame import encode_record
from sites.health import (
    DiskFull,
    DiskRestored,
    OutboxDamaged,
    RecordsDropped,
    RunStarted,
)
from sites.keys import new_run_id
from sites.record import Lane, Record

_LOOK_EVERY = timedelta(seconds=1)
_ROOM_AGAIN = 0.9  # of the limit; so that full and restored do not alternate
_MOST_HELD = 4096


@dataclass(frozen=True)
class OutboxPlan:
    """How large an outbox may grow, in bytes.

    `limit` is for all segments; alarms may go beyond it. `reserve` is kept free for
    alarms by a file of that size. `group` plain records are synced at the latest
    together.
    """

    limit: int = 512 * 2**20
    segment: int = 256 * 2**10
    reserve: int = 2**20
    group: int = 64


@dataclass
class Shortage:
    """Since when there is no room, and which plain records were refused."""

    looked: datetime
    first: int = 0
    last: int = 0
    dropped_at: datetime | None = None


class Outbox:
    """The records of one device, of this run and of earlier ones.

    Not for several threads. Use it as a context manager; opening it starts a run.
    """

    def __init__(
        self,
        folder: Path,
        at: datetime,
        plan: OutboxPlan | None = None,
        disk: Disk | None = None,
    ) -> None:
        """Open the outbox in `folder`, making it where it is not.

        Raises OutboxBusyError where another process has it open.
        """
        self.folder = folder
        self.run = new_run_id()
        self._plan = plan or OutboxPlan()
        self._disk = disk or Disk()
        self._shortage: Shortage | None = None
        self._reserve = Reserve(folder / "reserve", self._plan.reserve, self._disk)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = _lock(folder)
        past = look_back(folder, self._disk)
        self._lanes: dict[Lane, LaneLog] = {
            "al": self._lane(past, "al"),
            "up": self._lane(past, "up"),
        }
        self._begin(past, at)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def full(self) -> bool:
        """Whether plain records are being refused."""
        return self._shortage is not None

    @property
    def written(self) -> dict[Lane, int]:
        """The last number given out in each lane of this run."""
        return {lane: log.last for lane, log in self._lanes.items()}

    def backlog(self, lane: Lane) -> int:
        """How many records of a lane wait for a receipt."""
        return self._lanes[lane].backlog

    def reader(self, lane: Lane) -> Reader:
        """Give a reader at the oldest record of a lane."""
        return Reader(self._lanes[lane])

    def append(self, record: Record) -> int:
        """Number a record and write it down; gives its number.

        A plain record may be refused for want of room: then a RecordsDropped will
        stand in its place. Raises OutboxFullError when not even an alarm can be kept.
        """
        self._look_for_room(record.at)
        if record.lane == "al":
            return self._append_alarm(record)
        return self._append_plain(record)

    def forget(self, run: str, lane: Lane, seqs: Iterable[int]) -> int:
        """Let go of exactly what a receipt confirmed; gives how many those were."""
        return self._lanes[lane].forget(run, seqs)

    def unsynced(self) -> list[int]:
        """Give copies of the files that are not on the medium yet, for `sync_files`.

        In two steps, so that the slow one can be in a thread.
        """
        files: list[int] = []
        for log in self._lanes.values():
            if log.unsynced and log.active.fd >= 0:
                files.append(os.dup(log.active.fd))
            log.unsynced = 0
        return files

    def close(self) -> None:
        """Write down what was dropped, sync, and let another process have it."""
        if self._shortage is not None:
            self._reserve.release()
            with suppress(OSError):
                self._tell_dropped(self._shortage)
        sync_files(self.unsynced(), self._disk)
        for log in self._lanes.values():
            log.close()
        os.close(self._lock)

    def _lane(self, past: Past, lane: Lane) -> LaneLog:
        size = max(4096, min(self._plan.segment, self._plan.limit // 8))
        return LaneLog(self.folder, self._disk, size, past.segments[lane])

    def _begin(self, past: Past, at: datetime) -> None:
        room = self._reserve.keep()
        for lane, log in self._lanes.items():
            try:
                log.begin(Name(past.order + 1, self.run, lane, 1), 1)
            except OSError:
                room = False
        self._append_alarm(
            RunStarted(
                at=at,
                previous=past.run,
                last_al=past.last["al"],
                last_up=past.last["up"],
            )
        )
        if past.torn:
            lost = sum(len(part.data) for parts in past.torn.values() for part in parts)
            damage = OutboxDamaged(at=at, segments=len(past.torn), lost_bytes=lost)
            self._append_alarm(damage)
        if not room:
            self._begin_shortage(at)
        with suppress(OSError):
            save_tally(self.folder, past, self.run)
            repair(self.folder, past)
            for log in self._lanes.values():
                log.measure()
                log.sweep()

    def _append_alarm(self, record: Record) -> int:
        log = self._lanes["al"]
        seq = log.take_number()
        payload = _numbered(record, seq)
        try:
            log.append(seq, payload, now=True)
        except OSError:
            self._append_from_reserve(seq, payload)
            self._begin_shortage(record.at)
        return seq

    def _append_from_reserve(self, seq: int, payload: bytes) -> None:
        log = self._lanes["al"]
        self._reserve.release()
        try:
            log.append(seq, payload, now=True)
        except OSError:
            if len(log.active.held) >= _MOST_HELD:
                raise OutboxFullError(self.folder) from None
            log.active.hold(seq, payload)

    def _append_plain(self, record: Record) -> int:
        log = self._lanes["up"]
        seq = log.take_number()
        payload = _numbered(record, seq)
        if self._shortage is None and self._used() + len(payload) <= self._plan.limit:
            try:
                log.append(seq, payload, now=False)
            except OSError:
                pass
            else:
                self._sync_group(log)
                return seq
        self._begin_shortage(record.at)
        self._drop(seq, record.at)
        return seq

    def _sync_group(self, log: LaneLog) -> None:
        if log.unsynced >= self._plan.group:
            sync_files(self.unsynced(), self._disk)

    def _begin_shortage(self, at: datetime) -> None:
        if self._shortage is None:
            self._shortage = Shortage(looked=at)
            free = self._disk.free(self.folder)
            self._append_alarm(DiskFull(at=at, free_bytes=free))

    def _drop(self, seq: int, at: datetime) -> None:
        if self._shortage is not None:
            self._shortage.first = self._shortage.first or seq
            self._shortage.last = seq
            self._shortage.dropped_at = self._shortage.dropped_at or at

    def _look_for_room(self, at: datetime) -> None:
        short = self._shortage
        if short is None or abs(at - short.looked) < _LOOK_EVERY:
            return
        short.looked = at
        if self._used() > self._plan.limit * _ROOM_AGAIN or not self._reserve.keep():
            return
        try:
            self._tell_dropped(short)
        except OSError:
            return
        self._shortage = None
        free = self._disk.free(self.folder)
        self._append_plain(DiskRestored(at=at, free_bytes=free))

    def _tell_dropped(self, short: Shortage) -> None:
        if short.dropped_at is None:
            return
        dropped = RecordsDropped(
            at=short.dropped_at, first=short.first, last=short.last
        )
        payload = _numbered(dropped, short.last)
        self._lanes["up"].append(short.last, payload, now=True)

    def _used(self) -> int:
        return sum(log.size for log in self._lanes.values())


def sync_files(files: list[int], disk: Disk | None = None) -> None:
    """Bring what `unsynced` gave to the medium, close the copies; raises OSError."""
    with ExitStack() as stack:
        for fd in files:
            stack.callback(os.close, fd)
        for fd in files:
            (disk or Disk()).sync(fd)


def _numbered(record: Record, seq: int) -> bytes:
    return encode_record(msgspec.structs.replace(record, seq=seq))


def _lock(folder: Path) -> int:
    fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        raise OutboxBusyError(folder) from None
    return fd
