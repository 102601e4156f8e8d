"""Polygons as pictures: where a zone is, and what masks leave to be seen. Pure."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sight.shape import Polygon

BLOCK = 16  # px; JPEG and H.264 mix the pixels of a block, so masks cover whole ones


def cover(polygon: Polygon, height: int, width: int) -> NDArray[np.uint8]:
    """Draw a polygon: 255 inside and on its border, 0 elsewhere."""
    corners = np.array([[x * (width - 1), y * (height - 1)] for x, y in polygon])
    plane = np.zeros((height, width), np.uint8)
    cv2.fillPoly(plane, [corners.round().astype(np.int32)], (255,))
    return plane


def kept(masks: Sequence[Polygon], height: int, width: int) -> NDArray[np.uint8]:
    """Return 255 where the picture may be seen, 0 in each block a mask touches."""
    across, down = -(-width // BLOCK), -(-height // BLOCK)
    touched = np.zeros((down * BLOCK, across * BLOCK), np.uint8)
    for mask in masks:
        touched[:height, :width] |= cover(mask, height, width)
    rows = touched.reshape(down, BLOCK, -1).max(axis=1)
    blocks = rows.reshape(down, across, BLOCK).max(axis=2)
    size = (across * BLOCK, down * BLOCK)
    whole = cv2.resize(255 - blocks, size, interpolation=cv2.INTER_NEAREST)
    return np.ascontiguousarray(whole[:height, :width], dtype=np.uint8)
