"""The disk under the outbox: the few calls that can fail for want of room."""

import fcntl
import os
import shutil
from contextlib import ExitStack, suppress
from pathlib import Path

from edge.errors import OutboxBusyError

DRAFT = ".new"


class Disk:
    """What the operating system does; a test may put a smaller one in its place."""

    def write(self, fd: int, data: bytes, offset: int) -> None:
        """Write all of `data` at `offset`; raises OSError, part of it then written."""
        view = memoryview(data)
        while view:
            count = os.pwrite(fd, view, offset)
            view, offset = view[count:], offset + count

    def sync(self, fd: int) -> None:
        """Return when what was written to `fd` is on the medium; raises OSError."""
        os.fsync(fd)

    def free(self, folder: Path) -> int:
        """Give the bytes that may still be written in `folder`."""
        return shutil.disk_usage(folder).free

    def share(self, folder: Path) -> float:
        """Give the part of the disk under `folder` that is free, 0 to 1."""
        usage = shutil.disk_usage(folder)
        return usage.free / usage.total if usage.total else 0.0


def lock_folder(folder: Path) -> int:
    """Give a descriptor that holds a folder; raises OutboxBusyError if another does."""
    fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        raise OutboxBusyError(folder) from None
    return fd


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last: files made, renamed and removed."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def sync_files(files: list[int], disk: Disk | None = None) -> None:
    """Bring what `unsynced` gave to the medium, close the copies; raises OSError."""
    with ExitStack() as stack:
        for fd in files:
            stack.callback(os.close, fd)
        for fd in files:
            (disk or Disk()).sync(fd)


def replace_file(
    path: Path, data: bytes, mode: int = 0o600, disk: Disk | None = None
) -> None:
    """Put `data` in the place of a file, whole or not at all; raises OSError.

    What lies in the draft's place, a link or a pipe perhaps, is removed, never opened.
    """
    draft = path.with_name(path.name + DRAFT)
    try:
        draft.unlink(missing_ok=True)
        _write_whole(draft, data, os.O_CREAT | os.O_EXCL, mode, disk or Disk())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def overwrite_file(path: Path, data: bytes) -> None:
    """Write over a file in its place, which needs no new room; raises OSError.

    A power cut meanwhile leaves it torn.
    """
    _write_whole(path, data, 0, 0o600, Disk())


def _write_whole(path: Path, data: bytes, flags: int, mode: int, disk: Disk) -> None:
    fd = os.open(path, os.O_WRONLY | flags, mode)
    try:
        disk.write(fd, data, 0)
        os.ftruncate(fd, len(data))
        disk.sync(fd)
    finally:
        os.close(fd)
