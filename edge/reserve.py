"""Room that is kept free for alarms: a file that is deleted when the disk is full."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from edge.disk import Disk


@dataclass(frozen=True)
class Reserve:
    """A file of `size` bytes that stands in for the alarms to come."""

    path: Path
    size: int
    disk: Disk

    def keep(self, beside: int | None = None) -> bool:
        """Make the file where it is not; tells whether it is there now.

        Its bytes are really written: that proves that the disk takes them. `beside`
        it so many have to remain free, by default as many again.
        """
        if self.path.exists() and self.path.stat().st_size == self.size:
            return True
        beside = self.size if beside is None else beside
        if self.disk.free(self.path.parent) < self.size + beside:
            return False
        try:
            self._write()
        except OSError:
            self.release()
            return False
        return True

    def release(self) -> None:
        """Give the room to whoever writes next."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _write(self) -> None:
        fd = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            self.disk.write(fd, bytes(self.size), 0)
            self.disk.sync(fd)
        finally:
            os.close(fd)
