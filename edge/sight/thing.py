"""The connected things in a plane of what does not belong to the scene. Pure."""

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sight.picture import Pixels
from edge.sight.shape import Box, Point

Labels: TypeAlias = NDArray[np.int32]  # 0 where nothing is, n in the nth thing
Place: TypeAlias = tuple[slice, slice]  # rows and columns

ALL = (slice(None), slice(None))

BORDER = 0.01  # of the picture
WRITTEN = 0.12  # of the height, at top and bottom, where cameras write


@dataclass(frozen=True, slots=True)
class Thing:
    """One connected thing in one look.

    Attributes:
        pixels: of the small picture (160 px wide).
        box: left, top, width, height, as fractions of the picture.
        centre: of its pixels, as fractions of the picture.
    """

    pixels: int
    box: Box
    centre: Point


def things_of(plane: Pixels, where: Place = ALL) -> tuple[Labels, list[Thing]]:
    """Give the things in a plane that is 255 where something is, from the top down.

    Only the part `where` is looked at, and labelled.
    """
    high, wide = plane.shape
    part = plane[where]
    if not cv2.countNonZero(part):
        return np.zeros(part.shape, np.int32), []
    _, labels, rows, centres = cv2.connectedComponentsWithStatsWithAlgorithm(
        part,
        8,
        cv2.CV_32S,
        cv2.CCL_BBDT,  # OpenCV's usual way takes three times as long
    )
    down, across = where[0].start or 0, where[1].start or 0
    return labels.astype(np.int32, copy=False), [
        Thing(
            pixels,
            (
                (left + across) / wide,
                (top + down) / high,
                width / wide,
                height / high,
            ),
            ((x + across + 0.5) / wide, (y + down + 0.5) / high),
        )
        for (left, top, width, height, pixels), (x, y) in zip(
            rows[1:].tolist(), centres[1:].tolist(), strict=True
        )
    ]


def overlap(one: Box, other: Box) -> bool:
    """Say whether two boxes share a place."""
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )


def apart(one: Thing, other: Thing) -> float:
    """Return how far two things are from each other, across and down, as fractions."""
    (ax, ay), (bx, by) = one.centre, other.centre
    return abs(ax - bx) + abs(ay - by)


def is_at_border(box: Box) -> bool:
    """Say whether a box touches the border of the picture."""
    left, top, width, height = box
    return min(left, top) <= BORDER or max(left + width, top + height) >= 1 - BORDER


def is_written(box: Box) -> bool:
    """Say whether a box is in the lines in which cameras write name and time."""
    _, top, _, height = box
    return top + height < WRITTEN or top > 1 - WRITTEN
