"""Where a scene's edges lie, roughly: has it changed since it was last compared? Pure.

The comparison with the reference takes 3 ms, and this 0.1 ms.
"""

import cv2
import numpy as np

from edge.sight.likeness import Blocks, Plane

SIZE = (160, 90)  # px
GRID = (16, 9)  # blocks across and down
LEAST = 2.0  # steps of the logarithm; a smaller change is noise
SHARE = 0.25  # of a block's edges
MANY = 0.2  # of the blocks; somebody who walks by changes fewer

_NEAR = np.ones((3, 3), np.uint8)


def outline(mean: Plane) -> Blocks:
    """Return the strength of the edges of a picture (logarithmic), block by block."""
    small = cv2.resize(mean, SIZE, interpolation=cv2.INTER_AREA)
    edges = cv2.morphologyEx(small, cv2.MORPH_GRADIENT, _NEAR)
    grid = cv2.resize(edges, GRID, interpolation=cv2.INTER_AREA)
    return grid.astype(np.float32, copy=False)


def differs(now: Blocks, before: Blocks) -> bool:
    """Say whether the edges are no longer where they were, or as strong."""
    change = cv2.absdiff(now, before)
    room = cv2.max(now, before) * SHARE + LEAST
    return cv2.countNonZero(cv2.compare(change, room, cv2.CMP_GT)) > MANY * change.size
