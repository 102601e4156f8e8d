"""Takes in what a process left behind that was killed while it wrote a clip."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

import msgspec

from edge.camera.sighting import At, ClipKept
from edge.clip import stray
from edge.clip.box import whole_length
from edge.clip.draft import ORDERED, PART
from edge.clip.mp4 import measure
from edge.clip.stray import LARGEST_CLIP, open_plain
from edge.disk import sync_folder
from edge.errors import ClipError
from sites.record import Count, Seconds

TRIED = ".tried"
MOST = 500  # of a start; it should not last
_NAME = re.compile(r"[0-9a-f]{64}")
_LONGEST_S = 1e9


class Note(msgspec.Struct, frozen=True):
    """Stands in a film as its comment: whose it is, and what it was kept for.

    `at` is seconds since 1970; the film begins `before` seconds earlier.
    """

    camera: Count
    at: At
    before: Seconds


def _nobody() -> None:
    """Tell nobody that we live."""


def adopt(
    folder: Path, camera: int, beat: Callable[[], None] = _nobody
) -> Iterator[ClipKept]:
    """Yield the clips of a camera that nobody was told of.

    1. A draft is cut to its whole fragments and gets its digest as its name.
    2. A finished clip that is still here was told to nobody, or to an agent that did
       not live to sign.

    What is no film goes. What ended us while we looked at it is not looked at again.
    `beat` is called before each file.
    """
    finished = [
        path for path in sorted(folder.glob("*.mp4")) if _NAME.fullmatch(path.stem)
    ]
    for path in islice(sorted(folder.glob(f"{camera}-*{PART}")), MOST):
        beat()
        with suppress(OSError), _once(path, camera):
            yield from adopt_draft(path)
    for path in finished[:MOST]:
        beat()
        with suppress(OSError, ClipError), _once(path, camera):
            yield from _told_again(path, camera)


@contextmanager
def _once(path: Path, camera: int) -> Iterator[None]:
    """Leave a mark while a file is looked at; raises OSError where there is one.

    A film that makes a decoder fall would else blind the camera at each start.
    """
    os.close(open_plain(path))
    mark = path.with_name(f"{path.name}.{camera}{TRIED}")
    os.close(os.open(mark, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield
    except (OSError, ClipError):
        mark.unlink(missing_ok=True)
        raise
    mark.unlink(missing_ok=True)


def adopt_draft(path: Path) -> Iterator[ClipKept]:
    """Yield the clip that a draft holds; raises OSError."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_NOFOLLOW), "rb+") as file:
        size = min(LARGEST_CLIP, os.fstat(file.fileno()).st_size)
        whole = whole_length(lambda at, count: os.pread(file.fileno(), count, at), size)
        file.truncate(whole)
        os.fsync(file.fileno())
    try:
        note, seconds = _note(path)
    except ClipError:
        path.unlink()
        return
    clip = stray.measure(path).digest
    path.rename(path.with_name(f"{clip}.mp4"))
    sync_folder(path.parent)
    ordered = path.name.endswith(ORDERED)
    yield ClipKept(note.at, clip, seconds, note.before, whole, ordered)


def _told_again(path: Path, camera: int) -> Iterator[ClipKept]:
    note, seconds = _note(path)
    if note.camera == camera:
        # why it was kept is lost; to keep it longer is the smaller mistake
        size = path.stat().st_size
        yield ClipKept(note.at, path.stem, seconds, note.before, size, ordered=True)


def _note(path: Path) -> tuple[Note, float]:
    comment, seconds = measure(str(path))
    if not 0 <= seconds <= _LONGEST_S:
        raise ClipError("no film lasts so long")
    try:
        return msgspec.json.decode(comment, type=Note), seconds
    except msgspec.DecodeError:
        raise ClipError("it is not one of ours") from None
