"""The scene of one camera as it is known, and what it takes to find it again. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.sight.likeness import (
    ALIGNED,
    SMALLEST,
    TEXTURE,
    Plane,
    View,
    both,
    correlation,
    warp,
)

FEWEST_BLOCKS = 6  # of 48 with edges; before a bare wall one visitor has as many
LIKE = 0.3  # correlation of a block's edges; below, the block is lost
MOST_SHIFT = 20  # px of 160; a camera that is turned further shows another scene
ROLLS = (0.0, 2.5, -2.5, 5.0, -5.0, 7.5, -7.5, 10.0, -10.0)  # degrees
ROLLED = 3.0  # degrees; less is no turn
BEST_TURN = 0.35  # correlation of the edges after the turn; by chance up to 0.25
BETTER_BY = 0.1  # than without a turn
STILL_HERE = 0.6  # of contrast and correlation of edges; then nothing has turned
AT_ONCE = 0.9  # correlation of edges; no shift need be tried
LEAST_SHIFT = 0.25  # px; less makes no difference
SHIFTED = 0.03  # of the width: 5 degrees of a lens that sees 110 are 4.5 %


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like its reference a picture is; each number is 1 for the same picture.

    Attributes:
        lost: share of the reference's blocks whose edges are gone; 0 if alike.
        contrast: how strong the reference's own edges still are (median of blocks).
        edges: correlation of all edges.
        coarse: correlation of the pictures at 40 px width.
    """

    lost: float
    contrast: float
    edges: float
    coarse: float


class Reference:
    """A scene as it is known in one kind of light, learned slowly."""

    def __init__(self, mean: Plane, one: Plane, seen: Plane) -> None:
        self.seen = seen
        self._mean = mean
        self.view = View(mean, seen)
        self._sharp_mean = self.view.sharpness
        self._sharp_one = View(one, seen).sharpness

    @cached_property
    def textured(self) -> NDArray[np.bool_]:
        """Blocks that have edges by which the scene can be known."""
        return self.view.energy >= TEXTURE**2

    @property
    def is_known(self) -> bool:
        """Say whether the scene has edges enough to be known by."""
        return int(self.textured.sum()) >= FEWEST_BLOCKS

    @property
    def richness(self) -> float:
        """Share of all blocks that have edges."""
        return float(self.textured.mean())

    def learn(self, mean: Plane, one: Plane, rate: float) -> None:
        """Move towards what is seen now."""
        cv2.accumulateWeighted(mean, self._mean, rate)
        share = np.float32(rate)
        view = View(mean, self.seen)
        self._sharp_mean = (
            self._sharp_mean + (view.sharpness - self._sharp_mean) * share
        )
        sharp = View(one, self.seen).sharpness
        self._sharp_one = self._sharp_one + (sharp - self._sharp_one) * share
        self.view = View(self._mean, self.seen)
        self.__dict__.pop("textured", None)

    def see(self, mean: Plane) -> tuple[View, Likeness]:
        """Say how like the scene a picture is; the scene must be known.

        A camera that gave way by a few pixels in wind or sun is not another: if the
        picture is more like the scene when it is moved a little, so it is judged.
        """
        view = View(mean, self.seen)
        likeness = self._compare(view)
        if likeness.edges >= AT_ONCE:
            return view, likeness
        window = cv2.createHanningWindow(ALIGNED, cv2.CV_32F)
        (right, down), _ = cv2.phaseCorrelate(
            self.view.magnitude, view.magnitude, window
        )
        if not LEAST_SHIFT <= np.hypot(right, down) < SHIFTED * ALIGNED[0]:
            return view, likeness
        back = mean.shape[1] / ALIGNED[0]
        matrix = np.array([[1, 0, -right * back], [0, 1, -down * back]])
        moved = View(warp(mean, matrix), self.seen)
        better = self._compare(moved)
        return (moved, better) if better.edges > likeness.edges else (view, likeness)

    def _compare(self, view: View) -> Likeness:
        known = self.textured
        own, other = self.view, view
        shared = both(own, other)[known]
        mine, theirs = own.energy[known], other.energy[known]
        like = shared / np.sqrt(mine * theirs + SMALLEST)
        return Likeness(
            lost=float((like < LIKE).mean()),
            contrast=float(np.median(shared / mine)),
            edges=float(shared.sum() / np.sqrt(mine.sum() * theirs.sum() + SMALLEST)),
            coarse=correlation(own.coarse, other.coarse),
        )

    def focus(self, mean: View, one: View) -> float:
        """Return how sharp the view is, 1 as ever: the better of two measures.

        Rain and noise that end take fine edges out of single pictures, a shaking
        camera out of their mean; a lens out of focus takes them out of both.
        """
        known = self.textured
        in_mean = np.median(mean.sharpness[known] / self._sharp_mean[known])
        in_one = np.median(one.sharpness[known] / self._sharp_one[known])
        return float(max(in_mean, in_one))

    def is_turned(self, view: View, likeness: Likeness) -> bool:
        """Say whether the scene is there, but elsewhere in the picture.

        A roll and a shift are tried that bring the known edges over the seen ones; they
        must do so much better than no turn at all does.
        """
        if min(likeness.contrast, likeness.edges) >= STILL_HERE:
            return False
        here, _ = _fit(self.view.field, view.field, 0)
        best, turned = max(_fits(self.view.field, view.field))
        return turned and best >= max(BEST_TURN, here + BETTER_BY)


def _fits(known: Plane, seen: Plane) -> Iterator[tuple[float, bool]]:
    """Yield for each roll the best fit, and whether it takes a turn at all."""
    for roll in ROLLS:
        matrix = cv2.getRotationMatrix2D((ALIGNED[0] / 2, ALIGNED[1] / 2), roll, 1.0)
        fit, shift = _fit(warp(known, matrix), seen, MOST_SHIFT)
        yield fit, shift >= SHIFTED * ALIGNED[0] or abs(roll) >= ROLLED


def _fit(known: Plane, seen: Plane, most: int) -> tuple[float, float]:
    """Move the middle of what is known over what is seen: best fit, and how far."""
    inner = known[MOST_SHIFT:-MOST_SHIFT, MOST_SHIFT:-MOST_SHIFT]
    less = MOST_SHIFT - most
    field = seen[less : seen.shape[0] - less, less : seen.shape[1] - less]
    fits = cv2.matchTemplate(field, inner, cv2.TM_CCOEFF_NORMED)
    _, best, _, (right, down) = cv2.minMaxLoc(fits)
    return best, float(np.hypot(right - most, down - most))
