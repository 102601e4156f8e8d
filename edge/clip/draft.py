"""A clip on the disk while it grows: `<camera>-<number>.part`, then `<SHA-256>.mp4`.

What is in a draft plays up to its last whole fragment, so one that a kill left behind
is still of use: see `edge.clip.adopt`.
"""

import errno
import hashlib
import os
from pathlib import Path
from typing import NamedTuple

from edge.disk import Disk, sync_folder

PART = ".part"
ORDERED = ".ordered.part"  # somebody asked for it: it is no ordinary clip
LEAST_FREE = 0.05  # of the disk; clips give way to records of alarms
LEAST_FREE_BYTES = 64 * 2**20  # suffice on a large disk
_LOOK_EVERY = 2**20  # bytes between two looks at the room that is left


class Finished(NamedTuple):
    """A clip that lies in its folder under its own digest, safe on the medium."""

    clip: str
    size: int


class Draft:
    """A new file for one clip, written from start to end; raises OSError.

    Has no `seek` on purpose: a container that is only appended to needs none, and what
    is written can be digested as it comes.
    """

    def __init__(self, folder: Path, camera: int, number: int) -> None:
        self._folder = folder
        self._path = folder / f"{camera}-{number}{PART}"
        self._digest = hashlib.sha256()
        self._looked_at = -_LOOK_EVERY
        self.size = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        self._file = os.fdopen(os.open(self._path, flags, 0o600), "wb", buffering=0)

    def write(self, data: bytes) -> int:
        """Append; raises OSError also while a little of the disk is still free."""
        if self.size - self._looked_at >= _LOOK_EVERY:
            self._looked_at = self.size
            if lacking(self._folder):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]
        self._digest.update(data)
        self.size += len(data)
        return len(data)

    def order(self) -> None:
        """Give it the name of a clip that somebody asked for."""
        ordered = self._path.with_name(self._path.stem + ORDERED)
        if not self._path.name.endswith(ORDERED):
            self._path.rename(ordered)
            self._path = ordered

    def finish(self) -> Finished:
        """Make it last, and give it its own digest as its name."""
        os.fsync(self._file.fileno())
        self._file.close()
        clip = self._digest.hexdigest()
        self._path.rename(self._folder / f"{clip}.mp4")
        sync_folder(self._folder)
        return Finished(clip, self.size)

    def leave(self) -> Path:
        """Write no more; what there is stays a draft."""
        self._file.close()
        return self._path

    def drop(self) -> None:
        """Give its room back."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def lacking(folder: Path, times: float = 1.0) -> int:
    """Return the bytes that the disk lacks of what clips leave to other things.

    `times` asks for so many times as much; raises OSError.
    """
    disk = Disk()
    free, share = disk.free(folder), disk.share(folder)
    total = free / share if share else 0.0
    wanted = min(LEAST_FREE_BYTES, LEAST_FREE * total) if total else LEAST_FREE_BYTES
    return max(0, round(times * wanted) - free)
