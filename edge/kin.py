"""Whether somebody who gives us orders is one of our own processes (Linux).

A camera's process decodes what strangers send and runs as the same user: who takes it
over must not disarm the panel. No kernel keeps it from a socket in a folder.
"""

import ctypes
import os
import socket
import struct
import sys
from pathlib import Path

_SUBREAPER = 36  # linux/prctl.h
_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid
_DEEPEST = 100


def adopt_orphans() -> None:
    """Have children of dead children become ours, so that none hides who it is."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def is_our_child(door: socket.socket) -> bool:
    """Say whether the other end is below us; who is gone already counts as such."""
    told = door.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    pid, user, _ = _CREDENTIALS.unpack(told)
    ours = os.getpid()
    # 0: of another container. Ours never change their user; others we may not even see.
    if pid in {0, ours} or user != os.getuid():
        return False
    parent = _parent(pid)
    if parent is None:
        return True
    for _ in range(_DEEPEST):
        if parent == ours:
            return True
        if not parent:
            return False
        parent = _parent(parent)
    return True


def _parent(pid: int) -> int | None:
    try:
        told = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    return int(told.rpartition(")")[2].split()[1])
