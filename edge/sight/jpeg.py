"""Pictures for people, as JPEG. Pure."""

import cv2
import numpy as np
from numpy.typing import NDArray

SNAPSHOT_QUALITY = 80  # of 100


def jpeg_of(image: NDArray[np.uint8]) -> bytes:
    """Encode a BGR picture."""
    _, data = cv2.imencode(
        ".jpg",
        image,
        [
            cv2.IMWRITE_JPEG_QUALITY,
            SNAPSHOT_QUALITY,
            # Full colour: decoders smear halved colour over a mask's edge.
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
        ],
    )
    return data.tobytes()
