"""The sign of life of a device, with how it is."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from edge.camera.sightings import Cameras
from edge.disk import Disk
from edge.outbox import Outbox
from sites.health import Heartbeat

BEAT_S = 5.0
ALONE_BEAT_S = 60.0  # while nobody hears: the outbox is for what matters


class Pulse:
    """Takes the pulse of a device; its first beat is at `now()` when it is made."""

    def __init__(
        self,
        outbox: Outbox,
        folder: Path,
        cameras: Cameras,
        now: Callable[[], datetime],
        clock_trusted: Callable[[], bool],
    ) -> None:
        self._outbox = outbox
        self._folder = folder
        self._cameras = cameras
        self._now = now
        self._clock_trusted = clock_trusted
        self._begun = now()
        self._last: datetime | None = None

    def beat(self) -> Heartbeat:
        """Say how the device is."""
        self._last = at = self._now()
        return Heartbeat(
            at=at,
            uptime_s=max(0, int((at - self._begun).total_seconds())),
            backlog_al=self._outbox.backlog("al"),
            backlog_up=self._outbox.backlog("up"),
            disk_free=round(Disk().share(self._folder), 3),
            cameras=self._cameras.count,
            cameras_blind=self._cameras.blind,
            clock_trusted=self._clock_trusted(),
        )

    def due(self, *, connected: bool) -> bool:
        """Tell whether it is time for the next beat."""
        wait = BEAT_S if connected else ALONE_BEAT_S
        if self._last is None:
            return True
        # a clock that was set back must not silence the device
        return abs((self._now() - self._last).total_seconds()) >= wait - 0.5
