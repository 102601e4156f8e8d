"""Fine detail: what a thing changes in a picture, and light does not. Pure.

Light changes how bright a place is, a thing changes what is there. The detail of a
picture (a pixel against its neighbourhood) comes or goes with a thing, and stays, up to
a factor, under a lamp, a headlight or another exposure.
"""

from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sight.picture import Pixels

Plane: TypeAlias = NDArray[np.float32]

NOISES = 3.5  # times the noise is beyond chance
AROUND = (5, 5)  # px; fine detail is what differs from the mean of these
FINE = 6.0  # levels; detail that changes more is another thing
SOFT = 0.25  # of the change around; an edge so soft is glare, or close to the lens
DARKEST = 8.0  # levels added to both sides of a ratio; black has no factor
REACH = (7, 7)  # px; a thing's inside is this close to its changed detail
DENSE = 4  # px of changed detail within reach
MOSTLY = 0.5  # of a thing's pixels near changed detail: then all of it is a thing
ALIKE = 0.75  # correlation of the detail of one place then and now: light
ALIKE_PIXELS = 60  # fewer are alike by chance
RICH = 2.0  # levels (root mean square); less detail says nothing

_DOT = np.ones((2, 2), np.uint8)


@dataclass(frozen=True, slots=True)
class Detail:
    """The detail of a place now and in the scene as it is known.

    Attributes:
        up, down: 255 where detail came, and where it went.
    """

    now: Plane
    known: Plane
    up: Pixels
    down: Pixels


def detail_of(level: Pixels, scene: Plane, noise: float, white: float) -> Detail:
    """Compare the detail of a picture and of the scene; all in levels.

    At `white` and above, the sensor tells no detail.
    """
    now = level.astype(np.float32)
    mean_now, mean_known = cv2.blur(now, AROUND), cv2.blur(scene, AROUND)
    fine_now, fine_known = now - mean_now, scene - mean_known
    ratio = (mean_now + DARKEST) / (mean_known + DARKEST)
    change = cv2.min(
        cv2.absdiff(fine_now, fine_known), cv2.absdiff(fine_now, ratio * fine_known)
    )
    soft = np.abs(mean_now - mean_known) * SOFT
    least = np.maximum(soft, max(FINE, NOISES * noise))
    other = cv2.compare(change, least, cv2.CMP_GT)
    more = cv2.compare(np.abs(fine_now), np.abs(fine_known), cv2.CMP_GT)
    _, dark = cv2.threshold(level, ceil(white) - 1, 255, cv2.THRESH_BINARY_INV)
    up = cv2.bitwise_and(other, more)
    down = cv2.bitwise_and(cv2.subtract(other, more), dark)
    return Detail(fine_now, fine_known, up, down)  # type: ignore[arg-type]  # OpenCV's stub says any number; these are bytes


def opened(plane: cv2.typing.MatLike) -> cv2.typing.MatLike:
    """Leave out of a plane what is thinner than 2 px.

    Not by MORPH_OPEN: with an even kernel it moves what is left by a pixel.
    """
    return cv2.dilate(cv2.erode(plane, _DOT), _DOT, anchor=(0, 0))


def things_in(differs: Pixels, detail: Detail, noise: float) -> Pixels:
    """Keep of what differs (255) what is a thing; the rest is light.

    1. What is large and has the detail that it always had is light.
    2. What is mostly near changed detail is a thing.
    3. Of the rest, the parts near changed detail are, and what they enclose.
    """
    changed = cv2.bitwise_or(detail.up, detail.down)
    least = 255 * DENSE / (REACH[0] * REACH[1])
    _, near = cv2.threshold(cv2.blur(changed, REACH), least, 255, cv2.THRESH_BINARY)
    count, numbers = cv2.connectedComponents(differs, connectivity=8, ltype=cv2.CV_16U)
    labels = numbers.astype(np.uint16, copy=False)
    rest = cv2.bitwise_and(differs, near)
    sizes = np.bincount(labels[differs > 0], minlength=count)
    backed = np.bincount(labels[rest > 0], minlength=count)
    light = _alike(detail, labels, sizes, noise)
    whole = (backed >= MOSTLY * sizes) & ~light
    if whole[1:].all():
        return differs
    whole[0] = False
    if light.any():
        rest[light[labels]] = 0
    kept = opened(rest)
    contours, _ = cv2.findContours(kept, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(kept, contours, -1, (255,), cv2.FILLED)
    kept = cv2.bitwise_and(kept, differs)
    kept[whole[labels]] = 255
    return kept.astype(np.uint8, copy=False)


def _alike(
    detail: Detail,
    labels: cv2.typing.MatLike,
    sizes: NDArray[np.integer],
    noise: float,
) -> NDArray[np.bool_]:
    """Say which parts have the detail that they always had."""
    alike = np.zeros(sizes.size, np.bool_)
    for number, size in enumerate(sizes.tolist()):
        if size <= ALIKE_PIXELS:
            continue
        part = labels == number
        now, known = detail.now[part], detail.known[part]
        own, other = float(now @ now), float(known @ known)
        rich = min(own, other) > size * (RICH + 2 * noise) ** 2
        alike[number] = rich and float(now @ known) > ALIKE * (own * other) ** 0.5
    return alike
