"""Does a look show what the one judged last did not? If not, it tells the same.

Pure: seconds are an argument. Most looks at most scenes show nothing new: nobody is
there, or somebody stands. To see that takes a tenth of the time of judging a look. What
comes slowly is not lost: each look is compared with the one that was judged last, not
with the one before it, and that is less than a second ago.
"""

from typing import Literal, TypeAlias

import cv2
import numpy as np

from edge.sight.picture import Pixels

LONGEST_S = 0.9  # without judging: what is learned follows steps of up to a second
SHARE = 0.5  # of the levels by which a thing differs from the scene
NOISES = (
    4.0  # times the noise, likewise; one pixel by chance is no news, two by two are
)
FIDGETS = 0.12  # of the pixels of who is there; a head that turns is no news

News: TypeAlias = Literal["unjudged", "long ago", "much", "elsewhere"]

_DOT = np.ones((2, 2), np.uint8)
_NEAR = np.ones((5, 5), np.uint8)


class Stillness:
    """Compares looks with the one judged last; `threshold` is in levels."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._judged: Pixels | None = None
        self._there: cv2.typing.MatLike | None = None
        self._most = self._at = 0.0

    def keep(self, small: Pixels, things: Pixels | None, seconds: float) -> None:
        """Take a look that was judged; `things` is 255 where one is, if any is."""
        self._judged, self._there, self._at = small, None, seconds
        if things is not None:
            self._there = cv2.dilate(things, _NEAR)
            self._most = FIDGETS * cv2.countNonZero(things)

    def forget(self) -> None:
        """Have the next look judged."""
        self._judged = None

    def news(self, small: Pixels, seconds: float, noise: float) -> News | None:
        """Say why a look has to be judged, None if it shows what was judged last.

        `noise` is the standard deviation of a pixel, in levels.
        """
        if self._judged is None:
            return "unjudged"
        if not 0 <= seconds - self._at < LONGEST_S:
            return "long ago"
        least = max(SHARE * self._threshold, NOISES * noise)
        change = cv2.absdiff(small, self._judged)
        _, far = cv2.threshold(change, least, 255, cv2.THRESH_BINARY)
        new = cv2.erode(far, _DOT)
        if self._there is not None:
            if cv2.countNonZero(far) > self._most:
                return "much"
            new = cv2.subtract(new, self._there)
        return "elsewhere" if cv2.countNonZero(new) else None
