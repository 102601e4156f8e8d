"""How much of a picture is to be believed after others were lost or spoilt. Pure.

A compressed picture says what is different from those before it. Where some of these
are lost, what has left stays as it was, and rubbish stays where it fell, until a
picture comes that needs none before it: a keyframe.
"""

from enum import IntEnum

GAP = 1.5  # times the usual step; then a frame is missing
EASE = 0.1  # of a step that goes into the usual one
LONGEST = 2.0  # times the usual step that one step counts for
SETTLE_S = 0.35  # rubbish that has just fallen goes on moving for a look or two
LASTS_S = 5.0  # of nothing but rubbish; then that is how the scene looks


class Doubt(IntEnum):
    """What is wrong with a still.

    NONE: nothing that is known. STALE: frames were lost since the last keyframe, but
    none of late: what differs from the last still has moved. FRESH: they were lost just
    now: what differs may be rubbish.
    """

    NONE = 0
    STALE = 1
    FRESH = 2

    def believes(self, *, stirs: bool) -> bool:
        """Say whether a thing is there now, and is no picture of the past."""
        return self is Doubt.NONE or (self is Doubt.STALE and stirs)


class Doubts:
    """Follows the frames of one film, looked at or not; seconds never go back.

    Whoever spoils a film for long wins nothing: after 5 s all is believed as if it were
    whole.
    """

    def __init__(self) -> None:
        self._lost_at: float | None = None
        self._calm_at = 0.0
        self._usual: float | None = None
        self._last: float | None = None

    def lose(self) -> None:
        """Take note that something could not be decoded."""
        self._lost_at = self._last

    def take(self, seconds: float, *, is_key: bool, is_corrupt: bool) -> None:
        """Take the next frame."""
        late = self._is_late(seconds)
        if is_key and not is_corrupt:
            self._lost_at = None
        elif late or is_corrupt:
            self._lost_at = seconds

    def look(self) -> Doubt:
        """Say how far the frame that came last is to be doubted."""
        seconds, lost_at = self._last or 0.0, self._lost_at
        if lost_at is None or seconds - lost_at >= SETTLE_S:
            self._calm_at = seconds
            return Doubt.NONE if lost_at is None else Doubt.STALE
        long = seconds - self._calm_at >= LASTS_S
        return Doubt.NONE if long else Doubt.FRESH

    def _is_late(self, seconds: float) -> bool:
        """Say whether a frame is missing before this one."""
        last, self._last = self._last, seconds
        if last is None:
            return False
        step, usual = seconds - last, self._usual
        if usual is None:
            self._usual = step
            return False
        self._usual = usual + EASE * (min(step, LONGEST * usual) - usual)
        return step > GAP * usual
