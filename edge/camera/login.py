"""Who we are to a network camera: from a file on the device, never from the inventory.

    [2]                 # the camera's number
    user = "guard"
    password = "..."

The file is `camera-logins.toml` beside device.toml, no link; nobody else may read it.
What it holds goes down the pipe to the camera's process and nowhere else: no message of
ours quotes any of it.
"""

import errno
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from edge.clip.stray import open_plain
from edge.errors import LoginError

NAME = "camera-logins.toml"
LONGEST = 127  # bytes of `user:password` once quoted; FFmpeg cuts off what is longer


class Login(msgspec.Struct, frozen=True):
    """A camera's user and password; shown nowhere."""

    user: str
    password: str

    def __repr__(self) -> str:
        """Show nothing."""
        return "Login(...)"

    def put_into(self, address: str) -> str:
        """Return `scheme://user:password@...` of an address without them."""
        scheme, _, rest = address.partition("://")
        return f"{scheme}://{self._quoted()}@{rest}"

    def fits(self) -> bool:
        """Tell whether FFmpeg takes it whole."""
        return len(self._quoted()) <= LONGEST

    def _quoted(self) -> str:
        return f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"


def read_logins(path: Path) -> dict[int, Login]:
    """Read the logins of a device's cameras by number; {} where there is no file.

    Raises LoginError, which quotes nothing of the file, and OSError.
    """
    try:
        fd = open_plain(path)
    except FileNotFoundError:
        return {}
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EINVAL}:
            raise LoginError("it is a link or no plain file") from None
        raise
    with os.fdopen(fd, "rb") as file:
        mode = stat.S_IMODE(os.fstat(fd).st_mode)
        if mode & 0o077:
            raise LoginError(f"others may read it (mode {mode:o}); chmod 600 it")
        data = file.read()
    try:
        tables = tomllib.loads(data.decode("utf-8"))
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"line \d+", str(error))
        raise LoginError(f"not TOML{f', {where[0]}' if where else ''}") from None
    except UnicodeDecodeError:
        raise LoginError("not TOML") from None
    return dict(_login(tables, name) for name in tables)


def _login(tables: Mapping[str, Any], name: str) -> tuple[int, Login]:
    if not re.fullmatch(r"[0-9]{1,4}", name):
        raise LoginError("each table is named by a camera's number, such as [2]")
    table = tables[name]
    if not isinstance(table, dict) or set(table) != {"user", "password"}:
        raise LoginError(f"camera {name} wants `user` and `password`, and no more")
    if not all(isinstance(value, str) and value for value in table.values()):
        raise LoginError(f"camera {name}: `user` and `password` are texts, not empty")
    login = Login(**table)
    if ":" in login.user:
        raise LoginError(f"camera {name}: a user name holds no ':'")
    if not login.fits():
        what = f"user and password are longer than {LONGEST} bytes in an address"
        raise LoginError(f"camera {name}: {what}")
    return int(name), login
