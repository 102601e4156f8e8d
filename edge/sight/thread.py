"""Thin things: a visitor far away for a while; webs, twigs and wires for ever. Pure."""

import cv2
import numpy as np

from edge.sight.picture import Pixels
from edge.sight.thing import Place

THIN = 10.0  # px that are thin, on average; with more, what is thin is no visitor
THIN_MOST = 120  # px that count in one look
THIN_SHARE = 0.02  # of a look in the average: ten seconds
OFTEN_SHARE = 0.05  # of a look, in how often a pixel is part of what is small
OFTEN = 0.24  # of the looks; six one after another, as where the knots of a web sway

_SQUARE = np.ones((3, 3), np.uint8)
_LARGE = np.ones((5, 5), np.uint8)


class Threads:
    """What is thin before one camera; `picture` gives the size of its planes."""

    def __init__(self, picture: Pixels) -> None:
        self._thin = 0.0
        self._often = np.zeros(picture.shape, np.float32)
        self._quiet = 0

    @property
    def are_there(self) -> bool:
        """Is something thin there all the time?"""
        return self._thin > THIN

    def rest(self) -> None:
        """Take note of a look in which nothing differs."""
        self._thin -= self._thin * THIN_SHARE
        self._quiet += 1

    def leave_out(self, fine: cv2.typing.MatLike, where: Place) -> cv2.typing.MatLike:
        """Clean what differs (255) in a part of the picture.

        Where something thin is seen all the time, that is left out, and what is small
        too where the like is often: threads cross, and sway. Else holes are closed.
        """
        solid = cv2.morphologyEx(fine, cv2.MORPH_OPEN, _SQUARE)
        by_solid = cv2.dilate(solid, _SQUARE, iterations=2)
        thin = cv2.countNonZero(cv2.subtract(fine, by_solid))
        self._thin += (min(thin, THIN_MOST) - self._thin) * THIN_SHARE
        large = _large(fine)
        self._take_small(cv2.subtract(fine, large), where)
        if not self.are_there:
            return cv2.morphologyEx(fine, cv2.MORPH_CLOSE, _SQUARE)
        solid[self._often[where] > 255 * OFTEN] = 0
        return cv2.max(solid, large)

    def _take_small(self, small: cv2.typing.MatLike, where: Place) -> None:
        plane = np.zeros(self._often.shape, np.uint8)
        plane[where] = small
        if self._quiet:
            self._often *= (1 - OFTEN_SHARE) ** self._quiet
            self._quiet = 0
        cv2.accumulateWeighted(plane, self._often, OFTEN_SHARE)


def _large(fine: cv2.typing.MatLike) -> cv2.typing.MatLike:
    """Keep what a large square fits into; a thread along the border is thin, too."""
    border = cv2.BORDER_CONSTANT
    return cv2.morphologyEx(
        fine, cv2.MORPH_OPEN, _LARGE, borderType=border, borderValue=0
    )
