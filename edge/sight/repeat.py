"""Does a film repeat itself? A real sensor's noise never comes twice.

Pure. Changes from look to look are compared with those of each frame of the last
minute, cell by cell: what sways in one corner may well repeat itself. All frames are
kept, not those alone that are looked at: a loop need not be a whole number of looks
long. Of a change only its places and signs are kept, a bit each.
"""

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sight.picture import POINTS, Passed, Pixels

Bits = NDArray[np.uint64]

CELLS = (4, 3)  # across and down
POINTS_OF_CELL = (POINTS[0] // CELLS[0]) * (POINTS[1] // CELLS[1])
WORDS = POINTS_OF_CELL // 64
KEPT = 1800  # frames: a minute at 30 a second
LONGEST_S = 60.0  # loop that is noticed
SOONEST_S = 1.5  # a change is like the one just before it
CHANGE_S = 0.2  # from one picture to another: a change
COUNTED_S = 1.0  # of frames, to know how many make a change
COMPARED_S = 0.35  # between two comparisons
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
OF_LATE_S = 4.5
SHARE = 0.6  # of the changes of late that were there before, equally far back
FEWEST = 6  # changes in that time
CLOSE = 1  # frame; "equally far" within this


class Repeat:
    """Looks for the changes of late among those of the last minute."""

    def __init__(self) -> None:
        self._signs: Bits = np.zeros((KEPT, *_SHAPE), np.uint64)
        self._places: Bits = np.zeros((KEPT, *_SHAPE), np.uint64)
        self._counts = np.zeros((KEPT, _SHAPE[0]), np.float32)
        self._forget()

    def _forget(self) -> None:
        self._frames = self._kept = 0
        self._times = np.full(KEPT, np.inf)
        self._past: deque[tuple[float, Pixels]] = deque()
        self._back: int | None = None
        self._compared = float("-inf")
        self._loops = False
        self._late: deque[tuple[float, NDArray[np.intp]]] = deque()

    def is_looping(self, passed: Passed, seconds: float) -> bool:
        """Take the frames since the last look into account, this look's last.

        Say whether the film runs in circles.
        """
        if self._past and seconds < self._past[-1][0]:
            self._forget()
        self._past.extend(passed)
        if self._back is None:
            self._back = self._count_back()
            if self._back is None:
                return False
        if seconds - self._compared >= COMPARED_S:
            self._compared = seconds
            self._take(self._back)
            if self._kept:
                self._compare(seconds)
            self._loops = self._verdict(seconds)
        return self._loops

    def _count_back(self) -> int | None:
        """Say how many frames make a change, once enough were seen to tell."""
        lasted = self._past[-1][0] - self._past[0][0]
        if lasted < COUNTED_S:
            return None
        return max(1, round(CHANGE_S * (len(self._past) - 1) / lasted))

    def _take(self, back: int) -> None:
        """Keep the changes that end at the frames that are new."""
        count = len(self._past) - back
        if count <= 0:
            return
        frames = np.stack([picture for _, picture in self._past]).astype(np.float32)
        signs, places = _bits(frames[back:], frames[:-back])
        for number in range(count):
            place = self._kept % KEPT
            self._signs[place], self._places[place] = signs[number], places[number]
            self._counts[place] = np.bitwise_count(places[number]).sum(axis=1)
            self._times[place] = self._past[back][0]
            self._past.popleft()
            self._kept += 1

    def _compare(self, seconds: float) -> None:
        """Note how many frames ago the same change was seen, each time."""
        now = (self._kept - 1) % KEPT
        count = self._counts[now]
        stirred = count >= FEWEST_POINTS
        if stirred.sum() < FEWEST_CELLS:
            return
        filled = min(self._kept, KEPT)
        times = self._times[:filled]
        before = (times <= seconds - SOONEST_S) & (times >= seconds - LONGEST_S)
        liveliest = np.argsort(count)[-FEWEST_CELLS:]
        some = np.flatnonzero(before)
        enough = len(liveliest) * SAME_CELLS - 1
        some = some[self._alike(now, some, liveliest) >= enough]
        stirring = np.flatnonzero(stirred)
        need = SAME_CELLS * len(stirring)
        found = some[self._alike(now, some, stirring) >= need]
        lags = (now - found) % KEPT
        if _irregular(lags) > MOST_ALIKE[0] + MOST_ALIKE[1] * filled:
            lags = lags[:0]
        self._late.append((seconds, lags))

    def _alike(
        self, now: int, frames: NDArray[np.intp], cells: NDArray[np.intp]
    ) -> NDArray[np.intp]:
        """Count for each frame the cells that changed as they do now."""
        rows = (frames[:, None], cells[None, :])
        where = self._places[rows] & self._places[now, cells]
        other = where & (self._signs[rows] ^ self._signs[now, cells])
        shared = np.bitwise_count(where).sum(axis=2, dtype=np.int32)
        shared -= 2 * np.bitwise_count(other).sum(axis=2, dtype=np.int32)
        power = np.sqrt(self._counts[rows] * self._counts[now, cells])
        alike: NDArray[np.intp] = (shared >= SAME * np.maximum(power, LEAST_POWER)).sum(
            axis=1
        )
        return alike

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


_SHAPE = (CELLS[0] * CELLS[1], WORDS)


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


def _cells(points: NDArray[np.float32]) -> NDArray[np.float32]:
    across, down = CELLS
    wide, high = POINTS[0] // across, POINTS[1] // down
    cells = points.reshape(-1, down, high, across, wide).swapaxes(2, 3)
    return np.ascontiguousarray(cells).reshape(len(points), across * down, wide * high)
