"""Where a scene's edges lie, roughly: has it changed since it was last compared? Pure.

The comparison with the reference takes 3 ms, and this 0.1 ms.
"""

import cv2
import numpy as np

from edge.sight.likeness import Blocks, Plane

SIZE = (160, 90)  # px
GRID = (32, 18)  # blocks across and down
LEAST = 1.0  # steps of the logarithm; a smaller change is noise
CHANGED = 0.2  # of all edges; less comes and goes with whoever walks by

_NEAR = np.ones((3, 3), np.uint8)


def outline(mean: Plane) -> Blocks:
    """Return the strength of the edges of a picture (logarithmic), block by block."""
    small = cv2.resize(mean, SIZE, interpolation=cv2.INTER_AREA)
    edges = cv2.morphologyEx(small, cv2.MORPH_GRADIENT, _NEAR)
    grid = cv2.resize(edges, GRID, interpolation=cv2.INTER_AREA)
    return grid.astype(np.float32, copy=False)


def differs(now: Blocks, before: Blocks) -> bool:
    """Say whether the edges are no longer where they were, or as strong."""
    change = cv2.threshold(cv2.absdiff(now, before), LEAST, 0, cv2.THRESH_TOZERO)[1]
    edges = cv2.norm(cv2.max(now, before), cv2.NORM_L1)
    return cv2.norm(change, cv2.NORM_L1) > CHANGED * edges
