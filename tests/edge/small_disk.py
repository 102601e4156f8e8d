"""A disk that is as small, or as broken, as a test wants it."""

import errno
import os
from pathlib import Path

from edge.disk import Disk


class SmallDisk(Disk):
    """Has room for `room` bytes in `folder`; files there that go give theirs back."""

    def __init__(self, folder: Path, room: int) -> None:
        self.folder = folder
        self.room = room
        self.synced = 0
        self.broken = False

    @property
    def used(self) -> int:
        return sum(path.stat().st_size for path in self.folder.glob("*.seg*")) + sum(
            path.stat().st_size for path in self.folder.glob("reserve")
        )

    def write(self, fd: int, data: bytes, offset: int) -> None:
        if self.broken:
            raise OSError(errno.EIO, "the medium is broken")
        growth = max(0, offset + len(data) - os.fstat(fd).st_size)
        fits = self.room - self.used
        if growth > fits:
            super().write(fd, data[: max(0, len(data) - growth + fits)], offset)
            raise OSError(errno.ENOSPC, "no space left")
        super().write(fd, data, offset)

    def sync(self, fd: int) -> None:
        if self.broken:
            raise OSError(errno.EIO, "the medium is broken")
        self.synced += 1
        super().sync(fd)

    def free(self, folder: Path) -> int:  # noqa: ARG002  # it has one folder
        return max(0, self.room - self.used)
