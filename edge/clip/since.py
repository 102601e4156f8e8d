"""Since when a stray is here, over restarts: a device that restarts forgets no age."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from os import fsencode
from pathlib import Path
from typing import Annotated

import msgspec

from edge.clip.stray import Stray, read_small
from edge.disk import replace_file

NAME = "strays"
_LARGEST = 4 * 2**20  # bytes; a stray takes less than 80
_Since = dict[str, Annotated[datetime, msgspec.Meta(tz=True)]]


class Since:
    """When each stray of a folder and those beneath it was first seen.

    Kept in the file `strays.json` there; where the disk takes none, in memory.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{NAME}.json"
        self._since: _Since = {}
        with suppress(OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            data = read_small(self._path, _LARGEST)
            self._since = msgspec.json.decode(data, type=_Since)

    def older(
        self, strays: Iterable[Stray], keep: timedelta, now: datetime
    ) -> list[Stray]:
        """Give those that were seen longer ago than `keep`, and note all of them."""
        keys = {self._key(one): one for one in strays}
        since = {key: min(self._since.get(key, now), now) for key in keys}
        if since != self._since:
            self._since = since
            with suppress(OSError):
                replace_file(self._path, msgspec.json.encode(since))
        return [one for key, one in keys.items() if now - since[key] > keep]

    def _key(self, one: Stray) -> str:
        """Name a file; another one that gets its name later is not as old."""
        name = fsencode(one.path.relative_to(self._path.parent))
        return f"{one.inode:x}-{sha256(name).hexdigest()[:16]}"
