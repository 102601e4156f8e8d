"""How much a camera shows of a place: pixels per metre, and what they are enough for.

The classes are those of IEC 62676-4:2025. A lens that bends straight lines shows less
at the edge of its picture than is said here.
"""

import math

from sites.site import Purpose, Resolution

NEEDED: dict[Purpose, int] = {
    "overview": 20,
    "outline": 40,
    "discern": 80,
    "perceive": 125,
    "characterise": 250,
    "validate": 500,
    "scrutinise": 1500,
}  # px/m at the place itself


def pixels_per_metre(resolution: Resolution, fov: float, distance: float) -> float:
    """Give how many pixels a metre gets that stands across the line of sight.

    `fov` is the horizontal angle of the whole picture in degrees, more than 0 and less
    than 180; `distance` is in metres. Beside the middle of the picture it is not less.
    """
    return resolution.width / (2 * distance * _half_width(fov))


def farthest(resolution: Resolution, fov: float, purpose: Purpose) -> float:
    """Give the distance in metres up to which a camera serves a purpose."""
    return resolution.width / (2 * NEEDED[purpose] * _half_width(fov))


def serves(density: float, purpose: Purpose) -> bool:
    """Tell whether so many pixels per metre are enough for a purpose."""
    return density >= NEEDED[purpose]


def _half_width(fov: float) -> float:
    """Give half of what the picture is wide, for each metre of distance."""
    return math.tan(math.radians(fov) / 2)
