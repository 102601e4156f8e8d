"""Does the lens need cleaning? Pure: seconds are an argument.

What hangs or sits on a lens is large, brighter than what is behind it (the camera's own
lamp lights it), out of focus, and gets nowhere. If such things are most of what moves
for long, somebody should clean the lens: told once a day at most.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from edge.sight.picture import Pixels
from edge.sight.track import Track

DAY_S = 86_400.0
LONG_S = 600.0  # of dirt within a day
MOST = 0.5  # of the time that anything moves
EVERY_S = 1.0  # a look a second is enough
LARGE = 60  # px of the small picture; rain and snow far off are smaller
AROUND = 4  # px on each side, to compare with
BRIGHTER = 8.0  # levels than what is around it
BLURRED = 0.3  # of its contrast is the steepest step from pixel to pixel: an edge that
# is in focus makes more than half of it, one spread over 2 px makes 0.2
BRIGHTEST = 95  # percentile of its pixels
STEEPEST = 99  # percentile of the steps: an edge is few of them


class Lens:
    """Watches the lens of one camera."""

    def __init__(self) -> None:
        self._looked = float("-inf")
        self._since: float | None = None
        self._dirty = self._moving = 0.0
        self._told = float("-inf")

    def look(self, small: Pixels, tracks: Sequence[Track], seconds: float) -> bool:
        """Take a look into account, with the tracks seen in it; say if to clean."""
        step = seconds - self._looked
        if step < EVERY_S:
            return False
        self._looked = seconds
        if self._since is None or seconds - self._since >= DAY_S:
            self._since, self._dirty, self._moving = seconds, 0.0, 0.0
        if not tracks:
            return False
        self._moving += min(step, EVERY_S)
        largest = max(tracks, key=lambda one: one.pixels)
        if largest.travelled or largest.pixels < LARGE:
            return False
        if not is_near(small, largest):
            return False
        self._dirty += min(step, EVERY_S)
        enough = self._dirty >= LONG_S and self._dirty >= MOST * self._moving
        if not enough or seconds - self._told < DAY_S:
            return False
        self._told = seconds
        return True


def is_near(small: Pixels, track: Track) -> bool:
    """Say whether a thing is bright and out of focus: close to the lens."""
    high, wide = small.shape
    left, top, width, height = track.box
    x, y = round(left * wide), round(top * high)
    right, foot = x + round(width * wide), y + round(height * high)
    outer = small[
        max(0, y - AROUND) : foot + AROUND, max(0, x - AROUND) : right + AROUND
    ]
    inner = small[y:foot, x:right]
    ring = outer.size - inner.size
    if not inner.size or ring <= 0:
        return False
    background = (float(outer.sum()) - float(inner.sum())) / ring
    peak = _percentile(inner, BRIGHTEST)
    contrast = peak - background
    if contrast < BRIGHTER or float(inner.mean()) - background < BRIGHTER / 2:
        return False
    across = cv2.absdiff(outer[:, 1:], outer[:, :-1])
    down = cv2.absdiff(outer[1:], outer[:-1])
    steep = max(_percentile(across, STEEPEST), _percentile(down, STEEPEST))
    return steep < BLURRED * contrast


def _percentile(levels: cv2.typing.MatLike, share: int) -> float:
    """Give a percentile; NumPy's own takes 0.1 ms."""
    if not levels.size:
        return 0.0
    place = share * (levels.size - 1) // 100
    return float(np.partition(levels, place, axis=None)[place])
