"""The pictures that wait to be sent, each a file until the collector has all of it."""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sites.blob import Part, cut_blob, name_blob


class PartName(NamedTuple):
    """Piece `place` (from 0) of the picture with this SHA-256."""

    whole: str
    place: int


@dataclass
class Album:
    """A folder of pictures, at most `limit` bytes: then the oldest make room.

    Which parts were confirmed is not kept on disk: after a restart a picture of which
    some parts are missing is sent whole.
    """

    folder: Path
    device: str
    limit: int = 64 * 2**20
    dropped: int = 0
    _waiting: dict[str, int] = field(default_factory=dict)
    _confirmed: dict[str, set[int]] = field(default_factory=dict)
    _parts: list[Part] = field(default_factory=list)
    _begun: set[str] = field(default_factory=set)
    _unsynced: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find what earlier runs left; raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for draft in self.folder.glob("*.new"):
            draft.unlink()
        files = [(path.stat(), path) for path in self.folder.glob("*.jpg")]
        for stat, path in sorted(files, key=lambda file: file[0].st_mtime_ns):
            self._waiting[path.stem] = stat.st_size

    @property
    def waiting(self) -> int:
        """How many pictures are not confirmed whole."""
        return len(self._waiting)

    def keep(self, jpeg: bytes) -> str | None:
        """Keep a picture and give its name; None where the disk does not take it."""
        whole = name_blob(jpeg)
        if whole in self._waiting:
            return whole
        if len(jpeg) > self.limit:
            self.dropped += 1
            return None
        self._make_room(len(jpeg))
        try:
            self._write(whole, jpeg)
        except OSError:
            self.dropped += 1
            return None
        self._waiting[whole] = len(jpeg)
        return whole

    def unsynced(self) -> list[int]:
        """Give the files that are not on the medium yet, to sync and to close."""
        files, self._unsynced = self._unsynced, []
        return files

    def next_part(self) -> Part | None:
        """Give the next part that was not given yet; None where there is none."""
        while not self._parts:
            whole = next((one for one in self._waiting if one not in self._begun), None)
            if whole is None:
                return None
            self._begun.add(whole)
            self._parts = self._cut(whole)
        return self._parts.pop(0)

    def confirm(self, part: PartName, count: int) -> None:
        """Note that the collector has a part; with the last one the picture goes."""
        if not self.holds(part):
            return
        done = self._confirmed.setdefault(part.whole, set())
        done.add(part.place)
        if len(done) == count:
            self._forget(part.whole)

    def holds(self, part: PartName) -> bool:
        """Tell whether a part still has to be sent."""
        return part.whole in self._waiting

    def _cut(self, whole: str) -> list[Part]:
        try:
            data = self._path(whole).read_bytes()
        except OSError:
            data = b""
        if name_blob(data) != whole:  # torn by a power cut: nobody can use it
            self.dropped += 1
            self._forget(whole)
            return []
        return cut_blob(data, self.device)

    def _make_room(self, size: int) -> None:
        while self._waiting and sum(self._waiting.values()) + size > self.limit:
            self.dropped += 1
            self._forget(next(iter(self._waiting)))

    def _forget(self, whole: str) -> None:
        self._waiting.pop(whole, None)
        self._confirmed.pop(whole, None)
        self._begun.discard(whole)
        self._parts = [part for part in self._parts if part.whole != whole]
        with suppress(OSError):
            self._path(whole).unlink(missing_ok=True)

    def _write(self, whole: str, jpeg: bytes) -> None:
        draft = self.folder / f"{whole}.new"
        fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(os.dup(fd), "wb") as file:
                file.write(jpeg)
            draft.rename(self._path(whole))
        except OSError:
            os.close(fd)
            draft.unlink(missing_ok=True)
            raise
        self._unsynced.append(fd)

    def _path(self, whole: str) -> Path:
        return self.folder / f"{whole}.jpg"
