"""Keeps a camera's process away from its device: its key, logins, records (Landlock).

It decodes what strangers send. Who takes it over finds the memory of this camera and
those of its clips that nobody has signed yet, and can neither read the key nor change
what the agent wrote, and neither trace nor end the agent. Without Landlock (Linux 5.13,
where it is switched on) all this is the same user's.
"""

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from edge.camera.sighting import CameraPlan

ROOT = Path(__file__).resolve().parents[2]  # where the package `edge` lies
_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on all architectures
_VERSION = 1
_PATH_BENEATH = 1
_NO_NEW_PRIVS = 38  # linux/prctl.h
# linux/landlock.h
_EXECUTE, _WRITE, _READ, _READ_DIR, _TRUNCATE = 1, 2, 4, 8, 1 << 14
_MAKE_DIR = 1 << 7  # nobody would tidy up in it
_FIRST = (1 << 13) - 1  # all rights of the first version
_REFER = 1 << 13  # to move files between folders; since the second
_SCOPES = 3  # no signal to, no abstract socket of, anybody outside; since the sixth
_LOOKING = _EXECUTE | _READ | _READ_DIR
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE


def stay_within(plan: CameraPlan, device: Path) -> bool:
    """Leave this process no more of its device than it works with."""
    folders = [plan.memory, plan.clips.folder if plan.clips else None]
    own = [Path(folder) for folder in folders if folder]
    films = {plan.source, plan.looked_at}
    read = [Path(film).parent for film in films if device in Path(film).parents]
    code = [path for path in (ROOT, Path(sys.prefix)) if path not in device.parents]
    return fence(device, own, [*code, *read])


def fence(home: Path, own: Iterable[Path], read: Iterable[Path]) -> bool:
    """Forbid this process everything in `home` but its `own` folders, for good.

    What it may `read` besides, it may not change. To be called before threads begin:
    each has a fence of its own. Says whether the kernel has done so.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE, None, ctypes.c_size_t(0), _VERSION)
    if version < 1:
        return False
    rights = _rights(version)
    attributes = struct.pack("QQQ", rights, 0, _SCOPES)[: _length(version)]
    length = ctypes.c_size_t(len(attributes))
    rules = libc.syscall(_CREATE, attributes, length, 0)
    if rules < 0:
        return False
    try:
        for path in around(home.resolve()):
            _allow(libc, rules, path, rights)
        for path in own:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            _allow(libc, rules, path, rights & ~(_EXECUTE | _MAKE_DIR))
        for path in read:
            _allow(libc, rules, path, _LOOKING)
        if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            return False
        restricted: int = libc.syscall(_RESTRICT, rules, 0)
        return restricted == 0
    finally:
        os.close(rules)


def around(home: Path) -> Iterator[Path]:
    """Yield what holds everything but `home`: all that lies beside the way to it.

    Links are left out; what they lead to is there by its own name.
    """
    inner = home
    for folder in home.parents:
        with suppress(OSError):
            for path in folder.iterdir():
                if path != inner and not path.is_symlink():
                    yield path
        inner = folder


def _rights(version: int) -> int:
    """Give the rights that this version of Landlock knows and that we take away."""
    since = ((_REFER, 2), (_TRUNCATE, 3))
    return _FIRST | sum(right for right, first in since if version >= first)


def _length(version: int) -> int:
    """Give the bytes of the attributes that this version knows."""
    return 24 if version >= 6 else 16 if version >= 4 else 8  # noqa: PLR2004  # versions


def _allow(libc: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    with suppress(OSError):  # what is gone or forbidden already needs no leave
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not stat.S_ISDIR(os.fstat(fd).st_mode):
                rights &= _OF_FILES
            rule = struct.pack("=Qi", rights, fd)
            libc.syscall(_ADD, rules, _PATH_BENEATH, rule, 0)
        finally:
            os.close(fd)
