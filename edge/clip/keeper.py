"""The clips of a device, in the agent: signed when they come, and no more than fit.

Loads no picture library: a camera's own process writes the films.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import structlog
from msgspec.structs import replace
from nacl.signing import SigningKey

from edge.camera.sighting import ClipKept
from edge.camera.sightings import record_of
from edge.clip.draft import lacking
from edge.clip.filling import Filling
from edge.clip.quota import Reason
from edge.clip.shelf import Shelf
from edge.clip.statement import Statement, sign
from edge.clip.stray import copy
from edge.disk import Disk
from edge.order import ClipLine
from sites.health import DiskFilling
from sites.record import Record

log = structlog.get_logger()

TICK_S = 1.0
_SWEEP_EVERY = timedelta(seconds=15)
_LONGEST_S = 86_400.0  # of a clip, and from its begin to what it was kept for
_MOST_TOLD = 1000  # clips that wait to be signed
# After an order, clips count as an alarm's for so long. One that nobody asked for is an
# ordinary one, whatever its process says.
_ORDERED_S = 3600.0
_AGAIN = 2.0  # times the room that is left free: clips do not give way one by one


class Signer(NamedTuple):
    """Who signs a clip: the device and its key."""

    device: str
    key: SigningKey


@dataclass(frozen=True)
class Line:
    """Where the keeper's words go.

    `write` writes a record down; `ring` says that there is something to send. `trusted`
    gives the time where it can be trusted, `steady` seconds that nobody can set. The
    log of a home says nothing of clips that go: each was kept of somebody, and is
    overdue to the second so many hours later.
    """

    write: Callable[[Record], None]
    ring: Callable[[], None]
    now: Callable[[], datetime]
    trusted: Callable[[], datetime | None]
    home: bool = False
    steady: Callable[[], float] = time.monotonic


class Keeper:
    """Takes the clips that cameras tell of."""

    def __init__(self, shelf: Shelf, signer: Signer, line: Line) -> None:
        self._shelf, self._signer, self._line = shelf, signer, line
        self._told: asyncio.Queue[tuple[int, ClipKept]] = asyncio.Queue(_MOST_TOLD)
        # what an earlier run ordered, it cannot tell us any more
        self._ordered = line.steady()
        self._filling = Filling()
        self._disk = Disk()
        self._swept: datetime | None = None

    def take(self, camera: int, kept: ClipKept) -> None:
        """Take a clip that camera number `camera` tells of."""
        try:
            self._told.put_nowait((camera, kept))
        except asyncio.QueueFull:  # it is told again at the next start
            log.warning("clip.refused", camera=camera, reason="too_many")

    def order(self) -> None:
        """Note that what the cameras film now was asked for."""
        self._ordered = self._line.steady()

    async def work(self) -> None:
        """Sign what comes and let go what must, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(TICK_S):
                    camera, kept = await self._told.get()
            except TimeoutError:
                self.tick()
            else:
                await self._keep(camera, kept)
                self.tick()

    def tick(self) -> None:
        """Make room, and tell how full the disk is."""
        now = self._line.now()
        try:
            self._make_room()
            used = 1 - self._disk.share(self._shelf.folder)
        except OSError as error:
            log.warning("clips.not_tidied", error=error.strerror)
            return
        if self._filling.look(used):
            self._line.write(DiskFilling(at=now, used=round(used, 3)))

    def hold(self, start: str, *, held: bool) -> str:
        """Hold the clip whose digest begins so, or release it; gives the reason."""
        clips = self._shelf.find(start) if start else []
        if len(clips) != 1:
            return "several_clips" if clips else "no_such_clip"
        try:
            self._shelf.hold(clips[0], held=held)
        except OSError as error:
            log.warning("clip.not_marked", error=error.strerror)
            return "not_written"
        self._line.ring()
        return "held" if held else "released"

    def lines(self) -> tuple[ClipLine, ...]:
        """List the clips, the oldest first."""
        return tuple(
            ClipLine(
                one.statement.clip,
                one.statement.camera,
                one.statement.begins,
                round(one.statement.seconds, 1),
                one.statement.size,
                one.kept,
            )
            for one in self._shelf
        )

    def days_left(self) -> float | None:
        """Say in how many days older clips must go, at the rate of the last day."""
        try:
            free = self._disk.free(self._shelf.folder)
        except OSError:
            return None
        days = self._shelf.days_left(self._line.now(), free)
        return None if days is None else round(days, 1)

    def _make_room(self) -> None:
        now, trusted = self._line.now(), self._line.trusted()
        folder = self._shelf.folder
        lack = lacking(folder, _AGAIN) if lacking(folder) else 0
        gone = self._shelf.tidy(trusted, lack)
        if gone and not self._line.home:
            kinds = sorted({one.kept for one in gone})
            log.info("clips.dropped", count=len(gone), kinds=",".join(kinds))
        if self._swept is None or abs(now - self._swept) > _SWEEP_EVERY:
            self._swept = now
            if swept := self._shelf.sweep(trusted):
                log.info("clips.swept", count=swept)

    async def _keep(self, camera: int, kept: ClipKept) -> None:
        """Sign a clip and tell of it.

        1. The film is copied, out of the reach of the camera's process, and the copy
           digested: we do not sign on the word of that process.
        2. The statement is written and the copy put beside it; only then the clip
           counts as kept, and the film goes.
        3. The record says so.
        """
        film = self._shelf.inbox(camera) / f"{kept.clip}.mp4"
        if self._shelf.get(kept.clip):
            _remove(film)  # we died before it went
            return
        if max(kept.seconds, kept.before) > _LONGEST_S:
            log.warning("clip.refused", camera=camera, reason="time")
            return
        draft = self._shelf.draft(kept.clip)
        try:
            found = await asyncio.to_thread(copy, film, draft)
            if found.digest != kept.clip:
                log.warning("clip.refused", camera=camera, reason="digest")
                return
            kept = replace(kept, size=found.size)
            statement = _statement(self._signer.device, camera, kept)
            sidecar = sign(statement, self._signer.key, self._reason(kept))
            self._shelf.take(replace(sidecar, since=self._line.trusted()))
            _remove(film)
        except OSError as error:
            # it is told again at the next start of its camera's process
            log.warning("clip.not_signed", camera=camera, error=error.strerror)
            return
        finally:
            _remove(draft)
        record = record_of(camera, kept)
        if record is not None:
            self._line.write(record)
        self._line.ring()

    def _reason(self, kept: ClipKept) -> Reason:
        lately = self._line.steady() - self._ordered <= _ORDERED_S
        return "alarm" if kept.ordered and lately else "motion"


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _statement(device: str, camera: int, kept: ClipKept) -> Statement:
    at = datetime.fromtimestamp(kept.at, UTC)
    return Statement(
        clip=kept.clip,
        device=device,
        camera=camera,
        begins=at - timedelta(seconds=kept.before),
        at=at,
        seconds=round(kept.seconds, 3),
        before=round(kept.before, 3),
        size=kept.size,
    )
