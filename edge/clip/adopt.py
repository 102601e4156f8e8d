"""Takes in what a process left behind that was killed while it wrote a clip."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from edge.camera.sighting import ClipKept
from edge.clip.box import whole_length
from edge.clip.draft import ORDERED, PART
from edge.clip.mp4 import measure
from edge.disk import sync_folder
from edge.errors import ClipError

_CHUNK = 2**20  # bytes


class Note(msgspec.Struct, frozen=True):
    """Stands in a film as its comment: whose it is, and what it was kept for.

    `at` is seconds since 1970; the film begins `before` seconds earlier.
    """

    camera: int
    at: float
    before: float


def adopt(folder: Path, camera: int) -> Iterator[ClipKept]:
    """Yield the clips of a camera that nobody was told of.

    1. A draft is cut to its whole fragments and gets its digest as its name.
    2. A finished clip without a statement beside it was told to nobody, or to an agent
       that did not live to sign.

    What is no film goes.
    """
    unsigned = [
        path
        for path in sorted(folder.glob("*.mp4"))
        if not path.with_suffix(".json").exists()
    ]
    for path in sorted(folder.glob(f"{camera}-*{PART}")):
        with suppress(OSError):
            yield from adopt_draft(path)
    for path in unsigned:
        with suppress(OSError, ClipError):
            yield from _told_again(path, camera)


def adopt_draft(path: Path) -> Iterator[ClipKept]:
    """Yield the clip that a draft holds; raises OSError."""
    with path.open("rb+") as file:
        size = os.fstat(file.fileno()).st_size
        whole = whole_length(lambda at, count: os.pread(file.fileno(), count, at), size)
        file.truncate(whole)
        os.fsync(file.fileno())
    try:
        note, seconds = _note(path)
    except ClipError:
        path.unlink()
        return
    clip = _digest(path)
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
    try:
        return msgspec.json.decode(comment, type=Note), seconds
    except msgspec.DecodeError:
        raise ClipError("it is not one of ours") from None


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
