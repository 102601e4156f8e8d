"""How like the scene that is known a picture is. Pure.

A scene is known by its edges, and these by the logarithm of brightness: light changes
neither where they lie nor how strong they are. All is judged at 160 px width, on a
grid of blocks: somebody before the lens takes some away, and a hand on it all.
"""

from functools import cache, cached_property
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sight.picture import Pixels

Plane: TypeAlias = NDArray[np.floating]
Blocks: TypeAlias = NDArray[np.floating]

GRID = (8, 6)  # blocks across and down
COARSE = (32, 18)  # px; what is left of a picture however much it is defocused
TEXTURE = 0.6  # a pixel; a block with weaker edges tells nothing
GLOW = (13, 13)  # px; what is smoother is light, not the scene
STEADY = 0.5  # correlation of edges at two looks; those of noise have none
SOBEL = 0.125  # makes levels a pixel of OpenCV's sums
SMALLEST = 1e-6  # against division by nothing
NEAR_MASK = (5, 5)  # px; an edge so near a mask may be the mask's

_LOGARITHM = (100 * np.log(np.arange(256) + 8)).astype(np.float32)  # about a level's
# worth at 92; 8 over the 16 of video black, so that its noise stays small


class View:
    """The edges of one picture; `seen` is 1 where no mask is near, else 0."""

    def __init__(self, picture: Plane, seen: Plane) -> None:
        self.picture, self.seen = picture, seen

    @cached_property
    def is_whole(self) -> bool:
        """Say whether no mask hides anything."""
        return bool(self.seen.all())

    @cached_property
    def edges(self) -> tuple[Plane, Plane]:
        """Strength of the edges across and down."""
        # A lamp's glow, however strong, is no edge.
        fine = cv2.subtract(self.picture, cv2.blur(self.picture, GLOW))
        across = cv2.Sobel(fine, cv2.CV_32F, 1, 0, scale=SOBEL)
        down = cv2.Sobel(fine, cv2.CV_32F, 0, 1, scale=SOBEL)
        if self.is_whole:
            return _plane(across), _plane(down)
        return _plane(across) * self.seen, _plane(down) * self.seen

    @cached_property
    def energy(self) -> Blocks:
        """Mean square of the edges, block by block."""
        return both(self, self)

    @cached_property
    def field(self) -> Plane:
        """The edges across and down as two channels."""
        return field_of(*self.edges)

    @cached_property
    def coarse(self) -> Plane:
        """Return the picture at 32 px width, without its mean and its slope.

        Two smooth pictures have a slope alike by chance.
        """
        usual = (self.picture * self.seen).sum() / max(float(self.seen.sum()), 1.0)
        visible = (self.picture - usual) * self.seen
        flat = cv2.resize(visible, COARSE, interpolation=cv2.INTER_AREA)
        for axis in (0, 1):
            line = np.linspace(-1, 1, flat.shape[axis], dtype=np.float32)
            line = line[:, None] if axis == 0 else line[None, :]
            flat = flat - line * (flat * line).mean() / (line * line).mean()
        return _plane(flat)


def field_of(across: Plane, down: Plane) -> Plane:
    """Put edges across and down together, strong ones held back.

    A car's edges, however strong, must not outweigh those of the road.
    """
    strength = _plane(cv2.magnitude(across, down) + 2 * TEXTURE)
    return _plane(cv2.merge((cv2.divide(across, strength), cv2.divide(down, strength))))


def steadiness(view: View, earlier: View) -> NDArray[np.bool_]:
    """Say which blocks have edges that stay where they are."""
    like = both(view, earlier) / np.sqrt(view.energy * earlier.energy + SMALLEST)
    steady: NDArray[np.bool_] = (like >= STEADY) & (view.energy >= TEXTURE**2)
    return steady


def richness(one: View, before: View) -> tuple[float, Blocks]:
    """Return the share of blocks with edges that two looks agree on, and their energy.

    Noise is another in each look; whoever walks is almost where they were.
    """
    shared = both(one, before)
    like = shared / np.sqrt(one.energy * before.energy + SMALLEST)
    rich = (like >= STEADY) & (shared >= TEXTURE**2)
    return float(rich.mean()), shared


def logarithm(picture: Pixels) -> Plane:
    """Return brightness so that light of twice the strength adds a constant."""
    return _plane(cv2.LUT(picture, _LOGARITHM))


def blocks(plane: Plane, grid: tuple[int, int] = GRID) -> Blocks:
    """Return the mean of each block of the grid.

    Two products take a fifth of the time of OpenCV's mean over areas.
    """
    down = _shares(plane.shape[0], grid[1])
    across = _shares(plane.shape[1], grid[0])
    return _plane(down @ plane @ across.T)


@cache
def _shares(length: int, count: int) -> Plane:
    """Return the share that each pixel of a line has in the mean of each part."""
    parts = np.arange(length) * count // length
    shares = (parts[None, :] == np.arange(count)[:, None]).astype(np.float32)
    return _plane(shares / np.maximum(shares.sum(axis=1, keepdims=True), 1))


def seen_of(unseen: Pixels | None, size: tuple[int, int]) -> Plane:
    """Return 1 where edges count: away from masks; `size` is (high, wide)."""
    if unseen is None:
        return np.ones(size, np.float32)
    hidden = cv2.dilate(unseen, np.ones(NEAR_MASK, np.uint8))
    return _plane(hidden == 0)


def warp(plane: Plane, matrix: NDArray[np.integer | np.floating]) -> Plane:
    """Move a picture; beyond its border it goes on as it ends."""
    size = (plane.shape[1], plane.shape[0])
    return _plane(cv2.warpAffine(plane, matrix, size, borderMode=cv2.BORDER_REPLICATE))


def both(one: View, other: View) -> Blocks:
    """Return how much of their edges two pictures share, block by block."""
    shared = cv2.multiply(one.edges[0], other.edges[0])
    # Adds up in place: half the time of two products and their sum.
    return blocks(_plane(cv2.accumulateProduct(one.edges[1], other.edges[1], shared)))


def correlation(one: Plane, other: Plane) -> float:
    """Return the correlation of two pictures around nothing."""
    power = float((one * one).sum()) * float((other * other).sum())
    return float((one * other).sum()) / max(float(power**0.5), SMALLEST)


def _plane(image: NDArray[np.generic]) -> Plane:
    """Narrow what OpenCV's stub calls any array."""
    return image.astype(np.float32, copy=False)
