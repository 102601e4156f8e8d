"""Does a film repeat itself? A real sensor's noise never comes twice.

Pure. Twice a second the newest frame is compared with those of the last minute, by a
third of its points. One that is much more like it than its neighbours are is looked at
closely: is the change that led to it the same, cell by cell, and its noise as well?
What sways in one corner, or shakes the camera, may well repeat itself. All frames are
kept, not those alone that are looked at: a loop need not be a whole number of looks
long.
"""

from collections import deque
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sight.picture import POINTS, Passed, Pixels

Bits = NDArray[np.uint64]
Rows = NDArray[np.intp]

CELLS = (4, 3)  # across and down
POINTS_OF_CELL = (POINTS[0] // CELLS[0]) * (POINTS[1] // CELLS[1])
WORDS = POINTS_OF_CELL // 64
KEPT = 1800  # frames: a minute at 30 a second
LONGEST_S = 60.0  # loop that is noticed
SOONEST_S = 1.5  # a change is like the one just before it
CHANGE_S = 0.2  # from one picture to another: a change
COUNTED_S = 1.0  # of frames, to know how many make a change
COMPARED_S = 0.45  # between two comparisons
EACH = 3  # point is compared with those of all frames
DIP = 0.88  # of its neighbours' difference; noise alone comes down to 0.9 of it
MOST_DIPS = 64  # frames that are looked at closely
STIRS = 0.75  # levels of change; a point with less says nothing
FEWEST_POINTS = 10  # of a cell that change
LEAST_POWER = 5.0  # points; fewer that agree are chance
FEWEST_CELLS = 4  # that change
SAME = 0.45  # correlation of two changes; noise has 0.0, the same change again 1.0
SAME_CELLS = 0.6  # of the cells that change
MOST_ALIKE = (
    6,
    0.03,
)  # frames, and of all; a camera that shakes or wanders changes the
# same again and again, and not in circles
ASIDE_S = (
    0.5,
    0.9,
    1.4,
    1.9,
    2.6,
    3.3,
    4.1,
)  # frames that are no repeat, before, after
NOISY = 0.1  # levels; a cell whose pictures differ by less says nothing
NOISE_AGAIN = 0.75  # of the difference to those frames; less is the same noise again
OF_LATE_S = 4.5
SHARE = 0.6  # of the changes of late that were there before, equally far back
FEWEST = 6  # changes in that time
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
        self._began = self._newest = float("-inf")
        self._compared = float("-inf")
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
        if lasted < COUNTED_S or seconds - self._compared < COMPARED_S:
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
        """Note how many frames ago the same change was seen, each time."""
        filled = min(self._kept, KEPT)
        # The times of the frames that are kept, the oldest first.
        times = np.roll(self._times[:filled], -(self._kept % filled))
        lasted = float(times[-1] - times[0])
        back = max(1, round(CHANGE_S * (filled - 1) / lasted))
        if filled <= back or lasted <= 0:
            return
        dips = self._dips(times, seconds, back)
        ages = filled - 1 - dips
        if ages.size:
            ages = self._alike(np.append(ages, 0), back)
        elif not self._stirs(back):
            return
        if _irregular(ages) > MOST_ALIKE[0] + MOST_ALIKE[1] * filled:
            ages = ages[:0]
        a_second = (filled - 1) / lasted
        found = [age for age in ages if self._is_noise_again(int(age), a_second)]
        self._late.append((seconds, np.array(found, np.intp)))

    def _places(self, ages: Rows) -> Rows:
        """Say where frames are kept; the age of the newest is 0."""
        places: Rows = (self._kept - 1 - ages) % KEPT
        return places

    def _dips(
        self, times: NDArray[np.float64], seconds: float, back: int
    ) -> NDArray[np.intp]:
        """Give the frames, counted from the oldest, that are so like the newest."""
        filled = len(times)
        newest = (self._kept - 1) % KEPT
        apart, _ = cv2.batchDistance(
            self._few[:filled],
            self._few[newest : newest + 1],
            cv2.CV_32S,
            normType=cv2.NORM_L1,
            K=1,
        )
        apart = np.roll(apart[:, 0], -(self._kept % filled))
        first = max(back, int(np.searchsorted(times, seconds - LONGEST_S)))
        last = int(np.searchsorted(times, seconds - SOONEST_S, "right"))
        last = min(last, filled - back)
        if last <= first:
            return np.zeros(0, np.intp)
        here = apart[first:last]
        beside = np.minimum(
            apart[first - back : last - back], apart[first + back : last + back]
        )
        dips = np.flatnonzero(here < DIP * beside)
        if dips.size > MOST_DIPS:
            dips = np.sort(dips[np.argsort(here[dips])[:MOST_DIPS]])
        found: Rows = dips + first
        return found

    def _stirs(self, back: int) -> bool:
        """Say whether anything changed at all."""
        now, before = self._places(np.array((0, back)))
        change = cv2.absdiff(self._points[now], self._points[before])
        return cv2.countNonZero(change) >= FEWEST_CELLS * FEWEST_POINTS

    def _alike(self, ages: Rows, back: int) -> Rows:
        """Give those ages at which most cells changed as they do now (the last)."""
        now = self._points[self._places(ages)].astype(np.float32)
        before = self._points[self._places(ages + back)].astype(np.float32)
        shape = (-1, POINTS[1], POINTS[0])
        signs, places = _bits(now.reshape(shape), before.reshape(shape))
        counts = np.bitwise_count(places).sum(axis=2, dtype=np.float32)
        cells = np.flatnonzero(counts[-1] >= FEWEST_POINTS)
        if cells.size < FEWEST_CELLS:
            return ages[:0]
        where = places[:-1, cells] & places[-1, cells]
        other = where & (signs[:-1, cells] ^ signs[-1, cells])
        shared = np.bitwise_count(where).sum(axis=2, dtype=np.int32)
        shared -= 2 * np.bitwise_count(other).sum(axis=2, dtype=np.int32)
        power = np.sqrt(counts[:-1, cells] * counts[-1, cells])
        alike = (shared >= SAME * np.maximum(power, LEAST_POWER)).sum(axis=1)
        found: Rows = ages[:-1][alike >= SAME_CELLS * cells.size]
        return found

    def _is_noise_again(self, age: int, a_second: float) -> bool:
        """Say whether the picture of then is the same to its noise, in most cells.

        What moves to and fro comes back to its place, but its noise does not.
        """
        steps = np.round(np.array(ASIDE_S) * a_second).astype(np.intp)
        beside = np.concatenate((age - steps, age + steps))
        oldest = min(self._kept, KEPT) - 1
        beside = beside[(beside >= a_second) & (beside <= oldest)]
        if not beside.size:
            return False
        rows = self._points[self._places(np.append(beside, age))]
        apart = cv2.absdiff(
            rows, np.tile(self._points[self._places(np.array([0]))], (len(rows), 1))
        )
        by_cell = _cells(apart.reshape(-1, POINTS[1], POINTS[0])).mean(axis=2)
        usual = np.median(by_cell[:-1], axis=0)
        noisy = usual >= NOISY
        again = by_cell[-1] <= NOISE_AGAIN * usual
        return bool(
            (again & noisy).sum() >= max(SAME_CELLS * noisy.sum(), FEWEST_CELLS)
        )

    def _verdict(self, seconds: float) -> bool:
        while self._late and self._late[0][0] < seconds - OF_LATE_S:
            self._late.popleft()
        if len(self._late) < FEWEST:
            return False
        need = SHARE * len(self._late)
        return any(self._agreeing(int(lag)) >= need for lag in self._late[-1][1])

    def _agreeing(self, lag: int) -> int:
        """Count the changes of late that were there before, so long ago."""
        return sum(bool((np.abs(lags - lag) <= CLOSE).any()) for _, lags in self._late)


def _irregular(lags: NDArray[np.intp]) -> int:
    """Count the lags that are no multiple of the shortest."""
    if not lags.size:
        return 0
    shortest = lags.min()
    off = np.abs(lags - np.round(lags / shortest) * shortest)
    return int((off > CLOSE).sum())


_Number = TypeVar("_Number", np.float32, np.uint8)
_FEW = POINTS[1] * -(-POINTS[0] // EACH)


def _bits(now: NDArray[np.float32], before: NDArray[np.float32]) -> tuple[Bits, Bits]:
    """Give the signs and the places of changes; each row is a frame's points.

    Light that sweeps over a scene is smooth, and a lamp makes all of it brighter by a
    share: neither is noise, and both are taken out.
    """
    scene, change = _cells(now), _cells(_rough(now - before))
    scene -= scene.mean(axis=2, keepdims=True)
    change -= change.mean(axis=2, keepdims=True)
    power = (scene * scene).sum(axis=2, keepdims=True) + 1.0
    change -= scene * ((scene * change).sum(axis=2, keepdims=True) / power)
    places = np.packbits(np.abs(change) >= STIRS, axis=2).view(np.uint64)
    return np.packbits(change > 0, axis=2).view(np.uint64), places


def _rough(changes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Take out of each change what its neighbours have, too."""
    return np.stack([one - cv2.blur(one, (3, 3)) for one in changes])


def _cells(points: NDArray[_Number]) -> NDArray[_Number]:
    across, down = CELLS
    wide, high = POINTS[0] // across, POINTS[1] // down
    cells = points.reshape(-1, down, high, across, wide).swapaxes(2, 3)
    return np.ascontiguousarray(cells).reshape(len(points), across * down, wide * high)
