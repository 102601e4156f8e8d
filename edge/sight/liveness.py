"""Is a camera's picture alive? A real sensor never gives the same picture for long."""

from collections import deque

import numpy as np

from edge.sight.picture import POINTS, Masked, Pixels

FROZEN_S = 8.0  # of the camera's time; to be named within 10 s. Encoders repeat a
# picture of a quiet scene until their next keyframe, 1 to 5 s apart
CELLS = (8, 6)  # across and down
STILL_CELLS = 4  # of 48 that change; a clock in the picture takes so many
MOST = 0.7  # of the looks; an encoder that repeats itself starts anew now and then
LIVELY = 10  # cells that changed at least, as it was alive
WEIGHED_S = 0.9  # between two times that what changed is counted up
KNOWN_S = 3.0  # so long it must have been alive


class Liveness:
    """Says of each picture in turn whether the film stands still.

    `moves` tells whether the last picture differed from the one before it. A film in
    which nothing changes but a clock stands still, too, if it was alive before, and
    until as much changes again. `usual` is the least of cells that ever changed while
    it was alive, or None.
    """

    def __init__(self, usual: float | None = None) -> None:
        self.moves = False
        self.usual = usual
        self._last: tuple[float, Masked] | None = None
        self._moved_at = 0.0
        self._changed: deque[tuple[float, int]] = deque()
        self._weighed = float("-inf")
        self._still = self._stirs = False

    @property
    def is_alive(self) -> bool:
        """Whether pictures differ, and by more than a clock where they always did."""
        return self.moves and (self._stirs or not self._was_lively)

    @property
    def _was_lively(self) -> bool:
        return self.usual is not None and self.usual >= LIVELY

    def is_frozen(self, picture: Masked, seconds: float, now: float) -> bool:
        """Judge one picture.

        Args:
            picture: as the masks leave it.
            seconds: the picture's own time stamp; it must advance, too.
            now: seconds of a clock that advances whatever the camera does.
        """
        if not picture.shows:
            return False
        before, self._last = self._last, (seconds, picture)
        self.moves = before is not None and _differs(before, (seconds, picture))
        if self.moves or before is None:
            self._moved_at = now
        if before is not None:
            same_size = before[1].size == picture.size
            changed = _changed(before[1].points, picture.points) if same_size else 48
            self._changed.append((now, changed))
        if not 0 <= now - self._weighed < WEIGHED_S:
            self._weighed = now
            self._still = self._stands_still(now)
        return now - self._moved_at >= FROZEN_S or self._still

    def _stands_still(self, now: float) -> bool:
        """Say whether almost nothing changes where much did; learn how much does."""
        while self._changed and self._changed[0][0] <= now - FROZEN_S:
            self._changed.popleft()
        if not self._changed or now - self._changed[0][0] < KNOWN_S:
            return False
        counts = sorted(cells for _, cells in self._changed)
        liveliest = float(counts[int(MOST * (len(counts) - 1))])
        if self._still and liveliest < LIVELY:
            return True
        still = liveliest <= STILL_CELLS
        self._stirs = not still
        long = now - self._changed[0][0] >= FROZEN_S - 1
        if still and self._was_lively:
            return long
        if not still or long:
            self.usual = min(self.usual or liveliest, liveliest)
        return False


def _differs(before: tuple[float, Masked], now: tuple[float, Masked]) -> bool:
    if now[0] <= before[0]:
        return False
    one, other = now[1], before[1]
    if one.size != other.size:
        return True
    if not np.array_equal(one.points, other.points):
        return True
    return not np.array_equal(one.luma, other.luma)


def _changed(one: Pixels, other: Pixels) -> int:
    """Count the cells in which a point changed."""
    wide, high = POINTS[0] // CELLS[0], POINTS[1] // CELLS[1]
    changed = (one != other).reshape(CELLS[1], high, CELLS[0], wide)
    return int(changed.any(axis=(1, 3)).sum())
