"""The outbox: every record stands here until the collector confirms that it has it.

A log of append-only segments on disk, per lane. An alarm is on the medium before
`append` returns; plain records follow in groups, see `unsynced`.
"""

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

import msgspec

from edge.disk import Disk, lock_folder, sync_files
from edge.entry import Name
from edge.errors import OutboxFullError
from edge.eviction import drop_oldest
from edge.lane import LaneLog, Reader
from edge.past import Past, clear_drafts, look_back, repair, save_tally
from edge.reserve import Reserve
from edge.shortage import LOOK_EVERY, Shortage
from sites.event import MeasurementTaken
from sites.frame import encode_record
from sites.health import DiskFull, DiskRestored, OutboxDamaged, RunStarted
from sites.keys import new_run_id
from sites.record import Lane, Record

_TWO_BLOCKS = 8192  # bytes; whoever shrinks a file by as many gives one back
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_MOST_HELD = 4096


@dataclass(frozen=True)
class OutboxPlan:
    """How large an outbox may grow, in bytes.

    `limit` is for all segments: the oldest measurements make room, then plain events;
    alarms may go beyond it. `reserve` is kept free for alarms by a file of that size.
    `group` plain records are synced at the latest together.
    """

    limit: int = 512 * 2**20
    segment: int = 256 * 2**10
    reserve: int = 2**20
    group: int = 64


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
        *,
        clock_trusted: bool = True,
    ) -> None:
        """Open the outbox in `folder`, making it where it is not, at a time `at`.

        Raises OutboxBusyError where another process has it open.
        """
        self.folder = folder
        self.run = new_run_id()
        self._plan = plan or OutboxPlan()
        self._disk = disk or Disk()
        self._shortage: Shortage | None = None
        self._reserve = Reserve(folder / "reserve", self._plan.reserve, self._disk)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = lock_folder(folder)
        past = look_back(folder, self._disk)
        self._lanes: dict[Lane, LaneLog] = {
            "al": self._lane(past, "al"),
            "up": self._lane(past, "up"),
        }
        self._begin(past, at, clock_trusted=clock_trusted)

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

        Where there is no room the oldest measurements go, then plain events; for a
        measurement no event goes, it is refused. A RecordsDropped says what is gone.
        Raises OutboxFullError when not even an alarm can be kept.
        """
        self._look_for_room(record)
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
                self._tell_refused(self._shortage)
        sync_files(self.unsynced(), self._disk)
        for log in self._lanes.values():
            log.close()
        os.close(self._lock)

    def _lane(self, past: Past, lane: Lane) -> LaneLog:
        size = max(4096, min(self._plan.segment, self._plan.limit // 8))
        return LaneLog(self.folder, self._disk, size, past.segments[lane])

    def _begin(self, past: Past, at: datetime, *, clock_trusted: bool) -> None:
        clear_drafts(self.folder)
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
                clock_trusted=clock_trusted,
            )
        )
        if past.torn:
            lost, torn = past.lost_bytes, len(past.torn)
            self._append_alarm(OutboxDamaged(at=at, segments=torn, lost_bytes=lost))
        if not room:
            self._begin_shortage(at, broken=True)
        with suppress(OSError):
            save_tally(self.folder, past, self.run)
            repair(self.folder, past, at)
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
            self._begin_shortage(record.at, broken=True)
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
        log, written, broken = self._lanes["up"], False, False
        seq = log.take_number()
        if self._shortage is None:
            try:
                written = self._write_plain(record, _numbered(record, seq))
            except OSError:
                broken = True
        if written:
            if log.unsynced >= self._plan.group:
                sync_files(self.unsynced(), self._disk)
            return seq
        short = self._begin_shortage(record.at, broken=broken)
        short.drop(seq, record.at)
        return seq

    def _write_plain(self, record: Record, payload: bytes) -> bool:
        log = self._lanes["up"]
        while self._used() + len(payload) > self._plan.limit:
            if not self._make_room(record):
                return False
        try:
            log.append(log.last, payload, now=False)
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            self._free_blocks(record)
            log.append(log.last, payload, now=False)
        return True

    def _free_blocks(self, record: Record) -> None:
        before = self._used()
        while before - self._used() < _TWO_BLOCKS and self._make_room(record):
            pass

    def _make_room(self, record: Record) -> bool:
        """Drop what is older and no more than this record; raises OSError."""
        log, events = self._lanes["up"], not isinstance(record, MeasurementTaken)
        try:
            return drop_oldest(log, record.at, events=events)
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
        # what stays has to be written beside what is there, before that goes
        self._reserve.release()
        dropped = drop_oldest(log, record.at, events=events)
        if not self._reserve.keep(beside=0):
            raise OSError(errno.ENOSPC, "nothing is left for alarms")
        return dropped

    def _begin_shortage(self, at: datetime, *, broken: bool) -> Shortage:
        if self._shortage is None:
            self._shortage = Shortage(at, broken)
            free = self._disk.free(self.folder)
            self._append_alarm(DiskFull(at=at, free_bytes=free))
        self._shortage.broken |= broken
        return self._shortage

    def _look_for_room(self, record: Record) -> None:
        short, at = self._shortage, record.at
        if short is None or record.lane == "al":
            return
        # an event that comes while only measurements are refused has older ones go
        pushes = not short.broken and not isinstance(record, MeasurementTaken)
        if abs(at - short.looked) < LOOK_EVERY and not pushes:
            return
        short.looked = at
        try:
            if not self._has_room_again(record):
                return
            self._tell_refused(short)
        except OSError:
            return
        self._shortage = None
        free = self._disk.free(self.folder)
        self._append_plain(DiskRestored(at=at, free_bytes=free))

    def _has_room_again(self, record: Record) -> bool:
        log = self._lanes["up"]
        while self._used() + log.segment_bytes > self._plan.limit:
            if not self._make_room(record):
                return False
        if self._reserve.keep():
            return True
        drop_oldest(log, record.at, events=False)  # alarms need it more
        return self._reserve.keep()

    def _tell_refused(self, short: Shortage) -> None:
        record = short.record()
        if record is not None:
            self._lanes["up"].append(record.seq, encode_record(record), now=True)

    def _used(self) -> int:
        return sum(log.size for log in self._lanes.values())


def _numbered(record: Record, seq: int) -> bytes:
    return encode_record(msgspec.structs.replace(record, seq=seq))
