"""Clips on a shelf, for tests that need no picture in them."""

import hashlib
import os
from datetime import datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from edge.camera.sighting import ClipKept
from edge.clip.quota import Reason
from edge.clip.shelf import Limits, Shelf
from edge.clip.statement import Statement, sign
from tests.edge.collector_side import DEVICE_KEY
from tests.edge.records import NOON

DEVICE = "abcdefghij234567"
WEEK = timedelta(days=7)


def shelf_in(folder: Path, *, size: int = 2**30, keep: timedelta = WEEK) -> Shelf:
    return Shelf(folder, Limits(size, keep))


def film_in(folder: Path, data: bytes) -> str:
    """Put a film into a folder, as a camera's process does; gives its digest."""
    folder.mkdir(exist_ok=True, parents=True)
    clip = hashlib.sha256(data).hexdigest()
    (folder / f"{clip}.mp4").write_bytes(data)
    return clip


def told(clip: str, *, at: datetime = NOON, size: int = 1000) -> ClipKept:
    return ClipKept(at.timestamp(), clip, 20.0, 5.5, size)


def put(
    shelf: Shelf, *, hours: float = 0, size: int = 1000, reason: Reason = "motion"
) -> str:
    """Put a clip of so many bytes on a shelf that ended so many hours ago."""
    data = os.urandom(size)
    clip = film_in(shelf.folder, data)
    begins = NOON - timedelta(hours=hours, seconds=20)
    at = begins + timedelta(seconds=5.5)
    statement = Statement(clip, DEVICE, 6, begins, at, 20.0, 5.5, size)
    shelf.add(replace(sign(statement, DEVICE_KEY, reason), since=statement.ends))
    return clip
