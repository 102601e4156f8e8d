"""One file of the outbox, and beside it a file that says what of it was confirmed.

The confirmations may be lost: then their records are sent once more, without effect.
"""

import os
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from edge.disk import Disk, replace_file, sync_folder
from edge.entry import (
    ENTRY_BYTES,
    HEADER_BYTES,
    Entry,
    Name,
    Torn,
    entry_bytes,
    header_bytes,
    header_first,
    payload_of,
    read_entries,
    read_spans,
    span_bytes,
    spans,
)
from sites.event import MeasurementTaken
from sites.frame import kind_prefix

_MEASUREMENT = kind_prefix(MeasurementTaken)


class Written(NamedTuple):
    """A record as it stands on disk, with its number."""

    seq: int
    payload: bytes

    @property
    def is_measurement(self) -> bool:
        return self.payload.startswith(_MEASUREMENT)


@dataclass
class Segment:
    """A segment, its entries known by place; the last of a lane is appended to.

    Numbers only rise within a segment.

    `first` is the number that it begins with. `held` are entries that the disk would
    not take: they live until they are confirmed or the process ends. `measurements`
    are those in it at most that could be dropped for want of room.
    """

    name: Name
    folder: Path
    disk: Disk
    first: int
    size: int = HEADER_BYTES
    seqs: "array[int]" = field(default_factory=lambda: array("Q"))
    offsets: "array[int]" = field(default_factory=lambda: array("Q"))
    sizes: "array[int]" = field(default_factory=lambda: array("I"))
    confirmed: set[int] = field(default_factory=set)
    held: dict[int, bytes] = field(default_factory=dict)
    measurements: int = 0
    fd: int = -1

    @property
    def path(self) -> Path:
        return self.folder / self.name.file

    @property
    def acks(self) -> Path:
        return self.path.with_suffix(".ack")

    @property
    def last(self) -> int:
        """The highest number in it; `first` - 1 where it is empty."""
        return self.seqs[-1] if self.seqs else self.first - 1

    @property
    def waiting(self) -> int:
        """How many entries nobody has confirmed."""
        return len(self.seqs) - len(self.confirmed)

    def create(self) -> None:
        """Make the file with its header, lasting; raises OSError, then nothing is."""
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
        self.fd = os.open(self.path, flags, 0o600)
        try:
            self.disk.write(self.fd, header_bytes(self.name, self.first), 0)
            self.disk.sync(self.fd)
            sync_folder(self.folder)
        except OSError:
            self.remove()
            raise

    def sync(self) -> None:
        """Bring to the medium what an earlier process wrote; raises OSError."""
        fd = os.open(self.path, os.O_RDONLY)
        try:
            self.disk.sync(fd)
        finally:
            os.close(fd)

    def append(self, seq: int, payload: bytes, *, now: bool) -> None:
        """Write one entry; `now` returns only when it is on the medium.

        Raises OSError, the file then being as it was.
        """
        data = entry_bytes(seq, payload)
        try:
            self.disk.write(self.fd, data, self.size)
            if now:
                self.disk.sync(self.fd)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self.fd, self.size)
            raise
        self.know(Entry(seq, self.size, len(data)))
        self.size += len(data)
        self.measurements += Written(seq, payload).is_measurement

    def hold(self, seq: int, payload: bytes) -> None:
        """Keep an entry in memory alone, because the disk would not take it."""
        self.held[seq] = payload
        self.know(Entry(seq, 0, 0))

    def know(self, entry: Entry) -> None:
        """Remember where an entry stands."""
        self.seqs.append(entry.seq)
        self.offsets.append(entry.offset)
        self.sizes.append(entry.size)

    def read(self, index: int) -> bytes | None:
        """Give what the entry at this place of `seqs` holds; None if it went bad."""
        seq = self.seqs[index]
        if seq in self.held:
            return self.held[seq]
        try:
            if self.fd < 0:
                self.fd = os.open(self.path, os.O_RDONLY)
            return payload_of(os.pread(self.fd, self.sizes[index], self.offsets[index]))
        except OSError:
            return None

    def standing(self) -> tuple[list[Written], list[int]]:
        """Give what has to stay, and the numbers of what waits and went bad.

        That is what waits, and the last number. Raises OSError.
        """
        data, whole, bad = self.path.read_bytes(), [], []
        for seq, offset, size in zip(self.seqs, self.offsets, self.sizes, strict=True):
            if seq in self.confirmed and seq != self.last:
                continue
            payload = self.held.get(seq) or payload_of(data[offset : offset + size])
            if payload is not None:
                whole.append(Written(seq, payload))
            elif seq not in self.confirmed:
                bad.append(seq)
        return whole, bad

    def rewrite(self, first: int, kept: Iterable[Written]) -> None:
        """Have it hold `kept` alone, whole or not at all; raises OSError."""
        parts = [header_bytes(self.name, first)]
        parts += [entry_bytes(seq, payload) for seq, payload in kept]
        try:
            replace_file(self.path, b"".join(parts), disk=self.disk)
        finally:  # it may have failed when the new file was in its place already
            self._know_again()

    def _know_again(self) -> None:
        self.close()
        fresh, _ = load(self.path, self.name, self.disk)
        self.first, self.size, self.seqs = fresh.first, fresh.size, fresh.seqs
        self.offsets, self.sizes = fresh.offsets, fresh.sizes
        self.confirmed &= set(fresh.seqs)
        self.measurements = fresh.measurements

    def confirm(self, seqs: Iterable[int]) -> int:
        """Note entries as confirmed; gives how many were not so before."""
        new = sorted(seq for seq in seqs if self._waits(seq))
        if not new:
            return 0
        self.confirmed.update(new)
        for seq in new:
            self.held.pop(seq, None)
        lines = b"".join(span_bytes(*span) for span in spans(new))
        with suppress(OSError), self.acks.open("ab") as file:
            file.write(lines)
        return len(new)

    def _waits(self, seq: int) -> bool:
        place = bisect_left(self.seqs, seq)
        here = place < len(self.seqs) and self.seqs[place] == seq
        return here and seq not in self.confirmed

    def close(self) -> None:
        """Close the file; it opens again by itself when it is read."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def remove(self) -> None:
        """Delete the segment, then what was noted about it; raises OSError."""
        self.close()
        self.path.unlink(missing_ok=True)
        self.acks.unlink(missing_ok=True)


def load(path: Path, name: Name, disk: Disk) -> tuple[Segment, list[Torn]]:
    """Read a segment of an earlier run, and what in it is damaged; changes nothing.

    A damaged header costs nothing but the number it begins with: the file's name says
    whose it is. Raises OSError.
    """
    data = path.read_bytes()
    entries, torn = read_entries(data)
    first = header_first(data, name)
    if first is None:
        torn.insert(0, Torn(0, data[:HEADER_BYTES]))
        first = min((entry.seq for entry in entries), default=1)
    segment = Segment(name, path.parent, disk, first, size=len(data))
    for entry in entries:
        segment.know(entry)
        begin = entry.offset + ENTRY_BYTES
        segment.measurements += data.startswith(_MEASUREMENT, begin)
    if segment.acks.exists():
        known = set(segment.seqs)
        segment.confirmed = known & read_spans(segment.acks.read_bytes())
    return segment, torn
