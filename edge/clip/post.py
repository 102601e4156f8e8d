"""What goes to the collector in parts: pictures first, then clips of alarms."""

import os
from contextlib import suppress
from pathlib import Path

from edge.album import Album, PartName
from edge.clip.shelf import Shelf
from edge.clip.stray import open_plain
from sites.blob import MOST_PARTS, PART_BYTES, Part

SENT = frozenset({"alarm", "hold"})  # an ordinary clip stays on the device


class Post:
    """The album's face, with the clips behind it.

    Which parts were confirmed is not kept on disk: after a restart a clip of which some
    parts are missing is sent whole. One that made room meanwhile is sent no further.
    """

    def __init__(self, album: Album, shelf: Shelf, device: str) -> None:
        self._album, self._shelf, self._device = album, shelf, device
        self._begun: set[str] = set()
        self._next: list[PartName] = []
        self._confirmed: dict[str, set[int]] = {}

    def next_part(self) -> Part | None:
        """Give the next part that was not given yet; None where there is none."""
        return self._album.next_part() or self._next_of_a_clip()

    def confirm(self, part: PartName, count: int) -> None:
        """Note that the collector has a part; with the last one it has the clip."""
        if self._album.holds(part):
            self._album.confirm(part, count)
            return
        if not self.holds(part):
            return
        done = self._confirmed.setdefault(part.whole, set())
        done.add(part.place)
        if len(done) == count:
            del self._confirmed[part.whole]
            with suppress(OSError):  # it is sent again after the next start
                self._shelf.mark_sent(part.whole)

    def holds(self, part: PartName) -> bool:
        """Tell whether a part still has to be sent."""
        return self._album.holds(part) or self._waits(part.whole)

    @property
    def waiting(self) -> int:
        """How many clips wait to be sent."""
        return sum(self._waits(one.statement.clip) for one in self._shelf)

    def _waits(self, clip: str) -> bool:
        sidecar = self._shelf.get(clip)
        return (
            sidecar is not None
            and sidecar.kept in SENT
            and not sidecar.sent
            and sidecar.statement.size <= MOST_PARTS * PART_BYTES
        )

    def _next_of_a_clip(self) -> Part | None:
        while True:
            if not self._next and not self._begin():
                return None
            name = self._next.pop(0)
            if not self._waits(name.whole):
                continue
            part = self._read(name)
            if part is not None:
                return part

    def _begin(self) -> bool:
        """Begin with the oldest clip that waits."""
        for sidecar in self._shelf:
            clip, size = sidecar.statement.clip, sidecar.statement.size
            if clip not in self._begun and self._waits(clip):
                self._begun.add(clip)
                count = -(-size // PART_BYTES)
                self._next = [PartName(clip, place) for place in range(count)]
                return True
        return False

    def _read(self, name: PartName) -> Part | None:
        size = self._size(name.whole)
        count = -(-size // PART_BYTES)
        data = _piece(self._shelf.path(name.whole), name.place * PART_BYTES)
        if len(data) != min(PART_BYTES, size - name.place * PART_BYTES):
            self._next = []  # gone, or not what it was: nobody can use the rest
            return None
        return Part(self._device, name.whole, name.place, count, data)

    def _size(self, clip: str) -> int:
        sidecar = self._shelf.get(clip)
        return sidecar.statement.size if sidecar else 0


def _piece(path: Path, at: int) -> bytes:
    try:
        with os.fdopen(open_plain(path), "rb") as file:
            file.seek(at)
            return file.read(PART_BYTES)
    except OSError:
        return b""
