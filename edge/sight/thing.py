"""The connected things in a plane of what does not belong to the scene. Pure."""

from dataclasses import dataclass

import cv2

from edge.sight.picture import Pixels
from edge.sight.shape import Box, Point

NOWHERE: Box = (0.0, 0.0, 0.0, 0.0)


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


NOTHING = Thing(0, NOWHERE, (0.0, 0.0))


def things_of(plane: Pixels) -> list[Thing]:
    """Give the things in a plane that is 255 where something is, the largest first."""
    if not cv2.countNonZero(plane):
        return []
    _, _, rows, centres = cv2.connectedComponentsWithStats(plane, connectivity=8)
    high, wide = plane.shape
    things = [
        Thing(
            pixels,
            (left / wide, top / high, width / wide, height / high),
            ((x + 0.5) / wide, (y + 0.5) / high),
        )
        for (left, top, width, height, pixels), (x, y) in zip(
            rows[1:].tolist(), centres[1:].tolist(), strict=True
        )
    ]
    return sorted(things, key=lambda thing: -thing.pixels)
