"""What one look showed, as it was judged: things, their detail, and where they are.

Pure. It holds for the looks after it, too, as long as these show nothing else.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from edge.sight.course import Course
from edge.sight.detail import Detail
from edge.sight.picture import Pixels
from edge.sight.thing import Labels, Place, Thing
from edge.sight.zone import Presence, Zone

STIRRED = 12  # levels; a pixel that changes more between two looks has moved
STIRRED_NOISES = 4.0  # times the noise, likewise
STIRRED_SHARE = 0.02  # of a thing's pixels; fewer is the sensor's noise
STIRRED_EDGE = (
    0.6  # of its side (root of its pixels); of what is large, edges alone stir
)
STIRRED_PIXELS = 3
GLARED = 0.4  # of what is around a thing is lighter than usual
BESIDE = 4  # px around it

_SQUARE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Shown:
    """The things of one look; each number is an index into the counts, from 1.

    Attributes:
        level: the picture in its usual light.
        where: the part of it that `labels` number.
        glared: which things are in a glare; empty if there is none.
        is_settled: the light is.
        detail: gives the detail of that part.
    """

    level: Pixels
    where: Place
    labels: Labels
    things: list[Thing]
    glared: list[bool]
    is_settled: bool
    detail: Callable[[], Detail] | None

    @cached_property
    def details(self) -> list[tuple[int, int]]:
        """Say of each thing in how many pixels detail came, and went.

        A pixel around it counts too.
        """
        count = len(self.things) + 1
        if self.detail is None:
            return [(0, 0)] * count
        detail = self.detail()
        near = cv2.dilate(self.labels.astype(np.uint16), _SQUARE)
        up, down = near[detail.up > 0], near[detail.down > 0]
        came = np.bincount(up, minlength=count).tolist()
        return list(zip(came, np.bincount(down, minlength=count).tolist(), strict=True))

    def stirred(self, small: Pixels, before: Pixels, noise: float) -> list[bool]:
        """Say which things changed from one small picture to the next."""
        if not self.things:
            return []
        change = cv2.absdiff(small[self.where], before[self.where])
        moved = self.labels[change > max(STIRRED, STIRRED_NOISES * noise)]
        counts = np.bincount(moved, minlength=len(self.things) + 1).tolist()
        return [
            counts[number] >= max(STIRRED_PIXELS, _least_stirred(thing.pixels))
            for number, thing in enumerate(self.things, 1)
        ]

    def presence(self, zone: Zone, tracks: Sequence[Course | None]) -> Presence:
        """Say what is in a zone: the largest thing, and the largest that has arrived.

        `tracks` are those of the things, in order.
        """
        cover = zone.cover[self.where]
        if cv2.countNonZero(cover) == cover.size:
            pixels = [thing.pixels for thing in self.things]
        else:
            inside = self.labels[cover > 0]
            counts = np.bincount(inside, minlength=len(self.things) + 1)
            pixels = counts[1:].tolist()
        arrived = [
            (count, number)
            for number, (count, track) in enumerate(zip(pixels, tracks, strict=True))
            if track and track.has_arrived
        ]
        largest = max(pixels, default=0)
        if not arrived:
            return Presence(largest)
        count, number = max(arrived)
        track = tracks[number]
        left = track is not None and track.is_left
        return Presence(largest, count, self.things[number].box, left)


def is_glared(glare: Pixels, thing: Thing) -> bool:
    """Say whether it is lighter around a thing: light may be all that it is."""
    high, wide = glare.shape
    left, top, width, height = thing.box
    x, y = round(left * wide), round(top * high)
    right, foot = x + round(width * wide), y + round(height * high)
    rows = slice(max(0, y - BESIDE), foot + BESIDE)
    near = glare[rows, max(0, x - BESIDE) : right + BESIDE]
    return cv2.countNonZero(near) >= GLARED * max(1, near.size - thing.pixels)


def _least_stirred(pixels: int) -> float:
    return min(STIRRED_SHARE * pixels, STIRRED_EDGE * math.sqrt(pixels))
