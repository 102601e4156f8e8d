"""Does a film repeat itself? A real sensor's noise never comes twice.

Pure: seconds are an argument. Changes from picture to picture are compared with those
of the last minute, cell by cell: what sways in one corner may well repeat itself.
"""

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sight.picture import Pixels

EVERY = 6  # px in both directions; enough points to tell noise from noise
CELLS = (4, 3)  # across and down
KEPT = 300  # changes: a minute at 5 looks a second; the longest loop that is noticed
SOONEST_S = 1.0  # a change is like the one just before it
SAME = 0.5  # correlation of two changes; noise has 0.0, the same change again 1.0
SAME_CELLS = 0.6  # of the cells that change
FEWEST_CELLS = 3  # that change
STIRS = 0.05  # levels (root mean square) of change; less is no picture of a sensor
MOST = 4.0  # levels; what changes more must not outweigh the noise
OF_LATE_S = 4.0
SHARE = 0.6  # of the changes of late that were there before, equally far back
FEWEST = 8  # changes in that time
CLOSE_S = 0.1  # "equally far" within this; a lens that shakes is often as before

_BLUR = (7, 7)  # px; light that sweeps over the scene is smoother than this


class Repeat:
    """Looks for the changes of late among those of the last minute."""

    def __init__(self) -> None:
        self._before: NDArray[np.float32] | None = None
        self._changes: NDArray[np.float32] = np.zeros((0, 0, 0), np.float32)
        self._times = np.full(KEPT, np.inf)
        self._next = 0
        self._late: deque[tuple[float, NDArray[np.float64]]] = deque()

    def is_looping(self, picture: Pixels, seconds: float) -> bool:
        """Take the next picture into account; say whether the film runs in circles."""
        points = _points(picture)
        before, self._before = self._before, points
        if before is None or before.shape != points.shape:
            cells, size = points.shape
            self._changes = np.zeros((cells, KEPT, size), np.float32)
            self._times[:] = np.inf
            self._late.clear()
            return False
        change = np.clip(points - before, -MOST, MOST)
        change -= change.mean(axis=1, keepdims=True)
        sizes = np.sqrt((change * change).sum(axis=1))
        stirred = sizes >= STIRS * points.shape[1] ** 0.5
        if stirred.sum() >= FEWEST_CELLS:
            change[stirred] /= sizes[stirred, None]
            change[~stirred] = 0.0
            self._late.append((seconds, self._lags(change, stirred, seconds)))
            self._changes[:, self._next] = change
            self._times[self._next] = seconds
            self._next = (self._next + 1) % KEPT
        return self._verdict(seconds)

    def _lags(
        self, change: NDArray[np.float32], stirred: NDArray[np.bool_], seconds: float
    ) -> NDArray[np.float64]:
        """Return how long ago the same change was seen, each time."""
        like = np.matmul(self._changes, change[:, :, None])[:, :, 0]
        alike = (like >= SAME).sum(axis=0)
        enough = (alike >= SAME_CELLS * stirred.sum()) & (
            self._times <= seconds - SOONEST_S
        )
        lags: NDArray[np.float64] = seconds - self._times[enough]
        return lags

    def _verdict(self, seconds: float) -> bool:
        while self._late and self._late[0][0] < seconds - OF_LATE_S:
            self._late.popleft()
        if len(self._late) < FEWEST:
            return False
        need = SHARE * len(self._late)
        return any(self._agreeing(lag) >= need for lag in self._late[-1][1])

    def _agreeing(self, lag: float) -> int:
        """Count the changes of late that were there before, so long ago."""
        return sum(
            bool((np.abs(lags - lag) <= CLOSE_S).any()) for _, lags in self._late
        )


def _points(picture: Pixels) -> NDArray[np.float32]:
    """Return the fine detail of a picture at some points: one row for each cell."""
    some = (slice(EVERY // 2, None, EVERY),) * 2
    fine = picture[some].astype(np.float32) - cv2.blur(picture, _BLUR)[some]
    across, down = CELLS
    high, wide = fine.shape[0] // down, fine.shape[1] // across
    cells = fine[: high * down, : wide * across].reshape(down, high, across, wide)
    return np.ascontiguousarray(cells.swapaxes(1, 2)).reshape(down * across, -1)
