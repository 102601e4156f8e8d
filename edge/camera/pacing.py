"""Which frames of a film are looked at, and when they were. Pure."""

ALMOST_S = 0.001  # time stamps are rounded
LONGEST_STEP_S = 60.0  # between two frames


class Pacing:
    """Chooses the frames to look at: `fps` of a second, evenly, whatever the film has.

    Frames between are decoded, as those after need them, and not touched.
    """

    def __init__(self, fps: float) -> None:
        self._step = 1 / fps
        self._due: float | None = None

    def is_due(self, seconds: float) -> bool:
        """Say whether the frame at `seconds` is to be looked at."""
        if self._due is None or abs(seconds - self._due) > 1 + self._step:
            self._due = seconds
        if seconds < self._due - ALMOST_S:
            return False
        self._due += self._step
        return True


class FilmClock:
    """Seconds since the first frame, never back, whatever the time stamps do."""

    def __init__(self, rate: float) -> None:
        self._step = 1 / rate
        self._stamp: float | None = None
        self._seconds: float | None = None

    def read(self, stamp: float | None) -> float:
        """Return the seconds of a frame from its time stamp, or the lack of one."""
        if self._seconds is None:
            self._seconds = 0.0
        else:
            step = self._step
            if stamp is not None and self._stamp is not None:
                step = stamp - self._stamp
            if not 0 <= step <= LONGEST_STEP_S:  # the camera has set its clock
                step = self._step
            self._seconds += step
        self._stamp = stamp
        return self._seconds
