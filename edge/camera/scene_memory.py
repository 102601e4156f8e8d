"""Keeps what a camera's process learned over a restart: a file in its own folder.

What cannot be read is forgotten: the scene is then learned anew, as at first. Nothing
in the folder may keep a camera from looking, whoever put it there.
"""

from pathlib import Path

import msgspec

from edge.clip.stray import read_small
from edge.disk import replace_file
from edge.sight.memory import Memory

NAME = "scene.json"
LARGEST = 1 << 20  # bytes of a file that is ours

_MEMORY = msgspec.json.Decoder(Memory)


def folder_of(home: Path, number: int) -> Path:
    """Give the folder in a device's own in which camera `number` keeps it."""
    return home / "memory" / f"camera-{number}"


def read(folder: Path) -> Memory | None:
    """Return what was kept, or None."""
    try:
        return _MEMORY.decode(read_small(folder / NAME, LARGEST))
    except (OSError, msgspec.DecodeError, RecursionError):
        return None


def write(folder: Path, memory: Memory) -> None:
    """Replace what was kept, all or nothing; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    replace_file(folder / NAME, msgspec.json.encode(memory))


def forget(folder: Path) -> bool:
    """Remove what was kept; return whether there was something. Raises OSError."""
    try:
        (folder / NAME).unlink()
    except FileNotFoundError:
        return False
    return True
