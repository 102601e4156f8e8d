"""A still of a film, and what is left of it once the masks are on.

Everything behind this module sees `Masked` pictures alone: the pixels under a mask are
zero before motion, snapshot or anything else looks at them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sight.cover import kept
from edge.sight.jpeg import jpeg_of
from edge.sight.shape import Polygon

Pixels: TypeAlias = NDArray[np.uint8]
Passed: TypeAlias = Sequence[tuple[float, Pixels]]  # (seconds, points) of frames

SMALL_WIDTH = 160  # px; wide enough for a person who is a tenth of the picture high,
# and for the scene to be known again
FINE_WIDTH = 960  # px at most; fine enough to tell a lens out of focus
POINTS = (64, 24)  # across and down; pixels of a frame that are kept as they are
SNAPSHOT_WIDTH = 1280  # px at most
GREY = 128  # the chroma of black
ROUNDING = 1  # level by which grey may be off

_LEVELS = np.arange(256)


class Moment(NamedTuple):
    """A place in a film: the number of the frame, and its seconds since the start."""

    frame: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Still:
    """One frame of a film, not masked yet.

    Attributes:
        luma: the brightness plane, height x width.
        colours: gives all planes as I420 (height * 3/2 x width) when asked.
        passed: points of the frames since the last still that were not looked at.
        chroma: gives the two planes of colour, where that is cheaper than all planes.
        doubtful: it may show what is no longer there, since frames were lost.
    """

    moment: Moment
    luma: Pixels
    colours: Callable[[], Pixels]
    passed: Passed = ()
    chroma: Callable[[], Sequence[Pixels]] | None = None
    doubtful: bool = False


class Masking:
    """The masks of one camera for pictures of one size."""

    def __init__(self, masks: Sequence[Polygon], height: int, width: int) -> None:
        self._masks = masks
        self.height, self.width = height, width

    def fits(self, still: Still) -> bool:
        """Say whether the still has the size these masks were drawn for."""
        return still.luma.shape == (self.height, self.width)

    def takes(self, i420: Pixels) -> bool:
        """Say the same of a picture's planes."""
        return i420.shape == (self.height * 3 // 2, self.width)

    def hide(self, still: Still) -> "Masked":
        """Put the masks on."""
        return Masked(still, self)

    def hide_luma(self, luma: Pixels) -> Pixels:
        """Return a brightness plane with black under the masks."""
        return _pixels(cv2.bitwise_and(luma, self._keep)) if self._masks else luma

    def hide_points(self, points: Pixels) -> Pixels:
        """Return the points of a frame with black under the masks."""
        return points & self._keep_points if self._masks else points

    def halve(self, luma: Pixels) -> Pixels:
        """Halve a brightness plane, with black under the masks.

        Masks cover whole blocks: all four pixels that make one of a half are under a
        mask, or none is. So it costs a quarter to put them on the half.
        """
        if not self._masks or self.height % 2 or self.width % 2:
            return _halved(self.hide_luma(luma))
        half = _halved(luma)
        where, keep = self._keep_half
        half[where] &= keep
        return half

    @cached_property
    def hides_all(self) -> bool:
        """Say whether nothing of the picture may be seen."""
        return not self._keep.any()

    def hide_colours(self, i420: Pixels, *, spare: bool = False) -> Pixels:
        """Return the planes with black under the masks.

        The argument stays whole, unless it may be spared: then it is blackened where it
        lies, and no second picture is in memory.
        """
        if not self._masks:
            return i420
        hidden = i420 if spare and i420.flags.c_contiguous else i420.copy()
        (rows, columns), keep = self._keep_half
        top, left = 2 * rows.start, 2 * columns.start
        luma = hidden[top : 2 * rows.stop, left : 2 * columns.stop]
        luma &= keep.repeat(2, axis=0).repeat(2, axis=1)
        for plane in hidden[self.height :].reshape(2, -1, self.width // 2):
            part = plane[rows, columns]
            part &= keep
            part |= ~keep & GREY
        return hidden

    @cached_property
    def _keep(self) -> Pixels:
        return kept(self._masks, self.height, self.width)

    @cached_property
    def _keep_half(self) -> tuple[tuple[slice, slice], Pixels]:
        """Where the masks are on a half, and what is kept there."""
        keep = self._keep[::2, ::2]
        left, top, wide, high = cv2.boundingRect(255 - keep)
        where = (slice(top, top + high), slice(left, left + wide))
        return where, np.ascontiguousarray(keep[where])

    @cached_property
    def _keep_points(self) -> Pixels:
        return points_of(self._keep)

    def unseen(self, size: tuple[int, int] | None = None) -> Pixels | None:
        """Return 255 where masks hide a picture of a (height, width), None if nowhere.

        Without a size it is the small picture.
        """
        if not self._masks:
            return None
        size = size or small_size(self.height, self.width)
        hidden = 255 - self._keep
        return _pixels(cv2.resize(hidden, size[::-1], interpolation=cv2.INTER_NEAREST))

    def hide_again(self, image: Pixels) -> Pixels:
        """Blacken the masks' blocks once more in a picture that was made smaller."""
        if not self._masks:
            return image
        image[kept(self._masks, *image.shape[:2]) == 0] = 0
        return image


class Masked:
    """A picture in which the masks are black; the only kind that is looked at."""

    def __init__(self, still: Still, masking: Masking) -> None:
        self._luma, self._passed = still.luma, still.passed
        self._colours, self._chroma = still.colours, still.chroma
        self._masking = masking

    @cached_property
    def luma(self) -> Pixels:
        """The brightness as the camera gave it: dear to mask, so seldom asked for."""
        return self._masking.hide_luma(self._luma)

    @cached_property
    def passed(self) -> Passed:
        """Points of the frames since the last still that were not looked at."""
        hide = self._masking.hide_points
        return [(seconds, hide(points)) for seconds, points in self._passed]

    @cached_property
    def small(self) -> Pixels:
        """The brightness at 160 px width.

        Halving first: halves are cheap (0.01 ms), an odd ratio is not (0.5 ms).
        """
        wide = self._luma.shape[1]
        luma = self.luma if wide < 2 * SMALL_WIDTH else self._half
        while luma.shape[1] >= 2 * SMALL_WIDTH:
            luma = _halved(luma)
        high, wide = small_size(*self._luma.shape)
        return _pixels(cv2.resize(luma, (wide, high), interpolation=cv2.INTER_LINEAR))

    @cached_property
    def points(self) -> Pixels:
        """Some pixels, 24 x 64, with their noise as the camera gave it."""
        return self._masking.hide_points(points_of(self._luma))

    @property
    def size(self) -> tuple[int, ...]:
        """Height and width as the camera gave them."""
        return self._luma.shape

    @cached_property
    def _half(self) -> Pixels:
        return self._masking.halve(self._luma)

    @property
    def shows(self) -> bool:
        """Say whether the masks leave anything to be seen."""
        return not self._masking.hides_all

    @cached_property
    def fine(self) -> Pixels:
        """The brightness, halved until it is narrower than 960 px."""
        if self._luma.shape[1] < FINE_WIDTH:
            return self.luma
        luma = self._half
        while luma.shape[1] >= FINE_WIDTH:
            luma = _halved(luma)
        return luma

    def chroma(self) -> float:
        """Return how colourful the picture is: levels from grey, 0 in infrared light.

        Masks do not matter to a mean over the whole picture. A converter's rounding
        puts grey a level beside 128, all over the picture: that is no colour.
        """
        if self._chroma:
            parts = [plane[::8, ::8] for plane in self._chroma()]
        else:
            some = self._colours()[self._luma.shape[0] :: 8, ::8]
            half = -(-some.shape[0] // 2)
            parts = [some[:half], some[half:]]
        levels = [_colour(part) for part in parts if part.size]
        return sum(levels) / len(levels) if levels else 0.0

    def planes(self) -> Pixels:
        """Give all planes as I420, for an encoder."""
        return self._masking.hide_colours(self._colours())

    def colours(self) -> Pixels:
        """Give the picture as BGR, at most 1280 px wide."""
        image = cv2.cvtColor(self.planes(), cv2.COLOR_YUV2BGR_I420)
        if image.shape[1] > SNAPSHOT_WIDTH:
            height = round(image.shape[0] * SNAPSHOT_WIDTH / image.shape[1])
            size = (SNAPSHOT_WIDTH, height)
            image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
            image = self._masking.hide_again(_pixels(image))
        return _pixels(image)

    def jpeg(self) -> bytes:
        """Encode the picture, at most 1280 px wide."""
        return jpeg_of(self.colours())


def _colour(part: Pixels) -> float:
    """Return the mean level of a plane of colour, from what is grey in it."""
    counts = np.bincount(part.ravel(), minlength=_LEVELS.size)  # a sort takes 5 times
    middle = int(np.searchsorted(counts.cumsum(), part.size // 2, side="right"))
    grey = min(max(middle, GREY - ROUNDING), GREY + ROUNDING)
    return float(counts @ np.abs(_LEVELS - grey)) / part.size


def points_of(luma: Pixels) -> Pixels:
    """Pick pixels evenly, 24 x 64; zero where a picture has too few."""
    wide, high = POINTS
    down, across = (max(1, luma.shape[0] // high), max(1, luma.shape[1] // wide))
    some = luma[down // 2 :: down, across // 2 :: across][:high, :wide]
    points = np.zeros((high, wide), np.uint8)
    points[: some.shape[0], : some.shape[1]] = some
    return points


def small_size(height: int, width: int) -> tuple[int, int]:
    """Return (height, width) of the small picture of a large one."""
    return max(1, round(height * SMALL_WIDTH / width)), SMALL_WIDTH


def _halved(luma: Pixels) -> Pixels:
    half = (luma.shape[1] // 2, luma.shape[0] // 2)
    return _pixels(cv2.resize(luma, half, interpolation=cv2.INTER_AREA))


def _pixels(image: NDArray[np.integer | np.floating]) -> Pixels:
    """Narrow what OpenCV's stub calls any array: ours are always bytes."""
    return image.astype(np.uint8, copy=False)
