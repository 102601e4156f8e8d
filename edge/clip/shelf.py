"""The clips of a device: a folder of `<SHA-256>.mp4`, each with a signed `.json`.

Each camera's process writes into a folder of its own beneath it, `camera-N`, and can
reach no other; what is signed is a copy, out of its reach.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace
from nacl.signing import VerifyKey

from edge.clip.quota import Kind, days_left, giving_way, overdue
from edge.clip.since import NAME, Since
from edge.clip.statement import LARGEST, Sidecar, is_signed, pack, read
from edge.clip.stray import read_small, strays, unwanted
from edge.disk import replace_file, sync_folder

_MOST_DATED = 20  # at a time: each is written to the disk


class Limits(NamedTuple):
    """How much of the clips is kept: bytes in all, and for how long."""

    size: int
    keep: timedelta


@dataclass
class Shelf:
    """What lies in the folder. Only clips with a statement count as kept.

    Where `key` is given, only what it has signed is a statement.
    """

    folder: Path
    limits: Limits
    key: VerifyKey | None = None
    dropped: int = 0
    _sidecars: dict[str, Sidecar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find what earlier runs left; raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._since = Since(self.folder)
        for draft in self.folder.glob("*.new"):
            with suppress(OSError):
                draft.unlink()
        for path in self.folder.glob("*.json"):
            with suppress(OSError):  # one bad file hides none of the others
                self._find(path)

    def _find(self, path: Path) -> None:
        sidecar = read(read_small(path, LARGEST))
        if sidecar is None or sidecar.statement.clip != path.stem:
            return  # nothing that we can judge; a person may
        if self.key is not None and not is_signed(sidecar, self.key):
            return
        film = self.path(path.stem)
        if not film.exists():
            path.unlink()
        elif film.lstat().st_size == sidecar.statement.size:
            self._sidecars[path.stem] = sidecar

    @property
    def size(self) -> int:
        """Bytes of all clips."""
        return sum(one.statement.size for one in self._sidecars.values())

    def __iter__(self) -> Iterator[Sidecar]:
        """Give the clips, the oldest first."""
        return iter(sorted(self._sidecars.values(), key=lambda one: one.statement.at))

    def __len__(self) -> int:
        return len(self._sidecars)

    def get(self, clip: str) -> Sidecar | None:
        """Give what is known of a clip."""
        return self._sidecars.get(clip)

    def path(self, clip: str) -> Path:
        """Say where a clip lies."""
        return self.folder / f"{clip}.mp4"

    def inbox(self, camera: int) -> Path:
        """Say where the process of a camera puts its clips."""
        return self.folder / f"camera-{camera}"

    def draft(self, clip: str) -> Path:
        """Say where the copy of a film goes before it is a clip."""
        return self.path(clip).with_suffix(".mp4.new")

    def take(self, sidecar: Sidecar) -> None:
        """Make a clip of a draft, its statement beside it; raises OSError.

        The statement first: alone it goes at the next start; the film is told again.
        """
        clip = sidecar.statement.clip
        replace_file(self.folder / f"{clip}.json", pack(sidecar))
        self.draft(clip).rename(self.path(clip))
        sync_folder(self.folder)
        self._sidecars[clip] = sidecar

    def add(self, sidecar: Sidecar) -> None:
        """Put a statement beside its clip; raises OSError."""
        clip = sidecar.statement.clip
        replace_file(self.folder / f"{clip}.json", pack(sidecar))
        self._sidecars[clip] = sidecar

    def hold(self, clip: str, *, held: bool) -> None:
        """Keep a clip as evidence, or no more; raises OSError and KeyError."""
        self.add(replace(self._sidecars[clip], held=held))

    def mark_sent(self, clip: str) -> None:
        """Note that the collector has a clip; raises OSError and KeyError."""
        self.add(replace(self._sidecars[clip], sent=True))

    def find(self, start: str) -> list[str]:
        """Give the clips whose digest begins so."""
        return [clip for clip in self._sidecars if clip.startswith(start)]

    def tidy(self, now: datetime | None, lacking: int = 0) -> list[Kind]:
        """Let go what is overdue or too much; gives what went.

        Clips age from the first `now` that is known, which is None while no clock can
        be trusted. `lacking` are bytes that the disk lacks besides.
        """
        going = overdue(self._kinds(), now, self.limits.keep) if now else []
        self._remove(going)
        excess = max(lacking, self.size - self.limits.size)
        more = giving_way(self._kinds(), excess)
        self._remove(more)
        if now:
            self._date(now)
        return going + more

    def _date(self, now: datetime) -> None:
        undated = (one for one in self if one.since is None)
        with suppress(OSError):  # a full disk: until there is room they do not age
            for one in islice(undated, _MOST_DATED):
                self.add(replace(one, since=now))

    def days_left(self, now: datetime, free: int) -> float | None:
        """Say in how many days there is no room left at the rate of the last day."""
        room = min(self.limits.size - self.size, free)
        return days_left(self._kinds(), now, room)

    def _kinds(self) -> list[Kind]:
        return [_kind(one) for one in self._sidecars.values()]

    def _remove(self, kinds: list[Kind]) -> None:
        for kind in kinds:
            self.dropped += 1
            del self._sidecars[kind.clip]
            with suppress(OSError):
                # the film first: a statement without it goes at the next start
                self.path(kind.clip).unlink(missing_ok=True)
                (self.folder / f"{kind.clip}.json").unlink(missing_ok=True)

    def sweep(self, now: datetime | None) -> int:
        """Let go what nobody adopted in time, or what is too much; gives the count.

        Its camera is not here any more, or its process writes what it should not. It
        ages from when it is first seen at a known time, over restarts. Raises OSError.
        """
        inboxes = [one for one in self.folder.glob("camera-*") if _is_folder(one)]
        found = [strays(self.folder, {*self._sidecars, NAME})]
        found += [strays(inbox, ()) for inbox in inboxes]
        share = self.limits.size // len(found)
        going = [one for some in found for one in unwanted(some, share)]
        if now:
            gone = {one.path for one in going}
            staying = [one for some in found for one in some if one.path not in gone]
            going += self._since.older(staying, self.limits.keep, now)
        for one in going:
            with suppress(OSError):
                one.path.unlink()
        return len(going)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _kind(sidecar: Sidecar) -> Kind:
    told = sidecar.statement
    return Kind(
        told.clip,
        sidecar.kept,
        told.ends,
        told.size,
        sidecar.since,
    )
