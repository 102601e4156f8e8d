"""A command that a person gives to the agent of a device, over a socket in its folder.

One line goes in, one line of JSON comes back. This module loads little, because a
panic button that is a command must not wait for libraries.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from edge.errors import HandError

SOCKET = "hand.sock"
PATIENCE_S = 10.0


class ClipLine(msgspec.Struct, frozen=True):
    """A clip in a list; `kept` is why: motion, alarm or hold."""

    clip: str
    camera: int
    begins: datetime
    seconds: float
    size: int
    kept: str


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a command came to. `sensors` are those that stand in the way.

    `clips_mb` is what clips take on the disk, in MiB; at the rate of the last day there
    is room for `days_left` more days of them.
    """

    ok: bool
    reason: str
    phase: str = ""
    mode: str | None = None
    sensors: tuple[int, ...] = ()
    written: dict[str, int] = {}
    waiting: dict[str, int] = {}
    connected: bool | None = None
    clips: tuple[ClipLine, ...] = ()
    clips_mb: float | None = None
    days_left: float | None = None


def give(folder: Path, line: str) -> Answer:
    """Give one command to the agent whose home is `folder`; raises HandError."""
    try:
        with (
            short_path(folder) as path,
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door,
        ):
            door.settimeout(PATIENCE_S)
            door.connect(path)
            door.sendall(line.encode() + b"\n")
            with door.makefile("rb") as file:
                return msgspec.json.decode(file.readline(), type=Answer)
    except FileNotFoundError:
        raise HandError("it does not run in this folder") from None
    except ConnectionRefusedError:
        raise HandError("it ended without saying goodbye") from None
    except (OSError, msgspec.DecodeError) as error:
        raise HandError(str(error)) from None


@contextmanager
def short_path(folder: Path) -> Iterator[str]:
    """Give a path of the socket that is short enough for the system (108 bytes)."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{fd}/{SOCKET}"
    finally:
        os.close(fd)
