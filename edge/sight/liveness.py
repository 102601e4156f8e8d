"""Is a camera's picture alive? A real sensor never gives the same picture for long."""

import numpy as np

from edge.sight.picture import Masked, Pixels

FROZEN_S = 8.0  # of the camera's time; to be named within 10 s. Encoders repeat a
# picture of a quiet scene until their next keyframe, 1 to 5 s apart


class Liveness:
    """Says of each picture in turn whether the film stands still.

    `moves` tells whether the last picture differed from the one before it.
    """

    def __init__(self) -> None:
        self.moves = False
        self._last: tuple[float, Pixels, Pixels] | None = None
        self._moved_at = 0.0

    def is_frozen(self, picture: Masked, seconds: float, now: float) -> bool:
        """Judge one picture.

        Args:
            picture: as the masks leave it.
            seconds: the picture's own time stamp; it must advance, too.
            now: seconds of a clock that advances whatever the camera does.
        """
        self.moves = self._last is not None and self._differs(picture, seconds)
        if self.moves or self._last is None:
            self._moved_at = now
        self._last = (seconds, picture.small, picture.luma)
        return now - self._moved_at >= FROZEN_S

    def _differs(self, picture: Masked, seconds: float) -> bool:
        if self._last is None:
            return True
        before, small, luma = self._last
        if seconds <= before:
            return False
        if luma.shape != picture.luma.shape:
            return True
        if not np.array_equal(small, picture.small):
            return True
        return not np.array_equal(luma, picture.luma)
