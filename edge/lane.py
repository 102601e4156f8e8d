"""One lane of the outbox: its segments from the oldest run to the newest, in order."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from weakref import WeakSet

from edge.disk import Disk
from edge.entry import Name
from edge.segment import Segment, Written
from sites.frame import size_of
from sites.record import Lane


class Batch(NamedTuple):
    """Records of one run and lane, in order, as they stand in a frame's body."""

    run: str
    lane: Lane
    seqs: tuple[int, ...]
    records: tuple[bytes, ...]


@dataclass
class LaneLog:
    """The log of one lane; the last segment, of the current run, is appended to.

    `segment_bytes` is the size at which a new segment is begun.
    """

    folder: Path
    disk: Disk
    segment_bytes: int
    segments: list[Segment] = field(default_factory=list)
    last: int = 0
    unsynced: int = 0
    size: int = 0
    readers: "WeakSet[Reader]" = field(default_factory=WeakSet)

    def __post_init__(self) -> None:
        self.measure()
        self.sync_past()

    def measure(self) -> None:
        """Count the bytes that are on disk already."""
        self.size = sum(segment.size for segment in self.segments)

    @property
    def backlog(self) -> int:
        """How many records wait for a receipt."""
        return sum(segment.waiting for segment in self.segments)

    @property
    def active(self) -> Segment:
        return self.segments[-1]

    def sync_past(self) -> None:
        """Bring the end of the run before to the medium, if the disk lets us.

        After kill -9 it may not be there yet, and what this run says was written is not
        to go with the power. Full segments were synced when they were full.
        """
        with suppress(OSError):
            for segment in self.segments[-1:]:
                segment.sync()

    def begin(self, name: Name, first: int) -> None:
        """Begin a segment whose first number will be `first`.

        Raises OSError where the disk refuses it; it is in its place all the same, and
        holds alarms in memory.
        """
        segment = Segment(name, self.folder, self.disk, first)
        self.segments.append(segment)
        segment.create()
        self.size += segment.size

    def take_number(self) -> int:
        """Give out the next number of the lane."""
        self.last += 1
        return self.last

    def append(self, seq: int, payload: bytes, *, now: bool) -> None:
        """Write a record behind the others; raises OSError, then nothing is written."""
        if self.active.size >= self.segment_bytes or self.active.fd < 0:
            self.rotate(seq)
        before = self.active.size
        self.active.append(seq, payload, now=now)
        self.size += self.active.size - before
        self.unsynced = 0 if now else self.unsynced + 1

    def forget(self, run: str, seqs: Iterable[int]) -> int:
        """Let go of confirmed records; gives how many were waiting until now."""
        wanted = sorted(set(seqs))
        if not wanted:
            return 0
        gone, emptied = 0, False
        for segment in self.segments:
            ours = segment.name.run == run
            if ours and segment.first <= wanted[-1] and segment.last >= wanted[0]:
                gone += segment.confirm(wanted)
                emptied = emptied or segment.waiting == 0
        if emptied:
            self.sweep()
        return gone

    def sweep(self) -> None:
        """Delete the segments of which nothing waits, but for the last."""
        for segment in self.segments[:-1]:
            if segment.waiting == 0:
                segment.remove()
                self.segments.remove(segment)
                self.size -= segment.size

    def taken(self, segment: Segment) -> int:
        """Give up to which number somebody has read a segment, to send it."""
        return max((reader.place_in(segment) for reader in self.readers), default=0)

    def rewrite(self, segment: Segment, first: int, kept: list[Written]) -> None:
        """Have a segment hold `kept` alone, or remain as it is; raises OSError."""
        before = segment.size
        try:
            segment.rewrite(first, kept)
        finally:
            self.size += segment.size - before

    def remove(self, segment: Segment) -> None:
        """Take a segment out; what is left of its files goes with the next start."""
        self.segments.remove(segment)
        self.size -= segment.size
        with suppress(OSError):
            segment.remove()

    def close(self) -> None:
        """Close the files."""
        for segment in self.segments:
            segment.close()

    def rotate(self, first: int) -> None:
        """Append to a new segment from now on; raises OSError, then to the old one."""
        full = self.active
        if full.fd >= 0:
            self.disk.sync(full.fd)
        name = full.name._replace(part=full.name.part + 1)
        try:
            self.begin(name, first)
        except OSError:
            self.segments.pop()
            raise
        full.close()
        self.sweep()


class Reader:
    """Goes through a lane once, oldest first; a new one begins at the start again."""

    def __init__(self, lane: LaneLog) -> None:
        self._lane = lane
        self._key: tuple[int, int] = (0, 0)
        self._last = 0
        self.unreadable = 0
        lane.readers.add(self)

    def place_in(self, segment: Segment) -> int:
        """Give the last number that it took from a segment; 0 where it took none."""
        if _key(segment) == self._key:
            return self._last
        return segment.last if _key(segment) < self._key else 0

    def take(self, most: int, room: int) -> Batch | None:
        """Give the next unconfirmed records: `most`, in a frame of `room` bytes.

        At least one, whatever its size; None where there are no more for now.
        """
        for segment in self._ahead():
            batch = self._from(segment, most, room)
            if batch is not None:
                return batch
            if segment is not self._lane.active:
                segment.close()
        return None

    def _ahead(self) -> list[Segment]:
        segments = self._lane.segments
        return segments[bisect_left(segments, self._key, key=_key) :]

    def _from(self, segment: Segment, most: int, room: int) -> Batch | None:
        if _key(segment) != self._key:
            self._key, self._last = _key(segment), 0
        seqs: list[int] = []
        records: list[bytes] = []
        index = bisect_right(segment.seqs, self._last)
        while index < len(segment.seqs) and len(seqs) < most:
            seq = segment.seqs[index]
            record = None if seq in segment.confirmed else segment.read(index)
            if record is None:
                self.unreadable += seq not in segment.confirmed
            elif seqs and size_of([*records, record]) > room:
                break
            else:
                seqs.append(seq)
                records.append(record)
            self._last, index = seq, index + 1
        if not seqs:
            return None
        return Batch(segment.name.run, segment.name.lane, tuple(seqs), tuple(records))


def _key(segment: Segment) -> tuple[int, int]:
    return segment.name.order, segment.name.part
