"""The time line of one stream: ticks that never go back, and the film's seconds.

Pure: packets are two numbers here.
"""

from fractions import Fraction
from typing import NamedTuple

LONGEST_STEP_S = 60.0  # between two packets; the film's own clock takes the same


class Place(NamedTuple):
    """Where a packet stands: ticks to show and to decode it, and the film's seconds."""

    pts: int
    dts: int
    seconds: float


class Reel:
    """Puts the packets of a stream on its time line, in the order they come.

    Args:
        base: seconds of a tick.
        rate: pictures a second, for packets without a time stamp.
        begins: the film's seconds at the first keyframe, which is the first still.
    """

    def __init__(self, base: Fraction, rate: float, begins: float) -> None:
        self._tick, self._begins = float(base), begins  # a fraction is slow
        self._step = max(1, round(1 / (rate * base)))
        self._longest = float(LONGEST_STEP_S / base)
        self._shift = 0
        self._stamp: int | None = None
        self._last = 0
        self._zero: int | None = None

    def place(self, pts: int | None, dts: int | None, *, is_key: bool) -> Place | None:
        """Place a packet; None before the first keyframe, which nothing can show."""
        if self._zero is None and not is_key:
            return None
        stamp = dts if dts is not None else pts
        if stamp is None:
            stamp = (self._stamp or 0) + self._step
        if self._stamp is not None and not 0 < stamp - self._stamp <= self._longest:
            # the camera has set its clock, or repeats itself: count on by one picture
            self._shift = self._last + self._step - stamp
        self._stamp = stamp
        self._last = stamp + self._shift
        shown = max(self._last, (stamp if pts is None else pts) + self._shift)
        if self._zero is None:
            self._zero = shown
        seconds = self._begins + (shown - self._zero) * self._tick
        return Place(shown, self._last, seconds)
