"""How like the scene that is known a picture is. Pure.

A scene is known by its edges, and these by the logarithm of brightness: light changes
neither where they lie nor how strong they are. All is judged at 320 px width, on a grid
of blocks, so that somebody before the lens takes some away, and a hand on it all.
"""

from functools import cached_property
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sight.picture import Pixels

Plane: TypeAlias = NDArray[np.float32]

GRID = (8, 6)  # blocks across and down
COARSE = (40, 22)  # px; what is left of a picture however much it is defocused
TEXTURE = 0.6  # a pixel; a block with weaker edges tells nothing
GLOW = (31, 31)  # px; what is smoother is light, not the scene
STEADY = (
    0.7  # correlation of a block's edges with those of a moment ago; noise has less
)
SOBEL = 0.125  # makes levels a pixel of OpenCV's sums
SMALLEST = 1e-6  # against division by nothing
ALIGNED = (160, 90)  # px; at which a small shift is taken back

_LOGARITHM = (100 * np.log(np.arange(256) + 8)).astype(np.float32)  # about a level's
# worth at 92; 8 over the 16 of video black, so that its noise stays small


class View:
    """The edges of one picture; `seen` is 1 where no mask is near, else 0."""

    def __init__(self, picture: Plane, seen: Plane) -> None:
        self.picture, self.seen = picture, seen
        # A lamp's glow, however strong, is no edge.
        self._fine = _plane(cv2.subtract(picture, cv2.blur(picture, GLOW)))

    @cached_property
    def edges(self) -> tuple[Plane, Plane]:
        """Strength of the edges across and down, a pixel's noise smoothed away."""
        smooth = cv2.GaussianBlur(self._fine, (5, 5), 1.0)
        return _slopes(_plane(smooth), self.seen)

    @cached_property
    def energy(self) -> Plane:
        """Mean square of the smoothed edges, block by block."""
        across, down = self.edges
        return blocks(across * across + down * down)

    @cached_property
    def sharpness(self) -> Plane:
        """Strength of fine edges over that of coarse ones, block by block."""
        fine = _slopes(self._fine, self.seen)
        few = cv2.resize(self._fine, COARSE, interpolation=cv2.INTER_AREA)
        seen = cv2.resize(self.seen, COARSE, interpolation=cv2.INTER_AREA)
        coarse = _slopes(_plane(few), _plane(seen))
        ratio = _power(fine) / np.maximum(_power(coarse), SMALLEST)
        return _plane(np.maximum(np.sqrt(ratio), SMALLEST))

    @cached_property
    def magnitude(self) -> Plane:
        """How strong the edges are, in a smaller picture."""
        across, down = self.edges
        return _plane(cv2.resize(cv2.magnitude(across, down), ALIGNED))

    @cached_property
    def field(self) -> Plane:
        """The edges across and down as two channels, in a smaller picture."""
        both_ways = cv2.merge(self.edges)
        return _plane(cv2.resize(both_ways, ALIGNED, interpolation=cv2.INTER_AREA))

    @cached_property
    def coarse(self) -> Plane:
        """Return the picture at 40 px width, around its mean."""
        few = cv2.resize(self.picture * self.seen, COARSE, interpolation=cv2.INTER_AREA)
        return _plane(few - few.mean())


def richness(view: View, earlier: View) -> float:
    """Return the share of blocks with edges that were there a moment ago, too."""
    mine, theirs = view.energy, earlier.energy
    like = both(view, earlier) / np.sqrt(mine * theirs + SMALLEST)
    return float(((like >= STEADY) & (mine >= TEXTURE**2)).mean())


def logarithm(picture: Pixels) -> Plane:
    """Return brightness so that light of twice the strength adds a constant."""
    return _plane(cv2.LUT(picture, _LOGARITHM))


def blocks(plane: NDArray[np.floating]) -> Plane:
    """Return the mean of each block of the grid."""
    return _plane(cv2.resize(plane, GRID, interpolation=cv2.INTER_AREA))


def seen_of(unseen: Pixels | None, size: tuple[int, int]) -> Plane:
    """Return 1 where edges count: away from masks; `size` is (high, wide)."""
    if unseen is None:
        return np.ones(size, np.float32)
    hidden = cv2.dilate(unseen, np.ones((7, 7), np.uint8))
    return _plane(hidden == 0)


def warp(plane: Plane, matrix: NDArray[np.integer | np.floating]) -> Plane:
    size = (plane.shape[1], plane.shape[0])
    return _plane(cv2.warpAffine(plane, matrix, size, borderMode=cv2.BORDER_REPLICATE))


def both(one: View, other: View) -> Plane:
    across = one.edges[0] * other.edges[0]
    return blocks(across + one.edges[1] * other.edges[1])


def _slopes(picture: Plane, seen: Plane) -> tuple[Plane, Plane]:
    across = cv2.Sobel(picture, cv2.CV_32F, 1, 0, scale=SOBEL)
    down = cv2.Sobel(picture, cv2.CV_32F, 0, 1, scale=SOBEL)
    return _plane(across) * seen, _plane(down) * seen


def _power(slopes: tuple[Plane, Plane]) -> Plane:
    across, down = slopes
    return blocks(across * across + down * down)


def correlation(one: Plane, other: Plane) -> float:
    if not one.size:
        return 0.0
    mine, theirs = one - one.mean(), other - other.mean()
    power = float((mine * mine).sum()) * float((theirs * theirs).sum())
    return float((mine * theirs).sum()) / max(float(power**0.5), SMALLEST)


def _plane(image: NDArray[np.generic]) -> Plane:
    """Narrow what OpenCV's stub calls any array."""
    return image.astype(np.float32, copy=False)
