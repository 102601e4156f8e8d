"""Is a camera's picture alive? A real sensor never gives the same picture for long."""

import numpy as np

from edge.picture import Masked, Pixels

FROZEN_S = 8.0  # of the camera's time; to be named within 10 s. Encoders repeat a
# picture of a quiet scene until their next keyframe, 1 to 5 s apart


class Liveness:
    """Says of each picture in turn whether the film stands still."""

    def __init__(self) -> None:
        self._last: tuple[Pixels, Pixels] | None = None
        self._changed_at: float | None = None

    def is_frozen(self, picture: Masked, seconds: float) -> bool:
        """Judge one picture at `seconds` of a clock that advances while we look."""
        if self._changed_at is None or self._differs(picture):
            self._changed_at = seconds
        self._last = (picture.small, picture.luma)
        return seconds - self._changed_at >= FROZEN_S

    def has_changed_at(self, seconds: float) -> bool:
        """Say whether the picture judged at `seconds` differed from those before."""
        return self._changed_at == seconds

    def _differs(self, picture: Masked) -> bool:
        if self._last is None or self._last[1].shape != picture.luma.shape:
            return True
        small, luma = self._last
        if not np.array_equal(small, picture.small):
            return True
        return not np.array_equal(luma, picture.luma)
