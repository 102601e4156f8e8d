"""By how much a pixel must differ from the scene, by the brightness there. Pure.

In the dark less is enough: a coat has a share of the light, not some levels.
"""

from functools import lru_cache

import cv2
import numpy as np

from edge.sight.picture import Pixels

DARK_UNTIL = 110.0  # levels; a darker place need not differ by as much


@lru_cache(maxsize=64)
def limits(threshold: float, floor: int, most: int) -> Pixels:
    """Return the limit for each of the 256 levels, between floor and most."""
    levels = np.arange(256, dtype=np.uint8)
    share = threshold / DARK_UNTIL
    least = cv2.convertScaleAbs(levels, alpha=share * 0.6, beta=0.4 * threshold)
    return np.clip(least, floor, most).astype(np.uint8).ravel()
