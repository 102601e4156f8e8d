"""What lies in a folder of clips and is none of them: drafts, and what was planted.

A camera's process writes into one, and decodes what strangers send it: nothing in there
is taken for a file, small, or ours because of its name.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

LARGEST_CLIP = 256 * 2**20  # bytes; one is cut at 32 MiB and the next keyframe
MOST_BYTES = 256 * 2**20  # of strays, or the share below of what clips may take
SHARE = 0.25
MOST_FILES = 2000
_CHUNK = 2**20  # bytes


class Measured(NamedTuple):
    """What a file really is."""

    digest: str
    size: int


def measure(path: Path) -> Measured:
    """Digest a film; raises OSError, also for what is no plain file or too large."""
    digest, size = hashlib.sha256(), 0
    for chunk in _chunks(path):
        digest.update(chunk)
        size += len(chunk)
    return Measured(digest.hexdigest(), size)


def copy(path: Path, target: Path) -> Measured:
    """Copy a film into a new file, lasting, and digest what is written there.

    Whoever may write the film, or has it open, cannot change what was digested. Raises
    OSError as `measure` does; then no copy is left.
    """
    digest, size = hashlib.sha256(), 0
    target.unlink(missing_ok=True)
    fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(fd, "wb") as file:
            for chunk in _chunks(path):
                file.write(chunk)
                digest.update(chunk)
                size += len(chunk)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        target.unlink(missing_ok=True)
        raise
    return Measured(digest.hexdigest(), size)


def _chunks(path: Path) -> Iterator[bytes]:
    size = 0
    with os.fdopen(open_plain(path), "rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            if size > LARGEST_CLIP:
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
            yield chunk


def read_small(path: Path, most: int) -> bytes:
    """Read a file, one byte more than `most` at the utmost; raises OSError."""
    with os.fdopen(open_plain(path), "rb") as file:
        return file.read(most + 1)


def open_plain(path: Path) -> int:
    """Open a file to be read, and neither a link nor a pipe; raises OSError."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
    return fd


class Stray(NamedTuple):
    """A file that belongs to no clip with a statement."""

    path: Path
    size: int
    changed: float
    plain: bool
    inode: int = 0


def strays(folder: Path, known: Collection[str]) -> list[Stray]:
    """Find what belongs to none of the known clips, the oldest first."""
    return sorted(_strays(folder, known), key=lambda one: one.changed)


def _strays(folder: Path, known: Collection[str]) -> Iterator[Stray]:
    for path in folder.iterdir():
        if path.stem in known and path.suffix in {".mp4", ".json"}:
            continue
        with suppress(OSError):
            found = path.lstat()
            if not stat.S_ISDIR(found.st_mode):
                plain = stat.S_ISREG(found.st_mode)
                yield Stray(path, found.st_size, found.st_mtime, plain, found.st_ino)


def unwanted(found: list[Stray], limit: int) -> list[Stray]:
    """Choose what goes of one folder at any age: no plain file, or too much in all.

    The newest stay: one of them may be a clip that is being written.
    """
    most = max(MOST_BYTES, round(SHARE * limit))
    going, size, count = [], 0, 0
    for one in reversed(found):
        size, count = size + one.size, count + 1
        is_too_much = size > most or count > MOST_FILES
        if not one.plain or is_too_much:
            going.append(one)
    return going
