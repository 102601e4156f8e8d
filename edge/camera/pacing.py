"""Which frames of a film are looked at, and when they were. Pure."""

ALMOST_S = 0.001  # time stamps are rounded
LONGEST_STEP_S = 60.0  # between two frames
REORDERED_S = 1.0  # that a frame may come behind its turn


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
    """Seconds since the first frame, never back, whatever the time stamps do.

    Where frames are lost those around them come out of order, by less than a second:
    the clock waits for them. A longer jump is a camera that has set its clock.
    """

    def __init__(self, rate: float) -> None:
        self._step = 1 / rate
        self._zero: float | None = None  # the time stamp of second 0
        self._seconds: float | None = None

    def read(self, stamp: float | None) -> float:
        """Return the seconds of a frame from its time stamp, or the lack of one."""
        last = self._seconds
        due = 0.0 if last is None else last + self._step
        if stamp is None:
            self._seconds = due
            return due
        if self._zero is None:
            self._zero = stamp - due
        ahead = stamp - self._zero - (last or 0.0)
        if not -REORDERED_S <= ahead <= LONGEST_STEP_S:
            self._zero = stamp - due
        self._seconds = max(last or 0.0, stamp - self._zero)
        return self._seconds
