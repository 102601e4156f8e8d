"""When a still of a film is due, and when on the clock a moment of it was."""

import threading
import time
from collections.abc import Callable

from edge.camera.sighting import CameraPlan

HEARTBEAT_S = 1.0


class Pace:
    """Maps a film's seconds to the clock, and waits until a still is due.

    A live camera sets its own pace; a recorded film goes `speed` times real time.
    """

    def __init__(self, plan: CameraPlan, beat: Callable[[], None]) -> None:
        self._live, self._beat = plan.is_live, beat
        self._speed = 1.0 if plan.is_live else plan.speed
        self._started: float | None = None
        self._seconds = 0.0
        self._pause = threading.Event()

    def wait_for(self, seconds: float) -> None:
        """Return when the still at `seconds` of the film is due."""
        if self._started is None:
            self._started = time.monotonic() - seconds / self._speed
        self._seconds = seconds
        if self._live:
            return
        while (left := self._started + seconds / self._speed - time.monotonic()) > 0:
            self._pause.wait(min(left, HEARTBEAT_S))
            self._beat()

    def elapsed(self) -> float:
        """Return the seconds since the start, on our clock, in the film's measure."""
        if self._started is None:
            return 0.0
        if self._live:
            return time.monotonic() - self._started
        return self._seconds

    def at(self, seconds: float) -> float:
        """Return when the moment at `seconds` was, as seconds since 1970."""
        return time.time() - (self._seconds - seconds) / self._speed
