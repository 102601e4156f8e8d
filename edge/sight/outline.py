"""Where a scene's edges lie, roughly: has it changed since it was last compared? Pure.

The comparison with the reference takes 1.5 ms, and this 0.05 ms.
"""

import cv2
import numpy as np

from edge.sight.likeness import Blocks, Plane

GRID = (32, 18)  # blocks across and down
WHOLE = 0.999  # of a block; rounding is no mask
LEAST = 1.0  # steps of the logarithm; a smaller change is noise

_NEAR = np.ones((3, 3), np.uint8)


def shown(seen: Plane) -> Blocks:
    """Return 1 for each block that no mask touches, else 0; a mask has edges."""
    share = cv2.resize(seen, GRID, interpolation=cv2.INTER_AREA)
    whole = cv2.erode((share > WHOLE).astype(np.float32), _NEAR)
    return whole.astype(np.float32, copy=False)


def outline(mean: Plane, blocks: Blocks) -> Blocks:
    """Return the strength of a picture's edges (logarithmic) in those blocks."""
    edges = cv2.morphologyEx(mean, cv2.MORPH_GRADIENT, _NEAR)
    grid = cv2.resize(edges, GRID, interpolation=cv2.INTER_AREA)
    return cv2.multiply(grid, blocks).astype(np.float32, copy=False)


def change(now: Blocks, before: Blocks) -> float:
    """Return the share of the edges that are not where they were, or not as strong."""
    apart = cv2.absdiff(now, before)
    cv2.threshold(apart, LEAST, 0, cv2.THRESH_TOZERO, apart)
    edges = cv2.norm(cv2.max(now, before), cv2.NORM_L1)
    return cv2.norm(apart, cv2.NORM_L1) / max(edges, 1.0)
