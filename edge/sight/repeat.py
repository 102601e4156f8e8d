"""Does a film repeat itself? A real sensor's noise never comes twice.

Pure. Once a second, and twice when one has come back, the newest frame is compared
with those of the last minute, by a sixth of its points. One that is much more like it
than its neighbours are is looked at closely: is it the same to its noise, cell by cell?
What sways, shakes or flickers comes back to its place and brightness, but its noise
does not. All frames are kept, not those alone that are looked at: a loop need not be a
whole number of looks long.
"""

from collections import deque
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sight.picture import POINTS, Passed, Pixels

Rows = NDArray[np.intp]
_Kind = TypeVar("_Kind", bound=np.generic)

CELLS = (4, 3)  # across and down
KEPT = 1800  # frames: a minute at 30 a second
LONGEST_S = 60.0  # loop that is noticed
SOONEST_S = 1.5  # a frame is like the one just before it
CHANGE_S = 0.2  # frames so far apart are neighbours
COUNTED_S = 1.0  # of frames, to know how many there are in a second
COMPARED_S = (0.45, 0.9)  # between two comparisons: a frame has come back, or none
EACH = 6  # point is compared with those of all frames
DIP = 0.6  # of its neighbours' difference; that of a frame that came back is 0 to 0.3
MOST_DIPS = 16  # frames that are looked at closely
STIRS = 40  # points that change; a quiet film that was encoded says nothing
ASIDE_S = (0.5, 0.9, 1.4, 1.9, 2.6, 3.3, 4.1)  # frames, before and after, that are none
NOISY = 0.1  # of a cell's points differ; a cell with fewer says nothing
FEWEST_CELLS = 4
AGAIN = 0.5  # of them still do; measured: 0 to 0.1 in loops, also if they were
# encoded, 0.8 to 1 where a web sways or the camera shakes
SAME_CELLS = 0.6  # of the noisy cells
OF_LATE_S = 4.5
SHARE = 0.6  # of the frames of late that were there before, equally far back
FEWEST = 6  # frames in that time
CLOSE = 1  # frame; "equally far" within this


class Repeat:
    """Looks for the newest frames among those of the last minute."""

    def __init__(self) -> None:
        self._points: Pixels = np.zeros((KEPT, POINTS[0] * POINTS[1]), np.uint8)
        self._few: Pixels = np.zeros((KEPT, _FEW), np.uint8)
        self._forget()

    def _forget(self) -> None:
        self._kept = 0
        self._times = np.full(KEPT, np.inf)
        self._began = self._newest = self._compared = float("-inf")
        self._loops = False
        self._late: deque[tuple[float, Rows]] = deque()

    def is_looping(self, passed: Passed, seconds: float) -> bool:
        """Take the frames since the last look into account, this look's last.

        Say whether the film runs in circles.
        """
        if seconds < self._newest:
            self._forget()
        for at, points in passed:
            self._keep(at, points)
        lasted = seconds - self._began
        again = bool(self._late and self._late[-1][1].size)
        due = COMPARED_S[0] if again else COMPARED_S[1]
        if lasted < COUNTED_S or seconds - self._compared < due:
            return self._loops
        self._compared = seconds
        self._compare(seconds)
        self._loops = self._verdict(seconds)
        return self._loops

    def _keep(self, seconds: float, points: Pixels) -> None:
        place = self._kept % KEPT
        self._points[place] = points.ravel()
        self._few[place] = points[:, ::EACH].ravel()
        self._times[place] = self._newest = seconds
        if not self._kept:
            self._began = seconds
        self._kept += 1

    def _compare(self, seconds: float) -> None:
        """Note how many frames ago the same frame was seen, each time."""
        filled = min(self._kept, KEPT)
        times = self._in_order(self._times[:filled])
        lasted = float(times[-1] - times[0])
        if lasted <= 0:
            return
        a_second = (filled - 1) / lasted
        back = max(1, round(CHANGE_S * a_second))
        ages = filled - 1 - self._dips(times, seconds, back)
        if ages.size or self._stirs(back):
            found = [age for age in ages if self._is_again(int(age), a_second)]
            self._late.append((seconds, np.array(found, np.intp)))

    def _in_order(self, ring: NDArray[_Kind]) -> NDArray[_Kind]:
        """Give what is kept of the frames, the oldest first."""
        start = self._kept % KEPT if self._kept > KEPT else 0
        return np.concatenate((ring[start:], ring[:start])) if start else ring

    def _rows(self, ages: Rows) -> Pixels:
        """Give points of frames; the age of the newest is 0."""
        rows: Pixels = self._points[(self._kept - 1 - ages) % KEPT]
        return rows

    def _dips(self, times: NDArray[np.float64], seconds: float, back: int) -> Rows:
        """Give the frames, counted from the oldest, that are so like the newest."""
        filled, newest = len(times), (self._kept - 1) % KEPT
        first = max(back, int(np.searchsorted(times, seconds - LONGEST_S)))
        last = int(np.searchsorted(times, seconds - SOONEST_S, "right"))
        last = min(last, filled - back)
        if last <= first:
            return np.zeros(0, np.intp)
        now = self._few[newest : newest + 1]
        apart, _ = cv2.batchDistance(
            self._few[:filled], now, cv2.CV_32S, normType=cv2.NORM_L1, K=1
        )
        apart = self._in_order(apart[:, 0])
        here = apart[first:last]
        beside = np.minimum(
            apart[first - back : last - back], apart[first + back : last + back]
        )
        dips = np.flatnonzero(here < DIP * beside)
        if dips.size > MOST_DIPS:
            dips = dips[np.argsort(here[dips])[:MOST_DIPS]]
        found: Rows = dips + first
        return found

    def _stirs(self, back: int) -> bool:
        """Say whether anything changed at all."""
        now, before = self._rows(np.array((0, back)))
        return cv2.countNonZero(cv2.absdiff(now, before)) >= STIRS

    def _is_again(self, age: int, a_second: float) -> bool:
        """Say whether the frame of then is the same to its noise, in most cells."""
        steps = np.round(np.array(ASIDE_S) * a_second).astype(np.intp)
        beside = np.concatenate((age - steps, age + steps))
        beside = beside[(beside >= a_second) & (beside < min(self._kept, KEPT))]
        if not beside.size:
            return False
        rows = self._rows(np.append(beside, age))
        # What moved, however bright, must not outweigh the noise: it counts as one.
        noise = _by_cell(rows != self._rows(np.array([0])))
        usual = np.median(noise[:-1], axis=0)
        noisy = usual >= NOISY
        again = noisy & (noise[-1] <= AGAIN * usual)
        return bool(again.sum() >= max(SAME_CELLS * noisy.sum(), FEWEST_CELLS))

    def _verdict(self, seconds: float) -> bool:
        while self._late and self._late[0][0] < seconds - OF_LATE_S:
            self._late.popleft()
        if len(self._late) < FEWEST:
            return False
        need = SHARE * len(self._late)
        return any(self._agreeing(int(lag)) >= need for lag in self._late[-1][1])

    def _agreeing(self, lag: int) -> int:
        """Count the frames of late that were there before, so long ago."""
        return sum(bool((np.abs(lags - lag) <= CLOSE).any()) for _, lags in self._late)


def _by_cell(differs: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the share of each cell's points; a row is a frame."""
    (across, down), (wide, high) = CELLS, POINTS
    cells = differs.reshape(-1, down, high // down, across, wide // across)
    shares: NDArray[np.float64] = cells.mean(axis=(2, 4)).reshape(-1, across * down)
    return shares


_FEW = POINTS[1] * -(-POINTS[0] // EACH)
